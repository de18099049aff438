#include "coordinator/core/execution.h"

#include <algorithm>

namespace pawl::core {

std::string_view StatusName(Status status) {
  switch (status) {
    case Status::kRunning:
      return "RUNNING";
    case Status::kSucceeded:
      return "SUCCEEDED";
    case Status::kFailed:
      return "FAILED";
    case Status::kTimedOut:
      return "TIMED_OUT";
    case Status::kAborted:
      return "ABORTED";
  }
  return "UNKNOWN";
}

const std::vector<BranchId>& OpenBranches::Ids(const std::map<BranchId, Branch>& branches) {
  const auto ended = [&](BranchId id) {
    auto it = branches.find(id);
    return it == branches.end() || it->second.phase == Phase::kEnded;
  };
  if (counted_ == 0 || counted_ != branches.size()) {
    ids_.clear();
    for (const auto& [id, branch] : branches) ids_.push_back(id);
    counted_ = branches.size();
  }
  std::erase_if(ids_, ended);  // a branch that has ended never goes on
  return ids_;
}

void OpenBranches::Add(BranchId id, const std::map<BranchId, Branch>& branches) {
  if (counted_ == 0 || counted_ + 1 != branches.size()) return Forget();
  ids_.push_back(id);
  ++counted_;
}

const std::vector<BranchId>& OpenBranchIds(const Execution& execution) {
  return execution.open.Ids(execution.branches);
}

const Branch* NextReady(const Execution& execution) {
  // The event a branch follows from says when it became ready; the oldest goes first, so that no
  // branch starves another.
  const Branch* next = nullptr;
  for (const BranchId id : OpenBranchIds(execution)) {
    const Branch* branch = execution.Find(id);
    if (branch->phase != Phase::kReady) continue;
    if (next == nullptr || branch->last_event_id < next->last_event_id) next = branch;
  }
  return next;
}

bool AwaitsJob(const Branch& branch) {
  return branch.phase == Phase::kSubmitted && branch.task && branch.task->has_job();
}

bool WaitsForTaker(const Branch& branch) {
  if (AwaitsJob(branch)) return !branch.confirm_by;
  return branch.phase == Phase::kScheduled && branch.task;
}

absl::Time NextDue(const Branch& branch) {
  absl::Time due = branch.due_at.value_or(absl::InfiniteFuture());
  // Whoever looks after a job does not beat for it.
  if (AwaitsJob(branch)) {
    due = std::min(due, branch.heartbeat_due_at.value_or(absl::InfiniteFuture()));
  }
  const std::optional<absl::Time>& other =
      branch.confirm_by ? branch.confirm_by : branch.heartbeat_due_at;
  return std::min(due, other.value_or(absl::InfiniteFuture()));
}

absl::Time NextDue(const Execution& execution) {
  absl::Time due = absl::InfiniteFuture();
  if (execution.timeout_at) due = *execution.timeout_at;
  for (const BranchId id : OpenBranchIds(execution)) {
    due = std::min(due, NextDue(*execution.Find(id)));
  }
  return due;
}

}  // namespace pawl::core
