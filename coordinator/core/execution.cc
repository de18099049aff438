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

const Branch* NextReady(const Execution& execution) {
  // The event a branch follows from says when it became ready; the oldest goes first, so that no
  // branch starves another.
  const Branch* next = nullptr;
  for (const auto& [id, branch] : execution.branches) {
    if (branch.phase != Phase::kReady) continue;
    if (next == nullptr || branch.last_event_id < next->last_event_id) next = &branch;
  }
  return next;
}

absl::Time NextDue(const Branch& branch) {
  const absl::Time due = branch.due_at.value_or(absl::InfiniteFuture());
  const std::optional<absl::Time>& other =
      branch.confirm_by ? branch.confirm_by : branch.heartbeat_due_at;
  return std::min(due, other.value_or(absl::InfiniteFuture()));
}

absl::Time NextDue(const Execution& execution) {
  absl::Time due = absl::InfiniteFuture();
  if (execution.timeout_at) due = *execution.timeout_at;
  for (const auto& [id, branch] : execution.branches) {
    due = std::min(due, NextDue(branch));
  }
  return due;
}

}  // namespace pawl::core
