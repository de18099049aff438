#include "coordinator/integrations/lambda_call.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/integrations/parameters.h"
#include "coordinator/integrations/results.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {
namespace {

// A function may run for 15 minutes (AWS quota); its answer needs a moment more.
constexpr absl::Duration kTimeout = absl::Seconds(15 * 60 + 10);
constexpr size_t kMaxResponseBytes = 6u << 20;  // AWS quota: of a function's response
constexpr size_t kExcerptBytes = 1024;

// Those that Lambda's API models for Invoke; any other code is Lambda.AWSLambdaException.
constexpr std::string_view kModelledExceptions[] = {
    "EC2AccessDeniedException",
    "EC2ThrottledException",
    "EC2UnexpectedException",
    "EFSIOException",
    "EFSMountConnectivityException",
    "EFSMountFailureException",
    "EFSMountTimeoutException",
    "ENILimitReachedException",
    "InvalidParameterValueException",
    "InvalidRequestContentException",
    "InvalidRuntimeException",
    "InvalidSecurityGroupIDException",
    "InvalidSubnetIDException",
    "InvalidZipFileException",
    "KMSAccessDeniedException",
    "KMSDisabledException",
    "KMSInvalidStateException",
    "KMSNotFoundException",
    "RecursiveInvocationException",
    "RequestTooLargeException",
    "ResourceConflictException",
    "ResourceNotFoundException",
    "ResourceNotReadyException",
    "ServiceException",
    "SnapStartException",
    "SnapStartNotReadyException",
    "SnapStartTimeoutException",
    "SubnetIPAddressLimitReachedException",
    "TooManyRequestsException",
    "UnsupportedMediaTypeException",
};

bool IsFunctionResource(const Call& call) { return !call.function_arn.empty(); }

// What AWS calls the task in DataLimitExceeded.
std::string_view NameOf(const Call& call) {
  return IsFunctionResource(call) ? std::string_view(call.function_arn) : "lambda";
}

// A string is sent as it is, anything else as JSON; nothing is an empty object.
std::string PayloadText(Json payload) {
  if (payload.is_undefined()) return "{}";
  if (payload.is_string()) return MaskSurrogates(payload.as_string());
  return WriteJson(payload);
}

std::string OrNull(std::optional<std::string_view> text) {
  return std::string(text.value_or("null"));
}

// The exception's name: of the header "x-amzn-ErrorType: Name:http://...", or of the body.
std::string ErrorCode(const HttpResponse& response, Json body) {
  std::string code(response.Header("x-amzn-errortype").value_or(""));
  for (const std::string_view member : {"__type", "code"}) {
    if (code.empty() && body.Find(member).is_string()) code = body.Find(member).as_string();
  }
  code = code.substr(0, code.find(':'));
  if (const size_t hash = code.find('#'); hash != std::string::npos) code.erase(0, hash + 1);
  if (code.empty() && response.status == 429) code = "TooManyRequestsException";
  return code;
}

std::string ErrorMessage(const HttpResponse& response, Json body) {
  for (const std::string_view member : {"message", "Message"}) {
    if (body.Find(member).is_string()) return std::string(body.Find(member).as_string());
  }
  return response.body.empty() ? "null" : Excerpt(response.body, kExcerptBytes);
}

// Lambda itself refused or failed.
CallFailure ServiceFailure(const HttpResponse& response) {
  JsonArena arena;
  const absl::StatusOr<Json> parsed = ParseJson(response.body, &arena);
  const Json body = parsed.ok() ? *parsed : Json();
  const std::string code = ErrorCode(response, body);
  const bool modelled = std::find(std::begin(kModelledExceptions), std::end(kModelledExceptions),
                                  code) != std::end(kModelledExceptions);
  return {StrCat("Lambda.", modelled ? code : "AWSLambdaException"),
          StrCat(ErrorMessage(response, body), " (Service: AWSLambda; Status Code: ",
                 response.status, "; Error Code: ", code.empty() ? "null" : code,
                 "; Request ID: ", OrNull(response.Header("x-amzn-requestid")), "; Proxy: null)")};
}

// The function failed.
CallFailure FunctionFailure(const std::string& payload) {
  JsonArena arena;
  const absl::StatusOr<Json> parsed = ParseJson(payload, &arena);
  const Json type = parsed.ok() ? parsed->Find("errorType") : Json();
  if (type.is_string() && type.size() > 0) return {std::string(type.as_string()), payload};
  return {"Lambda.Unknown",
          StrCat("The cause could not be determined because Lambda did not return an error type. "
                 "Returned payload: ",
                 payload)};
}

std::string InvokeOutput(const Call& call, const Invocation& invocation,
                         const HttpResponse& response, Json payload) {
  const bool waited = invocation.type == "RequestResponse";
  std::string out = "{";
  // Of a function that nobody waits for Lambda does not say it.
  const auto version = response.Header("x-amz-executed-version");
  if (waited || version) {
    out.append("\"ExecutedVersion\":");
    AppendJsonString(version.value_or("$LATEST"), &out);
    out.push_back(',');
  }
  if (const auto log = response.Header("x-amz-log-result")) {
    out.append("\"LogResult\":");
    AppendJsonString(*log, &out);
    out.push_back(',');
  }
  out.append("\"Payload\":");
  // Only a function that was waited for has answered something.
  if (waited) {
    AppendJson(payload, &out);
  } else {
    out.append("\"\"");
  }
  out.append(",\"SdkHttpMetadata\":");
  AppendSdkHttpMetadata(response, &out);
  out.append(",\"SdkResponseMetadata\":{\"RequestId\":");
  AppendJsonString(response.Header("x-amzn-requestid").value_or(call.idempotency_key), &out);
  StrAppend(&out, "},\"StatusCode\":", response.status, "}");
  return out;
}

// All but the payload.
Invocation ReadMembers(ParameterReader* reader) {
  Invocation invocation;
  invocation.function = reader->RequiredString("FunctionName").value_or("");
  invocation.type = reader->OneOf("InvocationType", {"RequestResponse", "Event", "DryRun"});
  invocation.log_type = reader->OneOf("LogType", {"None", "Tail"});
  invocation.qualifier = reader->String("Qualifier").value_or("");
  invocation.client_context = reader->String("ClientContext").value_or("");
  if (!IsHeaderValue(invocation.client_context)) reader->InvalidFormat("ClientContext");
  reader->Value("Payload");
  reader->RefuseOthers();
  return invocation;
}

}  // namespace

Outcome<Invocation, CallFailure> ReadInvocation(const Call& call) {
  if (IsFunctionResource(call)) {
    return Invocation{.function = call.function_arn, .payload = call.parameters};
  }
  ParameterReader reader(call.parameters);
  Invocation invocation = ReadMembers(&reader);
  if (!reader.ok()) return reader.Failure();
  invocation.payload = PayloadText(reader.Value("Payload"));
  return invocation;
}

std::optional<std::string> InvocationRefusal(Json parameters) {
  ParameterReader reader(parameters);
  ReadMembers(&reader);
  if (reader.ok()) return std::nullopt;
  return reader.Failure().cause;
}

Outcome<HttpRequest, CallFailure> InvokeRequest(const Call& call, const Invocation& invocation,
                                                const LambdaRoutes& routes) {
  const std::optional<std::string> url =
      routes.InvokeUrl(invocation.function, invocation.qualifier);
  if (!url) {
    return CallFailure{"Lambda.ResourceNotFoundException",
                       StrCat("Function not found: ", invocation.function,
                              " is served by workers, and this coordinator has no endpoint for it "
                              "(lambda_endpoint, lambda_functions)")};
  }
  HttpRequest request;
  request.method = "POST";
  request.url = *url;
  std::string qualifier = invocation.qualifier;
  const FunctionReference reference = FunctionReference::Parse(invocation.function);
  // Where the URL names the function as the definition does, the qualifier is in it.
  if (qualifier.empty() &&
      !absl::StrContains(*url, PercentEncode(StrCat(":", reference.qualifier)))) {
    qualifier = reference.qualifier;
  }
  if (!qualifier.empty()) StrAppend(&request.url, "?Qualifier=", PercentEncode(qualifier));
  request.headers = {{"Content-Type", "application/json"},
                     {"X-Amz-Invocation-Type", invocation.type},
                     {"X-Amz-Log-Type", invocation.log_type}};
  if (!invocation.client_context.empty()) {
    request.headers.push_back({"X-Amz-Client-Context", invocation.client_context});
  }
  request.body = invocation.payload;
  request.timeout = kTimeout;
  request.deadline = call.deadline;
  request.max_response_bytes = kMaxResponseBytes;
  if (call.max_result_bytes > 0) {
    // It bounds the memory of a call; with room for the payloads of errors.
    request.max_response_bytes =
        std::min<size_t>(kMaxResponseBytes, 2 * call.max_result_bytes + (64 << 10));
  }
  return request;
}

CallResult InvokeResult(const Call& call, const Invocation& invocation,
                        const HttpResponse& response) {
  if (response.status < 200 || response.status >= 300) return ServiceFailure(response);
  if (response.Header("x-amz-function-error")) return FunctionFailure(response.body);
  // Before it is known to be JSON, as AWS does.
  if (call.max_result_bytes > 0 &&
      response.body.size() > static_cast<size_t>(call.max_result_bytes)) {
    return DataLimitExceeded(NameOf(call));
  }
  JsonArena arena;
  Json payload = Json::Null();
  if (!response.body.empty()) {
    const absl::StatusOr<Json> parsed = ParseJson(response.body, &arena);
    if (!parsed.ok()) {
      return CallFailure{"Lambda.SdkClientException",
                         StrCat("Unable to unmarshall response (", parsed.status().message(),
                                "): ", Excerpt(response.body, kExcerptBytes))};
    }
    payload = *parsed;
  }
  return Limited(IsFunctionResource(call) ? WriteJson(payload)
                                          : InvokeOutput(call, invocation, response, payload),
                 call.max_result_bytes, NameOf(call));
}

CallFailure InvokeFailure(const Call& call, const HttpFailure& failure) {
  switch (failure.kind) {
    case HttpFailure::Kind::kTooLarge:
      return DataLimitExceeded(NameOf(call));
    case HttpFailure::Kind::kTimeout:
      return {"Lambda.ClientExecutionTimeoutException",
              "Client execution did not complete before the specified timeout configuration."};
    case HttpFailure::Kind::kInvalid:
    case HttpFailure::Kind::kDenied:
      return {"Lambda.SdkClientException", failure.message};
    default:
      return {"Lambda.SdkClientException",
              StrCat("Unable to execute HTTP request: ", failure.message)};
  }
}

}  // namespace pawl::integrations
