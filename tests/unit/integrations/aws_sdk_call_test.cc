#include "coordinator/integrations/aws_sdk_call.h"

#include <string>

#include "coordinator/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/aws/model_of_test.h"

namespace pawl::integrations {
namespace {

using testing::HasSubstr;

constexpr char kMachine[] = "arn:aws:states:us-east-1:000000000000:stateMachine:m";
constexpr char kGetObject[] =
    R"({"GetObject":{"name":"GetObject","http":{"method":"GET","requestUri":"/{Bucket}/{Key+}"},
        "input":{"shape":"In"},"output":{"shape":"Out"},"endpoint":{"hostPrefix":"data."}}})";
constexpr char kShapes[] =
    R"({"In":{"type":"structure","members":{
          "Bucket":{"shape":"S","location":"uri","locationName":"Bucket"},
          "Key":{"shape":"S","location":"uri","locationName":"Key"},
          "Length":{"shape":"S","location":"header","locationName":"Content-Length"}}},
        "Out":{"type":"structure","payload":"Body","members":{"Body":{"shape":"S"}}},
        "AccessDeniedException":{"type":"structure","exception":true},
        "S":{"type":"string"}})";

class SdkCallTest : public testing::Test {
 protected:
  // The URL that is called and what is signed, or the failure.
  std::string Prepare(const std::string& parameters, const std::string& service_id = "S3",
                      const std::string& endpoint = "aws", const std::string& allow = "*") {
    ref_.model = aws::ModelOf("rest-xml", kGetObject, kShapes, service_id);
    ref_.operation = ref_.model->Find("getObject");
    call_.parameters = parameters;
    const auto prepared =
        PrepareSdkCall(call_, ref_, *AwsEndpoints::Parse(endpoint, "", "eu-west-1"),
                       {.generic = *AwsSdkPolicy::Parse(allow), .optimized = AwsSdkPolicy()});
    if (!prepared.ok()) return StrCat(prepared.error().error, ": ", *prepared.error().cause);
    return StrCat(prepared->request.url, " ", prepared->scope->region, "/",
                  prepared->scope->service, prepared->scope->is_s3 ? " s3" : "",
                  prepared->needs_credentials ? " needs credentials" : "", " ",
                  prepared->request.headers.size());
  }

  aws::OperationRef ref_;
  Call call_{.service = "aws-sdk:thing",
             .action = "getObject",
             .state_machine_arn = kMachine,
             .max_result_bytes = 100};
};

TEST_F(SdkCallTest, PutsABucketBeforeAwsOwnHostOfS3) {
  EXPECT_EQ(Prepare(R"({"Bucket":"my-bucket","Key":"a b/c"})"),
            "https://data.my-bucket.thing.eu-west-1.amazonaws.com/a%20b/c eu-west-1/thing s3 "
            "needs credentials 0");
  EXPECT_EQ(Prepare(R"({"Bucket":"my.bucket","Key":"k"})"),
            "https://data.thing.eu-west-1.amazonaws.com/my.bucket/k eu-west-1/thing s3 "
            "needs credentials 0");
}

TEST_F(SdkCallTest, KeepsThePathAtServersOfOnesOwn) {
  EXPECT_EQ(Prepare(R"({"Bucket":"bucket","Key":"k"})", "S3", "http://127.0.0.1:9000/x"),
            "http://127.0.0.1:9000/x/bucket/k eu-west-1/thing s3 0");
}

TEST_F(SdkCallTest, LeavesHeadersToTheClientThatAreItsOwn) {
  EXPECT_EQ(Prepare(R"({"Bucket":"bucket","Key":"k","Length":"5"})", "Thing", "http://h"),
            "http://h/bucket/k eu-west-1/thing 0");
}

TEST_F(SdkCallTest, IsDeniedAsAwsDeniesIt) {
  EXPECT_THAT(
      Prepare(R"({"Bucket":"b","Key":"k"})", "Thing", "aws", "thing:put*,other/thing:*"),
      testing::AllOf(HasSubstr("Thing.AccessDeniedException: User: pawl is not authorized to "
                               "perform: thing:GetObject for arn:aws:states:"),
                     HasSubstr("aws_sdk_allow allows thing:getObject (Service: Thing, Status Code: "
                               "403, Request ID: null)")));
}

TEST_F(SdkCallTest, RefusesParametersThatCannotBeUsed) {
  EXPECT_EQ(
      Prepare(R"({"Bucket":"b","Key":"k","Nope":1})"),
      "States.Runtime: The Parameters '{\"Bucket\":\"b\",\"Key\":\"k\",\"Nope\":1}' could not be "
      "used to start the Task: [The field \"Nope\" is not supported by Step Functions]");
}

TEST_F(SdkCallTest, TellsBeforehandWhatItWillRefuse) {
  Prepare("{}");
  JsonArena arena;
  EXPECT_EQ(SdkRefusal(call_, ref_, *ParseJson(R"({"Bucket":"b","Key":"k"})", &arena)),
            std::nullopt);
  EXPECT_EQ(SdkRefusal(call_, ref_, *ParseJson(R"({"Bucket":"","Key":"k"})", &arena)),
            "The Parameters '{\"Bucket\":\"\",\"Key\":\"k\"}' could not be used to start the Task: "
            "[The value of the field 'Bucket' has an invalid format]");
}

TEST_F(SdkCallTest, DoesNotDoWhatStepFunctionsDoesNot) {
  Prepare("{}");
  EXPECT_FALSE(IsUnsupported(*ref_.model, *ref_.operation, "s3"));
  const auto sts = aws::ModelOf("query", R"({"AssumeRoleWithSAML":{}})", "{}", "STS");
  EXPECT_TRUE(IsUnsupported(*sts, *sts->Find("assumeRoleWithSAML"), "sts"));
}

TEST_F(SdkCallTest, TellsResultsAndFailures) {
  Prepare(R"({"Bucket":"b","Key":"k"})");
  EXPECT_EQ(*SdkResult(call_, ref_, {.status = 200, .body = "text"}), R"({"Body":"text"})");
  EXPECT_EQ(SdkResult(call_, ref_, {.status = 200, .body = std::string(200, 'x')}).error().error,
            "States.DataLimitExceeded");
  EXPECT_EQ(SdkResult(call_, ref_, {.status = 403, .body = ""}).error().error, "S3.S3Exception");
  EXPECT_EQ(
      SdkFailure(call_, ref_, {HttpFailure::Kind::kResolve, "h: Name or service not known"}).cause,
      "Unable to execute HTTP request: h: Name or service not known");
}

}  // namespace
}  // namespace pawl::integrations
