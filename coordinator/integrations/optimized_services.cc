#include "coordinator/integrations/optimized_services.h"

#include <algorithm>
#include <iterator>

#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws_sdk_call.h"
#include "coordinator/integrations/optimized_actions.h"

namespace pawl::integrations {
namespace {

// Prefixes, names and exceptions follow from the SDK's classes: AmazonElasticMapReduceClient is
// AmazonElasticMapReduce in causes and ElasticMapReduce before errors. DynamoDB's is renamed there.
// Bedrock's prefix is the same for its two APIs, as definitions that run on AWS have it.
constexpr OptimizedService kServices[] = {
    {"athena", "athena", "Athena", "AmazonAthena", "AmazonAthenaException"},
    {"batch", "batch", "Batch", "AWSBatch", "AWSBatchException"},
    {"bedrock", "bedrock", "Bedrock", "AmazonBedrock", "AmazonBedrockException"},
    {"codebuild", "codebuild", "CodeBuild", "AWSCodeBuild", "AWSCodeBuildException"},
    {"databrew", "databrew", "GlueDataBrew", "AWSGlueDataBrew", "AWSGlueDataBrewException"},
    {"dynamodb", "dynamodb", "DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException",
     /*takes_numbers=*/true},
    {"ecs", "ecs", "ECS", "AmazonECS", "AmazonECSException"},
    {"eks", "eks", "EKS", "AmazonEKS", "AmazonEKSException"},
    {"elasticmapreduce", "emr", "ElasticMapReduce", "AmazonElasticMapReduce",
     "AmazonElasticMapReduceException"},
    {"emr-containers", "emrcontainers", "EMRContainers", "AmazonEMRContainers",
     "AmazonEMRContainersException"},
    {"emr-serverless", "emrserverless", "EMRServerless", "AWSEMRServerless",
     "AWSEMRServerlessException"},
    {"events", "eventbridge", "EventBridge", "AmazonEventBridge", "AmazonEventBridgeException"},
    {"glue", "glue", "Glue", "AWSGlue", "AWSGlueException"},
    {"mediaconvert", "mediaconvert", "MediaConvert", "AWSMediaConvert", "AWSMediaConvertException"},
    // No Task names it: the items of Maps are read by it.
    {"s3", "s3", "S3", "Amazon S3", "AmazonS3Exception"},
    {"sagemaker", "sagemaker", "SageMaker", "AmazonSageMaker", "AmazonSageMakerException"},
    {"sns", "sns", "SNS", "AmazonSNS", "AmazonSNSException"},
    {"sqs", "sqs", "SQS", "AmazonSQS", "AmazonSQSException"},
};

// "QueueDoesNotExist" to "QueueDoesNotExistException".
std::string ExceptionClass(std::string_view shape) {
  constexpr std::string_view kException = "Exception";
  constexpr std::string_view kFault = "Fault";
  if (shape.ends_with(kException)) return std::string(shape);
  if (shape.ends_with(kFault)) shape.remove_suffix(kFault.size());
  return StrCat(shape, kException);
}

}  // namespace

const OptimizedService* FindOptimizedService(std::string_view token) {
  const auto at = std::find_if(std::begin(kServices), std::end(kServices),
                               [&](const OptimizedService& each) { return each.token == token; });
  return at == std::end(kServices) ? nullptr : at;
}

std::optional<AwsAction> AwsActionOf(std::string_view call_service, std::string_view call_action) {
  if (const auto generic = SdkService(call_service)) {
    return AwsAction{std::string(*generic), std::string(call_action)};
  }
  const OptimizedService* const service = FindOptimizedService(call_service);
  if (service == nullptr) return std::nullopt;
  AwsAction action{std::string(service->model), std::string(call_action), service};
  if (const OptimizedAction* custom = FindOptimizedAction(call_service, call_action)) {
    if (!custom->model_service.empty()) action.service = custom->model_service;
    if (!custom->model_action.empty()) action.action = custom->model_action;
  }
  return action;
}

CallFailure OptimizedFailure(const OptimizedService& service, const aws::OperationRef& ref,
                             const aws::ServiceError& error) {
  const std::string shape = error.Shape(*ref.model, *ref.operation);
  return {StrCat(service.prefix, ".",
                 shape.empty() ? std::string(service.exception) : ExceptionClass(shape)),
          StrCat(error.message.value_or("null"), " (Service: ", service.sdk_name, "; Status Code: ",
                 error.status, "; Error Code: ", error.code.empty() ? "null" : error.code,
                 "; Request ID: ", error.request_id.value_or("null"), "; Proxy: null)")};
}

}  // namespace pawl::integrations
