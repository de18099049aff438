// Activities that were seen lately, so that not every poll of every worker asks the database
// whether its activity exists.

#ifndef PAWL_API_ACTIVITY_CACHE_H_
#define PAWL_API_ACTIVITY_CACHE_H_

#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/base/strings.h"

namespace pawl::api {

// Thread-safe. An activity that another node deletes is believed in for `kBelieved` longer; its
// pollers then wait for tasks that do not come, which is what AWS promises no better.
class ActivityCache {
 public:
  static constexpr absl::Duration kBelieved = absl::Seconds(5);
  static constexpr size_t kMaxActivities = 100'000;

  bool Knows(std::string_view name, absl::Time now) const {
    absl::MutexLock lock(&mu_);
    const auto it = seen_.find(ToAbsl(name));
    return it != seen_.end() && now - it->second < kBelieved;
  }
  void Saw(std::string_view name, absl::Time now) {
    absl::MutexLock lock(&mu_);
    if (seen_.size() >= kMaxActivities) seen_.clear();
    seen_[ToAbsl(name)] = now;
  }
  void Forget(std::string_view name) {
    absl::MutexLock lock(&mu_);
    seen_.erase(ToAbsl(name));
  }

 private:
  mutable absl::Mutex mu_;
  absl::flat_hash_map<std::string, absl::Time> seen_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::api

#endif  // PAWL_API_ACTIVITY_CACHE_H_
