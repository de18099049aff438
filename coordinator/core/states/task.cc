// The attempts of a Task, whoever does the work: begun, ended well or badly, out of time.
// states/call.cc has what only calls do.

#include <algorithm>

#include "coordinator/core/number_fields.h"
#include "coordinator/core/states/call.h"
#include "coordinator/core/states/states.h"

namespace pawl::core {
namespace {

std::optional<std::string> ToString(const std::optional<Text>& text) {
  return text ? std::optional<std::string>(text->str()) : std::nullopt;
}

// What a result that is too large names as its source (reference/asl.md 12.4).
std::string_view ResultSource(const TaskAttempt& task) {
  if (task.kind != asl::ResourceKind::kIntegration) return task.resource;
  return asl::HistoryResource(task.resource).first;
}

// The fields of a Task whose attempt is about to begin; what fails fails the state.
asl::Result<TaskAttempt> MakeAttempt(Step& step, Branch& branch, const asl::State& state) {
  const auto& detail = state.as<asl::TaskDetail>();
  TaskAttempt task{.kind = detail.resource.kind,
                   .resource = detail.resource.arn,
                   .nonce = static_cast<int64_t>(step.Random()),
                   .scheduled_at = step.now()};
  if (task.has_token()) OfferToken(step, branch, task);
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return input.error();
  auto timeout = EvaluateSeconds(step, branch, detail.timeout_seconds, "TimeoutSeconds", *input);
  if (!timeout.ok()) return timeout.error();
  auto heartbeat =
      EvaluateSeconds(step, branch, detail.heartbeat_seconds, "HeartbeatSeconds", *input);
  if (!heartbeat.ok()) return heartbeat.error();
  asl::Result<Payload> parameters = ApplyParameters(step, branch, state, *input);
  if (!parameters.ok()) return parameters.error();
  parameters = ScheduledParameters(step, detail.resource, *std::move(parameters));
  asl::Result<std::string> role = EvaluateRole(step, branch, detail, *input);
  if (!role.ok()) return role.error();
  if (auto exceeded = CheckSize(step, state, *parameters)) return *exceeded;
  asl::Result<std::string> queue = FindQueue(step, detail.resource, *parameters);
  if (!queue.ok()) return queue.error();
  task.queue = *std::move(queue);
  task.role_arn = *std::move(role);
  task.input = parameters->text();
  task.timeout_seconds = *timeout;
  task.heartbeat_seconds = *heartbeat;
  return task;
}

}  // namespace

void BeginTask(Step& step, Branch& branch, const asl::State& state) {
  branch.due_at.reset();
  asl::Result<TaskAttempt> task = MakeAttempt(step, branch, state);
  if (!task.ok()) return FailState(step, branch, task.error());
  branch.phase = Phase::kScheduled;
  branch.task = *std::move(task);
  HistoryEvent& event = step.EmitNext(TaskEventsOf(branch.task->kind).scheduled, branch);
  event.resource = Text(branch.task->resource);
  event.payload = branch.task->input;
  event.timeout_seconds = branch.task->timeout_seconds;
  event.heartbeat_seconds = branch.task->heartbeat_seconds;
  if (branch.task->is_call()) TellScheduledCall(step, branch, &event);
  step.Scheduled(branch);
}

HistoryEvent& EmitTask(Step& step, Branch& branch, EventType type) {
  HistoryEvent& event = step.EmitNext(type, branch);
  if (branch.task->kind == asl::ResourceKind::kIntegration) {
    event.resource = Text(branch.task->resource);
  }
  return event;
}

void EndAttempt(Branch& branch) {
  branch.task.reset();
  branch.due_at.reset();
  branch.heartbeat_due_at.reset();
  branch.confirm_by.reset();
}

void SetHeartbeat(Branch& branch, absl::Time now) {
  if (!branch.task->heartbeat_seconds) return;
  const int64_t seconds = *branch.task->heartbeat_seconds;
  const absl::Time due = now + absl::Seconds(seconds) + UnwrittenHeartbeats(seconds);
  branch.heartbeat_due_at = std::max(due, branch.heartbeat_due_at.value_or(due));
}

std::optional<asl::WorkflowError> CheckTaskResult(Step& step, const TaskAttempt& task,
                                                  const Text& output) {
  // The node that took it from the worker may allow more than the execution does.
  return CheckResult(step, ResultSource(task), output);
}

void SucceedTask(Step& step, Branch& branch, const Text& output) {
  if (auto exceeded = CheckTaskResult(step, *branch.task, output)) {
    return FailTask(step, branch, Text(*exceeded->error), Text(*exceeded->cause));
  }
  EmitTask(step, branch, TaskEventsOf(branch.task->kind).succeeded).payload = output;
  EndAttempt(branch);
  FinishState(step, branch, step.StateOf(branch), Payload(output), branch.last_event_id);
}

void FailTask(Step& step, Branch& branch, const std::optional<Text>& error,
              const std::optional<Text>& cause) {
  FailTaskAs(step, branch, TaskEventsOf(branch.task->kind).failed, error, cause);
}

void FailTaskAs(Step& step, Branch& branch, EventType type, const std::optional<Text>& error,
                const std::optional<Text>& cause) {
  HistoryEvent& event = EmitTask(step, branch, type);
  event.error = error;
  event.cause = cause;
  EndAttempt(branch);
  FailState(step, branch,
            {.error = ToString(error), .cause = ToString(cause), .reported_by_task = true});
}

void TimeOutTask(Step& step, Branch& branch, bool heartbeat) {
  step.GiveUpJob(branch);
  EmitTask(step, branch, TaskEventsOf(branch.task->kind).timed_out).error = Text("States.Timeout");
  EndAttempt(branch);
  FailState(step, branch, {"States.Timeout", std::nullopt}, heartbeat);
}

}  // namespace pawl::core
