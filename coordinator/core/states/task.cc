#include <fmt/format.h>

#include "coordinator/asl/unverified.h"
#include "coordinator/core/states/states.h"

namespace pawl::core {
namespace {

std::optional<std::string> ToString(const std::optional<Text>& text) {
  return text ? std::optional<std::string>(text->str()) : std::nullopt;
}

// The task is over; its timers and its token with it.
void EndAttempt(Branch& branch) {
  branch.task.reset();
  branch.due_at.reset();
  branch.heartbeat_due_at.reset();
  branch.confirm_by.reset();
}

// The range of TimeoutSeconds and HeartbeatSeconds (asl.md 10.5): what the definition says was
// checked when it was created, what a path finds is checked here. The words are those of AWS for
// other fields that are out of their range.
std::optional<asl::WorkflowError> CheckSeconds(const std::optional<int64_t>& seconds,
                                               std::string_view field) {
  constexpr int64_t kMaxSeconds = 99'999'999;
  if (!seconds || (*seconds >= 1 && *seconds <= kMaxSeconds)) return std::nullopt;
  return asl::RuntimeError(StrCat(field, " must be between 1 and ", kMaxSeconds, "."));
}

// A time-out of the task that `branch` comes to, in seconds.
asl::Result<std::optional<int64_t>> EvaluateSeconds(Step& step, const Branch& branch,
                                                    const asl::NumberField& number,
                                                    std::string_view field, const Payload& input) {
  auto seconds = EvaluateNumber(step, branch, number, StrCat(field, "Path"), input);
  if (!seconds.ok()) return seconds;
  if (auto out_of_range = CheckSeconds(*seconds, field)) return *out_of_range;
  return seconds;
}

}  // namespace

void BeginTask(Step& step, Branch& branch, const asl::State& state) {
  const auto& detail = state.as<asl::TaskDetail>();
  branch.due_at.reset();
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return FailState(step, branch, input.error());
  auto timeout = EvaluateSeconds(step, branch, detail.timeout_seconds, "TimeoutSeconds", *input);
  if (!timeout.ok()) return FailState(step, branch, timeout.error());
  auto heartbeat =
      EvaluateSeconds(step, branch, detail.heartbeat_seconds, "HeartbeatSeconds", *input);
  if (!heartbeat.ok()) return FailState(step, branch, heartbeat.error());
  asl::Result<Payload> parameters = ApplyTemplate(step, branch, state.parameters, *input);
  if (!parameters.ok()) return FailState(step, branch, parameters.error());
  if (auto exceeded = CheckSize(state, parameters->text())) {
    return FailState(step, branch, *exceeded);
  }
  if (!step.world().activity_exists(detail.activity.name)) {
    return FailState(
        step, branch,
        asl::RuntimeError(fmt::format(asl::unverified::kNoActivityCause, detail.activity.arn)));
  }

  branch.phase = Phase::kScheduled;
  branch.task = TaskAttempt{.activity_name = detail.activity.name,
                            .activity_arn = detail.activity.arn,
                            .nonce = static_cast<int64_t>(step.Random()),
                            .input = parameters->text(),
                            .scheduled_at = step.now(),
                            .timeout_seconds = *timeout,
                            .heartbeat_seconds = *heartbeat};
  HistoryEvent& event = step.EmitNext(EventType::kActivityScheduled, branch);
  event.resource = Text(detail.activity.arn);
  event.payload = branch.task->input;
  event.timeout_seconds = *timeout;
  event.heartbeat_seconds = *heartbeat;
  step.Scheduled(branch);
}

void SucceedTask(Step& step, Branch& branch, const Text& output) {
  EndAttempt(branch);
  step.EmitNext(EventType::kActivitySucceeded, branch).payload = output;
  FinishState(step, branch, step.StateOf(branch), Payload(output), branch.last_event_id);
}

void FailTask(Step& step, Branch& branch, const std::optional<Text>& error,
              const std::optional<Text>& cause) {
  EndAttempt(branch);
  HistoryEvent& event = step.EmitNext(EventType::kActivityFailed, branch);
  event.error = error;
  event.cause = cause;
  FailState(step, branch,
            {.error = ToString(error), .cause = ToString(cause), .reported_by_task = true});
}

void TimeOutTask(Step& step, Branch& branch, bool heartbeat) {
  EndAttempt(branch);
  step.EmitNext(EventType::kActivityTimedOut, branch).error = Text("States.Timeout");
  FailState(step, branch, {"States.Timeout", std::nullopt}, heartbeat);
}

}  // namespace pawl::core
