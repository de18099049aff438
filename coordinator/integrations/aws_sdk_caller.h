// Carries calls of AWS's services out: finds the model, gets credentials, signs, sends, and sends
// again what was throttled or failed for the moment, as AWS's SDKs do: three times at the most.

#ifndef PAWL_INTEGRATIONS_AWS_SDK_CALLER_H_
#define PAWL_INTEGRATIONS_AWS_SDK_CALLER_H_

#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "coordinator/base/backoff.h"
#include "coordinator/integrations/assumed_roles.h"
#include "coordinator/integrations/aws/catalogue.h"
#include "coordinator/integrations/aws_sdk_call.h"
#include "coordinator/integrations/credential_chain.h"
#include "coordinator/integrations/http_client.h"
#include "coordinator/integrations/task_thread.h"

namespace pawl::integrations {

// On the client's thread but for what says otherwise.
class AwsSdkCaller {
 public:
  struct Parts {
    const Clock* clock;
    HttpClient* client;
    std::shared_ptr<aws::Catalogue> models;  // null: none
    AwsEndpoints endpoints;
    AwsPolicies policies;
    CredentialSources credentials;
    AssumedRoles* roles;
    bool has_own_sts = false;  // one that knows the roles of one's own servers
    AwsOutcomes count;         // may be null
  };
  // What `parts` names must outlive it; it must outlive the client's thread.
  explicit AwsSdkCaller(Parts parts);

  // How a call goes on: `send` makes a request unless nobody waits any more, `tell` ends it, once
  // at the most.
  struct Way {
    absl::AnyInvocable<void(HttpRequest, HttpClient::Done)> send;
    absl::AnyInvocable<void(CallResult)> tell;
  };
  void Begin(Call call, Way way);

  // What a call is signed with: the node's own credentials, or those of the role that the task
  // names. Nothing: the call goes unsigned, where that is possible.
  //   prefix   of the errors, "DynamoDb"
  //   at_aws   the call goes to AWS itself, where nobody answers without a signature
  using Credentials = Outcome<std::optional<AwsCredentials>, CallFailure>;
  using CredentialsDone = absl::AnyInvocable<void(Credentials)>;
  void GetCredentials(const Call& call, std::string_view prefix, bool at_aws, CredentialsDone done);

  // On the thread that ends the client, before it does: models are read on a thread that uses it.
  void Stop() { loader_.Stop(); }

 private:
  // A call whose request has been made, from here on in one place.
  struct Sending {
    Call call;
    Way way;
    SdkCall prepared;
    std::optional<AwsCredentials> credentials;  // nothing: it goes unsigned
    int attempts = 0;
    Backoff pauses{};
  };

  // Looks up first what the call names, and goes on with it.
  void LookUp(Call list, Call call, Way way);
  void Found(Call call, Way way, absl::StatusOr<aws::OperationRef> ref);
  void AssumeRole(const Call& call, std::string_view prefix, const AwsCredentials& own,
                  CredentialsDone done);
  void Send(std::shared_ptr<Sending> sending);
  void Answered(std::shared_ptr<Sending> sending, HttpResult result);

  const Parts parts_;
  CredentialChain credentials_;
  TaskThread loader_;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_AWS_SDK_CALLER_H_
