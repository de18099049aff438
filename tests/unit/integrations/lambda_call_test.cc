#include "coordinator/integrations/lambda_call.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

constexpr char kArn[] = "arn:aws:lambda:us-east-1:123456789012:function:f";

Call InvokeCall(std::string parameters) {
  return {.service = "lambda",
          .action = "invoke",
          .parameters = std::move(parameters),
          .idempotency_key = "key",
          .max_result_bytes = 262144};
}

Call FunctionCall(std::string input) {
  return {.service = "lambda",
          .parameters = std::move(input),
          .function_arn = kArn,
          .max_result_bytes = 262144};
}

HttpResponse Response(int status, std::string body, std::vector<HttpHeader> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

LambdaRoutes Server() { return *LambdaRoutes::Parse("http://server:1", "", "us-east-1"); }

std::string Payload(const std::string& parameters) {
  const auto invocation = ReadInvocation(InvokeCall(parameters));
  return invocation.ok() ? invocation->payload : invocation.error().cause.value_or("");
}

// The text of a result or "Error: cause" of a failure.
std::string Shown(const CallResult& result) {
  if (result.ok()) return *result;
  return result.error().error + ": " + result.error().cause.value_or("(none)");
}

std::string Result(const Call& call, const HttpResponse& response) {
  const auto invocation = ReadInvocation(call);
  if (!invocation.ok()) return "cannot be read";
  return Shown(InvokeResult(call, *invocation, response));
}

TEST(LambdaCall, SendsThePayloadAsItIsGiven) {
  EXPECT_EQ(Payload(R"({"FunctionName":"f","Payload":{"a": 1.50, "b":[ ]}})"),
            R"({"a":1.5,"b":[]})");
  EXPECT_EQ(Payload(R"({"FunctionName":"f","Payload":"{\"a\":1}"})"), R"({"a":1})");
  EXPECT_EQ(Payload(R"({"FunctionName":"f","Payload":7})"), "7");
  EXPECT_EQ(Payload(R"({"FunctionName":"f","Payload":null})"), "{}");
  EXPECT_EQ(Payload(R"({"FunctionName":"f"})"), "{}");
}

TEST(LambdaCall, OfAFunctionArnSendsTheInput) {
  const auto invocation = ReadInvocation(FunctionCall(R"("text")"));
  EXPECT_EQ(invocation->payload, R"("text")");
  EXPECT_EQ(invocation->function, kArn);
}

TEST(LambdaCall, RefusesParametersInAwsWords) {
  EXPECT_EQ(Payload(R"({"Payload":{}})"),
            R"(The Parameters '{"Payload":{}}' could not be used to start the Task: )"
            "[The field 'FunctionName' is required but was missing]");
  EXPECT_EQ(Payload(R"({"FunctionName":7,"Foo":1})"),
            R"(The Parameters '{"FunctionName":7,"Foo":1}' could not be used to start the Task: )"
            "[The value for the field 'FunctionName' must be a STRING, "
            "The field \"Foo\" is not supported by Step Functions]");
  EXPECT_EQ(Payload(R"({"FunctionName":"f","InvocationType":"Later"})"),
            R"(The Parameters '{"FunctionName":"f","InvocationType":"Later"}' could not be used )"
            "to start the Task: [The value of the field 'InvocationType' has an invalid format]");
}

TEST(LambdaCall, IsARequestOfTheInvokeApi) {
  const Call call = InvokeCall(R"({"FunctionName":"f:live","Payload":{"a":1},"LogType":"Tail",
                                   "InvocationType":"Event","ClientContext":"e30="})");
  const auto request = InvokeRequest(call, *ReadInvocation(call), Server());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->url, "http://server:1/2015-03-31/functions/f/invocations?Qualifier=live");
  EXPECT_EQ(request->body, R"({"a":1})");
  std::string headers;
  for (const HttpHeader& header : request->headers) {
    headers += header.name + ": " + header.value + "\n";
  }
  EXPECT_EQ(headers,
            "Content-Type: application/json\nX-Amz-Invocation-Type: Event\n"
            "X-Amz-Log-Type: Tail\nX-Amz-Client-Context: e30=\n");
}

TEST(LambdaCall, TellsTheQualifierOnce) {
  const LambdaRoutes aws = *LambdaRoutes::Parse("aws", "", "us-east-1");
  const Call call = InvokeCall(R"({"FunctionName":"f:live"})");
  EXPECT_EQ(InvokeRequest(call, *ReadInvocation(call), aws)->url,
            "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f%3Alive/invocations");
}

TEST(LambdaCall, OfAFunctionThatNoEndpointServesFails) {
  const Call call = FunctionCall("{}");
  const auto request = InvokeRequest(call, *ReadInvocation(call), LambdaRoutes());
  EXPECT_EQ(request.error().error, "Lambda.ResourceNotFoundException");
}

TEST(LambdaCall, OfAFunctionArnGivesTheFunctionsOwnResult) {
  EXPECT_EQ(Result(FunctionCall("{}"), Response(200, " {\"a\" : [1]} ")), R"({"a":[1]})");
  EXPECT_EQ(Result(FunctionCall("{}"), Response(200, "")), "null");
}

TEST(LambdaCall, GivesTheInvokeResult) {
  EXPECT_EQ(
      Result(InvokeCall(R"({"FunctionName":"f"})"), Response(200, R"({"n":1})",
                                                             {{"x-amzn-RequestId", "r-1"},
                                                              {"X-Amz-Executed-Version", "7"},
                                                              {"Content-Type", "application/json"},
                                                              {"X-Amz-Log-Result", "TE9H"},
                                                              {"Set-Cookie", "a"},
                                                              {"set-cookie", "b"}})),
      R"({"ExecutedVersion":"7","LogResult":"TE9H","Payload":{"n":1},)"
      R"("SdkHttpMetadata":{"AllHttpHeaders":{"Content-Type":["application/json"],)"
      R"("Set-Cookie":["a","b"],"X-Amz-Executed-Version":["7"],"X-Amz-Log-Result":["TE9H"],)"
      R"("x-amzn-RequestId":["r-1"]},"HttpHeaders":{"Content-Type":"application/json",)"
      R"("Set-Cookie":"a","X-Amz-Executed-Version":"7","X-Amz-Log-Result":"TE9H",)"
      R"("x-amzn-RequestId":"r-1"},"HttpStatusCode":200},)"
      R"("SdkResponseMetadata":{"RequestId":"r-1"},"StatusCode":200})");
}

TEST(LambdaCall, OfAnEventHasNoPayload) {
  EXPECT_EQ(
      Result(InvokeCall(R"({"FunctionName":"f","InvocationType":"Event"})"), Response(202, "")),
      R"({"Payload":"","SdkHttpMetadata":{"AllHttpHeaders":{},)"
      R"("HttpHeaders":{},"HttpStatusCode":202},"SdkResponseMetadata":{"RequestId":"key"},)"
      R"("StatusCode":202})");
}

struct FailureCase {
  std::string name;
  HttpResponse response;
  std::string wanted;
};

const HttpHeader kFunctionError = {"X-Amz-Function-Error", "Unhandled"};

const FailureCase kFailures[] = {
    {"AFunctionsErrorHasItsTypeAndItsPayload",
     Response(200, R"({"errorType": "CustomError", "errorMessage": "no"})", {kFunctionError}),
     R"(CustomError: {"errorType": "CustomError", "errorMessage": "no"})"},
    {"AFunctionsErrorMayHaveNoType", Response(200, R"({"errorMessage":"x"})", {kFunctionError}),
     "Lambda.Unknown: The cause could not be determined because Lambda did not return an error "
     R"(type. Returned payload: {"errorMessage":"x"})"},
    {"AFunctionsErrorMayBeGarbage", Response(200, "oops", {kFunctionError}),
     "Lambda.Unknown: The cause could not be determined because Lambda did not return an error "
     "type. Returned payload: oops"},
    {"AServicesErrorHasItsCode",
     Response(404, R"({"Type":"User","Message":"Function not found: arn"})",
              {{"x-amzn-ErrorType", "ResourceNotFoundException:http://internal/"},
               {"x-amzn-RequestId", "r-1"}}),
     "Lambda.ResourceNotFoundException: Function not found: arn (Service: AWSLambda; Status Code: "
     "404; Error Code: ResourceNotFoundException; Request ID: r-1; Proxy: null)"},
    {"AServicesErrorMayBeNamedInTheBody",
     Response(429, R"({"__type":"com.amazonaws#TooManyRequestsException","message":"slow"})"),
     "Lambda.TooManyRequestsException: slow (Service: AWSLambda; Status Code: 429; Error Code: "
     "TooManyRequestsException; Request ID: null; Proxy: null)"},
    {"AnErrorThatLambdaDoesNotModelIsTheServicesOwn",
     Response(403, R"({"message":"no"})", {{"x-amzn-errortype", "AccessDeniedException"}}),
     "Lambda.AWSLambdaException: no (Service: AWSLambda; Status Code: 403; Error Code: "
     "AccessDeniedException; Request ID: null; Proxy: null)"},
    {"AServerErrorWithoutACode", Response(500, "oops"),
     "Lambda.AWSLambdaException: oops (Service: AWSLambda; Status Code: 500; Error Code: null; "
     "Request ID: null; Proxy: null)"},
    {"ARedirectionIsNotFollowed", Response(302, ""),
     "Lambda.AWSLambdaException: null (Service: AWSLambda; Status Code: 302; Error Code: null; "
     "Request ID: null; Proxy: null)"},
    {"AResponseThatIsNoJson", Response(200, "<html>"),
     "Lambda.SdkClientException: Unable to unmarshall response "},
    {"AResultThatIsTooLarge", Response(200, "\"" + std::string(262144, 'x') + "\""),
     "States.DataLimitExceeded: The state/task 'lambda' returned a result with a size exceeding "
     "the maximum number of bytes service limit."},
    {"AResultThatIsTooLargeAndNoJson", Response(200, std::string(262145, 'x')),
     "States.DataLimitExceeded: The state/task 'lambda' returned a result with a size exceeding "
     "the maximum number of bytes service limit."},
};

class LambdaFailureTest : public testing::TestWithParam<FailureCase> {};

TEST_P(LambdaFailureTest, IsAsOnAws) {
  const std::string shown = Result(InvokeCall(R"({"FunctionName":"f"})"), GetParam().response);
  EXPECT_EQ(shown.substr(0, GetParam().wanted.size()), GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(Reference, LambdaFailureTest, testing::ValuesIn(kFailures),
                         [](const auto& info) { return info.param.name; });

TEST(LambdaCall, NamesTheFunctionWhoseResultIsTooLarge) {
  EXPECT_EQ(Shown(InvokeFailure(FunctionCall("{}"), {HttpFailure::Kind::kTooLarge, ""})),
            std::string("States.DataLimitExceeded: The state/task '") + kArn +
                "' returned a result with a size exceeding the maximum number of bytes service "
                "limit.");
}

TEST(LambdaCall, TellsWhyThereIsNoResponse) {
  const Call call = FunctionCall("{}");
  EXPECT_EQ(Shown(InvokeFailure(
                call, {HttpFailure::Kind::kResolve, "sqs.example: Name or service not known"})),
            "Lambda.SdkClientException: Unable to execute HTTP request: sqs.example: Name or "
            "service not known");
  EXPECT_EQ(Shown(InvokeFailure(call, {HttpFailure::Kind::kTimeout, ""})),
            "Lambda.ClientExecutionTimeoutException: Client execution did not complete before the "
            "specified timeout configuration.");
}

}  // namespace
}  // namespace pawl::integrations
