// A call of a service of AWS by its model: what is sent, and what a task gets from the answer
// (reference/integrations.md 3 and 11). Of the generic integration,
// arn:aws:states:::aws-sdk:SERVICE: ACTION, and of optimized ones, which go the same way with other
// names (optimized_services.h) and some changes of their own (optimized_actions.h). Pure.

#ifndef PAWL_INTEGRATIONS_AWS_SDK_CALL_H_
#define PAWL_INTEGRATIONS_AWS_SDK_CALL_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/integrations/aws/catalogue.h"
#include "coordinator/integrations/aws/service_error.h"
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

// What may be called.
struct AwsPolicies {
  AwsSdkPolicy generic;    // by aws-sdk integrations
  AwsSdkPolicy optimized;  // by optimized ones
};

// The Parameters cannot be used (States.Runtime), or the policy has no entry for the action, which
// fails as an action without permission does on AWS. `ref`: of AwsActionOf the call.
Outcome<SdkCall, CallFailure> PrepareSdkCall(const Call& call, const aws::OperationRef& ref,
                                             const AwsEndpoints& endpoints,
                                             const AwsPolicies& policies);

// What is wrong with the parameters of such a call; nothing: they can be used. Of `call` its
// service and action count.
std::optional<std::string> SdkRefusal(const Call& call, const aws::OperationRef& ref,
                                      Json parameters);

// `attempts`: how often it was sent.
CallResult SdkResult(const Call& call, const aws::OperationRef& ref, const HttpResponse& response,
                     int attempts = 1);

enum class AwsOutcome { kSucceeded, kThrottled, kFailed };
// Told of each request's end by the service's name in the models, "dynamodb".
using AwsOutcomes = std::function<void(std::string_view service, AwsOutcome outcome)>;
// What became of one request, and whether AWS's SDKs would make it again.
struct AwsVerdict {
  AwsOutcome outcome;
  bool again = false;
};
AwsVerdict JudgeSdkResult(const aws::OperationRef& ref, const HttpResult& result);

// When there was no response.
CallFailure SdkFailure(const Call& call, const aws::OperationRef& ref, const HttpFailure& failure);

// The service refused or failed; `attempts` as in SdkResult.
CallFailure SdkServiceFailure(const Call& call, const aws::OperationRef& ref,
                              const aws::ServiceError& error, int attempts);
// <Prefix>.SdkClientException.
CallFailure SdkClientFailure(const Call& call, const aws::OperationRef& ref, std::string cause);
// What stands before the dot of an error's name: "DynamoDb", or "DynamoDB" of an optimized one.
std::string_view ErrorPrefix(const Call& call, const aws::OperationRef& ref);
// No model has the service or the action. `reason` as Catalogue::Find tells it.
CallFailure NoModel(const Call& call, std::string_view reason);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_AWS_SDK_CALL_H_
