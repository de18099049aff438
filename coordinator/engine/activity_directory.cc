#include "coordinator/engine/activity_directory.h"

#include <utility>

namespace pawl::engine {

bool ActivityDirectory::Exists(std::string_view name) const {
  absl::MutexLock lock(&mu_);
  return seen_at_.contains(std::string(name));
}

bool ActivityDirectory::Fresh(const std::vector<std::string>& names) const {
  const absl::Time oldest = clock_->Now() - kBelieved;
  absl::MutexLock lock(&mu_);
  for (const std::string& name : names) {
    const auto it = seen_at_.find(name);
    if (it == seen_at_.end() || it->second < oldest) return false;
  }
  return true;
}

void ActivityDirectory::Refresh(const std::vector<std::string>& names, store::DoneCallback done) {
  RefreshFrom(names, 0, std::move(done));
}

void ActivityDirectory::RefreshFrom(std::vector<std::string> names, size_t at,
                                    store::DoneCallback done) {
  if (at == names.size()) return done(absl::OkStatus());
  const std::string name = names[at];
  store_->GetActivity(name,
                      [this, self = shared_from_this(), names = std::move(names), at,
                       done = std::move(done)](absl::StatusOr<store::Activity> activity) mutable {
                        if (!activity.ok() && !absl::IsNotFound(activity.status()))
                          return done(activity.status());
                        {
                          absl::MutexLock lock(&mu_);
                          if (activity.ok()) {
                            seen_at_[names[at]] = clock_->Now();
                          } else {
                            seen_at_.erase(names[at]);
                          }
                        }
                        RefreshFrom(std::move(names), at + 1, std::move(done));
                      });
}

}  // namespace pawl::engine
