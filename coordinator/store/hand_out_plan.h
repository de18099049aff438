// What both stores do alike when they hand out tasks of executions they have read.

#ifndef PAWL_STORE_HAND_OUT_PLAN_H_
#define PAWL_STORE_HAND_OUT_PLAN_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/execution.h"
#include "coordinator/store/store.h"

namespace pawl::store {

// The task that waits for a worker in a branch; null when there is none.
const core::TaskAttempt* ReadyTask(const core::Branch& branch);

bool HasReadyTask(const core::Execution& execution, std::string_view activity);

// An execution whose tasks are to be handed out, and what was decided.
struct HandOutEntry {
  core::Execution execution;  // after the decisions
  absl::Time claimable_at;    // as it stands in the row
  Fence read_fence;           // the one it was read with
  std::optional<core::Transition> transition;
  std::vector<BranchId> branches;  // whose tasks are handed out
};

// Calls `decide` for up to `limit` tasks of `activity`, oldest first.
void DecideHandOut(std::string_view activity, int64_t limit, const Store::Decide& decide,
                   std::vector<HandOutEntry>* entries);

// When a node may take the execution up after tasks of it were handed out. One that has more to do
// now keeps the time it has: a chain may have it in hand.
absl::Time ClaimableAfterHandOut(const HandOutEntry& entry);

}  // namespace pawl::store

#endif  // PAWL_STORE_HAND_OUT_PLAN_H_
