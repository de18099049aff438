// The node's AWS credentials, got as credential_plan.h says, kept, and renewed some minutes before
// they expire. The roles of tasks are assumed with them (assumed_roles.h).

#ifndef PAWL_INTEGRATIONS_CREDENTIAL_CHAIN_H_
#define PAWL_INTEGRATIONS_CREDENTIAL_CHAIN_H_

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/outcome.h"
#include "coordinator/integrations/aws_endpoints.h"
#include "coordinator/integrations/credential_plan.h"
#include "coordinator/integrations/http_client.h"

namespace pawl::integrations {

// On the client's thread only.
class CredentialChain {
 public:
  struct Options {
    const Clock* clock;
    CredentialSources sources;
    AwsEndpoints endpoints;  // of sts
    HttpClient* client;
  };

  // Does nothing until it is asked. What the options name must outlive it; it must outlive the
  // client's thread.
  explicit CredentialChain(Options options) : options_(std::move(options)) {}

  using Result = Outcome<AwsCredentials, std::string>;  // the reason why there are none
  using Done = absl::AnyInvocable<void(Result)>;
  // `done` is called at once when there are credentials, else when they have come. Many who wait
  // share the requests.
  //   ask_instance  whether the instance's metadata service may be asked, which takes seconds where
  //                 there is none
  void Get(bool ask_instance, Done done);

 private:
  struct Kept {
    AwsCredentials credentials;
    absl::Time expires_at = absl::InfinitePast();
    absl::Time renew_at = absl::InfinitePast();
    bool asking = false;
    std::vector<Done> waiting;
    std::string problem;  // why the last attempt failed
  };
  struct Fresh {
    AwsCredentials credentials;
    absl::Time expires_at;
  };
  using FreshResult = Outcome<Fresh, std::string>;
  using FreshDone = absl::AnyInvocable<void(FreshResult)>;

  void ForgetChangedFiles();
  void Ask(bool ask_instance);
  void Got(bool ask_instance, FreshResult result);
  // The steps of a plan.
  void Begin(CredentialPlan plan, FreshDone done);
  void AssumeRoles(std::vector<AssumedRole> roles, FreshResult base, FreshDone done);
  void AskSts(std::string body, const AwsCredentials* signer, FreshDone done);
  void AskContainer(const CredentialPlan& plan, FreshDone done);
  void AskInstance(const std::string& url, FreshDone done);
  void Send(HttpRequest request, HttpClient::Done done);

  const Options options_;
  // Those who may ask the instance do not share with those who may not.
  std::map<bool, Kept> kept_;
  std::filesystem::file_time_type files_at_[2] = {};
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_CREDENTIAL_CHAIN_H_
