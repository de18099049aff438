// Decides the next step of one execution. Pure: equal arguments give equal results. The time and
// the random seed of a decision arrive in its input; nothing here has a clock, a socket or a
// database.

#ifndef PAWL_CORE_ADVANCE_H_
#define PAWL_CORE_ADVANCE_H_

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/execution.h"
#include "coordinator/core/history.h"
#include "coordinator/core/task_token.h"

namespace pawl::core {

// A branch in phase kReady takes its next step.
struct Proceed {
  BranchId branch;
};
// What is due at the time of the decision fires: the earliest of all timers.
struct TimerFired {};
// A worker reports on its activity, or whoever has the token that a call handed out ends its task.
struct TaskSucceeded {
  BranchId branch;
  int64_t nonce = 0;
  Text output;  // valid JSON
};
struct TaskFailed {
  BranchId branch;
  int64_t nonce = 0;
  std::optional<Text> error;
  std::optional<Text> cause;
};
// The call that a task is has returned.
struct CallReturned {
  BranchId branch;
  int64_t nonce = 0;
  Text output;  // valid JSON, the task's result as AWS shows it
};
struct CallFailed {
  BranchId branch;
  int64_t nonce = 0;
  std::optional<Text> error;
  std::optional<Text> cause;
};
// StopExecution.
struct Stop {
  std::optional<Text> error;
  std::optional<Text> cause;
};

struct Event {
  std::variant<Proceed, TimerFired, TaskSucceeded, TaskFailed, CallReturned, CallFailed, Stop> what;
  absl::Time
      now;  // the transition's time; moved up to the execution's last event where it is before
  uint64_t seed = 0;  // of all randomness in this decision
};

// What the decision may ask about the world. Constant during one decision.
class World {
 public:
  virtual ~World() = default;
  virtual bool ActivityExists(std::string_view name) const = 0;
  // The name under which workers serve that Lambda function, which is one without ("f") or with
  // ("f:prod") a version or alias; empty: it is called as other services are.
  virtual std::string ServedFunction(std::string_view function) const = 0;
  // Whether this version of Pawl can carry out that integration.
  virtual bool CarriesOut(const asl::TaskResource& integration) const = 0;
  // Why it cannot be called with these parameters, in AWS's words; nothing when it can.
  virtual std::optional<std::string> RefusalOf(const asl::TaskResource& integration,
                                               Json parameters) const = 0;
  // What a task's parameters may hand out for `token`.
  virtual std::string SignToken(const TaskToken& token) const = 0;
};

// One step: what is written in one transaction. `Execution` itself has been moved on by the same
// call.
struct Transition {
  std::vector<HistoryEvent> history;  // ids contiguous; may be empty (a heartbeat)
  std::vector<BranchId> changed;      // branches to write, without branch 0, which always is
  std::vector<BranchId> removed;      // branches to delete
  // Tasks that this step scheduled, or took back from a worker, and that are not handed out.
  std::vector<BranchId> scheduled;
  int64_t returned = 0;  // how many it took back
  // Calls whose jobs go on although no task waits for them any more: to be stopped once this is on
  // disk.
  std::vector<TaskAttempt> given_up;
  bool closes = false;  // it ends the execution: all branches are gone, the lists above are empty
  // A random function of the definition had a part in it: another seed gives other events.
  bool random = false;
};

// Begins an execution: `execution` has nothing but its facts. Enters the first state, or the one
// that a fork begins with, which ForkState has found (core/fork.h).
Transition Begin(const asl::Machine& machine, const World& world, absl::Time now, uint64_t seed,
                 Execution& execution);

// FAILED_PRECONDITION: the event is late or repeated (the task is another attempt, nothing is due,
// the execution is closed); `execution` is unchanged. A state machine's own failure is not an error
// here; it is part of the transition.
absl::StatusOr<Transition> Advance(const asl::Machine& machine, const World& world,
                                   const Event& event, Execution& execution);

// How long a worker has to confirm that it has the task it was given. Long enough for a reply and
// the confirmation to cross a slow network; short enough that a task whose coordinator died with
// the reply is given again within three seconds.
inline constexpr absl::Duration kConfirmWithin = absl::Milliseconds(2500);

// Hands the task in `branch` (WaitsForTaker) to a worker, who is to confirm it within
// kConfirmWithin: ActivityStarted, unless an earlier hand-out of the attempt wrote it already. A
// call goes to whoever makes it, for the length of its first lease; a job that a call has
// submitted to whoever looks after it, which no event tells.
// FAILED_PRECONDITION when the branch has no such task. Where the history has no room for that
// event the transition ends the execution instead, and the worker gets nothing.
absl::StatusOr<Transition> StartTask(BranchId branch, const Text& worker_name, absl::Time now,
                                     Execution& execution);

// The worker has the task: from now on only its end and its time-outs take it away. Takes up again
// one that was returned meanwhile and that nobody else has got. Writes no event; a transition
// without anything in it, and without a new version, when it is confirmed already.
absl::StatusOr<Transition> ConfirmTask(BranchId branch, int64_t nonce, absl::Time now,
                                       Execution& execution);

// The worker never got the task: it is ready for another one, with the same token. TimeoutSeconds
// goes on. Writes no event. FAILED_PRECONDITION when it is confirmed, ready already, or over.
absl::StatusOr<Transition> ReturnTask(BranchId branch, int64_t nonce, absl::Time now,
                                      Execution& execution);

// How long a call that is made since `age` is left to who makes it before it is given again: most
// calls end before their lease would have to be renewed, and long ones need few renewals.
absl::Duration LeaseLength(absl::Duration age);

// Whoever makes the call still does: its lease is as long as its age calls for. Takes up again one
// that was returned meanwhile and that nobody else has got. Writes no event; a transition without
// anything in it, and without a new version, while more than half of the lease is left.
absl::StatusOr<Transition> RenewLease(BranchId branch, int64_t nonce, absl::Time now,
                                      Execution& execution);

// How long the result of a call is waited for when its task has been ended by its token already:
// the history tells the call's result first.
inline constexpr absl::Duration kAwaitEndedCall = absl::Seconds(5);

// How long heartbeats of a task may go unwritten; stored deadlines allow for it, so that no node
// fires on a worker that lives: a deadline is the last written beat + HeartbeatSeconds + this.
absl::Duration UnwrittenHeartbeats(int64_t heartbeat_seconds);

// The worker lives, and has the task: its heartbeat deadline moves on. Writes no event. A
// transition without anything in it (and without a new version) when the last written beat is
// recent enough.
absl::StatusOr<Transition> Heartbeat(BranchId branch, int64_t nonce, absl::Time now,
                                     Execution& execution);

// The end of an execution whose history has room for its end only, in the place of any step that
// has events. FAILED_PRECONDITION when it has more room. For those who replay a history.
absl::StatusOr<Transition> EndFullHistory(absl::Time now, Execution& execution);

// Joins `second`, which was decided right after `first` on the same execution, to it: one commit
// for both.
void Append(Transition second, Transition* first);

}  // namespace pawl::core

#endif  // PAWL_CORE_ADVANCE_H_
