// Signatures of requests to AWS, version 4 (docs.aws.amazon.com, "Create a signed AWS API
// request").

#ifndef PAWL_INTEGRATIONS_SIGV4_H_
#define PAWL_INTEGRATIONS_SIGV4_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "coordinator/integrations/http_message.h"

namespace pawl::integrations {

struct AwsCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // of temporary ones; may be empty
};

struct SigningScope {
  std::string region;
  std::string service;  // "lambda"
  // S3 takes the path as it is written, where all others escape it once more, and wants the body's
  // hash in a header.
  bool is_s3 = false;
  bool unsigned_body = false;
};

// Adds X-Amz-Date, X-Amz-Security-Token where there is a session token, X-Amz-Content-Sha256 for S3
// or an unsigned body, and Authorization. All
// headers that the request has are signed, and Host, which must not be among them. The URL must be
// valid; its path is taken as it is written, and escaped once more for the signature, but for S3.
void SignRequest(const AwsCredentials& credentials, const SigningScope& scope, absl::Time now,
                 HttpRequest* request);

// The URL of a request that whoever has it can make until `lasts` is over: without a body, with the
// headers that `request` has.
std::string PresignedUrl(const AwsCredentials& credentials, const SigningScope& scope,
                         absl::Time now, absl::Duration lasts, const HttpRequest& request);

// The Authorization header's value alone, of a request whose headers are complete; `now` is what
// X-Amz-Date says.
std::string Authorization(const AwsCredentials& credentials, const SigningScope& scope,
                          absl::Time now, const HttpRequest& request);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_SIGV4_H_
