#include <algorithm>
#include <utility>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/response.h"
#include "coordinator/integrations/aws/service_error.h"
#include "coordinator/integrations/aws_sdk_call.h"
#include "coordinator/integrations/optimized_actions.h"
#include "coordinator/integrations/optimized_services.h"
#include "coordinator/integrations/results.h"

namespace pawl::integrations {
namespace {

aws::WireResponse ToWire(const HttpResponse& response) {
  aws::WireResponse wire{.status = response.status, .body = response.body};
  for (const HttpHeader& header : response.headers) {
    wire.headers.push_back({header.name, header.value});
  }
  return wire;
}

// {"SdkHttpMetadata": ..., "SdkResponseMetadata": ...} among the members, in their order.
std::string WithMetadata(const Call& call, const aws::OperationRef& ref, const std::string& result,
                         const HttpResponse& response, const aws::WireResponse& wire) {
  JsonArena arena;
  const absl::StatusOr<Json> parsed = ParseJson(result, &arena);
  if (!parsed.ok()) return result;
  std::string http;
  AppendSdkHttpMetadata(response, &http);
  const absl::StatusOr<Json> http_metadata = ParseJson(http, &arena);
  const std::string id = aws::RequestIdOf(*ref.model, wire).value_or(call.idempotency_key);
  const JsonMember request_id[] = {{"RequestId", Json::String(id)}};
  std::vector<JsonMember> members(parsed->members().begin(), parsed->members().end());
  if (http_metadata.ok()) members.push_back({"SdkHttpMetadata", *http_metadata});
  members.push_back({"SdkResponseMetadata", Json::Object(request_id, &arena)});
  std::stable_sort(members.begin(), members.end(),
                   [](const JsonMember& a, const JsonMember& b) { return a.key < b.key; });
  return WriteJson(Json::Object(members, &arena));
}

// What the optimized integration makes of what the service answered.
CallResult Finished(const Call& call, const aws::OperationRef& ref, std::string result,
                    const HttpResponse& response, const aws::WireResponse& wire) {
  if (FindOptimizedService(call.service) == nullptr) {
    return call.submits ? WithMetadata(call, ref, result, response, wire) : std::move(result);
  }
  const OptimizedAction* const custom = FindOptimizedAction(call.service, call.action);
  if (custom != nullptr && custom->result != nullptr) {
    CallResult changed = custom->result(std::move(result));
    if (!changed.ok()) return changed;
    result = *std::move(changed);
  }
  const bool hidden = custom != nullptr && !custom->shows_metadata && !call.submits;
  if (call.of_job || hidden) return result;
  return WithMetadata(call, ref, result, response, wire);
}

}  // namespace

CallFailure SdkServiceFailure(const Call& call, const aws::OperationRef& ref,
                              const aws::ServiceError& error, int attempts) {
  const OptimizedService* const optimized = FindOptimizedService(call.service);
  if (optimized != nullptr) return OptimizedFailure(*optimized, ref, error);
  return {error.Name(*ref.model, *ref.operation), error.Cause(*ref.model, attempts)};
}

CallResult SdkResult(const Call& call, const aws::OperationRef& ref, const HttpResponse& response,
                     int attempts) {
  const aws::WireResponse wire = ToWire(response);
  if (aws::IsFailure(wire)) {
    return SdkServiceFailure(call, ref, aws::ReadError(*ref.model, *ref.operation, wire), attempts);
  }
  const bool optimized = FindOptimizedService(call.service) != nullptr;
  absl::StatusOr<std::string> result =
      aws::ReadResult(*ref.model, *ref.operation, wire,
                      {.epoch_milliseconds = optimized, .model_names = optimized});
  if (!result.ok()) {
    return SdkClientFailure(
        call, ref,
        StrCat("Unable to unmarshall response (", FromAbsl(result.status().message()),
               "). Response Code: ", response.status,
               ", Response Text: ", Excerpt(response.body, 1024)));
  }
  CallResult finished = Finished(call, ref, *std::move(result), response, wire);
  if (!finished.ok()) return finished;
  return Limited(*std::move(finished), call.max_result_bytes, call.service);
}

AwsVerdict JudgeSdkResult(const aws::OperationRef& ref, const HttpResult& result) {
  if (!result.ok()) {
    // A connection that broke is tried again as all SDKs do; one that could not be made has been.
    return {AwsOutcome::kFailed, result.error().kind == HttpFailure::Kind::kBroken};
  }
  const aws::WireResponse wire = ToWire(*result);
  if (!aws::IsFailure(wire)) return {AwsOutcome::kSucceeded};
  const aws::ServiceError error = aws::ReadError(*ref.model, *ref.operation, wire);
  return {error.throttled ? AwsOutcome::kThrottled : AwsOutcome::kFailed, error.transient};
}

std::string_view ErrorPrefix(const Call& call, const aws::OperationRef& ref) {
  const OptimizedService* const optimized = FindOptimizedService(call.service);
  return optimized != nullptr ? optimized->prefix : ref.model->prefix;
}

CallFailure SdkClientFailure(const Call& call, const aws::OperationRef& ref, std::string cause) {
  return {StrCat(ErrorPrefix(call, ref), ".SdkClientException"), std::move(cause)};
}

CallFailure SdkFailure(const Call& call, const aws::OperationRef& ref, const HttpFailure& failure) {
  switch (failure.kind) {
    case HttpFailure::Kind::kTooLarge:
      return DataLimitExceeded(call.service);
    case HttpFailure::Kind::kTimeout:
      return {StrCat(ErrorPrefix(call, ref), ".",
                     SdkService(call.service) ? "ApiCallTimeoutException"
                                              : "ClientExecutionTimeoutException"),
              "Client execution did not complete before the specified timeout configuration."};
    case HttpFailure::Kind::kInvalid:
    case HttpFailure::Kind::kDenied:
      return SdkClientFailure(call, ref, failure.message);
    default:
      return SdkClientFailure(call, ref,
                              StrCat("Unable to execute HTTP request: ", failure.message));
  }
}

}  // namespace pawl::integrations
