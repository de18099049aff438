// Where two positions of one execution differ, and where two events do.

#ifndef PAWL_AUDIT_POSITION_DIFFERENCE_H_
#define PAWL_AUDIT_POSITION_DIFFERENCE_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "coordinator/core/execution.h"
#include "coordinator/core/history.h"

namespace pawl::audit {

// Deadlines of a replayed position that history does not tell: the earliest that each can be. The
// position itself has none in their place.
struct EarliestDeadlines {
  absl::flat_hash_map<BranchId, absl::Time> heartbeat;  // of tasks that a worker was given
  absl::flat_hash_map<BranchId, absl::Time> backoff;
};

// The first thing in which the stored position is not the replayed one, without payloads; empty
// when they agree. What history does not tell may differ (replay.h).
std::string PositionDifference(const core::Execution& replayed, const EarliestDeadlines& earliest,
                               const core::Execution& stored);
// The same of a closed one.
std::string OutcomeDifference(const core::Execution& replayed, const core::Execution& stored);

// What of the event differs; empty when they are equal.
std::string EventDifference(const core::HistoryEvent& replayed, const core::HistoryEvent& recorded);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_POSITION_DIFFERENCE_H_
