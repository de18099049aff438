// Reads every few seconds how many tasks of the database wait for a worker, and for how long, so
// that a scrape costs the database nothing.

#ifndef PAWL_ENGINE_BACKLOG_GAUGE_H_
#define PAWL_ENGINE_BACKLOG_GAUGE_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

// Thread-safe.
class BacklogGauge : public std::enable_shared_from_this<BacklogGauge> {
 public:
  BacklogGauge(store::Store* store, const Clock* clock, Scheduler* scheduler,
               std::shared_ptr<metrics::Metrics> metrics)
      : store_(store), clock_(clock), scheduler_(scheduler), metrics_(std::move(metrics)) {}

  void Run();
  // No further looks after the one under way.
  void Stop();

 private:
  void Show(const store::Backlog& backlog);

  static constexpr absl::Duration kEvery = absl::Seconds(5);
  // Counting stops here: more is as bad, and each costs an index entry.
  static constexpr int64_t kCountLimit = 10'000;

  store::Store* const store_;
  const Clock* const clock_;
  Scheduler* const scheduler_;
  const std::shared_ptr<metrics::Metrics> metrics_;
  absl::Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_BACKLOG_GAUGE_H_
