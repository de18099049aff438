// states:startExecution as a task of a state machine calls it: carried out by this cluster itself
// (reference/integrations.md 7).

#ifndef PAWL_ENGINE_START_EXECUTION_CALL_H_
#define PAWL_ENGINE_START_EXECUTION_CALL_H_

#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "coordinator/base/account.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/json.h"
#include "coordinator/engine/start_until_known.h"
#include "coordinator/integrations/call.h"

namespace pawl::engine {

// What is wrong with the parameters of such a call, in AWS's words; nothing when all is well.
std::optional<std::string> StartExecutionRefusal(Json parameters);

// `done` gets the result, or AWS's error. A call that is made again starts nothing a second time:
// an execution without a name gets one that follows from the call.
void CallStartExecution(const Account& account, const integrations::Call& call, const ByTask& task,
                        const Clock* clock, Scheduler* scheduler, StartFunction start,
                        absl::AnyInvocable<void(integrations::CallResult)> done);

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_START_EXECUTION_CALL_H_
