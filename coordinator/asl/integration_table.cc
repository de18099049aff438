#include "coordinator/asl/integration_table.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <iterator>

namespace pawl::asl {
namespace {

// What a service's action has beside request and response.
enum Patterns : uint8_t { kPlain = 0, kSync = 1, kSync2 = 2, kToken = 4 };

struct Action {
  std::string_view service;
  std::string_view action;
  uint8_t patterns = kPlain;
};

constexpr Action kActions[] = {
    {"apigateway", "invoke", kToken},
    {"athena", "getQueryExecution"},
    {"athena", "getQueryResults"},
    {"athena", "startQueryExecution", kSync},
    {"athena", "stopQueryExecution"},
    {"batch", "submitJob", kSync},
    {"bedrock", "createModelCustomizationJob", kSync},
    {"bedrock", "invokeModel", kToken},
    {"codebuild", "batchDeleteBuilds"},
    {"codebuild", "batchGetReports"},
    {"codebuild", "deleteBuildBatch"},
    {"codebuild", "retryBuildBatch", kSync},
    {"codebuild", "startBuild", kSync},
    {"codebuild", "startBuildBatch", kSync},
    {"codebuild", "stopBuild"},
    {"codebuild", "stopBuildBatch"},
    {"databrew", "startJobRun", kSync},
    {"dynamodb", "deleteItem"},
    {"dynamodb", "getItem"},
    {"dynamodb", "putItem"},
    {"dynamodb", "updateItem"},
    {"ecs", "runTask", kSync | kToken},
    {"eks", "call", kToken},
    {"eks", "createCluster", kSync},
    {"eks", "createFargateProfile", kSync},
    {"eks", "createNodegroup", kSync},
    {"eks", "deleteCluster", kSync},
    {"eks", "deleteFargateProfile", kSync},
    {"eks", "deleteNodegroup", kSync},
    {"eks", "runJob", kSync | kToken},
    {"elasticmapreduce", "addStep", kSync},
    {"elasticmapreduce", "cancelStep"},
    {"elasticmapreduce", "createCluster", kSync},
    {"elasticmapreduce", "modifyInstanceFleetByName"},
    {"elasticmapreduce", "modifyInstanceGroupByName"},
    {"elasticmapreduce", "setClusterTerminationProtection"},
    {"elasticmapreduce", "terminateCluster", kSync},
    {"emr-containers", "createVirtualCluster"},
    {"emr-containers", "deleteVirtualCluster", kSync},
    {"emr-containers", "startJobRun", kSync},
    {"emr-serverless", "cancelJobRun", kSync},
    {"emr-serverless", "createApplication", kSync},
    {"emr-serverless", "deleteApplication", kSync},
    {"emr-serverless", "startApplication", kSync},
    {"emr-serverless", "startJobRun", kSync},
    {"emr-serverless", "stopApplication", kSync},
    {"events", "putEvents", kToken},
    {"glue", "startJobRun", kSync},
    {"http", "invoke"},
    {"lambda", "invoke", kToken},
    {"mediaconvert", "createJob", kSync},
    {"sagemaker", "createEndpoint"},
    {"sagemaker", "createEndpointConfig"},
    {"sagemaker", "createHyperParameterTuningJob", kSync},
    {"sagemaker", "createLabelingJob", kSync},
    {"sagemaker", "createModel"},
    {"sagemaker", "createProcessingJob", kSync},
    {"sagemaker", "createTrainingJob", kSync},
    {"sagemaker", "createTransformJob", kSync},
    {"sagemaker", "updateEndpoint"},
    {"sns", "publish", kToken},
    {"sqs", "sendMessage", kToken},
    {"states", "startExecution", kSync | kSync2 | kToken},
};

constexpr std::string_view kSdk = "aws-sdk:";

uint8_t PatternOf(const TaskResource& resource) {
  switch (resource.pattern) {
    case Pattern::kRequestResponse:
      return kPlain;
    case Pattern::kWaitForTaskToken:
      return kToken;
    case Pattern::kSync:
      break;
  }
  return resource.arn.ends_with(":2") ? kSync2 : kSync;
}

// "aws-sdk:dynamodb" and "getItem": the service in lower case, the action in camel case.
bool LooksLikeSdk(const TaskResource& resource) {
  const std::string_view service = std::string_view(resource.service).substr(kSdk.size());
  const auto is_lower = [](unsigned char c) { return std::islower(c) || std::isdigit(c); };
  const auto is_alnum = [](unsigned char c) { return std::isalnum(c) != 0; };
  return !service.empty() && std::all_of(service.begin(), service.end(), is_lower) &&
         !resource.action.empty() &&
         std::islower(static_cast<unsigned char>(resource.action.front())) &&
         std::all_of(resource.action.begin(), resource.action.end(), is_alnum) &&
         resource.pattern != Pattern::kSync;
}

constexpr IntegrationMember kLambdaInvoke[] = {
    {"FunctionName", true}, {"Payload"},       {"InvocationType"},
    {"Qualifier"},          {"ClientContext"}, {"LogType"},
};
constexpr IntegrationMember kStartExecution[] = {
    {"StateMachineArn", true}, {"Input"}, {"Name"}, {"TraceHeader"}};
constexpr IntegrationMember kSendMessage[] = {
    {"QueueUrl", true},          {"MessageBody", true},      {"DelaySeconds"},
    {"MessageAttributes"},       {"MessageDeduplicationId"}, {"MessageGroupId"},
    {"MessageSystemAttributes"},
};
constexpr IntegrationMember kPublish[] = {
    {"TopicArn"},          {"TargetArn"},        {"PhoneNumber"}, {"Message", true},
    {"MessageAttributes"}, {"MessageStructure"}, {"Subject"},     {"MessageDeduplicationId"},
    {"MessageGroupId"},
};
constexpr IntegrationMember kPutEvents[] = {{"Entries", true}, {"EndpointId"}};
constexpr IntegrationMember kGetItem[] = {
    {"Key", true},
    {"TableName", true},
    {"AttributesToGet"},
    {"ConsistentRead"},
    {"ExpressionAttributeNames"},
    {"ProjectionExpression"},
    {"ReturnConsumedCapacity"},
};
constexpr IntegrationMember kPutItem[] = {
    {"Item", true},
    {"TableName", true},
    {"ConditionExpression"},
    {"ConditionalOperator"},
    {"Expected"},
    {"ExpressionAttributeNames"},
    {"ExpressionAttributeValues"},
    {"ReturnConsumedCapacity"},
    {"ReturnItemCollectionMetrics"},
    {"ReturnValues"},
    {"ReturnValuesOnConditionCheckFailure"},
};
constexpr IntegrationMember kUpdateItem[] = {
    {"Key", true},
    {"TableName", true},
    {"AttributeUpdates"},
    {"ConditionExpression"},
    {"ConditionalOperator"},
    {"Expected"},
    {"ExpressionAttributeNames"},
    {"ExpressionAttributeValues"},
    {"ReturnConsumedCapacity"},
    {"ReturnItemCollectionMetrics"},
    {"ReturnValues"},
    {"ReturnValuesOnConditionCheckFailure"},
    {"UpdateExpression"},
};
constexpr IntegrationMember kDeleteItem[] = {
    {"Key", true},
    {"TableName", true},
    {"ConditionExpression"},
    {"ConditionalOperator"},
    {"Expected"},
    {"ExpressionAttributeNames"},
    {"ExpressionAttributeValues"},
    {"ReturnConsumedCapacity"},
    {"ReturnItemCollectionMetrics"},
    {"ReturnValues"},
    {"ReturnValuesOnConditionCheckFailure"},
};
constexpr IntegrationMember kGlueStartJobRun[] = {
    {"JobName", true},
    {"JobRunId"},
    {"Arguments"},
    {"Timeout"},
    {"MaxCapacity"},
    {"AllocatedCapacity"},
    {"NumberOfWorkers"},
    {"WorkerType"},
    {"ExecutionClass"},
    {"SecurityConfiguration"},
    {"NotificationProperty"},
    {"JobRunQueuingEnabled"},
};
constexpr IntegrationMember kAddStep[] = {
    {"ClusterId", true}, {"Step", true}, {"ExecutionRoleArn"}};
constexpr IntegrationMember kCancelStep[] = {{"ClusterId", true}, {"StepId", true}};
constexpr IntegrationMember kTerminateCluster[] = {{"ClusterId", true}};
constexpr IntegrationMember kProtectCluster[] = {{"ClusterId", true},
                                                 {"TerminationProtected", true}};
constexpr IntegrationMember kModifyFleet[] = {
    {"ClusterId", true}, {"InstanceFleetName", true}, {"InstanceFleet", true}};
constexpr IntegrationMember kModifyGroup[] = {
    {"ClusterId", true}, {"InstanceGroupName", true}, {"InstanceGroup", true}};
constexpr IntegrationMember kGatewayInvoke[] = {
    {"ApiEndpoint", true}, {"Method", true},    {"Stage"},       {"Path"},
    {"Headers"},           {"QueryParameters"}, {"RequestBody"}, {"AuthType"},
    {"AllowNullValues"},
};
constexpr IntegrationMember kClusterCall[] = {
    {"ClusterName", true}, {"CertificateAuthority", true},
    {"Endpoint", true},    {"Method", true},
    {"Path", true},        {"QueryParameters"},
    {"RequestBody"},
};
constexpr IntegrationMember kClusterJob[] = {
    {"ClusterName", true}, {"CertificateAuthority", true},
    {"Endpoint", true},    {"Namespace"},
    {"Job", true},         {"LogOptions"},
};
constexpr IntegrationMember kHttpInvoke[] = {
    {"ApiEndpoint", true}, {"Method", true},    {"Authentication"}, {"InvocationConfig"},
    {"Headers"},           {"QueryParameters"}, {"RequestBody"},    {"Transform"},
};

constexpr struct {
  std::string_view service;
  std::string_view action;
  std::span<const IntegrationMember> members;
} kMembers[] = {
    {"apigateway", "invoke", kGatewayInvoke},
    {"dynamodb", "deleteItem", kDeleteItem},
    {"dynamodb", "getItem", kGetItem},
    {"dynamodb", "putItem", kPutItem},
    {"dynamodb", "updateItem", kUpdateItem},
    {"eks", "call", kClusterCall},
    {"eks", "runJob", kClusterJob},
    {"elasticmapreduce", "addStep", kAddStep},
    {"elasticmapreduce", "cancelStep", kCancelStep},
    {"elasticmapreduce", "modifyInstanceFleetByName", kModifyFleet},
    {"elasticmapreduce", "modifyInstanceGroupByName", kModifyGroup},
    {"elasticmapreduce", "setClusterTerminationProtection", kProtectCluster},
    {"elasticmapreduce", "terminateCluster", kTerminateCluster},
    {"events", "putEvents", kPutEvents},
    {"glue", "startJobRun", kGlueStartJobRun},
    {"http", "invoke", kHttpInvoke},
    {"lambda", "invoke", kLambdaInvoke},
    {"sns", "publish", kPublish},
    {"sqs", "sendMessage", kSendMessage},
    {"states", "startExecution", kStartExecution},
};

}  // namespace

bool IsKnownIntegration(const TaskResource& resource, const SdkActions* sdk_actions) {
  if (resource.service.starts_with(kSdk)) {
    const std::string_view service = std::string_view(resource.service).substr(kSdk.size());
    return LooksLikeSdk(resource) &&
           (sdk_actions == nullptr || sdk_actions->Has(service, resource.action));
  }
  const uint8_t pattern = PatternOf(resource);
  return std::any_of(std::begin(kActions), std::end(kActions), [&](const Action& known) {
    return known.service == resource.service && known.action == resource.action &&
           (known.patterns & pattern) == pattern;
  });
}

std::span<const IntegrationMember> MembersOf(const TaskResource& resource) {
  for (const auto& known : kMembers) {
    if (known.service == resource.service && known.action == resource.action) {
      return known.members;
    }
  }
  return {};
}

}  // namespace pawl::asl
