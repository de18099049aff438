// What each type of state does. `Begin` functions run when the state is entered and again for each
// retry; `Run` functions take the one step of a state that can go on at once.

#ifndef PAWL_CORE_STATES_STATES_H_
#define PAWL_CORE_STATES_STATES_H_

#include "coordinator/core/flow.h"
#include "coordinator/core/retrace.h"
#include "coordinator/core/step.h"

namespace pawl::core {

void RunPass(Step& step, Branch& branch, const asl::State& state);
void RunChoice(Step& step, Branch& branch, const asl::State& state);
void RunSucceed(Step& step, Branch& branch, const asl::State& state);
void RunFail(Step& step, Branch& branch, const asl::State& state);

void BeginWait(Step& step, Branch& branch, const asl::State& state);
void EndWait(Step& step, Branch& branch, const asl::State& state);

void BeginTask(Step& step, Branch& branch, const asl::State& state);
// An event of `branch`'s task, which is still there.
HistoryEvent& EmitTask(Step& step, Branch& branch, EventType type);
// The task is over; its timers and its token with it.
void EndAttempt(Branch& branch);
// Heartbeats are asked for from now on. Never earlier than they were: a node that does not know the
// time exactly must not take from a worker what another one has given it.
void SetHeartbeat(Branch& branch, absl::Time now);
// The failure of a task whose result is larger than its execution takes.
std::optional<asl::WorkflowError> CheckTaskResult(Step& step, const TaskAttempt& task,
                                                  const Text& output);
void SucceedTask(Step& step, Branch& branch, const Text& output);
void FailTask(Step& step, Branch& branch, const std::optional<Text>& error,
              const std::optional<Text>& cause);
// The same, told by an event of another type.
void FailTaskAs(Step& step, Branch& branch, EventType type, const std::optional<Text>& error,
                const std::optional<Text>& cause);
// Whoever was given the task has not got it, or no longer makes the call: it is ready again.
void TakeBack(Step& step, Branch& branch);
// The task's own timer is due: TimeoutSeconds, or HeartbeatSeconds.
void TimeOutTask(Step& step, Branch& branch, bool heartbeat);

void BeginParallel(Step& step, Branch& branch, const asl::State& state);
void BeginMap(Step& step, Branch& branch, const asl::State& state);
// The step after the start of a Map without items. A step of its own, so that no state is entered
// and left within one step, and a machine that loops does so a step at a time.
void FinishEmptyMap(Step& step, Branch& branch, const asl::State& state);
// Of a redrive. Sets `branch`, which is in a Parallel or Map that `place` had begun, back to where
// it waits for its branches, which the caller adds. False: the items of the Map cannot be found
// again as they were, and it has to begin anew.
bool GoOnJoining(Step& step, Branch& branch, const asl::State& state, const TracedPlace& place);
// The text of that item.
Text ItemText(const MapItems& items, int64_t index);
// Begins iterations of the Map that `branch` runs while it has items and room for more.
void FillIterations(Step& step, Branch& branch, const asl::State& state);
// All its branches had ended, the last one with event `last_id`: they are joined again.
void FinishJoinAgain(Step& step, Branch& branch, const asl::State& state, int64_t last_id);
// A branch or iteration under a Parallel or Map has ended well with `output`.
void EndChild(Step& step, Branch& child, const Text& output);

}  // namespace pawl::core

#endif  // PAWL_CORE_STATES_STATES_H_
