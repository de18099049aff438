// What a coordinator does itself of lambda:invoke where workers serve the function and the task
// does not wait for its result: InvocationType Event and DryRun (reference/integrations.md 5.2).
//
// An Event is an execution of a machine of the cluster's own, kEventMachine, which invokes the
// function: so it is durable, retried as Lambda does, and can be seen and stopped as any other.

#ifndef PAWL_ENGINE_WORKER_INVOCATION_H_
#define PAWL_ENGINE_WORKER_INVOCATION_H_

#include <functional>
#include <optional>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/start_until_known.h"
#include "coordinator/integrations/call.h"
#include "coordinator/integrations/lambda_call.h"

namespace pawl::engine {

inline constexpr std::string_view kEventMachine = "pawl-lambda-events";
// As Lambda does with asynchronous invocations: two more attempts, after a minute and two; what has
// not been run within six hours is given up.
inline constexpr std::string_view kEventDefinition = R"({
  "Comment": "Invocations of Lambda functions that nobody waits for (InvocationType Event).",
  "TimeoutSeconds": 21600,
  "StartAt": "Invoke",
  "States": {
    "Invoke": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName.$": "$.FunctionName", "Qualifier.$": "$.Qualifier",
                     "ClientContext.$": "$.ClientContext", "Payload.$": "$.Payload"},
      "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60, "BackoffRate": 2,
                 "MaxAttempts": 2}],
      "End": true
    }
  }
})";

struct WorkerInvocationParts {
  const Clock* clock;
  Scheduler* scheduler;
  StartFunction start;
  // Makes kEventMachine; OK also when it is there.
  std::function<void(store::DoneCallback)> create_event_machine;
};

// The invocation that `call` is, if it is one of these; `served_function` as Options has it.
std::optional<integrations::Invocation> OwnInvocation(
    const integrations::Call& call,
    const std::function<std::string(std::string_view function)>& served_function);

// `done` gets what Lambda would answer. A call that is made again invokes nothing a second time.
void CallWorkerFunction(const integrations::Call& call, const integrations::Invocation& invocation,
                        const ByTask& task, const WorkerInvocationParts& parts,
                        absl::AnyInvocable<void(integrations::CallResult)> done);

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_WORKER_INVOCATION_H_
