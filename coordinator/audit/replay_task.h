// What stands open in a replayed position.

#ifndef PAWL_AUDIT_REPLAY_TASK_H_
#define PAWL_AUDIT_REPLAY_TASK_H_

#include "absl/time/time.h"
#include "coordinator/audit/replay_place.h"

namespace pawl::audit {

// The open branch that goes on from event `id`; null if none. Branches that have ended go nowhere.
const core::Branch* GoesOnFrom(const core::Execution& execution, int64_t id);

// Somebody has its task, or the token of it.
bool IsOut(const core::Branch& branch);

// The two time-outs that a task can have run into by `now`.
struct TimeOuts {
  bool own = false;
  bool heartbeat = false;
};
TimeOuts PossibleTimeOuts(const ReplayPlace& place, const core::Branch& branch, absl::Time now);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_REPLAY_TASK_H_
