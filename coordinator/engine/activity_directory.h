// Which activities exist, as far as a decision must know it: a Task whose activity has been deleted
// fails.

#ifndef PAWL_ENGINE_ACTIVITY_DIRECTORY_H_
#define PAWL_ENGINE_ACTIVITY_DIRECTORY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/base/clock.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

// Thread-safe. An activity that was seen is believed to exist for a few seconds; one that was not
// seen is always looked up, so that a task never fails for an activity that was just created.
class ActivityDirectory : public std::enable_shared_from_this<ActivityDirectory> {
 public:
  ActivityDirectory(store::Store* store, const Clock* clock) : store_(store), clock_(clock) {}

  // What the last look said; false for one never looked up.
  bool Exists(std::string_view name) const;
  // Whether all of `names` have been seen lately.
  bool Fresh(const std::vector<std::string>& names) const;
  // Looks up those that have not. `done` may come within the call.
  void Refresh(const std::vector<std::string>& names, store::DoneCallback done);

 private:
  void RefreshFrom(std::vector<std::string> names, size_t at, store::DoneCallback done);

  static constexpr absl::Duration kBelieved = absl::Seconds(5);

  store::Store* const store_;
  const Clock* const clock_;
  mutable absl::Mutex mu_;
  absl::flat_hash_map<std::string, absl::Time> seen_at_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_ACTIVITY_DIRECTORY_H_
