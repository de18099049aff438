// A start of an execution as the rows it writes, encoded, so that it no longer needs the request.

#ifndef PAWL_STORE_START_ROWS_H_
#define PAWL_STORE_START_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "coordinator/store/step_rows.h"
#include "coordinator/store/store.h"

namespace pawl::store {

// Who waits for the end of the execution.
struct WaitRow {
  std::string parent_id;
  int64_t branch_id;
  int64_t nonce;
  bool parsed;
};

struct StartRows {
  std::string machine_name;
  std::string name;
  int64_t machine_id;
  std::string revision_id;
  std::string started_at;
  std::string claimable_at;
  HotRow hot;
  BranchRows branches;
  HistoryRow history;
  std::optional<ClosedRow> closed;  // of an execution that its first step closed
  std::optional<WaitRow> wait;
  bool fork = false;  // of any revision of its machine; without a wait

  explicit StartRows(const StartRequest& request);
};

// The statements that write a start: one of them does, and affects one row, unless the name is
// taken or the machine has changed.
extern const Statement kStart;
extern const Statement kStartChild;
extern const Statement kStartClosed;
extern const Statement kStartClosedChild;
extern const Statement kStartFork;
extern const Statement kStartClosedFork;

// Calls `run(statement, parameters...)`, as WithStepStatement does.
template <typename Run>
auto WithStartStatement(const StartRows& rows, Run run) {
  const HotRow& hot = rows.hot;
  const HistoryRow& history = rows.history;
  if (rows.closed) {
    const ClosedRow& closed = *rows.closed;
    const auto start = [&](const Statement& statement, const auto&... more) {
      return run(statement, hot.execution_id, rows.machine_name, rows.name, rows.machine_id,
                 rows.revision_id, rows.started_at, closed.closed_at, hot.last_event_id,
                 closed.status, OrNull(closed.error), OrNull(closed.cause), closed.output,
                 OrNull(history.first_event_id), BinaryTime(history.occurred_at),
                 OrNull(history.event_count), history.events, hot.fence, more...);
    };
    if (rows.fork) return start(kStartClosedFork);
    if (!rows.wait) return start(kStartClosed);
    return start(kStartClosedChild, rows.wait->parent_id, rows.wait->branch_id, rows.wait->nonce,
                 rows.wait->parsed);
  }
  const auto start = [&](const Statement& statement, const auto&... more) {
    return run(statement, hot.execution_id, rows.machine_name, rows.name, rows.machine_id,
               rows.revision_id, hot.fence, hot.version, hot.last_event_id, rows.started_at,
               rows.claimable_at, OrNull(hot.ready_at), hot.branch_count,
               OrNull(hot.ready_activity), hot.position, rows.branches.ids.Finish(),
               rows.branches.ready_ats.Finish(), rows.branches.ready_activities.Finish(),
               rows.branches.positions.Finish(), OrNull(history.first_event_id),
               BinaryTime(history.occurred_at), OrNull(history.event_count), history.events,
               more...);
  };
  if (rows.fork) return start(kStartFork);
  if (!rows.wait) return start(kStart);
  return start(kStartChild, rows.wait->parent_id, rows.wait->branch_id, rows.wait->nonce,
               rows.wait->parsed);
}

}  // namespace pawl::store

#endif  // PAWL_STORE_START_ROWS_H_
