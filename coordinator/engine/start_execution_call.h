// states:startExecution as a task of a state machine calls it: carried out by this cluster itself
// (reference/integrations.md 7).

#ifndef PAWL_ENGINE_START_EXECUTION_CALL_H_
#define PAWL_ENGINE_START_EXECUTION_CALL_H_

#include <functional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "coordinator/base/account.h"
#include "coordinator/base/text.h"
#include "coordinator/engine/engine.h"
#include "coordinator/integrations/call.h"

namespace pawl::engine {

// As Starter::Start.
using StartFunction = std::function<void(std::string machine_name, std::string name, Text input,
                                         ByTask task, store::Callback<Started> done)>;

// `done` gets the result, or AWS's error. A call that is made again starts nothing a second time:
// an execution without a name gets one that follows from the call. What UNAVAILABLE leaves open is
// tried again, a minute long.
void CallStartExecution(const Account& account, const integrations::Call& call, const ByTask& task,
                        Scheduler* scheduler, StartFunction start,
                        absl::AnyInvocable<void(integrations::CallResult)> done);

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_START_EXECUTION_CALL_H_
