#include <fmt/format.h>

#include "coordinator/asl/unverified.h"
#include "coordinator/core/number_fields.h"
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
  if (auto exceeded = CheckSize(step, state, *parameters)) {
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
  // The node that took it from the worker may allow more than the execution does.
  if (auto exceeded = CheckResult(step, branch.task->activity_arn, output)) {
    return FailTask(step, branch, Text(*exceeded->error), Text(*exceeded->cause));
  }
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
