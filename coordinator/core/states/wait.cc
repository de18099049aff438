#include <fmt/format.h>

#include <charconv>

#include "coordinator/asl/unverified.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/jsonata.h"
#include "coordinator/core/states/states.h"

namespace pawl::core {
namespace {

std::string Shown(Json value) {
  return value.is_string() ? std::string(value.as_string()) : WriteJson(value);
}

asl::WorkflowError TooLong() {
  return asl::RuntimeError(std::string(asl::unverified::kWaitTooLongCause));
}

// The number that `value` is, or that its text is as Java's Long.parseLong reads it.
std::optional<int64_t> AsLong(Json value) {
  if (value.is_int()) return value.as_int();
  if (!value.is_string() || !asl::unverified::kSecondsMayBeText) return std::nullopt;
  std::string_view text = value.as_string();
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

asl::Result<absl::Time> AfterSeconds(Step& step, int64_t seconds) {
  if (seconds > asl::unverified::kMaxWaitSeconds) return TooLong();
  return step.now() + absl::Seconds(seconds);
}

asl::Result<absl::Time> AfterSecondsPath(Step& step, const Branch& branch,
                                         const query::JsonPath& path, const Payload& input) {
  const query::Environment environment = MakeEnvironment(step, branch, input.json(step.arena()));
  const absl::StatusOr<Json> found = path.Evaluate(environment, step.arena());
  if (!found.ok()) {
    return asl::RuntimeError(
        StrCat("The SecondsPath parameter does not reference an input value: ", path.text()));
  }
  const std::optional<int64_t> seconds = AsLong(*found);
  if (!seconds) {
    return asl::RuntimeError(StrCat("The SecondsPath parameter cannot be parsed as a long value: ",
                                    path.text(), " == ", Shown(*found)));
  }
  if (*seconds < 0) {
    return asl::RuntimeError(StrCat(
        "The SecondsPath parameter references a negative value: ", path.text(), " == ", *seconds));
  }
  return AfterSeconds(step, *seconds);
}

asl::Result<absl::Time> AtTimestampPath(Step& step, const Branch& branch,
                                        const query::JsonPath& path, const Payload& input) {
  const query::Environment environment = MakeEnvironment(step, branch, input.json(step.arena()));
  const absl::StatusOr<Json> found = path.Evaluate(environment, step.arena());
  if (!found.ok()) {
    return asl::RuntimeError(fmt::format(asl::unverified::kNoTimestampCause, path.text()));
  }
  if (found->is_string()) {
    const absl::StatusOr<absl::Time> time = ParseIso8601(found->as_string());
    if (time.ok()) return *time;
  }
  return asl::RuntimeError(
      StrCat("The TimestampPath parameter does not reference a valid ISO-8601 extended offset "
             "date-time format string: ",
             path.text(), " == ", Shown(*found)));
}

asl::Result<absl::Time> AfterSecondsExpression(Step& step, const Branch& branch,
                                               const asl::JsonataTemplate& form,
                                               const Payload& input) {
  const auto seconds = EvaluateInteger(step, branch, form, input, 0, INT64_MAX);
  if (!seconds.ok()) return seconds.error();
  return AfterSeconds(step, *seconds);
}

asl::Result<absl::Time> AtTimestampExpression(Step& step, const Branch& branch,
                                              const asl::JsonataTemplate& form,
                                              const Payload& input) {
  const asl::Result<Json> text = EvaluateJsonata(step, branch, form, input, "string");
  if (!text.ok()) return text.error();
  const absl::StatusOr<absl::Time> time = ParseIso8601(text->as_string());
  if (time.ok()) return *time;
  return asl::QueryEvaluationError(
      StrCat("The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format "
             "string: ",
             text->as_string()),
      form.field());
}

asl::Result<absl::Time> WakeTime(Step& step, const Branch& branch, const asl::WaitDetail& detail,
                                 const Payload& input) {
  const auto& [seconds, seconds_path, seconds_expression] = detail.seconds;
  const auto& [timestamp, timestamp_path, timestamp_expression] = detail.timestamp;
  if (seconds) return AfterSeconds(step, *seconds);
  if (seconds_path) return AfterSecondsPath(step, branch, *seconds_path, input);
  if (seconds_expression) return AfterSecondsExpression(step, branch, *seconds_expression, input);
  if (timestamp) return *timestamp;
  if (timestamp_path) return AtTimestampPath(step, branch, *timestamp_path, input);
  return AtTimestampExpression(step, branch, *timestamp_expression, input);
}

}  // namespace

void BeginWait(Step& step, Branch& branch, const asl::State& state) {
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return FailState(step, branch, input.error());
  asl::Result<absl::Time> wake = WakeTime(step, branch, state.as<asl::WaitDetail>(), *input);
  if (!wake.ok()) return FailState(step, branch, wake.error());
  if (*wake > step.now() + absl::Seconds(asl::unverified::kMaxWaitSeconds)) {
    return FailState(step, branch, TooLong());
  }
  branch.phase = Phase::kWaiting;
  branch.due_at = *wake;
}

void EndWait(Step& step, Branch& branch, const asl::State& state) {
  branch.due_at.reset();
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return FailState(step, branch, input.error());
  asl::Result<Assigned> assigned = ApplyAssign(step, branch, state.assign, *input);
  if (!assigned.ok()) return FailState(step, branch, assigned.error());
  LeaveState(step, branch, state, {*input, std::move(*assigned), state.next, branch.last_event_id});
}

}  // namespace pawl::core
