#include "coordinator/integrations/aws_sdk_call.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/input.h"
#include "coordinator/integrations/aws/request.h"
#include "coordinator/integrations/aws/service_error.h"
#include "coordinator/integrations/optimized_actions.h"
#include "coordinator/integrations/optimized_services.h"
#include "coordinator/integrations/parameters.h"

namespace pawl::integrations {
namespace {

constexpr std::string_view kSdk = "aws-sdk:";
// A function that is invoked may take as long (AWS quota), and nothing takes longer.
constexpr absl::Duration kTimeout = absl::Seconds(15 * 60 + 10);
constexpr size_t kMaxResponseBytes = 64u << 20;
constexpr size_t kMinResponseBytes = 256u << 10;

constexpr struct {
  std::string_view service;
  std::string_view action;  // a final `*`: what begins so
} kUnsupported[] = {
    {"sts", "assumeRole*"},
    {"s3", "selectObjectContent"},
    {"lambda", "invokeAsync"},
    {"lambda", "invokeWithResponseStream"},
    {"kinesis", "subscribeToShard"},
    {"bedrockruntime", "invokeModelWithResponseStream"},
    {"bedrockruntime", "converseStream"},
    {"bedrockruntime", "invokeModelWithBidirectionalStream"},
    {"cloudwatchlogs", "startLiveTail"},
    {"rdsdata", "executeSql"},
    {"bedrockagentruntime", "invokeAgent"},
    {"sagemakerruntime", "invokeEndpointWithResponseStream"},
};

bool HasEventStream(const aws::ServiceModel& model, const aws::Use& use) {
  if (use.shape == aws::kNoShape) return false;
  const aws::Shape& shape = model.ShapeOf(use);
  if (shape.type != aws::ShapeType::kStructure) return false;
  const auto members = model.Members(shape);
  return std::any_of(members.begin(), members.end(),
                     [](const aws::Use& member) { return member.event_stream; });
}

// Whether a bucket's name can stand before S3's host, under the certificate that the host has.
bool IsHostLabel(std::string_view bucket) {
  return bucket.size() >= 3 && bucket.size() <= 63 && !bucket.starts_with('-') &&
         !bucket.ends_with('-') && std::all_of(bucket.begin(), bucket.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

// "/bucket/key" becomes "/key" of the bucket's own host.
void MoveBucketToHost(const aws::Input& input, std::string* path, Url* url) {
  const aws::Input* bucket = input.Find("Bucket");
  if (bucket == nullptr || !IsHostLabel(bucket->text)) return;
  const std::string prefix = StrCat("/", bucket->text);
  if (!std::string_view(*path).starts_with(prefix)) return;
  *path = path->size() == prefix.size() ? "/" : path->substr(prefix.size());
  if (!path->starts_with('/')) *path = StrCat("/", *path);
  url->host = StrCat(bucket->text, ".", url->host);
}

// Those that the client itself writes.
bool IsClientsOwn(std::string_view header) {
  constexpr std::string_view kOwn[] = {"content-length", "host", "transfer-encoding", "connection",
                                       "expect"};
  return std::any_of(std::begin(kOwn), std::end(kOwn), [header](std::string_view own) {
    return absl::EqualsIgnoreCase(ToAbsl(header), ToAbsl(own));
  });
}

HttpRequest ToHttp(const Call& call, const aws::ServiceModel& model, const aws::Input& input,
                   aws::WireRequest wire, const AwsTarget& target) {
  Url url = target.base;
  if (target.is_aws_own) {
    if (model.service_id == "S3") MoveBucketToHost(input, &wire.path, &url);
    url.host = StrCat(absl::AsciiStrToLower(wire.host_prefix), url.host);
  }
  if (url.path == "/") url.path.clear();
  url.path += wire.path;
  url.query = aws::QueryText(wire.query);
  HttpRequest request;
  request.method = std::move(wire.method);
  request.url = url.ToString();
  for (aws::Header& header : wire.headers) {
    if (!IsClientsOwn(header.name)) {
      request.headers.push_back({std::move(header.name), std::move(header.value)});
    }
  }
  request.body = std::move(wire.body);
  request.timeout = kTimeout;
  request.deadline = call.deadline;
  // A body is longer than the result that it makes, mostly by the names of XML.
  const auto most = static_cast<size_t>(std::max<int64_t>(call.max_result_bytes, 0));
  request.max_response_bytes =
      most == 0 ? kMaxResponseBytes : std::min(4 * most + kMinResponseBytes, kMaxResponseBytes);
  return request;
}

SigningScope ScopeOf(const aws::OperationRef& ref, const AwsTarget& target) {
  return {.region = target.region,
          .service = std::string(ref.model->signing_name),
          .is_s3 = ref.model->service_id == "S3",
          .unsigned_body = ref.operation->unsigned_body};
}

// As the services themselves say it of an identity that may not.
CallFailure Denied(const Call& call, const aws::OperationRef& ref) {
  const auto generic = SdkService(call.service);
  const aws::ServiceError error{
      .code = "AccessDeniedException",
      .message = StrCat("User: pawl is not authorized to perform: ", ref.model->signing_name, ":",
                        ref.operation->name, " for ", call.state_machine_arn,
                        " because no entry of the setting ",
                        generic ? "aws_sdk_allow" : "aws_integrations_allow", " allows ",
                        generic ? *generic : std::string_view(call.service), ":", call.action),
      .status = 403};
  return SdkServiceFailure(call, ref, error, /*attempts=*/1);
}

// The same for both: what the operator allows, by the names that the definition has.
bool IsAllowed(const Call& call, const AwsPolicies& policies) {
  if (call.of_job) return true;
  if (const auto generic = SdkService(call.service)) {
    return policies.generic.Allows(call.state_machine_arn, *generic, call.action);
  }
  return policies.optimized.Allows(call.state_machine_arn, call.service, call.action);
}

// What the API gets, read from what the definition gives; it lives as long as `arena` and `given`.
Outcome<aws::Input, std::vector<std::string>> ReadParameters(const Call& call,
                                                             const aws::OperationRef& ref,
                                                             Json given, JsonArena* arena) {
  const OptimizedService* const optimized = FindOptimizedService(call.service);
  const aws::InputStyle style = {
      .only_strings = optimized != nullptr && !optimized->takes_numbers && !call.of_job,
      .model_names = optimized != nullptr};
  const OptimizedAction* const custom = FindOptimizedAction(call.service, call.action);
  if (custom != nullptr && custom->parameters != nullptr && given.is_object()) {
    std::vector<std::string> problems;
    given = custom->parameters(given, call, arena, &problems);
    if (!problems.empty()) return problems;
  }
  return aws::ReadInput(*ref.model, *ref.operation, given, call.idempotency_key, style);
}

}  // namespace

std::optional<std::string_view> SdkService(std::string_view call_service) {
  if (!call_service.starts_with(kSdk)) return std::nullopt;
  return call_service.substr(kSdk.size());
}

bool IsUnsupported(const aws::ServiceModel& model, const aws::Operation& operation,
                   std::string_view service) {
  for (const auto& entry : kUnsupported) {
    if (entry.service != service) continue;
    if (entry.action == operation.action) return true;
    if (entry.action.ends_with('*') &&
        operation.action.starts_with(entry.action.substr(0, entry.action.size() - 1))) {
      return true;
    }
  }
  return HasEventStream(model, operation.input) || HasEventStream(model, operation.output);
}

Outcome<SdkCall, CallFailure> PrepareSdkCall(const Call& call, const aws::OperationRef& ref,
                                             const AwsEndpoints& endpoints,
                                             const AwsPolicies& policies) {
  const std::string service = AwsActionOf(call.service, call.action)->service;
  if (IsUnsupported(*ref.model, *ref.operation, service)) {
    return NoModel(call, "Step Functions does not support it");
  }
  if (!IsAllowed(call, policies)) return Denied(call, ref);
  JsonArena arena;
  const absl::StatusOr<Json> parameters = ParseJson(call.parameters, &arena);
  const auto input = ReadParameters(call, ref, parameters.ok() ? *parameters : Json(), &arena);
  if (!input.ok()) return ParametersRefused(call.parameters, input.error());
  auto wire = aws::BuildRequest(*ref.model, *ref.operation, *input);
  if (!wire.ok()) return ParametersRefused(call.parameters, wire.error());

  const AwsTarget target = endpoints.Of(ref.model->endpoint_prefix, service);
  SdkCall prepared{.ref = ref,
                   .request = ToHttp(call, *ref.model, *input, *std::move(wire), target)};
  if (!ref.operation->unsigned_request) {
    prepared.scope = ScopeOf(ref, target);
    prepared.needs_credentials = target.is_aws_own;
  }
  return prepared;
}

std::optional<std::string> SdkRefusal(const Call& call, const aws::OperationRef& ref,
                                      Json parameters) {
  JsonArena arena;
  const auto input = ReadParameters(call, ref, parameters, &arena);
  const auto problems = input.ok()
                            ? aws::BuildRequest(*ref.model, *ref.operation, *input)
                            : Outcome<aws::WireRequest, std::vector<std::string>>(input.error());
  if (problems.ok()) return std::nullopt;
  return ParametersRefused(WriteJson(parameters), problems.error()).cause;
}

CallFailure NoModel(const Call& call, std::string_view reason) {
  return {"States.Runtime", StrCat("The integration ", call.service, ":", call.action,
                                   " cannot be called: ", reason, " (setting aws_models)")};
}

}  // namespace pawl::integrations
