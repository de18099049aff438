#include <memory>

#include "coordinator/store/memory_store.h"

namespace pawl::store {

void MemoryStore::Simulate(std::function<int64_t()> random) {
  std::lock_guard lock(mu_);
  keeps_undo_ = true;
  random_ = std::move(random);
}

void MemoryStore::Flush() {
  std::lock_guard lock(mu_);
  undo_.clear();
}

void MemoryStore::Remember(const core::ExecutionFacts& facts) {
  if (!keeps_undo_) return;
  Undo& undo = undo_.emplace_back();
  undo.id = facts.id;
  undo.name = {facts.machine_name, facts.name};
  if (const auto it = open_.find(facts.id); it != open_.end()) undo.open = it->second;
  if (const auto it = closed_.find(facts.id); it != closed_.end()) undo.closed = it->second;
  if (const auto it = history_.find(facts.id); it != history_.end()) {
    undo.history_rows = it->second.size();
  }
  const auto [first, last] = WaitsFor(facts.id);
  undo.waits.assign(first, last);
}

int64_t MemoryStore::LoseUnflushed() {
  std::lock_guard lock(mu_);
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    open_.erase(undo->id);
    closed_.erase(undo->id);
    if (undo->open) open_[undo->id] = *std::move(undo->open);
    if (undo->closed) closed_[undo->id] = *std::move(undo->closed);
    const auto [first, last] = WaitsFor(undo->id);
    waits_.erase(first, last);
    waits_.insert(undo->waits.begin(), undo->waits.end());
    history_[undo->id].resize(undo->history_rows);
    if (undo->history_rows == 0) {  // it had not begun
      history_.erase(undo->id);
      names_.erase(undo->name);
    }
  }
  return static_cast<int64_t>(std::exchange(undo_, {}).size());
}

void MemoryStore::VisitOpen(const OpenVisitor& visit) {
  std::lock_guard lock(mu_);
  for (const auto& [id, row] : open_) visit(row.execution, row.claimable_at);
}

}  // namespace pawl::store
