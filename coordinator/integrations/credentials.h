// Where the node's AWS credentials come from: the environment, else a profile of the shared
// credentials file, as AWS's own tools have it.

#ifndef PAWL_INTEGRATIONS_CREDENTIALS_H_
#define PAWL_INTEGRATIONS_CREDENTIALS_H_

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/integrations/sigv4.h"

namespace pawl::integrations {

// Thread-safe.
class CredentialSource {
 public:
  using Variables = std::function<std::optional<std::string>(const std::string& name)>;

  // Reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN once. Without them:
  // AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials, of AWS_PROFILE or "default".
  explicit CredentialSource(const Variables& variables);

  // Nothing when there are none: requests go unsigned then. The file is read again when it has
  // changed, so that what rotates in it is taken up.
  std::optional<AwsCredentials> Get();

 private:
  std::optional<AwsCredentials> fixed_;
  std::string file_;
  std::string profile_;
  absl::Mutex mu_;
  std::filesystem::file_time_type read_at_version_ ABSL_GUARDED_BY(mu_);
  std::optional<AwsCredentials> read_ ABSL_GUARDED_BY(mu_);
};

// What section [profile] of a credentials file says; nothing when a key of the pair is missing.
std::optional<AwsCredentials> ReadProfile(const std::string& text, const std::string& profile);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_CREDENTIALS_H_
