// Carries executions to their end: claims them, decides each step with the pure core, commits it,
// goes on.
//
// An execution is worked on by one chain of steps at a time on this node (Chain, engine/chain.h);
// another node may move it on at any moment, which the fence of each commit tells. Nothing here
// matters for durability: all of it can be lost and is found again in the store.
//
// Methods return at once. Callbacks come once, on any thread, and must not block. What a callback
// tells has reached the disk (Store::AwaitFlush). Thread-safe. Has no threads of its own: it runs
// on those of the store and of the scheduler.

#ifndef PAWL_ENGINE_ENGINE_H_
#define PAWL_ENGINE_ENGINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/asl/machine.h"
#include "coordinator/base/account.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/text.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/limits.h"
#include "coordinator/engine/machine_ref.h"
#include "coordinator/engine/pollers.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/integrations/call.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

struct Options {
  Account account;
  // How long a claimed execution is left alone by other nodes.
  absl::Duration claim_hint = absl::Seconds(2);
  // A claim in hand is renewed when it is older than this.
  absl::Duration claim_renewal = absl::Seconds(1);
  // The longest time between two looks for work.
  absl::Duration poll_interval = absl::Seconds(1);
  int64_t claim_batch = 512;
  // Executions that this node works on at once; claims stop above it, starts do not.
  int64_t max_chains = 4096;
  // Waiting executions whose position is kept in memory, so that a completion need not read it.
  int64_t cached_executions = 4096;
  // How long closed executions are kept. AWS keeps them 90 days.
  absl::Duration retention = absl::Hours(24 * 90);
  // Of executions that start here.
  core::Limits limits;
  // Makes the calls of tasks; outlives the engine. Null: those wait for a node that has one.
  integrations::Caller* caller = nullptr;
  // Calls that may be under way here.
  int64_t max_calls = 4096;
  // Jobs that calls have submitted that may be looked after here; others wait for another node.
  int64_t max_jobs = 50'000;
  // How long a node that goes down waits for the calls it has under way before it gives them back.
  absl::Duration call_grace = absl::Seconds(5);
  // As World::ServedFunction. Calls of others go to `caller`.
  std::function<std::string(std::string_view function)> served_function =
      [](std::string_view function) { return std::string(function.substr(0, function.find(':'))); };
  // Told of each execution that a step of this node has closed, once that is on disk, as
  // FindExecution tells of it. Must not block.
  std::function<void(const store::ExecutionRecord&)> closed = [](const store::ExecutionRecord&) {};
  // Gets the figures of what is done here.
  std::shared_ptr<metrics::Metrics> metrics = std::make_shared<metrics::Metrics>();
  // 64 random bits, never 0: ids, fences, tokens, seeds. With equal ones, and equal answers of the
  // store, the clock and the scheduler, an engine does the same again.
  std::function<int64_t()> random = RandomInt64;
  // The fence of the step that led to that position; drawn at random when this is empty. For tests,
  // to see that they notice fences that come twice.
  std::function<Fence(const core::Execution&)> draw_fence = nullptr;
  // Gives what a definition, which was accepted once, runs; null: it does not compile. Empty:
  // asl::CompileMachine. For simulations, whose nodes begin anew all the time.
  std::function<std::shared_ptr<const asl::Machine>(const std::string& definition)> compile =
      nullptr;
};

// What an execution is started with.
struct StartInput {
  StartInput(Text text, std::string trace_header = "")
      : text(std::move(text)), trace_header(std::move(trace_header)) {}

  Text text;                 // valid JSON
  std::string trace_header;  // kept and shown; empty: none
};

struct Started {
  ExecutionId id;
  absl::Time started_at;
};

// A new execution that begins at a state of another one.
struct ForkRequest {
  std::string machine_name;
  std::string name;  // of the one that is forked
  std::string state;
  std::optional<Text> input;  // valid JSON; absent: what that state was entered with the last time
  std::string revision;       // "current", an id, or empty: the one that the other ran
  std::string new_name;
};

// How a worker's task ended.
struct TaskResult {
  bool succeeded = false;
  Text output;                // JSON text, checked by the caller
  std::optional<Text> error;  // of a failure
  std::optional<Text> cause;
  std::string log_tail;  // of a function that was to give it (Invocation); bytes
};

class Engine {
 public:
  Engine(Options options, store::Store* store, const Clock* clock, Scheduler* scheduler);
  ~Engine();

  // Begins to look for work. After ClusterSecret has been read from the store; `ready` gets its
  // failure.
  void Run(store::DoneCallback ready);

  // Stops looking for work, answers pollers with nothing, waits a while for calls under way,
  // finishes the steps under way. `done` is called when no commit is under way any more. Starts and
  // completions are refused with UNAVAILABLE meanwhile.
  void Drain(absl::AnyInvocable<void()> done);

  // Starts an execution of the machine's current revision, or of what its qualifier leads to.
  // ALREADY_EXISTS: the name is taken by an execution that is not the same start (closed, or of
  // another input); a repeat of a running start gives the first one's answer (reference/api.md
  // 4.1). FAILED_PRECONDITION: the machine is being deleted. NOT_FOUND: there is no such machine,
  // version or alias.
  void StartExecution(MachineRef machine, std::string name, StartInput input,
                      store::Callback<Started> done);
  // Gives when it stopped; an execution that was closed before keeps what it had. NOT_FOUND.
  void StopExecution(std::string machine_name, std::string name, std::optional<Text> error,
                     std::optional<Text> cause, store::Callback<absl::Time> done);

  // Opens an execution again that failed, was stopped or timed out, from where it stood. Gives when
  // it was redriven; a repeat with the same `client_token`, which may be empty, within
  // store::kRedriveTokenLife the same. NOT_FOUND. FAILED_PRECONDITION: it cannot be redriven, with
  // the reason in AWS's words. DATA_LOSS: its history does not tell where it stood.
  void RedriveExecution(std::string machine_name, std::string name, std::string client_token,
                        store::Callback<absl::Time> done);

  // Starts an execution of the same machine that begins at a state of its top level, with the
  // variables, the input of the state, and that of the execution, that the one which is forked had.
  // NOT_FOUND: there is none. INVALID_ARGUMENT: it cannot be forked so, and why. ALREADY_EXISTS,
  // FAILED_PRECONDITION as for starts.
  void ForkExecution(ForkRequest request, store::Callback<Started> done);

  // Waits for a task of the activity, at the most until `deadline`; nullopt when none came. The
  // activity exists. CancelPoll ends the wait of a client that has gone; its callback is then not
  // called any more, and no task is given to it.
  //
  // Who gets a task says what becomes of it: ConfirmTask once the worker has it, ReturnTask when it
  // will not get it. Without either it is given again within core::kConfirmWithin.
  using PollId = int64_t;
  PollId PollActivity(std::string activity, Text worker_name, absl::Time deadline,
                      store::Callback<std::optional<ActivityTask>> done);
  // The same for an invocation of a Lambda function, by its name alone. Who gets one keeps its
  // lease with HeartbeatTask, every five seconds or so.
  PollId PollFunction(std::string_view function, Text worker_name, absl::Time deadline,
                      store::Callback<std::optional<ActivityTask>> done);
  void CancelPoll(PollId poll);

  // With the token of an activity, of a function's invocation (the output is the function's
  // payload), or one that a call has handed out. INVALID_ARGUMENT: not a token of this cluster.
  // FAILED_PRECONDITION: its task is no longer open (the message names the activity's ARN, if it is
  // one's).
  void CompleteTask(std::string token, TaskResult result, store::DoneCallback done);
  void HeartbeatTask(std::string token, store::DoneCallback done);
  // The worker has the task. OK as soon as this node knows; it is written when the task lasts.
  // Errors as above, of a task that another node gave.
  void ConfirmTask(const std::string& token, store::DoneCallback done);
  // The worker will not get the task: it is given again at once, with the same token. Does nothing
  // to one that was confirmed, or that is over.
  void ReturnTask(const std::string& token);
  // Only whether it is a token of this cluster.
  bool IsToken(const std::string& token) const;

  // Runs `function` on a thread of the node's, for what would keep the caller's too long.
  void RunSoon(absl::AnyInvocable<void()> function);
  // What a decision of this node may ask about the world: for states that are tested by themselves.
  // Null before Run is done.
  std::shared_ptr<const core::World> world() const;
  // Makes the call of a task that is in no execution (lone_call.h). An execution that it starts is
  // one like any other. UNAVAILABLE, FAILED_PRECONDITION (this node makes no calls): `done` is not
  // called.
  absl::Status MakeCall(const core::ExecutionFacts& facts, const core::TaskAttempt& task,
                        std::shared_ptr<integrations::HttpTrace> trace, absl::Duration patience,
                        absl::AnyInvocable<void(std::optional<integrations::CallResult>)> done);
  // As Caller::ResultProblem.
  std::optional<std::string> ResultProblem(const asl::TaskResource& resource, Json result,
                                           bool complete) const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_ENGINE_H_
