// A call of the generic integration, arn:aws:states:::aws-sdk:SERVICE:ACTION: what is sent, and
// what a task gets from the answer (reference/integrations.md 3 and 11). Pure. The optimized
// integrations go the same way, with other names.

#ifndef PAWL_INTEGRATIONS_AWS_SDK_CALL_H_
#define PAWL_INTEGRATIONS_AWS_SDK_CALL_H_

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/integrations/aws/catalogue.h"
#include "coordinator/integrations/aws_endpoints.h"
#include "coordinator/integrations/aws_sdk_policy.h"
#include "coordinator/integrations/call.h"
#include "coordinator/integrations/http_message.h"
#include "coordinator/integrations/sigv4.h"

namespace pawl::integrations {

// "aws-sdk:s3" to "s3"; nothing: another kind of service.
std::optional<std::string_view> SdkService(std::string_view call_service);

// Operations that Step Functions does not have although the service does: streams of events, roles
// to assume, and what AWS lists (reference/integrations.md 11).
bool IsUnsupported(const aws::ServiceModel& model, const aws::Operation& operation,
                   std::string_view service);

struct SdkCall {
  aws::OperationRef ref;
  HttpRequest request;                // still to be signed
  std::optional<SigningScope> scope;  // nothing: it goes unsigned
  bool needs_credentials = false;     // of AWS's own hosts: nothing is sent without
};

// The Parameters cannot be used (States.Runtime), or the policy has no entry for the action, which
// fails as an action without permission does on AWS.
Outcome<SdkCall, CallFailure> PrepareSdkCall(const Call& call, const aws::OperationRef& ref,
                                             const AwsEndpoints& endpoints,
                                             const AwsSdkPolicy& policy);

// What is wrong with the parameters of such a call; nothing: they can be used.
std::optional<std::string> SdkRefusal(const aws::OperationRef& ref, Json parameters);

CallResult SdkResult(const Call& call, const aws::OperationRef& ref, const HttpResponse& response);

// When there was no response.
CallFailure SdkFailure(const Call& call, const aws::OperationRef& ref, const HttpFailure& failure);

// <Prefix>.SdkClientException.
CallFailure SdkClientFailure(const aws::OperationRef& ref, std::string cause);
// No model has the service or the action. `reason` as Catalogue::Find tells it.
CallFailure NoModel(const Call& call, std::string_view reason);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_AWS_SDK_CALL_H_
