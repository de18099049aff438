#include "coordinator/engine/lone_call.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/engine/given_task.h"
#include "coordinator/engine/start_execution_call.h"

namespace pawl::engine {
namespace {

// Its result and its time-out meet here: the first of them is told.
struct LoneCall {
  explicit LoneCall(LoneCallDone what) : done(std::move(what)) {}

  void End(std::optional<integrations::CallResult> result) {
    LoneCallDone tell;
    {
      absl::MutexLock lock(&mu);
      std::swap(tell, done);
    }
    if (tell) tell(std::move(result));
  }

  absl::Mutex mu;
  LoneCallDone done ABSL_GUARDED_BY(mu);
};

}  // namespace

void MakeLoneCall(const LoneCallParts& parts, const core::ExecutionFacts& facts,
                  const core::TaskAttempt& task, std::shared_ptr<integrations::HttpTrace> trace,
                  absl::Duration patience, LoneCallDone done) {
  const auto lone = std::make_shared<LoneCall>(std::move(done));
  integrations::Call call = CallOf(facts, task);
  call.deadline = parts.clock->Now() + patience;
  call.trace = std::move(trace);
  auto ended = [lone, scheduler = parts.scheduler](integrations::CallResult result) {
    scheduler->Run([lone, result = std::move(result)]() mutable { lone->End(std::move(result)); });
  };
  if (call.service == "states") {
    CallStartExecution(parts.account, call, ByTask{}, parts.clock, parts.scheduler, parts.start,
                       std::move(ended));
    parts.scheduler->RunAfter(patience, [lone] { lone->End(std::nullopt); });
    return;
  }
  const auto id = parts.caller->Start(std::move(call), std::move(ended));
  parts.scheduler->RunAfter(patience, [lone, caller = parts.caller, id] {
    caller->Cancel(id);
    lone->End(std::nullopt);
  });
}

}  // namespace pawl::engine
