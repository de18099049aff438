#include "coordinator/core/advance.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "coordinator/asl/unverified.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/flow.h"
#include "coordinator/core/open_task.h"
#include "coordinator/core/states/call.h"
#include "coordinator/core/states/states.h"
#include "coordinator/core/step.h"

namespace pawl::core {
namespace {

// The open task that `event` tells the end of, or that its call has returned; null when it is late.
Branch* EndingTask(Execution& execution, const Event& event) {
  const auto by_token = [&](const auto& end) {
    Branch* branch = OpenTask(execution, end.branch, end.nonce);
    if (branch == nullptr || !branch->task->is_call()) return branch;
    return branch->task->has_token() && !branch->task->early ? branch : nullptr;
  };
  const auto by_call = [&](const auto& end) {
    Branch* branch = OpenTask(execution, end.branch, end.nonce);
    const bool open = branch != nullptr && branch->task->is_call();
    return open && branch->phase != Phase::kSubmitted ? branch : nullptr;
  };
  if (const auto* succeeded = std::get_if<TaskSucceeded>(&event.what)) return by_token(*succeeded);
  if (const auto* failed = std::get_if<TaskFailed>(&event.what)) return by_token(*failed);
  if (const auto* returned = std::get_if<CallReturned>(&event.what)) return by_call(*returned);
  return by_call(std::get<CallFailed>(event.what));
}

bool TellsOfTask(const Event& event) {
  return std::holds_alternative<TaskSucceeded>(event.what) ||
         std::holds_alternative<TaskFailed>(event.what) ||
         std::holds_alternative<CallReturned>(event.what) ||
         std::holds_alternative<CallFailed>(event.what);
}

// `branch` is what EndingTask has found.
void TakeTaskEvent(Step& step, Branch& branch, const Event& event) {
  const bool call = branch.task->is_call();
  if (const auto* succeeded = std::get_if<TaskSucceeded>(&event.what)) {
    if (!call) return SucceedTask(step, branch, succeeded->output);
    EndByToken(step, branch, {.succeeded = true, .output = succeeded->output});
  } else if (const auto* failed = std::get_if<TaskFailed>(&event.what)) {
    if (!call) return FailTask(step, branch, failed->error, failed->cause);
    EndByToken(step, branch, {.error = failed->error, .cause = failed->cause});
  } else if (const auto* returned = std::get_if<CallReturned>(&event.what)) {
    ReturnCall(step, branch, returned->output);
  } else {
    const auto& call_failed = std::get<CallFailed>(event.what);
    FailCall(step, branch, call_failed.error, call_failed.cause);
  }
}

// What is due first of the timers of a task.
void FireTaskTimer(Step& step, Branch& branch) {
  if (branch.task->early) return EndEarly(step, branch);
  const absl::Time due = NextDue(branch);
  const bool timed_out = branch.due_at == due;
  if (branch.confirm_by == due && !timed_out) return TakeBack(step, branch);
  TimeOutTask(step, branch, /*heartbeat=*/!timed_out);
}

void EndDeleted(Step& step) {
  Execution& execution = step.execution();
  HistoryEvent& event = step.Emit(EventType::kExecutionFailed, execution.last_event_id);
  event.error = execution.error = Text("States.Runtime");
  event.cause = execution.cause =
      Text(fmt::format(asl::unverified::kMachineDeletedCause, execution.facts->machine_name));
  step.Close(Status::kFailed);
}

// A step that an execution of a deleted machine does not take any more: it ends it instead.
template <typename Function>
Transition TakeStep(Step& step, Function take) {
  if (step.execution().machine_deleted) {
    EndDeleted(step);
  } else {
    take();
  }
  return step.TakeTransition();
}

void RunState(Step& step, Branch& branch) {
  const asl::State& state = step.StateOf(branch);
  switch (state.type) {
    case asl::StateType::kPass:
      return RunPass(step, branch, state);
    case asl::StateType::kChoice:
      return RunChoice(step, branch, state);
    case asl::StateType::kSucceed:
      return RunSucceed(step, branch, state);
    case asl::StateType::kMap:
      if (branch.join) return FinishEmptyMap(step, branch, state);
      return BeginMap(step, branch, state);
    case asl::StateType::kTask:
      return BeginTask(step, branch, state);
    case asl::StateType::kParallel:
      return BeginParallel(step, branch, state);
    default:
      return RunFail(step, branch, state);  // no other type is ever in phase kReady
  }
}

void TimeOutExecution(Step& step) {
  Execution& execution = step.execution();
  const absl::Time timeout_at = *execution.timeout_at;
  step.Emit(EventType::kExecutionTimedOut, 0).error = Text("States.Timeout");
  step.Close(Status::kTimedOut);
  execution.closed_at = timeout_at;  // StartDate + TimeoutSeconds exactly (history.md 6.16)
}

// The branch whose timer is due first; null when the execution's own time-out is.
Branch* FirstDue(Execution& execution) {
  Branch* first = nullptr;
  absl::Time due = execution.timeout_at.value_or(absl::InfiniteFuture());
  for (const BranchId id : OpenBranchIds(execution)) {
    Branch* branch = execution.Find(id);
    if (NextDue(*branch) < due) {
      due = NextDue(*branch);
      first = branch;
    }
  }
  return first;
}

void FireTimer(Step& step) {
  Branch* branch = FirstDue(step.execution());
  if (branch == nullptr) return TimeOutExecution(step);
  const asl::State& state = step.StateOf(*branch);
  switch (branch->phase) {
    case Phase::kWaiting:
      return EndWait(step, *branch, state);
    case Phase::kScheduled:
    case Phase::kStarted:
    case Phase::kSubmitted:
      return FireTaskTimer(step, *branch);
    default:
      break;  // kBackoff: another attempt
  }
  step.Touch(*branch);
  if (state.type == asl::StateType::kTask) return BeginTask(step, *branch, state);
  if (state.type == asl::StateType::kMap) return BeginMap(step, *branch, state);
  BeginParallel(step, *branch, state);
}

void StopExecution(Step& step, const Stop& stop) {
  Execution& execution = step.execution();
  HistoryEvent& event = step.Emit(EventType::kExecutionAborted, 0);
  event.error = execution.error = stop.error;
  event.cause = execution.cause = stop.cause;
  step.Close(Status::kAborted);
}

}  // namespace

Transition Begin(const asl::Machine& machine, const World& world, absl::Time now, uint64_t seed,
                 Execution& execution) {
  Step step(&machine, &world, now, seed, execution);
  const ExecutionFacts& facts = *execution.facts;
  execution.version = 1;
  if (machine.timeout) execution.timeout_at = facts.started_at + *machine.timeout;
  HistoryEvent& started = step.Emit(EventType::kExecutionStarted, 0);
  started.payload = facts.input;
  started.role_arn = Text(facts.role_arn);
  started.limits = facts.limits;
  started.fork = facts.fork;
  Branch& root = execution.branches[BranchId(0)];
  // The first state follows from nothing, not from ExecutionStarted (history.md 4).
  if (facts.fork == nullptr) {
    EnterState(step, root, *machine.root.start, facts.input, 0);
  } else {
    root.variables = facts.fork->variables;
    EnterState(step, root, *machine.Find(facts.fork->state.view()), facts.fork->input, 0);
  }
  return step.TakeTransition();
}

absl::StatusOr<Transition> Advance(const asl::Machine& machine, const World& world,
                                   const Event& event, Execution& execution) {
  if (execution.closed()) return Late(execution, "it is closed");
  Branch* branch = nullptr;
  if (const auto* proceed = std::get_if<Proceed>(&event.what)) {
    branch = execution.Find(proceed->branch);
    if (branch == nullptr || branch->phase != Phase::kReady)
      return Late(execution, "nothing to do");
  } else if (TellsOfTask(event)) {
    branch = EndingTask(execution, event);
    if (branch == nullptr) return Late(execution, "the task is no longer open");
  } else if (std::holds_alternative<TimerFired>(event.what)) {
    if (NextDue(execution) > event.now) return Late(execution, "no timer is due");
  }

  Step step(&machine, &world, event.now, event.seed, execution);
  execution.version++;
  if (const auto* stop = std::get_if<Stop>(&event.what)) {
    StopExecution(step, *stop);
    return step.TakeTransition();
  }
  return TakeStep(step, [&] {
    if (TellsOfTask(event)) {
      TakeTaskEvent(step, *branch, event);
    } else if (branch != nullptr) {
      RunState(step, *branch);
    } else {
      FireTimer(step);
    }
  });
}

absl::StatusOr<Transition> EndFullHistory(absl::Time now, Execution& execution) {
  const int64_t last = execution.facts->limits.history_events;
  if (execution.closed() || last == 0 || execution.last_event_id != last - 1) {
    return Late(execution, "its history is not full");
  }
  Step step(nullptr, nullptr, now, 0, execution);
  execution.version++;
  step.CloseFull();
  return step.TakeTransition();
}

void Append(Transition second, Transition* first) {
  std::move(second.history.begin(), second.history.end(), std::back_inserter(first->history));
  if (second.closes) {
    first->changed.clear();
    first->removed.clear();
    first->scheduled.clear();
    first->closes = true;
  }
  for (const BranchId id : second.removed) {
    std::erase(first->changed, id);
    first->removed.push_back(id);
  }
  for (const BranchId id : second.changed) {
    if (std::find(first->changed.begin(), first->changed.end(), id) == first->changed.end()) {
      first->changed.push_back(id);
    }
  }
  for (const BranchId id : second.removed) std::erase(first->scheduled, id);
  first->returned += second.returned;
  std::move(second.given_up.begin(), second.given_up.end(), std::back_inserter(first->given_up));
  first->random |= second.random;
  first->scheduled.insert(first->scheduled.end(), second.scheduled.begin(), second.scheduled.end());
}

}  // namespace pawl::core
