// Workers that wait on this node for a task, in the order in which they came.

#ifndef PAWL_ENGINE_POLLERS_H_
#define PAWL_ENGINE_POLLERS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/base/text.h"
#include "coordinator/engine/given_task.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

struct Poller {
  int64_t id = 0;
  std::string activity;
  Text worker_name;
  absl::Time deadline;
  store::Callback<std::optional<ActivityTask>> done;
};

// Thread-safe. A poller that was taken is the taker's, who answers it or puts it back: nobody else
// answers it.
class Pollers {
 public:
  explicit Pollers(std::shared_ptr<metrics::Metrics> metrics = std::make_shared<metrics::Metrics>())
      : metrics_(std::move(metrics)) {}

  // Gives the poller its id.
  int64_t Add(Poller poller);
  // The one that has waited longest for `activity`.
  std::optional<Poller> Take(std::string_view activity);
  // Puts a taken one back at the front: its task came to nothing. One that was cancelled is
  // dropped.
  void PutBack(Poller poller);
  // A taken one is about to be answered. False: it was cancelled meanwhile and must not be.
  bool Answer(int64_t id);
  // Nobody waits any more for the answer to the one with that id: it is removed, or, when it was
  // taken, dropped by its taker.
  void Cancel(int64_t id);
  // Those whose deadline has come, in the order in which they came.
  std::vector<Poller> RemoveExpired(absl::Time now);
  std::vector<Poller> RemoveAll();

  int64_t Waiting(std::string_view activity) const;
  // The activities that somebody waits for, by name.
  std::vector<std::string> Activities() const;

 private:
  std::optional<Poller> Remove(int64_t id);
  void ShowWaiting(const std::string& activity) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::shared_ptr<metrics::Metrics> metrics_;
  mutable absl::Mutex mu_;
  int64_t next_id_ ABSL_GUARDED_BY(mu_) = 1;
  absl::flat_hash_map<std::string, std::deque<Poller>> waiting_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<int64_t, std::string> activity_of_ ABSL_GUARDED_BY(mu_);
  // Those that were taken, and whether they have been cancelled since.
  absl::flat_hash_map<int64_t, bool> taken_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_POLLERS_H_
