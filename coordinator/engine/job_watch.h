// Looks after jobs that calls have submitted (.sync), by asking their services how they stand, and
// stops those that nobody waits for any more.
//
// Nothing here is stored. A job is looked after under a lease (CallRunner): when this node dies,
// another one goes on. How often it is asked for follows from its age alone, so that it is the same
// after that.

#ifndef PAWL_ENGINE_JOB_WATCH_H_
#define PAWL_ENGINE_JOB_WATCH_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/leased_work.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/metrics/metrics.h"

namespace pawl::engine {

// How long after a look at a job of that age the next one comes.
absl::Duration LookPause(absl::Duration age);

class JobWatch : public LeasedWork, public std::enable_shared_from_this<JobWatch> {
 public:
  struct Parts {
    integrations::Caller* caller;
    const Clock* clock;
    Scheduler* scheduler;
    std::shared_ptr<metrics::Metrics> metrics;
  };

  explicit JobWatch(Parts parts) : parts_(std::move(parts)) {}

  std::optional<Id> Begin(LeasedCall leased, Done done) override;
  void Cancel(Id id) override;
  decltype(Work::what) EndOf(const TaskId& task,
                             const integrations::CallResult& result) const override;
  void ShowUnderWay(size_t count) override;
  void Took(absl::Duration) override {}
  void ShowRepeated() override {}

  // Stops the job that `call` has submitted (Call::job): tried several times, and then logged.
  void Stop(integrations::Call call);
  // Jobs that are still to be stopped.
  int64_t stopping() const { return stopping_; }

 private:
  struct Watched {
    integrations::Call call;
    Done done;
    std::optional<integrations::Caller::CallId> look;  // the one under way
  };

  void Look(Id id);
  void Looked(Id id, std::optional<integrations::CallResult> result);
  void TryToStop(std::shared_ptr<const integrations::Call> call, int attempt);

  static constexpr int kStopAttempts = 6;
  static constexpr absl::Duration kStopPause = absl::Seconds(1);  // doubled each time

  const Parts parts_;
  std::atomic<int64_t> stopping_{0};
  absl::Mutex mu_;
  Id last_id_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<Id, Watched> watched_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_JOB_WATCH_H_
