// The steps of a task between its hand-out and its end: none asks the state machine.

#include <algorithm>
#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/open_task.h"
#include "coordinator/core/states/states.h"
#include "coordinator/core/step.h"

namespace pawl::core {
namespace {

// The worker of `branch` is known to have its task.
void SetConfirmed(Branch& branch, absl::Time now) {
  branch.confirm_by.reset();
  if (branch.phase == Phase::kStarted) return;
  branch.phase = Phase::kStarted;
  SetHeartbeat(branch, now);
}

}  // namespace

absl::Status Late(const Execution& execution, std::string_view what) {
  return absl::FailedPreconditionError(
      StrCat("execution ", execution.facts->id.value().ToString(), ": ", what));
}

Branch* OpenTask(Execution& execution, BranchId id, int64_t nonce) {
  Branch* branch = execution.Find(id);
  if (branch == nullptr || !branch->task || branch->task->nonce != nonce) return nullptr;
  // One that was taken back may still be ended by whom it was given to.
  return branch->phase == Phase::kStarted || branch->task->given ? branch : nullptr;
}

void TakeBack(Step& step, Branch& branch) {
  branch.confirm_by.reset();
  if (!AwaitsJob(branch)) {
    branch.phase = Phase::kScheduled;
    branch.task->given = true;  // not so in positions that were written by older coordinators
    branch.heartbeat_due_at.reset();
  }
  step.Touch(branch);
  step.Returned(branch);
}

absl::StatusOr<Transition> StartTask(BranchId id, const Text& worker_name, absl::Time now,
                                     Execution& execution) {
  Branch* branch = execution.Find(id);
  if (branch == nullptr || !WaitsForTaker(*branch)) {
    return Late(execution, "no task is waiting for a worker");
  }
  Step step(nullptr, nullptr, now, 0, execution);
  execution.version++;
  TaskAttempt& task = *branch->task;
  if (!AwaitsJob(*branch)) branch->phase = Phase::kStarted;
  if (task.is_call()) {
    if (!task.started_at) task.started_at = step.now();
    branch->confirm_by = step.now() + LeaseLength(step.now() - *task.started_at);
  } else {
    branch->confirm_by = step.now() + kConfirmWithin;
    SetHeartbeat(*branch, step.now());
  }
  if (std::exchange(task.given, true)) {
    step.Touch(*branch);
    return step.TakeTransition();
  }
  if (task.timeout_seconds) branch->due_at = step.now() + absl::Seconds(*task.timeout_seconds);
  HistoryEvent& event = EmitTask(step, *branch, TaskEventsOf(task.kind).started);
  if (!task.is_call()) event.worker_name = worker_name;
  return step.TakeTransition();
}

absl::Duration LeaseLength(absl::Duration age) {
  return std::clamp(age, absl::Seconds(10), absl::Seconds(60));
}

absl::StatusOr<Transition> RenewLease(BranchId id, int64_t nonce, absl::Time now,
                                      Execution& execution) {
  Branch* branch = OpenTask(execution, id, nonce);
  if (execution.closed() || branch == nullptr || !branch->task->is_call() ||
      (branch->phase == Phase::kSubmitted && !AwaitsJob(*branch))) {
    return Late(execution, "the call is no longer open");
  }
  Transition transition;
  if (branch->task->early) return transition;    // its result is not waited for much longer
  now = std::max(now, execution.last_event_at);  // a node's clock may be behind
  const absl::Duration length = LeaseLength(now - branch->task->started_at.value_or(now));
  const bool held = !WaitsForTaker(*branch);
  if (held && *branch->confirm_by - now > length / 2) return transition;
  execution.version++;
  if (!AwaitsJob(*branch)) branch->phase = Phase::kStarted;
  branch->confirm_by = std::max(now + length, branch->confirm_by.value_or(now));
  if (id.value() != 0) transition.changed.push_back(id);
  return transition;
}

absl::StatusOr<Transition> ConfirmTask(BranchId id, int64_t nonce, absl::Time now,
                                       Execution& execution) {
  Branch* branch = OpenTask(execution, id, nonce);
  if (branch == nullptr) return Late(execution, "the task is no longer open");
  if (branch->task->is_call()) return RenewLease(id, nonce, now, execution);
  if (branch->phase == Phase::kStarted && !branch->confirm_by) return Transition();
  Step step(nullptr, nullptr, now, 0, execution);
  execution.version++;
  SetConfirmed(*branch, step.now());
  step.Touch(*branch);
  return step.TakeTransition();
}

absl::StatusOr<Transition> ReturnTask(BranchId id, int64_t nonce, absl::Time now,
                                      Execution& execution) {
  Branch* branch = OpenTask(execution, id, nonce);
  if (branch == nullptr) return Late(execution, "the task is no longer open");
  if (!branch->confirm_by || branch->task->early) {
    return Late(execution, "the task is not to be confirmed");
  }
  Step step(nullptr, nullptr, now, 0, execution);
  execution.version++;
  TakeBack(step, *branch);
  return step.TakeTransition();
}

absl::Duration UnwrittenHeartbeats(int64_t heartbeat_seconds) {
  return absl::Seconds(heartbeat_seconds) / 4;
}

absl::StatusOr<Transition> Heartbeat(BranchId id, int64_t nonce, absl::Time now,
                                     Execution& execution) {
  Branch* branch = OpenTask(execution, id, nonce);
  if (execution.closed() || branch == nullptr) return Late(execution, "the task is no longer open");
  Transition transition;
  if (branch->task->is_call()) {
    if (branch->task->early) return Late(execution, "the task has been ended");
    // Beats of who has the token count once the call has been made.
    if (branch->phase != Phase::kSubmitted) return transition;
  }
  const bool confirms =
      !AwaitsJob(*branch) && (branch->confirm_by || branch->phase == Phase::kScheduled);
  if (!confirms) {
    if (!branch->task->heartbeat_seconds) return transition;
    const int64_t seconds = *branch->task->heartbeat_seconds;
    const absl::Time due = now + absl::Seconds(seconds) + UnwrittenHeartbeats(seconds);
    if (due - *branch->heartbeat_due_at < UnwrittenHeartbeats(seconds)) return transition;
  }
  execution.version++;
  // A node whose clock is behind beats no earlier than what has happened.
  now = std::max(now, execution.last_event_at);
  if (confirms) SetConfirmed(*branch, now);
  SetHeartbeat(*branch, now);
  if (id.value() != 0) transition.changed.push_back(id);
  return transition;
}

}  // namespace pawl::core
