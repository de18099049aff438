#include "coordinator/engine/pollers.h"

#include <algorithm>
#include <utility>

#include "coordinator/core/queues.h"

namespace pawl::engine {

int64_t Pollers::Add(Poller poller) {
  absl::MutexLock lock(&mu_);
  poller.id = next_id_++;
  const int64_t id = poller.id;
  const std::string activity = poller.activity;
  activity_of_[id] = activity;
  waiting_[activity].push_back(std::move(poller));
  ShowWaiting(activity);
  return id;
}

std::optional<Poller> Pollers::Take(std::string_view activity) {
  absl::MutexLock lock(&mu_);
  const auto it = waiting_.find(std::string(activity));
  if (it == waiting_.end()) return std::nullopt;
  Poller poller = std::move(it->second.front());
  it->second.pop_front();
  if (it->second.empty()) waiting_.erase(it);
  activity_of_.erase(poller.id);
  taken_[poller.id] = false;
  ShowWaiting(poller.activity);
  return poller;
}

bool Pollers::Answer(int64_t id) {
  absl::MutexLock lock(&mu_);
  const auto at = taken_.find(id);
  if (at == taken_.end()) return true;
  const bool cancelled = at->second;
  taken_.erase(at);
  return !cancelled;
}

void Pollers::Cancel(int64_t id) {
  // Destroyed without the lock: what it holds may come back here.
  std::optional<Poller> removed = Remove(id);
  if (removed) return;
  absl::MutexLock lock(&mu_);
  if (const auto at = taken_.find(id); at != taken_.end()) at->second = true;
}

// The parameter outlives the lock: what it holds may come back here.
void Pollers::PutBack(Poller poller) {
  if (!Answer(poller.id)) return;
  absl::MutexLock lock(&mu_);
  const std::string activity = poller.activity;
  activity_of_[poller.id] = activity;
  waiting_[activity].push_front(std::move(poller));
  ShowWaiting(activity);
}

std::optional<Poller> Pollers::Remove(int64_t id) {
  absl::MutexLock lock(&mu_);
  const auto named = activity_of_.find(id);
  if (named == activity_of_.end()) return std::nullopt;
  const auto it = waiting_.find(named->second);
  activity_of_.erase(named);
  std::deque<Poller>& queue = it->second;
  const auto at = std::find_if(queue.begin(), queue.end(),
                               [id](const Poller& poller) { return poller.id == id; });
  Poller poller = std::move(*at);
  queue.erase(at);
  if (queue.empty()) waiting_.erase(it);
  ShowWaiting(poller.activity);
  return poller;
}

std::vector<Poller> Pollers::RemoveExpired(absl::Time now) {
  std::vector<int64_t> expired;
  {
    absl::MutexLock lock(&mu_);
    for (const auto& [activity, queue] : waiting_) {
      for (const Poller& poller : queue) {
        if (poller.deadline <= now) expired.push_back(poller.id);
      }
    }
  }
  std::sort(expired.begin(), expired.end());
  std::vector<Poller> removed;
  for (const int64_t id : expired) {
    if (std::optional<Poller> poller = Remove(id)) removed.push_back(std::move(*poller));
  }
  return removed;
}

std::vector<Poller> Pollers::RemoveAll() {
  absl::MutexLock lock(&mu_);
  std::vector<Poller> all;
  activity_of_.clear();
  auto waiting = std::exchange(waiting_, {});
  for (auto& [activity, queue] : waiting) {
    for (Poller& poller : queue) all.push_back(std::move(poller));
    ShowWaiting(activity);
  }
  std::sort(all.begin(), all.end(), [](const Poller& a, const Poller& b) { return a.id < b.id; });
  return all;
}

int64_t Pollers::Waiting(std::string_view activity) const {
  absl::MutexLock lock(&mu_);
  const auto it = waiting_.find(std::string(activity));
  return it == waiting_.end() ? 0 : static_cast<int64_t>(it->second.size());
}

std::vector<std::string> Pollers::Activities() const {
  absl::MutexLock lock(&mu_);
  std::vector<std::string> names;
  for (const auto& [activity, queue] : waiting_) names.push_back(activity);
  std::sort(names.begin(), names.end());
  return names;
}

void Pollers::ShowWaiting(const std::string& activity) {
  size_t own = 0;  // polls of this node's own
  for (const std::string_view queue : {core::kCallQueue, core::kJobQueue}) {
    const auto waiting = waiting_.find(std::string(queue));
    if (waiting != waiting_.end()) own += waiting->second.size();
  }
  metrics_->pollers.Set(static_cast<double>(activity_of_.size() - own));
  if (core::IsOwnQueue(activity)) return;
  const auto it = waiting_.find(activity);
  const size_t waiting = it == waiting_.end() ? 0 : it->second.size();
  metrics_->activity_pollers.Set(activity, static_cast<double>(waiting));
}

}  // namespace pawl::engine
