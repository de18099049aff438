// Makes the calls of tasks: those of this cluster itself, and by a Caller those of others.

#ifndef PAWL_ENGINE_CALL_MAKER_H_
#define PAWL_ENGINE_CALL_MAKER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/base/account.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/leased_work.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/engine/start_execution_call.h"
#include "coordinator/engine/worker_invocation.h"
#include "coordinator/metrics/metrics.h"

namespace pawl::engine {

class CallMaker : public LeasedWork, public std::enable_shared_from_this<CallMaker> {
 public:
  struct Parts {
    integrations::Caller* caller;
    Account account;
    const Clock* clock;
    Scheduler* scheduler;
    std::shared_ptr<metrics::Metrics> metrics;
    StartFunction start;
    // As Options::served_function.
    std::function<std::string(std::string_view function)> served_function;
    // As WorkerInvocationParts::create_event_machine.
    std::function<void(store::DoneCallback)> create_event_machine;
    // Stops the job that a call has submitted (Call::job).
    std::function<void(integrations::Call)> stop_job;
  };

  explicit CallMaker(Parts parts) : parts_(std::move(parts)) {}

  std::optional<Id> Begin(LeasedCall leased, Done done) override;
  void Cancel(Id id) override;
  // A job that is being submitted is stopped once it is known what to stop.
  void GiveUp(Id id) override;
  decltype(Work::what) EndOf(const TaskId& task,
                             const integrations::CallResult& result) const override;
  void ShowUnderWay(size_t count) override;
  void Took(absl::Duration duration) override { parts_.metrics->call_duration.Observe(duration); }
  void ShowRepeated() override { parts_.metrics->calls_repeated.Add(); }

 private:
  Id Submit(integrations::Call call, Done done);

  const Parts parts_;
  absl::Mutex mu_;
  // Jobs that are being submitted, and whether they have been given up.
  absl::flat_hash_map<Id, bool> submitting_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_CALL_MAKER_H_
