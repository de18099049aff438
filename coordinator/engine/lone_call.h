// The call of a task that is in no execution: of a state that is tested by itself (TestState).
// Nothing is stored, and nobody makes it again.

#ifndef PAWL_ENGINE_LONE_CALL_H_
#define PAWL_ENGINE_LONE_CALL_H_

#include <functional>
#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "coordinator/base/account.h"
#include "coordinator/base/clock.h"
#include "coordinator/core/execution.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/engine/start_until_known.h"
#include "coordinator/integrations/call.h"

namespace pawl::engine {

struct LoneCallParts {
  integrations::Caller* caller;  // outlives every call
  Account account;
  const Clock* clock;
  Scheduler* scheduler;
  StartFunction start;  // its task says nothing
};

// `done` is called once, on a thread of the node's: with the result, or with nothing when there was
// none after `patience`.
using LoneCallDone = absl::AnyInvocable<void(std::optional<integrations::CallResult>)>;

//   trace  as Call::trace
void MakeLoneCall(const LoneCallParts& parts, const core::ExecutionFacts& facts,
                  const core::TaskAttempt& task, std::shared_ptr<integrations::HttpTrace> trace,
                  absl::Duration patience, LoneCallDone done);

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_LONE_CALL_H_
