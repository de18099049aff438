// One execution as it is stored, with all that the rules need to judge it. Read at one moment:
// position and history belong together.

#ifndef PAWL_AUDIT_AUDITED_EXECUTION_H_
#define PAWL_AUDIT_AUDITED_EXECUTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/execution.h"
#include "coordinator/core/history.h"

namespace pawl::audit {

// The events of one transition.
struct AuditedRow {
  std::vector<core::HistoryEvent> events;  // at least one
  // What names the database transaction that wrote the row; absent where that cannot be told (the
  // store keeps none, or housekeeping or a restore has written the row anew).
  std::optional<uint64_t> written_by;
  // When that transaction was committed; absent where only the events' timestamps are known, which
  // say when it was decided.
  std::optional<absl::Time> written_at;
};

// A node that has an execution in hand sets `claimable_at` two seconds ahead, whatever its timers
// say, and again while it works (Engine::Options::claim_hint); the rest is room for its clock. What
// is claimable later than this has nobody who works on it.
inline constexpr absl::Duration kInHand = absl::Seconds(10);

// A task's wait for the end of an execution that it has started or joined.
struct AuditedWait {
  BranchId branch;
  int64_t nonce = 0;  // of the task's attempt
  bool ended = false;
  bool child_open = false;
};

struct AuditedExecution {
  // `facts` is never null. Open: the position. Closed: status, last_event_id, closed_at, output,
  // error and cause, redrive_count and redriven_at; no branches, version 0.
  core::Execution execution;
  // Of an open one: when a node may take it up.
  absl::Time claimable_at = absl::InfiniteFuture();
  // What it runs. Null: not to be had, and nothing is replayed.
  std::shared_ptr<const asl::Machine> machine;
  std::vector<AuditedRow> history;  // in order
  // Of an open one, those of its tasks; absent: not read, and not judged.
  std::optional<std::vector<AuditedWait>> waits;
  // The database's time when it was read; without it, nothing is found to be overdue.
  std::optional<absl::Time> read_at;
};

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_AUDITED_EXECUTION_H_
