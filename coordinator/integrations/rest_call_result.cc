#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws_endpoints.h"
#include "coordinator/integrations/rest_call.h"
#include "coordinator/integrations/results.h"

namespace pawl::integrations {
namespace {

// As aws-iam-authenticator and the AWS CLI make it: a request to STS that whoever gets it can make,
// to learn who signed it for this cluster.
std::string ClusterToken(const RestCall& rest, const AwsCredentials& credentials, absl::Time now) {
  constexpr absl::Duration kLasts = absl::Seconds(60);
  HttpRequest request;
  request.url = StrCat("https://sts.", rest.scope.region, ".", DnsSuffix(rest.scope.region),
                       "/?Action=GetCallerIdentity&Version=2011-06-15");
  request.headers.push_back({"x-k8s-aws-id", rest.cluster});
  std::string token =
      absl::WebSafeBase64Escape(PresignedUrl(credentials, rest.scope, now, kLasts, request));
  while (token.ends_with('=')) token.pop_back();
  return StrCat("k8s-aws-v1.", token);
}

}  // namespace

CallFailure RestDenied(const Call& call) {
  std::string message;
  AppendJsonString(StrCat("User: pawl is not authorized to perform: ", call.service, ":",
                          call.action, " for ", call.state_machine_arn,
                          " because no entry of the setting aws_integrations_allow allows ",
                          call.service, ":", call.action),
                   &message);
  return {call.service == "eks" ? "EKS.403" : "ApiGateway.403",
          StrCat("{\"Message\":", message, "}")};
}

void Prove(const RestCall& rest, const AwsCredentials& credentials, absl::Time now,
           HttpRequest* request) {
  if (rest.proof == RestCall::Proof::kSignature) {
    SignRequest(credentials, rest.scope, now, request);
  } else if (rest.proof == RestCall::Proof::kToken) {
    request->headers.push_back(
        {"Authorization", StrCat("Bearer ", ClusterToken(rest, credentials, now))});
  }
}

CallResult RestResult(const Call& call, const RestCall& rest, const HttpResponse& response) {
  if (response.status < 200 || response.status >= 300) {
    return CallFailure{StrCat(rest.prefix, ".", response.status), response.body};
  }
  std::string out = "{";
  if (rest.shows_headers) {
    out.append("\"Headers\":");
    AppendHeaderLists(response, &out);
    out.push_back(',');
  }
  if (!response.body.empty()) {
    out.append("\"ResponseBody\":");
    AppendResponseBody(response, &out);
    out.push_back(',');
  }
  StrAppend(&out, "\"StatusCode\":", response.status, ",\"StatusText\":");
  AppendJsonString(response.reason, &out);
  out.push_back('}');
  return Limited(std::move(out), call.max_result_bytes, call.service);
}

CallFailure RestFailure(const Call& call, const RestCall& rest, const HttpFailure& failure) {
  switch (failure.kind) {
    case HttpFailure::Kind::kTooLarge:
      return DataLimitExceeded(call.service);
    case HttpFailure::Kind::kTimeout:
      return {StrCat(rest.prefix, ".ClientExecutionTimeoutException"),
              "Client execution did not complete before the specified timeout configuration."};
    case HttpFailure::Kind::kInvalid:
    case HttpFailure::Kind::kDenied:
      return {StrCat(rest.prefix, ".SdkClientException"), failure.message};
    default:
      return {StrCat(rest.prefix, ".SdkClientException"),
              StrCat("Unable to execute HTTP request: ", failure.message)};
  }
}

}  // namespace pawl::integrations
