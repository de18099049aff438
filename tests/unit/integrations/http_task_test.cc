#include "coordinator/integrations/http_task.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

using testing::HasSubstr;

const Connections& SomeConnections() {
  static const auto* const connections = new Connections(*Connections::Parse(R"(
key: {type: api_key, name: ApiKey, value: key_value, headers: {Header-Param: connection_header},
      query: {QueryParam: connection_query}, body: {BodyParam: connection_body}}
basic: {type: basic, username: Aladdin, password: open sesame}
)",
                                                                             nullptr));
  return *connections;
}

Call HttpCall(std::string parameters) {
  return {.service = "http",
          .action = "invoke",
          .parameters = std::move(parameters),
          .max_result_bytes = 262144};
}

Outcome<HttpTask, CallFailure> Read(const std::string& parameters, bool allow_plain = false) {
  return ReadHttpTask(
      HttpCall(parameters),
      {.region = "us-east-1", .allow_plain = allow_plain, .connections = &SomeConnections()});
}

// The request as it goes out, more or less.
std::string Sent(const std::string& parameters) {
  const auto task = Read(parameters);
  if (!task.ok()) return task.error().error + ": " + task.error().cause.value_or("");
  std::string text = task->request.method + " " + task->request.url + "\n";
  for (const HttpHeader& header : task->request.headers) {
    text += header.name + ": " + header.value + "\n";
  }
  return text + "\n" + task->request.body.value_or("(none)");
}

std::string Problem(const std::string& parameters) {
  const auto task = Read(parameters);
  if (task.ok()) return "none";
  const std::string cause = task.error().cause.value_or("");
  const std::string start =
      "The Parameters '" + parameters + "' could not be used to start the Task: ";
  if (task.error().error != "States.Runtime" || cause.rfind(start, 0) != 0) return cause;
  return cause.substr(start.size());
}

TEST(HttpTask, SendsWhatIsSaid) {
  EXPECT_EQ(Sent(R"({"ApiEndpoint":"https://api.example.com/v1/customers","Method":"GET"})"),
            "GET https://api.example.com/v1/customers\n"
            "User-Agent: Amazon|StepFunctions|HttpInvoke|us-east-1\n"
            "Range: bytes=0-262144\n"
            "Content-Type: application/json; charset=UTF-8\n\n(none)");
}

// The example of "Merging EventBridge connection and HTTP Task definition data".
TEST(HttpTask, TakesOverWhatTheConnectionSays) {
  EXPECT_EQ(Sent(R"({"Authentication":{"ConnectionArn":
                       "arn:aws:events:us-east-1:123456789012:connection/key/81210c42"},
                     "ApiEndpoint":"https://example.com/path","Method":"GET",
                     "Headers":{"Request-Id":"my_request_id","header-param":"state_machine"},
                     "RequestBody":{"Job":"Software Engineer","BodyParam":"state_machine"},
                     "QueryParameters":{"QueryParam":"state_machine"}})"),
            "GET https://example.com/path?QueryParam=connection_query\n"
            "Request-Id: my_request_id\n"
            "Header-Param: connection_header\n"
            "User-Agent: Amazon|StepFunctions|HttpInvoke|us-east-1\n"
            "Range: bytes=0-262144\n"
            "Content-Type: application/json; charset=UTF-8\n"
            "ApiKey: key_value\n\n"
            R"({"Job":"Software Engineer","BodyParam":"connection_body"})");
}

TEST(HttpTask, AuthenticatesByNameAndPassword) {
  EXPECT_THAT(Sent(R"({"ApiEndpoint":"https://a/","Method":"GET",
                       "Authentication":{"ConnectionArn":"basic"}})"),
              HasSubstr("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n"));
}

TEST(HttpTask, AddsToTheQuery) {
  const auto query = [](const std::string& parameters) {
    const auto task = Read(R"({"ApiEndpoint":"https://a/?x=1","Method":"GET","QueryParameters":)" +
                           parameters + "}");
    return task.ok() ? task->request.url.substr(10) : *task.error().cause;
  };
  EXPECT_EQ(query(R"({"q":"a b&c","n":7,"t":true,"null":null})"), "?x=1&q=a%20b%26c&n=7&t=true");
  EXPECT_EQ(query(R"({"id":["1","2"]})"), "?x=1&id=1&id=2");
  EXPECT_EQ(query(R"("y=2&z=3")"), "?x=1&y=2&z=3");
  EXPECT_EQ(query("{}"), "?x=1");
}

TEST(HttpTask, SendsBodiesInThreeWays) {
  const auto body = [](const std::string& rest) {
    return Sent(R"({"ApiEndpoint":"https://a/","Method":"POST",)" + rest + "}");
  };
  EXPECT_THAT(body(R"("RequestBody":{"a":[1, 2]})"), HasSubstr("\n\n{\"a\":[1,2]}"));
  EXPECT_THAT(body(R"("RequestBody":"plain")"), HasSubstr("\n\nplain"));
  EXPECT_THAT(body(R"("RequestBody":{"a":[1, 2]},"Transform":{"RequestBodyEncoding":"NONE"})"),
              HasSubstr("\n\n{\"a\":[1,2]}"));
  EXPECT_THAT(body(R"("RequestBody":{"a":[1, 2]},
                      "Headers":{"content-type":"application/x-www-form-urlencoded"},
                      "Transform":{"RequestBodyEncoding":"URL_ENCODED",
                                   "RequestEncodingOptions":{"ArrayFormat":"REPEAT"}})"),
              HasSubstr("\n\na=1&a=2"));
  EXPECT_THAT(
      body(R"("RequestBody":{"a":[1, 2]},"Transform":{"RequestBodyEncoding":"URL_ENCODED"})"),
      HasSubstr("Content-Type: application/x-www-form-urlencoded\n\na%5B0%5D=1&a%5B1%5D=2"));
}

TEST(HttpTask, SetsUserAgentAndRangeItself) {
  EXPECT_THAT(Sent(R"({"ApiEndpoint":"https://a/","Method":"GET",
                       "Headers":{"user-agent":"me","RANGE":"bytes=0-1"}})"),
              HasSubstr("GET https://a/\nUser-Agent: Amazon|StepFunctions|HttpInvoke|us-east-1\n"
                        "Range: bytes=0-262144\n"));
}

TEST(HttpTask, RefusesParametersThatCannotBeUsed) {
  EXPECT_EQ(Problem("{}"),
            "[The field 'ApiEndpoint' is required but was missing, "
            "The field 'Method' is required but was missing]");
  EXPECT_EQ(Problem(R"({"ApiEndpoint":"https://a/","Method":"FETCH"})"),
            "[The value of the field 'Method' has an invalid format]");
  EXPECT_EQ(Problem(R"({"ApiEndpoint":"a","Method":"GET"})"),
            "[The value of the field 'ApiEndpoint' has an invalid format]");
  EXPECT_EQ(Problem(R"({"ApiEndpoint":"https://a/","Method":"GET","Headers":"X: y"})"),
            "[The value of the field 'Headers' has an invalid format]");
  EXPECT_EQ(Problem(R"({"ApiEndpoint":"https://a/","Method":"GET","Headers":{"X":"a\r\nb"}})"),
            "[The value of the field 'Headers' has an invalid format]");
  EXPECT_EQ(Problem(R"({"ApiEndpoint":"https://a/","Method":"GET","Body":1})"),
            "[The field \"Body\" is not supported by Step Functions]");
  EXPECT_EQ(
      Problem(
          R"({"ApiEndpoint":"https://a/","Method":"GET","Transform":{"RequestBodyEncoding":"X"}})"),
      "[The value of the field 'RequestBodyEncoding' has an invalid format]");
  EXPECT_THAT(Problem(R"({"ApiEndpoint":"http://a/","Method":"GET"})"),
              HasSubstr("must be an https URL"));
  EXPECT_THAT(Problem(R"({"ApiEndpoint":"https://a/","Method":"PUT","RequestBody":"text",)"
                      R"("Authentication":{"ConnectionArn":"key"}})"),
              HasSubstr("'RequestBody' must be an object"));
}

TEST(HttpTask, RefusesHeadersThatAreNotForDefinitions) {
  for (const char* name : {"Host", "authorization", "Content-Length", "Transfer-Encoding",
                           "X-Amz-Date", "x-amzn-trace", "X-Forwarded-For", "Connection"}) {
    EXPECT_THAT(Problem(std::string(R"({"ApiEndpoint":"https://a/","Method":"GET","Headers":{")") +
                        name + R"(":"v"}})"),
                HasSubstr(std::string("The header '") + name + "'"));
  }
}

TEST(HttpTask, MayBePlainWhereThatIsAllowed) {
  EXPECT_TRUE(Read(R"({"ApiEndpoint":"http://a/","Method":"GET"})", true).ok());
}

TEST(HttpTask, NeedsItsConnection) {
  const auto task = Read(R"({"ApiEndpoint":"https://a/","Method":"GET",
                             "Authentication":{"ConnectionArn":"none"}})");
  EXPECT_EQ(task.error().error, "Events.ConnectionResource.ResourceNotFound");
}

std::string Result(const HttpResponse& response) {
  const CallResult result = HttpTaskResult(HttpCall("{}"), response);
  if (result.ok()) return *result;
  return result.error().error + ": " + result.error().cause.value_or("(none)");
}

TEST(HttpTask, GivesTheResponse) {
  EXPECT_EQ(Result({200,
                    "OK",
                    {{"Content-Type", "application/json"}, {"A", "1"}, {"a", "2"}},
                    R"({"b": 1})"}),
            R"({"Headers":{"A":["1","2"],"Content-Type":["application/json"]},)"
            R"("ResponseBody":{"b":1},"StatusCode":200,"StatusText":"OK"})");
  EXPECT_EQ(Result({200, "OK", {{"Content-Type", "text/plain"}}, "{}"}),
            R"({"Headers":{"Content-Type":["text/plain"]},"ResponseBody":"{}",)"
            R"("StatusCode":200,"StatusText":"OK"})");
  EXPECT_EQ(Result({200, "OK", {{"content-type", "application/hal+json; charset=utf-8"}}, "[]"}),
            R"({"Headers":{"content-type":["application/hal+json; charset=utf-8"]},)"
            R"("ResponseBody":[],"StatusCode":200,"StatusText":"OK"})");
  EXPECT_EQ(Result({204, "No Content", {}, ""}),
            R"({"Headers":{},"StatusCode":204,"StatusText":"No Content"})");
}

TEST(HttpTask, FailsWithTheStatus) {
  EXPECT_EQ(Result({403, "Forbidden", {}, "body"}), "States.Http.StatusCode.403: Forbidden");
  EXPECT_EQ(Result({302, "Found", {}, ""}), "States.Http.StatusCode.302: Found");
  EXPECT_EQ(Result({418, "", {}, ""}), "States.Http.StatusCode.418: (none)");
}

TEST(HttpTask, TakesNoBinaryResponses) {
  for (const char* type : {"application/octet-stream", "image/png", "audio/x", "video/x"}) {
    EXPECT_EQ(Result({200, "OK", {{"Content-Type", type}}, "x"}),
              std::string("States.Runtime: Unsupported response content-type '") + type +
                  "'. Please see documentation for list of unsupported content-types.");
  }
  EXPECT_THAT(Result({200, "OK", {{"Content-Type", "text/plain"}}, "\xff\xfe"}),
              HasSubstr("States.Runtime: Unsupported response content-type 'text/plain'"));
}

TEST(HttpTask, HasALimitOfItsResult) {
  EXPECT_EQ(Result({200, "OK", {}, std::string(262144, 'x')}),
            "States.DataLimitExceeded: The state/task 'http' returned a result with a size "
            "exceeding the maximum number of bytes service limit.");
}

}  // namespace
}  // namespace pawl::integrations
