// Looks for work that nobody has in hand: timers that are due, and executions whose coordinator has
// gone. At the latest every poll interval, and when the next timer is due.

#ifndef PAWL_ENGINE_CLAIMER_H_
#define PAWL_ENGINE_CLAIMER_H_

#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

// Thread-safe.
class Claimer : public std::enable_shared_from_this<Claimer> {
 public:
  struct Parts {
    store::Store* store;
    const Clock* clock;
    Scheduler* scheduler;
    absl::Duration claim_hint;
    absl::Duration poll_interval;
    int64_t batch = 64;
    // An execution that is this node's until `claimable_at`.
    std::function<void(core::Execution, absl::Time claimable_at, FlushEpoch)> claimed;
    // How many more executions this node can take in hand.
    std::function<int64_t()> room;
    // Once in each look, before it.
    std::function<void()> tick;
  };

  explicit Claimer(Parts parts) : parts_(std::move(parts)) {}

  void Run();
  // No further looks after the one under way.
  void Stop();
  // A timer at `time` was written: be there when it is due.
  void WakeAt(absl::Time time);

 private:
  void Look();
  void Claimed(absl::StatusOr<std::vector<core::Execution>> executions, absl::Time until,
               int64_t asked, FlushEpoch epoch);
  void WakeAfterLook(absl::Time next_due);
  void Schedule(absl::Time at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Parts parts_;
  absl::Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  bool looking_ ABSL_GUARDED_BY(mu_) = false;
  // The earliest time that was asked for while a look was under way.
  absl::Time wanted_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();
  // The earliest wake-up that is scheduled; later ones that were scheduled before come to nothing.
  absl::Time wake_at_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_CLAIMER_H_
