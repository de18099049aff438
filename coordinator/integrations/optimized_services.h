// The services that have optimized integrations, arn:aws:states:::SERVICE:ACTION, and what tasks
// see of each: names of version 1 of AWS's SDK for Java, by which Step Functions calls them, where
// the generic integration (aws-sdk) has version 2's (reference/integrations.md 3 and 4). Pure.

#ifndef PAWL_INTEGRATIONS_OPTIMIZED_SERVICES_H_
#define PAWL_INTEGRATIONS_OPTIMIZED_SERVICES_H_

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/integrations/aws/catalogue.h"
#include "coordinator/integrations/aws/service_error.h"
#include "coordinator/integrations/call.h"

namespace pawl::integrations {

struct OptimizedService {
  std::string_view token;      // "dynamodb": as a Resource and the history have it
  std::string_view model;      // "emr": what the catalogue of models calls it
  std::string_view prefix;     // "DynamoDB": of errors
  std::string_view sdk_name;   // "AmazonDynamoDBv2": of causes
  std::string_view exception;  // "AmazonDynamoDBException": of what the model has no name for
  // Whether a number is taken for a text: DynamoDB writes its numbers so.
  bool takes_numbers = false;
};

// "emr-containers"; null: there is none. Those whose calls have shapes of their own (lambda, http,
// apigateway) and Step Functions itself are not among them.
const OptimizedService* FindOptimizedService(std::string_view token);

// An action of AWS that a call names, as the models have it.
struct AwsAction {
  std::string service;                          // "emr"
  std::string action;                           // "addJobFlowSteps"
  const OptimizedService* optimized = nullptr;  // null: by the generic integration
};

// Nothing: `call_service` is not called by a model. Of a service with optimized integrations any
// action can be called so, with that integration's names in parameters, results and errors, whether
// or not a Resource can name it: jobs are described and stopped like this (Call::of_job).
std::optional<AwsAction> AwsActionOf(std::string_view call_service, std::string_view call_action);

// "DynamoDB.ResourceNotFoundException", and
// "<message> (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: X; Request ID: x; Proxy:
// null)".
CallFailure OptimizedFailure(const OptimizedService& service, const aws::OperationRef& ref,
                             const aws::ServiceError& error);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_OPTIMIZED_SERVICES_H_
