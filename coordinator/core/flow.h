// How control goes: into a state, out of it, to the next one, and to Retry and Catch when it fails.
// One file per state type in core/states/ says what the state itself does.

#ifndef PAWL_CORE_FLOW_H_
#define PAWL_CORE_FLOW_H_

#include <cstdint>

#include "coordinator/asl/error.h"
#include "coordinator/core/data_flow.h"
#include "coordinator/core/step.h"

namespace pawl::core {

// Each function below may end the branch it is given, and with it the reference: callers do nothing
// with the branch afterwards.

// `branch` enters `state` with the raw input `input`, as a consequence of event `previous_id`; work
// that the state begins with (a task, a timer, branches) is begun.
void EnterState(Step& step, Branch& branch, const asl::State& state, Text input,
                int64_t previous_id);

// Begins the work of the state that `branch` is in, from its raw input: when it is entered, and
// when a redrive takes it up again. A state without such work, Pass or Choice, takes its step with
// the next Proceed.
void BeginState(Step& step, Branch& branch, const asl::State& state);

// What a state that ends well leaves with.
struct Leaving {
  Subject result;  // to the fields that make the output
  Assigned assigned;
  const asl::State* next = nullptr;  // null: the scope ends
  int64_t previous_id = 0;           // what the Exited event follows from
  // Output, where it is not the state's own but that of a rule of a Choice.
  const std::optional<asl::JsonataTemplate>* output = nullptr;
};

// The state's end: its output is made (ApplyOutput), the state is left, the next one entered.
void LeaveState(Step& step, Branch& branch, const asl::State& state, const Leaving& leaving);

// The end of a Task, Parallel or Map with its raw result: ResultSelector and Assign, then
// LeaveState.
void FinishState(Step& step, Branch& branch, const asl::State& state, const Payload& raw_result,
                 int64_t previous_id);

// The end of a state whose failure a catcher takes, with the catcher's output (OutputPath is not
// applied).
void LeaveCaught(Step& step, Branch& branch, const asl::State& state, const Text& output,
                 const Assigned& assigned, const asl::State* next);

// The end of the level that `branch` runs: the execution succeeds, or the container counts it.
void EndScope(Step& step, Branch& branch, const Text& output);

// The state of `branch` has failed: its Retry and Catch are asked, else the failure goes on
// outwards. `heartbeat`: a States.Timeout that States.HeartbeatTimeout matches too.
void FailState(Step& step, Branch& branch, asl::WorkflowError error, bool heartbeat = false);

// The same, of a Parallel or Map that may have branches running: they are aborted first.
void FailRunning(Step& step, Branch& container, asl::WorkflowError error);

}  // namespace pawl::core

#endif  // PAWL_CORE_FLOW_H_
