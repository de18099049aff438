#include "coordinator/core/flow.h"

#include "coordinator/base/strings.h"
#include "coordinator/core/states/states.h"

namespace pawl::core {
namespace {

EventType EnteredType(asl::StateType type) {
  switch (type) {
    case asl::StateType::kPass:
      return EventType::kPassStateEntered;
    case asl::StateType::kTask:
      return EventType::kTaskStateEntered;
    case asl::StateType::kChoice:
      return EventType::kChoiceStateEntered;
    case asl::StateType::kWait:
      return EventType::kWaitStateEntered;
    case asl::StateType::kSucceed:
      return EventType::kSucceedStateEntered;
    case asl::StateType::kFail:
      return EventType::kFailStateEntered;
    case asl::StateType::kParallel:
      return EventType::kParallelStateEntered;
    case asl::StateType::kMap:
      break;
  }
  return EventType::kMapStateEntered;
}

EventType ExitedType(asl::StateType type) {
  switch (type) {
    case asl::StateType::kPass:
      return EventType::kPassStateExited;
    case asl::StateType::kTask:
      return EventType::kTaskStateExited;
    case asl::StateType::kChoice:
      return EventType::kChoiceStateExited;
    case asl::StateType::kWait:
      return EventType::kWaitStateExited;
    case asl::StateType::kSucceed:
    case asl::StateType::kFail:
      return EventType::kSucceedStateExited;
    case asl::StateType::kParallel:
      return EventType::kParallelStateExited;
    case asl::StateType::kMap:
      break;
  }
  return EventType::kMapStateExited;
}

// The Exited event with its output and variables, and what follows it. `output` is final.
void Exit(Step& step, Branch& branch, const asl::State& state, const Text& output,
          const Assigned& assigned, const asl::State* next, int64_t previous_id) {
  branch.variables = WithAssigned(step, branch.variables, assigned);
  // A state that is tested goes nowhere.
  if (Observation* seen = step.observation()) {
    seen->left = true;
    seen->output = output;
    seen->variables = branch.variables;
    if (next != nullptr) seen->next = next->name;
    return;
  }
  HistoryEvent& event = step.Emit(ExitedType(state.type), previous_id);
  event.name = branch.state;
  event.payload = output;
  event.assigned = assigned;
  branch.last_event_id = event.id;
  if (next != nullptr) {
    EnterState(step, branch, *next, output, event.id);
  } else {
    EndScope(step, branch, output);
  }
}

}  // namespace

void EnterState(Step& step, Branch& branch, const asl::State& state, Text input,
                int64_t previous_id) {
  // A state that failed as it began and was caught is left in the step that entered it. What it
  // leads to begins in the next one, or catchers in a circle would keep one step going without end.
  const bool begins_later = step.EnteredHere(branch) && state.type != asl::StateType::kWait;
  branch.phase = Phase::kReady;
  branch.state = Text(state.name);
  branch.data = std::move(input);
  branch.entered_at = step.now();
  branch.retries.clear();
  branch.due_at.reset();
  branch.heartbeat_due_at.reset();
  branch.confirm_by.reset();
  branch.task.reset();
  branch.join.reset();
  branch.map_items.reset();

  HistoryEvent& event = step.Emit(EnteredType(state.type), previous_id);
  event.name = branch.state;
  event.payload = branch.data;
  branch.entered_event_id = branch.last_event_id = event.id;
  branch.entered_previous_id = previous_id;
  step.Touch(branch);

  if (!begins_later) BeginState(step, branch, state);
}

void BeginState(Step& step, Branch& branch, const asl::State& state) {
  switch (state.type) {
    case asl::StateType::kWait:
      return BeginWait(step, branch, state);
    case asl::StateType::kTask:
      return BeginTask(step, branch, state);
    case asl::StateType::kParallel:
      return BeginParallel(step, branch, state);
    case asl::StateType::kMap:
      return BeginMap(step, branch, state);
    default:
      return;
  }
}

void LeaveState(Step& step, Branch& branch, const asl::State& state, const Leaving& leaving) {
  const auto& form = leaving.output != nullptr ? *leaving.output : state.output;
  asl::Result<Payload> output = ApplyOutput(step, branch, state, form, leaving.result);
  if (!output.ok()) return FailState(step, branch, output.error());
  if (auto exceeded = CheckSize(step, state, *output)) {
    return FailState(step, branch, *exceeded);
  }
  Exit(step, branch, state, output->text(), leaving.assigned, leaving.next, leaving.previous_id);
}

void FinishState(Step& step, Branch& branch, const asl::State& state, const Payload& raw_result,
                 int64_t previous_id) {
  const Subject subject{raw_result, Subject::Role::kResult};
  step.Note(&Observation::result, raw_result);
  asl::Result<Assigned> assigned = ApplyAssign(step, branch, state.assign, subject);
  if (!assigned.ok()) return FailState(step, branch, assigned.error());
  asl::Result<Payload> result = ApplyTemplate(step, branch, state.result_selector, subject);
  if (!result.ok()) return FailState(step, branch, result.error());
  step.Note(&Observation::after_result_selector, *result);
  const Subject selected{*result, Subject::Role::kResult};
  LeaveState(step, branch, state, {selected, std::move(*assigned), state.next, previous_id});
}

void EndScope(Step& step, Branch& branch, const Text& output) {
  if (branch.id.value() != 0) return EndChild(step, branch, output);
  step.EmitNext(EventType::kExecutionSucceeded, branch).payload = output;
  step.execution().output = output;
  step.Close(Status::kSucceeded);
}

void LeaveCaught(Step& step, Branch& branch, const asl::State& state, const Text& output,
                 const Assigned& assigned, const asl::State* next) {
  Exit(step, branch, state, output, assigned, next, branch.last_event_id);
}

}  // namespace pawl::core
