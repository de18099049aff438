#include "coordinator/engine/chain_table.h"

namespace pawl::engine {

std::shared_ptr<Chain> ChainTable::Get(ExecutionId id) {
  absl::MutexLock lock(&mu_);
  Entry& entry = entries_[id];
  if (entry.chain == nullptr) entry.chain = std::make_shared<Chain>(id, parts_);
  if (entry.resting) {
    resting_.erase(entry.place);
    entry.resting = false;
  }
  return entry.chain;
}

void ChainTable::Rested(ExecutionId id) {
  std::shared_ptr<Chain> out;  // destroyed after the lock is given back
  absl::MutexLock lock(&mu_);
  const auto it = entries_.find(id);
  if (it == entries_.end() || it->second.resting) return;
  it->second.resting = true;
  it->second.place = resting_.insert(resting_.end(), id);
  if (static_cast<int64_t>(resting_.size()) <= max_resting_) return;
  const auto oldest = entries_.find(resting_.front());
  if (!oldest->second.chain->Forget()) return;  // it has just begun to work; it will rest again
  out = std::move(oldest->second.chain);
  entries_.erase(oldest);
  resting_.pop_front();
}

void ChainTable::Clear() {
  absl::flat_hash_map<ExecutionId, Entry> out;  // destroyed after the lock is given back
  absl::MutexLock lock(&mu_);
  out.swap(entries_);
  resting_.clear();
}

int64_t ChainTable::Working() const {
  absl::MutexLock lock(&mu_);
  return static_cast<int64_t>(entries_.size() - resting_.size());
}

}  // namespace pawl::engine
