// Where a replay stands: the position that the rows played so far have given, and how one more row
// is played.

#ifndef PAWL_AUDIT_REPLAY_PLACE_H_
#define PAWL_AUDIT_REPLAY_PLACE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "coordinator/asl/machine.h"
#include "coordinator/audit/audited_execution.h"
#include "coordinator/audit/position_difference.h"
#include "coordinator/audit/replay.h"

namespace pawl::audit {

struct ReplayPlace {
  // Without confirm_by and heartbeat_due_at, and without the deadlines that `earliest` has.
  core::Execution execution;
  EarliestDeadlines earliest;
  Findings findings;  // timers that fired before they were due; they were let fire
  std::vector<Attempt> attempts;
  absl::flat_hash_map<int64_t, size_t> open_attempts;  // by the attempt's last event
  // A task that times out with the next row does so for want of heartbeats.
  bool heartbeat_times_out = false;
};

// How a row came out.
struct PlayedRow {
  std::string problem;  // why the core does not give it; empty: it does
  bool random = false;  // it may be for a random function that it does not
};

// Moves `place` on by the last of `rows`, which are the history up to there; it stands anywhere
// when there was a problem.
PlayedRow PlayRow(const asl::Machine& machine, absl::Span<const AuditedRow> rows,
                  ReplayPlace* place);

// Whether a task times out with `row`, and its own time-out and its heartbeats' can both have been
// what it was, and it matters to the state it is in.
bool CanBeEitherTimeOut(const asl::Machine& machine, const AuditedRow& row,
                        const ReplayPlace& place);

// As PositionDifference, after the steps without events that can have followed the last row.
std::string DifferenceAtEnd(const asl::Machine& machine, const ReplayPlace& place,
                            const core::Execution& stored);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_REPLAY_PLACE_H_
