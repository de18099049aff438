// A task as whoever takes it gets it: the worker of an activity, the worker of a Lambda function,
// or a coordinator that makes a call.

#ifndef PAWL_ENGINE_GIVEN_TASK_H_
#define PAWL_ENGINE_GIVEN_TASK_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/text.h"
#include "coordinator/core/execution.h"
#include "coordinator/engine/task_token.h"
#include "coordinator/integrations/call.h"

namespace pawl::engine {

// One attempt of a task, as its token names it.
struct TaskId {
  ExecutionId execution;
  BranchId branch;
  int64_t nonce = 0;
};

// What a Lambda function learns of its invocation beside its payload.
struct Invocation {
  std::string function;      // without version or alias
  std::string function_arn;  // as it was invoked
  std::string request_id;    // the same for each repetition of one attempt
  absl::Time deadline = absl::InfiniteFuture();
  std::string client_context;  // JSON text; empty: none
  bool wants_log = false;      // the end of what it prints (LogType Tail)
};

// The task that starts an execution, when its call does.
struct ByTask {
  ExecutionId execution;
  BranchId branch;
  int64_t nonce = 0;
  absl::Time scheduled_at;
  bool waits = false;   // it waits for the child's end (.sync)
  bool parsed = false;  // as store::ChildWait
};

// A call to be made here, or one whose job is to be looked after, under a lease.
struct LeasedCall {
  TaskId task;
  integrations::Call call;
  ByTask starter;           // of an execution, if that is what it does
  absl::Time started_at;    // when it was made for the first time
  absl::Time leased_until;  // given to somebody else then, unless it is renewed
  bool repeated = false;    // it was made before, and its result did not come
  bool submits_job = false;
};

struct ActivityTask {
  std::string token;  // of a call: none
  Text input;         // of a function: its payload
  std::optional<Invocation> invocation;
  std::optional<LeasedCall> call;
};

// The call that `task` of that execution is, without a deadline.
integrations::Call CallOf(const core::ExecutionFacts& facts, const core::TaskAttempt& task);

// The task in `branch` (phase kStarted, or kSubmitted with a job), which has just been given.
ActivityTask MakeGivenTask(const TaskTokens& tokens, const core::Execution& execution,
                           const core::Branch& branch);

// The result of a task whose function a worker has run: that of lambda:invoke has the function's
// payload in it (reference/integrations.md 5.2), and the end of its log where that was asked for.
Text InvocationResult(const core::TaskAttempt& task, const Text& payload, std::string_view log_tail,
                      absl::Time now);

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_GIVEN_TASK_H_
