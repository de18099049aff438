// The caller of the services that Pawl has: Lambda by its Invoke API, HTTP tasks, and any service
// of AWS by its public model, for aws-sdk integrations and for optimized ones. A call of any other
// fails with a cause that says so.

#ifndef PAWL_INTEGRATIONS_CALLER_H_
#define PAWL_INTEGRATIONS_CALLER_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "coordinator/base/clock.h"
#include "coordinator/integrations/aws/catalogue.h"
#include "coordinator/integrations/aws_endpoints.h"
#include "coordinator/integrations/aws_sdk_call.h"
#include "coordinator/integrations/aws_sdk_policy.h"
#include "coordinator/integrations/call.h"
#include "coordinator/integrations/connections.h"
#include "coordinator/integrations/credential_plan.h"
#include "coordinator/integrations/egress_policy.h"
#include "coordinator/integrations/lambda_routes.h"

namespace pawl::integrations {

struct CallerOptions {
  const Clock* clock;  // of deadlines and signatures; must outlive the caller
  std::string region = "us-east-1";
  EgressPolicy egress;
  LambdaRoutes lambda;
  Connections connections;
  // URL of the STS where the roles of Credentials are assumed. Empty: AWS's own, for calls that go
  // to AWS itself; for all others a role has no meaning then.
  std::string sts_endpoint;
  std::shared_ptr<aws::Catalogue> aws_models;  // null: no service of AWS can be called by its name
  AwsEndpoints aws_endpoints;
  AwsSdkPolicy aws_sdk_policy;  // of aws-sdk integrations
  // Of the optimized ones.
  AwsSdkPolicy aws_integrations_policy = AwsSdkPolicy::Everything();
  // Told of what becomes of each request to a service of AWS; may be null. Must not block.
  AwsOutcomes aws_outcomes;
  CredentialSources aws_credentials = {[](const std::string&) { return std::nullopt; },
                                       [](const std::string&) { return std::nullopt; }};
  bool http_task_allow_plain = false;
  int64_t max_calls_per_target = 2000;
  std::string ca_file;  // certificates to trust, PEM; empty: those of the system
  // How long a call goes on after its deadline if it is not cancelled: the task's own timer is to
  // end it, with States.Timeout, and not the call with another error a moment earlier.
  absl::Duration grace = absl::Seconds(30);
};

// Has one thread. Its end breaks off calls under way, whose `done` is not called.
std::unique_ptr<Caller> MakeCaller(CallerOptions options);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_CALLER_H_
