// apigateway:invoke, eks:call and eks:runJob: what is sent, what is refused, what tasks see.

#include "coordinator/integrations/rest_call.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "coordinator/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Call CallOf(const std::string& service, const std::string& action, const std::string& parameters) {
  return {.service = service,
          .action = action,
          .parameters = parameters,
          .state_machine_arn = "arn:aws:states:us-east-1:000000000000:stateMachine:m",
          .max_result_bytes = 262144};
}

// "METHOD URL [headers] body", or what is wrong.
std::string Sent(const Call& call, bool allow_plain = false) {
  const auto rest = ReadRestCall(call, {.region = "eu-west-1", .allow_plain = allow_plain});
  if (!rest.ok()) {
    EXPECT_EQ(rest.error().error, "States.Runtime");
    const std::string& cause = *rest.error().cause;
    return cause.substr(cause.rfind("Task: ") + 6);
  }
  std::string headers;
  for (const HttpHeader& header : rest->request.headers) {
    StrAppend(&headers, headers.empty() ? "" : ", ", header.name, ": ", header.value);
  }
  return StrCat(rest->request.method, " ", rest->request.url, " [", headers, "] ",
                rest->request.body.value_or("(none)"));
}

std::string Gateway(const std::string& more, const std::string& method = "POST") {
  return StrCat(R"({"ApiEndpoint":"id.execute-api.us-west-2.amazonaws.com","Method":")", method,
                "\"", more, "}");
}

struct RequestCase {
  const char* name;
  std::string parameters;
  std::string wanted;
};

class GatewayRequestTest : public testing::TestWithParam<RequestCase> {};

TEST_P(GatewayRequestTest, IsAsOnAws) {
  EXPECT_EQ(Sent(CallOf("apigateway", "invoke", GetParam().parameters)), GetParam().wanted);
}

const std::string kHost = "https://id.execute-api.us-west-2.amazonaws.com";

INSTANTIATE_TEST_SUITE_P(
    Reference, GatewayRequestTest,
    testing::ValuesIn(std::vector<RequestCase>{
        {"Plain", Gateway("", "GET"), StrCat("GET ", kHost, "/ [] (none)")},
        {"StageAndPath", Gateway(R"(,"Stage":"prod","Path":"/a/b")", "GET"),
         StrCat("GET ", kHost, "/prod/a/b [] (none)")},
        {"Lists",
         Gateway(R"(,"QueryParameters":{"a b":["1","2"]},"Headers":{"X":["y","z"]})", "GET"),
         StrCat("GET ", kHost, "/?a%20b=1&a%20b=2 [X: y, X: z] (none)")},
        {"BodyWithoutNulls", Gateway(R"(,"RequestBody":{"a":null,"b":[{"c":null}]})"),
         StrCat("POST ", kHost, R"(/ [Content-Type: application/json] {"b":[{}]})")},
        {"BodyWithNulls", Gateway(R"(,"RequestBody":{"a":null},"AllowNullValues":true)"),
         StrCat("POST ", kHost, R"(/ [Content-Type: application/json] {"a":null})")},
        {"TextBody", Gateway(R"(,"RequestBody":"x","Headers":{"content-type":["text/plain"]})"),
         StrCat("POST ", kHost, "/ [content-type: text/plain] x")},
        {"OwnAuthorization", Gateway(R"(,"Headers":{"Authorization":["Bearer t"]})"),
         StrCat("POST ", kHost, "/ [Authorization: Bearer t] (none)")},
        {"AuthorizationBesideASignature",
         Gateway(R"(,"Headers":{"Authorization":["x"]},"AuthType":"IAM_ROLE")"),
         "[The header 'Authorization' in the field 'Headers' is not supported by Step Functions]"},
        {"HeadersOfTheNetwork", Gateway(R"(,"Headers":{"X-Amz-Date":["x"],"host":["x"]})"),
         "[The header 'X-Amz-Date' in the field 'Headers' is not supported by Step Functions, The "
         "header 'host' in the field 'Headers' is not supported by Step Functions]"},
        {"HeadersThatAreNoLists", Gateway(R"(,"Headers":{"X":"y"})"),
         "[The value of the field 'Headers' has an invalid format]"},
        {"SmuggledLines", Gateway(R"(,"Headers":{"X":["y\r\nZ: 1"]})"),
         "[The value of the field 'Headers' has an invalid format]"},
        {"NoMethod", R"({"ApiEndpoint":"h"})", "[The field 'Method' is required but was missing]"},
        {"WrongProof", Gateway(R"(,"AuthType":"BASIC")"),
         "[The value of the field 'AuthType' has an invalid format]"},
        {"PlainHttp", R"({"ApiEndpoint":"http://h","Method":"GET"})",
         "[The value of the field 'ApiEndpoint' has an invalid format]"},
        {"Unknown", Gateway(R"(,"Nope":1)"),
         "[The field \"Nope\" is not supported by Step Functions]"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(GatewayCall, IsSignedForTheRegionOfItsHost) {
  const auto rest = ReadRestCall(
      CallOf("apigateway", "invoke", Gateway(R"(,"AuthType":"IAM_ROLE")")), {.region = "r"});
  ASSERT_TRUE(rest.ok());
  HttpRequest request = rest->request;
  Prove(*rest, {"id", "secret", ""}, absl::FromUnixSeconds(1440938160), &request);
  EXPECT_THAT(request.headers.back().value,
              StartsWith("AWS4-HMAC-SHA256 Credential=id/20150830/us-west-2/execute-api/"));
}

TEST(GatewayCall, TellsWhatCame) {
  const Call call = CallOf("apigateway", "invoke", Gateway(""));
  const auto rest = ReadRestCall(call, {.region = "r"});
  ASSERT_TRUE(rest.ok());
  EXPECT_EQ(*RestResult(call, *rest,
                        {.status = 200,
                         .reason = "OK",
                         .headers = {{"Content-Type", "application/json"}},
                         .body = R"({"a": 1})"}),
            R"({"Headers":{"Content-Type":["application/json"]},"ResponseBody":{"a":1},)"
            R"("StatusCode":200,"StatusText":"OK"})");
  EXPECT_EQ(*RestResult(call, *rest, {.status = 204, .reason = "No Content"}),
            R"({"Headers":{},"StatusCode":204,"StatusText":"No Content"})");
  const std::string refused = R"({"message": "Missing Authentication Token"})";
  const CallResult failed = RestResult(call, *rest, {.status = 403, .body = refused});
  EXPECT_EQ(failed.error().error, "ApiGateway.403");
  EXPECT_EQ(failed.error().cause, refused);
  EXPECT_EQ(RestDenied(call).error, "ApiGateway.403");
}

constexpr char kCluster[] =
    R"("ClusterName":"c","CertificateAuthority":"UEVN","Endpoint":"https://X.gr7.us-west-2.eks.amazonaws.com")";

TEST(ClusterCall, GoesToKubernetes) {
  const std::string host = "https://x.gr7.us-west-2.eks.amazonaws.com";
  EXPECT_EQ(Sent(CallOf("eks", "call",
                        StrCat("{", kCluster, R"(,"Method":"GET","Path":"/api/v1/pods",)",
                               R"("QueryParameters":{"limit":["5"]}})"))),
            StrCat("GET ", host, "/api/v1/pods?limit=5 [Accept: application/json] (none)"));
  EXPECT_EQ(Sent(CallOf("eks", "runJob",
                        StrCat("{", kCluster, R"(,"Namespace":"n","Job":{"kind":"Job"},)",
                               R"("LogOptions":{"RetrieveLogs":true}})"))),
            StrCat("POST ", host,
                   "/apis/batch/v1/namespaces/n/jobs [Content-Type: "
                   R"(application/json, Accept: application/json] {"kind":"Job"})"));
  EXPECT_EQ(
      Sent(CallOf("eks", "call",
                  R"({"ClusterName":"c","CertificateAuthority":"?","Endpoint":"https://h"})")),
      "[The value of the field 'CertificateAuthority' has an invalid format, The field "
      "'Method' is required but was missing, The field 'Path' is required but was missing]");
}

TEST(ClusterCall, ShowsAClusterWhoCalls) {
  const Call call = CallOf("eks", "call", StrCat("{", kCluster, R"(,"Method":"GET","Path":"/"})"));
  const auto rest = ReadRestCall(call, {.region = "r"});
  ASSERT_TRUE(rest.ok());
  EXPECT_EQ(rest->request.trusted_certificates, "PEM");
  HttpRequest request = rest->request;
  Prove(*rest, {"id", "secret", "session"}, absl::FromUnixSeconds(1440938160), &request);
  const std::string& bearer = request.headers.back().value;
  ASSERT_THAT(bearer, StartsWith("Bearer k8s-aws-v1."));
  std::string url;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(bearer.substr(bearer.find('.') + 1), &url));
  EXPECT_THAT(url, StartsWith("https://sts.us-west-2.amazonaws.com/?Action=GetCallerIdentity"
                              "&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256"));
  EXPECT_THAT(url, HasSubstr("&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"
                             "&X-Amz-Security-Token=session&X-Amz-Signature="));
}

TEST(ClusterCall, TellsWhatCame) {
  const Call call = CallOf("eks", "call", StrCat("{", kCluster, R"(,"Method":"GET","Path":"/"})"));
  const auto rest = ReadRestCall(call, {.region = "r"});
  ASSERT_TRUE(rest.ok());
  EXPECT_EQ(*RestResult(call, *rest,
                        {.status = 200,
                         .reason = "OK",
                         .headers = {{"Content-Type", "application/json"}},
                         .body = "{}"}),
            R"({"ResponseBody":{},"StatusCode":200,"StatusText":"OK"})");
  EXPECT_EQ(RestResult(call, *rest, {.status = 404, .body = "no"}).error().error, "EKS.404");
}

}  // namespace
}  // namespace pawl::integrations
