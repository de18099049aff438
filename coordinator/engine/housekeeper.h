// What every node does now and then for the database as a whole: lets go of deleted machines, makes
// and drops partitions. Harmless when several nodes do so at once.

#ifndef PAWL_ENGINE_HOUSEKEEPER_H_
#define PAWL_ENGINE_HOUSEKEEPER_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

// Thread-safe.
class Housekeeper : public std::enable_shared_from_this<Housekeeper> {
 public:
  // `retention`: how long closed executions are kept.
  Housekeeper(store::Store* store, const Clock* clock, Scheduler* scheduler,
              absl::Duration retention)
      : store_(store), clock_(clock), scheduler_(scheduler), retention_(retention) {}

  void Run();
  void Stop();

 private:
  bool stopped() const;
  void FinishDeletions();
  void MaintainPartitions();

  static constexpr absl::Duration kDeletionsEvery = absl::Seconds(5);
  static constexpr absl::Duration kPartitionsEvery = absl::Hours(1);

  store::Store* const store_;
  const Clock* const clock_;
  Scheduler* const scheduler_;
  const absl::Duration retention_;
  mutable absl::Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_HOUSEKEEPER_H_
