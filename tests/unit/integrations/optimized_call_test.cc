// Optimized integrations by Debian's models of the services: what is sent, and what tasks see.

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws_sdk_call.h"
#include "coordinator/integrations/optimized_emr.h"
#include "coordinator/integrations/optimized_services.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

using testing::HasSubstr;

constexpr char kModels[] = "/usr/lib/python3/dist-packages/botocore/data";
constexpr char kExecution[] = "arn:aws:states:us-east-1:000000000000:execution:m:e";
constexpr char kMachine[] = "arn:aws:states:us-east-1:000000000000:stateMachine:m";

aws::Catalogue& Models() {
  static auto* const catalogue = new aws::Catalogue({.folders = {kModels}});
  return *catalogue;
}

Call CallOf(const std::string& service, const std::string& action, std::string parameters = "{}") {
  return {.service = service,
          .action = action,
          .parameters = std::move(parameters),
          .idempotency_key = "the-key",
          .execution_arn = kExecution,
          .state_machine_arn = kMachine,
          .max_result_bytes = 262144};
}

aws::OperationRef RefOf(const Call& call) {
  const AwsAction action = *AwsActionOf(call.service, call.action);
  return *Models().Find(action.service, action.action);
}

class OptimizedCallTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kModels)) GTEST_SKIP() << "python3-botocore is not installed";
  }

  // "URL body", or how it failed.
  static std::string Sent(const Call& call, const std::string& allow = "*") {
    const auto prepared = PrepareSdkCall(call, RefOf(call), AwsEndpoints("eu-west-1"),
                                         {.optimized = *AwsSdkPolicy::Parse(allow)});
    if (!prepared.ok()) return Text(prepared.error());
    return StrCat(prepared->request.url, " ", prepared->request.body.value_or("(none)"));
  }

  static std::string Got(const Call& call, const HttpResponse& response, int attempts = 1) {
    const CallResult result = SdkResult(call, RefOf(call), response, attempts);
    return result.ok() ? *result : Text(result.error());
  }

  static std::string Text(const CallFailure& failure) {
    return StrCat(failure.error, ": ", failure.cause.value_or("(none)"));
  }
};

constexpr char kNotRefused[] = "(none)";

std::string Refused(const Call& call) {
  JsonArena arena;
  const auto refusal = SdkRefusal(call, RefOf(call), *ParseJson(call.parameters, &arena));
  if (!refusal) return kNotRefused;
  return refusal->substr(refusal->rfind("Task: ") + 6);
}

TEST_F(OptimizedCallTest, SendsAnyJsonAsTheTextOfAMessage) {
  const std::string message = Sent(
      CallOf("sqs", "sendMessage", R"({"QueueUrl":"https://h/1/q","MessageBody":{"a":[1,null]}})"));
  EXPECT_THAT(message, HasSubstr("MessageBody=%7B%22a%22%3A%5B1%2Cnull%5D%7D"));
  EXPECT_THAT(
      Sent(CallOf("sqs", "sendMessage", R"({"QueueUrl":"https://h/1/q","MessageBody":"a"})")),
      testing::EndsWith("&MessageBody=a"));
  EXPECT_THAT(Sent(CallOf("sns", "publish", R"({"TopicArn":"t","Message":{"default":"x"}})")),
              HasSubstr("Message=%7B%22default%22%3A%22x%22%7D"));
}

TEST_F(OptimizedCallTest, AddsTheExecutionToEvents) {
  EXPECT_EQ(Sent(CallOf("events", "putEvents",
                        R"({"Entries":[{"Detail":{"a":1},"DetailType":"d","Source":"s"},)"
                        R"({"Detail":"{}","Resources":["mine"]}]})")),
            StrCat("https://events.eu-west-1.amazonaws.com/ ",
                   R"({"Entries":[{"Source":"s","Resources":[")", kExecution, R"(",")", kMachine,
                   R"("],"DetailType":"d","Detail":"{\"a\":1}"},{"Resources":["mine",")",
                   kExecution, R"(",")", kMachine, R"("],"Detail":"{}"}]})"));
}

TEST_F(OptimizedCallTest, FailsWithOneEventThatWasNotPut) {
  const Call call = CallOf("events", "putEvents");
  EXPECT_EQ(Got(call, {.status = 200,
                       .headers = {{"x-amzn-RequestId", "r"}},
                       .body = R"({"FailedEntryCount":0,"Entries":[{"EventId":"1"}]})"}),
            R"({"Entries":[{"EventId":"1"}],"FailedEntryCount":0})");
  EXPECT_EQ(Got(call, {.status = 200,
                       .body = R"({"FailedEntryCount":1,"Entries":[{"ErrorCode":)"
                               R"("MalformedDetail","ErrorMessage":"Detail is malformed."}]})"}),
            R"(EventBridge.FailedEntry: {"Entries":[{"ErrorCode":"MalformedDetail",)"
            R"("ErrorMessage":"Detail is malformed."}],"FailedEntryCount":1})");
}

TEST_F(OptimizedCallTest, TellsBatchWhoStartedAJob) {
  EXPECT_EQ(
      Sent(CallOf("batch", "submitJob",
                  R"({"JobName":"n","JobQueue":"q","JobDefinition":"d","Parameters":)"
                  R"({"camelCase":"kept"},"ContainerOverrides":{"Environment":[)"
                  R"({"Name":"A","Value":"b"}]}})")),
      "https://batch.eu-west-1.amazonaws.com/v1/submitjob "
      R"({"jobName":"n","jobQueue":"q","jobDefinition":"d","parameters":{"camelCase":"kept"},)"
      R"("containerOverrides":{"environment":[{"name":"A","value":"b"},)"
      R"({"name":"MANAGED_BY_AWS","value":"STARTED_BY_STEP_FUNCTIONS"}]}})");
  EXPECT_THAT(Sent(CallOf("batch", "submitJob",
                          R"({"JobName":"n","JobQueue":"q","JobDefinition":"d","NodeOverrides":)"
                          R"({"NumNodes":2}})")),
              testing::Not(HasSubstr("MANAGED_BY_AWS")));
}

TEST_F(OptimizedCallTest, CallsActionsOfEmrByTheirNames) {
  const std::string url = "https://elasticmapreduce.eu-west-1.amazonaws.com/ ";
  EXPECT_EQ(Sent(CallOf("elasticmapreduce", "addStep",
                        R"({"ClusterId":"c","Step":{"Name":"n","HadoopJarStep":{"Jar":"j"}}})")),
            StrCat(url, R"({"JobFlowId":"c","Steps":[{"Name":"n","HadoopJarStep":{"Jar":"j"}}]})"));
  EXPECT_EQ(Sent(CallOf("elasticmapreduce", "terminateCluster", R"({"ClusterId":"c"})")),
            StrCat(url, R"({"JobFlowIds":["c"]})"));
  EXPECT_EQ(Sent(CallOf("elasticmapreduce", "cancelStep", R"({"ClusterId":"c","StepId":"s"})")),
            StrCat(url, R"({"ClusterId":"c","StepIds":["s"]})"));
  EXPECT_EQ(Sent(CallOf("elasticmapreduce", "setClusterTerminationProtection",
                        R"({"ClusterId":"c","TerminationProtected":true})")),
            StrCat(url, R"({"JobFlowIds":["c"],"TerminationProtected":true})"));
  EXPECT_THAT(
      Got(CallOf("elasticmapreduce", "addStep"), {.status = 200, .body = R"({"StepIds":["s-1"]})"}),
      HasSubstr(R"("StepId":"s-1")"));
  EXPECT_THAT(Got(CallOf("elasticmapreduce", "createCluster"),
                  {.status = 200, .body = R"({"JobFlowId":"j-1","ClusterArn":"a"})"}),
              testing::StartsWith(R"({"ClusterArn":"a","ClusterId":"j-1","SdkHttpMetadata":{)"));
}

TEST_F(OptimizedCallTest, LooksUpWhatEmrHasNumbersFor) {
  const Call call =
      CallOf("elasticmapreduce", "modifyInstanceGroupByName",
             R"({"ClusterId":"c","InstanceGroupName":"g","InstanceGroup":{"InstanceCount":8}})");
  EXPECT_EQ(Refused(call), kNotRefused);
  const std::optional<Call> list = LookupCall(call);
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(list->action, "listInstanceGroups");
  EXPECT_EQ(list->parameters, R"({"ClusterId":"c"})");
  const auto found = WithFoundId(
      call, R"({"InstanceGroups":[{"Id":"ig-1","Name":"f"},{"Id":"ig-2","Name":"g"}]})");
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(LookupCall(*found).has_value());
  EXPECT_EQ(Sent(*found),
            "https://elasticmapreduce.eu-west-1.amazonaws.com/ "
            R"({"ClusterId":"c","InstanceGroups":[{"InstanceGroupId":"ig-2","InstanceCount":8}]})");
  EXPECT_EQ(
      Text(WithFoundId(call, R"({"InstanceGroups":[]})").error()),
      "ElasticMapReduce.InvalidRequestException: There is no InstanceGroup with the name g in "
      "the cluster c");
}

TEST_F(OptimizedCallTest, CallsAnyActionOfItsServices) {
  Call call = CallOf("batch", "describeJobs", R"({"Jobs":["1"]})");
  call.of_job = true;
  EXPECT_EQ(Sent(call, /*allow=*/"batch:submitJob"),
            "https://batch.eu-west-1.amazonaws.com/v1/describejobs {\"jobs\":[\"1\"]}");
  EXPECT_EQ(Got(call, {.status = 200,
                       .headers = {{"x-amzn-RequestId", "r"}},
                       .body = R"({"jobs":[{"jobId":"1","status":"FAILED","createdAt":1500}]})"}),
            R"({"Jobs":[{"CreatedAt":1500,"JobId":"1","Status":"FAILED"}]})");
}

TEST_F(OptimizedCallTest, ShowsMetadataAmongTheMembers) {
  const HttpHeader id = {"x-amzn-RequestId", "r-1"};
  EXPECT_EQ(
      Got(CallOf("ecs", "runTask"),
          {.status = 200,
           .headers = {id},
           .body = R"({"tasks":[{"taskArn":"t","createdAt":1.5,"overrides":{}}],"failures":[]})"}),
      R"({"Failures":[],"SdkHttpMetadata":{"AllHttpHeaders":{"x-amzn-RequestId":["r-1"]},)"
      R"("HttpHeaders":{"x-amzn-RequestId":"r-1"},"HttpStatusCode":200},"SdkResponseMetadata":)"
      R"({"RequestId":"r-1"},"Tasks":[{"CreatedAt":1500,"Overrides":{},"TaskArn":"t"}]})");
  EXPECT_EQ(
      Got(CallOf("sqs", "sendMessage"),
          {.status = 200,
           .body = "<SendMessageResponse><SendMessageResult><MD5OfMessageBody>5</MD5OfMessageBody>"
                   "<MessageId>m</MessageId></SendMessageResult><ResponseMetadata><RequestId>r-2"
                   "</RequestId></ResponseMetadata></SendMessageResponse>"}),
      R"({"MD5OfMessageBody":"5","MessageId":"m","SdkHttpMetadata":{"AllHttpHeaders":{},)"
      R"("HttpHeaders":{},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"r-2"}})");
}

TEST_F(OptimizedCallTest, ShowsItemsOfDynamoDbAsItWritesThem) {
  Call call = CallOf("dynamodb", "putItem",
                     R"({"TableName":"t","Item":{"id":{"S":"a"},"n":{"N":7},"b":{"BOOL":true},)"
                     R"("x":{"NULL":true}}})");
  EXPECT_EQ(Sent(call),
            "https://dynamodb.eu-west-1.amazonaws.com/ "
            R"({"TableName":"t","Item":{"id":{"S":"a"},"n":{"N":"7"},"b":{"BOOL":true},)"
            R"("x":{"NULL":true}}})");
  call = CallOf("dynamodb", "getItem");
  call.of_job = true;  // without metadata
  EXPECT_EQ(Got(call, {.status = 200,
                       .body = R"({"Item":{"b":{"BOOL":true},"x":{"NULL":true},"n":{"N":"7"}}})"}),
            R"({"Item":{"b":{"BOOL":true},"x":{"NULL":true},"n":{"N":"7"}}})");
}

TEST_F(OptimizedCallTest, NamesErrorsAsVersion1OfTheSdk) {
  const auto error = [](const std::string& code) {
    return HttpResponse{.status = 400,
                        .headers = {{"x-amzn-RequestId", "r"}},
                        .body = StrCat(R"({"__type":"com.amazonaws#)", code,
                                       R"(","message":"Requested resource not found"})")};
  };
  const Call get = CallOf("dynamodb", "getItem");
  EXPECT_EQ(Got(get, error("ResourceNotFoundException"), 3),
            "DynamoDB.ResourceNotFoundException: Requested resource not found (Service: "
            "AmazonDynamoDBv2; Status Code: 400; Error Code: ResourceNotFoundException; Request "
            "ID: r; Proxy: null)");
  EXPECT_EQ(Got(get, error("ValidationException")),
            "DynamoDB.AmazonDynamoDBException: Requested resource not found (Service: "
            "AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; Request ID: r; "
            "Proxy: null)");
  const auto xml = [](const std::string& code) {
    return HttpResponse{.status = 400,
                        .body = StrCat("<ErrorResponse><Error><Code>", code,
                                       "</Code><Message>m</Message></Error><RequestId>r</RequestId>"
                                       "</ErrorResponse>")};
  };
  EXPECT_EQ(Got(CallOf("sns", "publish"), xml("NotFound")),
            "SNS.NotFoundException: m (Service: AmazonSNS; Status Code: 400; Error Code: NotFound; "
            "Request ID: r; Proxy: null)");
  EXPECT_EQ(Got(CallOf("sqs", "sendMessage"), xml("MissingParameter")),
            "SQS.AmazonSQSException: m (Service: AmazonSQS; Status Code: 400; Error Code: "
            "MissingParameter; Request ID: r; Proxy: null)");
  EXPECT_THAT(Got(CallOf("sqs", "sendMessage"), xml("InvalidMessageContents")),
              HasSubstr("SQS.InvalidMessageContentsException: m"));
}

TEST_F(OptimizedCallTest, NamesFailuresWithoutAResponse) {
  const Call call = CallOf("sqs", "sendMessage");
  EXPECT_EQ(Text(SdkFailure(call, RefOf(call),
                            {HttpFailure::Kind::kResolve, "h: Name or service not known"})),
            "SQS.SdkClientException: Unable to execute HTTP request: h: Name or service not known");
}

TEST_F(OptimizedCallTest, AsksItsOwnPolicy) {
  const Call call = CallOf("sqs", "sendMessage", R"({"QueueUrl":"q","MessageBody":"m"})");
  EXPECT_EQ(Sent(call, "sns:*,other/sqs:*"),
            StrCat("SQS.AmazonSQSException: User: pawl is not authorized to perform: "
                   "sqs:SendMessage for ",
                   kMachine,
                   " because no entry of the setting aws_integrations_allow allows "
                   "sqs:sendMessage (Service: AmazonSQS; Status Code: 403; Error Code: "
                   "AccessDeniedException; Request ID: null; Proxy: null)"));
  EXPECT_THAT(Sent(call, "m/sqs:send*"), HasSubstr("MessageBody=m"));
}

struct RefusalCase {
  const char* name;
  const char* service;
  const char* action;
  const char* parameters;
  const char* wanted;
};

class OptimizedRefusalTest : public OptimizedCallTest,
                             public testing::WithParamInterface<RefusalCase> {};

TEST_P(OptimizedRefusalTest, IsInTheWordsOfAws) {
  const RefusalCase& row = GetParam();
  EXPECT_EQ(Refused(CallOf(row.service, row.action, row.parameters)), row.wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Reference, OptimizedRefusalTest,
    testing::ValuesIn(std::vector<RefusalCase>{
        {"AMemberThatThereIsNot", "sqs", "sendMessage",
         R"({"QueueUrl":"q","MessageBody":"m","Nope":1})",
         "[The field \"Nope\" is not supported by Step Functions]"},
        {"AMemberThatIsMissing", "sqs", "sendMessage", R"({"QueueUrl":"q"})",
         "[The field 'MessageBody' is required but was missing]"},
        {"NoText", "sqs", "sendMessage", R"({"QueueUrl":7,"MessageBody":"m"})",
         "[The value for the field 'QueueUrl' must be a STRING]"},
        {"NoTextInAMap", "glue", "startJobRun", R"({"JobName":"j","Arguments":{"--n":7}})",
         "[The value for the field '--n' must be a STRING]"},
        {"AnythingAsAMessage", "sqs", "sendMessage", R"({"QueueUrl":"q","MessageBody":[]})",
         kNotRefused},
        {"DetailsThatAreAnObject", "events", "putEvents", R"({"Entries":[{"Detail":{}}]})",
         kNotRefused},
        {"EntriesThatAreNone", "events", "putEvents", R"({"Entries":{}})",
         "[The value for the field 'Entries' must be an ARRAY]"},
        {"StepsOfANewCluster", "elasticmapreduce", "createCluster",
         R"({"Name":"n","Instances":{"KeepJobFlowAliveWhenNoSteps":true},"Steps":[]})",
         "[The field \"Steps\" is not supported by Step Functions]"},
        {"AClusterThatWouldEnd", "elasticmapreduce", "createCluster",
         R"({"Name":"n","Instances":{}})",
         "[The field 'KeepJobFlowAliveWhenNoSteps' is required and must have the value TRUE]"},
        {"NoStep", "elasticmapreduce", "addStep", R"({"ClusterId":"c","Steps":[]})",
         "[The field 'Step' is required but was missing, The field \"Steps\" is not supported by "
         "Step Functions]"},
        {"NoNameOfAFleet", "elasticmapreduce", "modifyInstanceFleetByName",
         R"({"ClusterId":"c","InstanceFleet":{}})",
         "[The field 'InstanceFleetName' is required but was missing]"},
        {"AnAthenaQuery", "athena", "startQueryExecution", R"({"QueryString":"select 1"})",
         kNotRefused},
        {"ABuild", "codebuild", "startBuild", R"({"ProjectName":"p"})", kNotRefused},
        {"ATask", "ecs", "runTask", R"({"TaskDefinition":"t","StartedBy":"AWS Step Functions"})",
         kNotRefused},
    }),
    [](const auto& info) { return info.param.name; });

// Every action that a Resource can name, by the models.
TEST_F(OptimizedCallTest, ReadsItemsOfMapsFromS3) {
  EXPECT_EQ(Sent(CallOf("s3", "getObject", R"({"Bucket":"items","Key":"a b/1.csv"})")),
            "https://items.s3.eu-west-1.amazonaws.com/a%20b/1.csv (none)");
  Call object =
      CallOf("s3", "getObject", R"({"Bucket":"items","Key":"1.csv","Range":"bytes=0-9"})");
  object.of_job = true;
  EXPECT_EQ(Got(object, {.status = 206,
                         .headers = {{"Content-Length", "5"},
                                     {"Content-Range", "bytes 0-4/9"},
                                     {"ETag", "\"e\""}},
                         .body = "a,b\n1"}),
            R"({"Body":"a,b\n1","ContentLength":5,"ContentRange":"bytes 0-4/9","ETag":"\"e\""})");
  Call list = CallOf("s3", "listObjectsV2", R"({"Bucket":"items","Prefix":"p/","MaxKeys":1000})");
  list.of_job = true;
  EXPECT_THAT(Sent(list), HasSubstr("list-type=2"));
  EXPECT_EQ(
      Got(list, {.status = 200,
                 .body = "<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>p/1</Key>"
                         "<LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>3</Size>"
                         "</Contents><NextContinuationToken>t</NextContinuationToken>"
                         "</ListBucketResult>"}),
      R"({"Contents":[{"Key":"p/1","LastModified":1767225600000,"Size":3}],"IsTruncated":true,)"
      R"("NextContinuationToken":"t"})");
  EXPECT_THAT(Got(object, {.status = 404,
                           .body = "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>"}),
              HasSubstr("S3.NoSuchKeyException: none (Service: Amazon S3; Status Code: 404; Error "
                        "Code: NoSuchKey;"));
}

TEST_F(OptimizedCallTest, HasAModelForWhatResourcesName) {
  const struct {
    const char* service;
    std::vector<const char*> actions;
  } kNamed[] = {
      {"athena",
       {"getQueryExecution", "getQueryResults", "startQueryExecution", "stopQueryExecution"}},
      {"batch", {"submitJob"}},
      {"codebuild",
       {"batchDeleteBuilds", "batchGetReports", "deleteBuildBatch", "retryBuildBatch", "startBuild",
        "startBuildBatch", "stopBuild", "stopBuildBatch"}},
      {"databrew", {"startJobRun"}},
      {"dynamodb", {"deleteItem", "getItem", "putItem", "updateItem"}},
      {"ecs", {"runTask"}},
      {"eks",
       {"createCluster", "createFargateProfile", "createNodegroup", "deleteCluster",
        "deleteFargateProfile", "deleteNodegroup"}},
      {"elasticmapreduce",
       {"addStep", "cancelStep", "createCluster", "modifyInstanceFleetByName",
        "modifyInstanceGroupByName", "setClusterTerminationProtection", "terminateCluster"}},
      {"emr-containers", {"createVirtualCluster", "deleteVirtualCluster", "startJobRun"}},
      {"emr-serverless",
       {"cancelJobRun", "createApplication", "deleteApplication", "startApplication", "startJobRun",
        "stopApplication"}},
      {"events", {"putEvents"}},
      {"glue", {"startJobRun"}},
      {"mediaconvert", {"createJob"}},
      {"sagemaker",
       {"createEndpoint", "createEndpointConfig", "createHyperParameterTuningJob",
        "createLabelingJob", "createModel", "createProcessingJob", "createTrainingJob",
        "createTransformJob", "updateEndpoint"}},
      {"sns", {"publish"}},
      {"sqs", {"sendMessage"}},
  };
  for (const auto& service : kNamed) {
    for (const char* action : service.actions) {
      const auto named = AwsActionOf(service.service, action);
      ASSERT_TRUE(named.has_value()) << service.service;
      EXPECT_TRUE(Models().Find(named->service, named->action).ok())
          << service.service << ":" << action;
    }
  }
}

}  // namespace
}  // namespace pawl::integrations
