#include "coordinator/integrations/aws/service_error.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "absl/strings/ascii.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/names.h"
#include "coordinator/integrations/aws/response_body.h"

namespace pawl::aws {
namespace {

// The codes that AWS's SDKs take for "too many calls".
constexpr std::string_view kThrottling[] = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
};
constexpr std::string_view kTransient[] = {"InternalError", "PriorRequestNotComplete",
                                           "RequestTimeout", "RequestTimeoutException"};

template <size_t kCount>
bool IsOneOf(const std::string_view (&codes)[kCount], std::string_view code) {
  return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

std::optional<std::string> ToText(std::optional<std::string_view> text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

// "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException:http://..." has the name in it.
std::string_view BareCode(std::string_view code) {
  code = code.substr(0, code.find(':'));
  const size_t hash = code.rfind('#');
  return hash == std::string_view::npos ? code : code.substr(hash + 1);
}

std::optional<std::string> TextMember(Json object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const Json value = object.Find(name);
    if (value.is_string()) return std::string(value.as_string());
    if (value.is_int()) return StrCat(value.as_int());
  }
  return std::nullopt;
}

void ReadJsonError(const WireResponse& response, ServiceError* error) {
  JsonArena arena;
  const absl::StatusOr<Json> body = ParseJson(response.body, &arena);
  const Json json = body.ok() ? *body : Json();
  if (const auto type = response.Find("x-amzn-errortype")) {
    error->code = BareCode(*type);
  } else if (const auto code = TextMember(json, {"__type", "code", "Code"})) {
    error->code = BareCode(*code);
  }
  error->message = TextMember(json, {"message", "Message", "errorMessage"});
  if (!error->message) error->message = ToText(response.Find("x-amzn-error-message"));
}

std::optional<std::string> ChildText(pugi::xml_node parent, std::string_view name) {
  const pugi::xml_node child = ChildNamed(parent, name);
  return child ? std::optional<std::string>(TextOf(child)) : std::nullopt;
}

// Three forms: <ErrorResponse><Error>, <Response><Errors><Error> of EC2, and S3's <Error>.
void ReadXmlError(const WireResponse& response, ServiceError* error) {
  pugi::xml_document document;
  if (!ParseXml(response.body, &document)) return;
  const pugi::xml_node root = document.document_element();
  pugi::xml_node node = root;
  if (const pugi::xml_node errors = ChildNamed(root, "Errors")) node = errors;
  if (const pugi::xml_node inner = ChildNamed(node, "Error")) node = inner;
  error->code = ChildText(node, "Code").value_or("");
  error->message = ChildText(node, "Message");
  if (!error->message) error->message = ChildText(node, "message");
  for (const std::string_view name : {"RequestId", "RequestID", "requestId"}) {
    if (!error->request_id) error->request_id = ChildText(root, name);
  }
  if (const auto host = ChildText(root, "HostId")) error->extended_request_id = host;
}

// A HEAD has no body to say it.
void NameHeadFailure(const ServiceModel& model, const Operation& operation, ServiceError* error) {
  if (model.service_id != "S3" || error->status != 404 || !error->code.empty()) return;
  if (operation.name == "HeadObject") error->code = "NoSuchKey";
  if (operation.name == "HeadBucket") error->code = "NoSuchBucket";
}

}  // namespace

std::string ServiceError::Shape(const ServiceModel& model, const Operation& operation) const {
  const std::string_view known = model.ExceptionOf(operation, code);
  if (!known.empty()) return std::string(known);
  // A model that lists none leaves only the service's own word for it.
  if (!model.lists_exceptions && std::string_view(code).ends_with("Exception")) return code;
  return "";
}

std::string ServiceError::Name(const ServiceModel& model, const Operation& operation) const {
  const std::string shape = Shape(model, operation);
  if (!shape.empty()) return StrCat(model.prefix, ".", ExceptionName(shape));
  return StrCat(model.prefix, ".", model.prefix, "Exception");
}

std::string ServiceError::Cause(const ServiceModel& model, int attempts) const {
  const std::string extended =
      extended_request_id ? StrCat(", Extended Request ID: ", *extended_request_id) : "";
  return StrCat(message.value_or("null"), " (Service: ", model.prefix, ", Status Code: ", status,
                ", Request ID: ", request_id.value_or("null"), extended,
                ") (SDK Attempt Count: ", attempts, ")");
}

ServiceError ReadError(const ServiceModel& model, const Operation& operation,
                       const WireResponse& response) {
  ServiceError error{.status = response.status};
  for (const std::string_view name : {"x-amzn-requestid", "x-amz-request-id"}) {
    if (!error.request_id) error.request_id = ToText(response.Find(name));
  }
  if (model.service_id == "S3") error.extended_request_id = ToText(response.Find("x-amz-id-2"));
  switch (model.protocol) {
    case Protocol::kJson:
    case Protocol::kRestJson:
      ReadJsonError(response, &error);
      break;
    case Protocol::kQuery:
    case Protocol::kEc2:
    case Protocol::kRestXml:
      ReadXmlError(response, &error);
      break;
  }
  NameHeadFailure(model, operation, &error);
  error.throttled = response.status == 429 || IsOneOf(kThrottling, error.code);
  error.transient = error.throttled || response.status >= 500 || IsOneOf(kTransient, error.code);
  return error;
}

}  // namespace pawl::aws
