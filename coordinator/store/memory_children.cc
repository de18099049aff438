#include <algorithm>
#include <limits>

#include "coordinator/store/memory_store.h"

namespace pawl::store {

std::pair<MemoryStore::WaitIterator, MemoryStore::WaitIterator> MemoryStore::WaitsFor(
    ExecutionId child) {
  const ChildWait least{child,
                        {},
                        BranchId(std::numeric_limits<int64_t>::min()),
                        std::numeric_limits<int64_t>::min()};
  const WaitIterator first = waits_.lower_bound(least);
  WaitIterator last = first;
  while (last != waits_.end() && last->first.child == child) ++last;
  return {first, last};
}

void MemoryStore::OrphanWaitsOf(ExecutionId parent) {
  std::map<ChildWait, bool> orphaned;
  std::erase_if(waits_, [&](const auto& wait) {
    if (wait.first.parent != parent) return false;
    ChildWait of_nobody = wait.first;
    of_nobody.parent = ExecutionId();
    orphaned.emplace(of_nobody, wait.second);
    return true;
  });
  waits_.merge(orphaned);
}

std::vector<std::pair<ChildWait, bool>> MemoryStore::Waits() {
  std::lock_guard lock(mu_);
  return {waits_.begin(), waits_.end()};
}

std::vector<audit::AuditedWait> MemoryStore::AuditedWaitsOf(ExecutionId parent) const {
  std::vector<audit::AuditedWait> waits;
  for (const auto& [wait, ended] : waits_) {
    if (wait.parent != parent) continue;
    waits.push_back({wait.branch, wait.nonce, ended, open_.contains(wait.child)});
  }
  return waits;
}

void MemoryStore::AwaitChild(const ChildWait& wait, DoneCallback done) {
  absl::Status answer;
  {
    std::lock_guard lock(mu_);
    const auto open = open_.find(wait.child);
    if (open != open_.end()) {
      Remember(*open->second.execution.facts);
      open->second.execution.fence = Fence(random_());
      waits_.emplace(wait, false);
    } else if (closed_.contains(wait.child)) {
      waits_.emplace(wait, true);
    } else {
      answer = NotFound("execution", wait.child.value().ToString());
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::EndedWaits(int64_t limit, Callback<std::vector<WaitedFor>> done) {
  std::vector<WaitedFor> ended;
  {
    std::lock_guard lock(mu_);
    for (const auto& [wait, has_ended] : waits_) {
      if (!has_ended || static_cast<int64_t>(ended.size()) == limit) continue;
      const core::ExecutionFacts& child = *closed_.at(wait.child).facts;
      ended.push_back({wait, child.machine_name, child.name});
    }
  }
  Reply(std::move(done), absl::StatusOr<std::vector<WaitedFor>>(std::move(ended)));
}

void MemoryStore::OrphanedWaits(int64_t limit, Callback<std::vector<WaitedFor>> done) {
  std::vector<WaitedFor> orphaned;
  {
    std::lock_guard lock(mu_);
    for (const auto& [wait, has_ended] : waits_) {
      const auto [first, last] = WaitsFor(wait.child);
      const bool awaited = std::any_of(
          first, last, [&](const auto& other) { return open_.contains(other.first.parent); });
      if (has_ended || awaited || static_cast<int64_t>(orphaned.size()) == limit) continue;
      const core::ExecutionFacts& child = *open_.at(wait.child).execution.facts;
      orphaned.push_back({wait, child.machine_name, child.name});
    }
  }
  Reply(std::move(done), absl::StatusOr<std::vector<WaitedFor>>(std::move(orphaned)));
}

void MemoryStore::ForgetWait(const ChildWait& wait, DoneCallback done) {
  {
    std::lock_guard lock(mu_);
    waits_.erase(wait);
  }
  Reply(std::move(done), absl::OkStatus());
}

}  // namespace pawl::store
