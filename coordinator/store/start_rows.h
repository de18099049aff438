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

// The version that the execution is started by.
struct VersionRow {
  int64_t version;
  std::optional<std::string> alias;  // that led to it,
  std::string versions;              // and where else it led when it was read
  std::string weights;
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
  std::optional<VersionRow> version;

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
// By a version or an alias; with or without somebody who waits.
extern const Statement kStartVersion;
extern const Statement kStartClosedVersion;

// Calls `start` with the statement that fits: for the machine's name alone, for a child, or for a
// version; and with what it needs beyond the rest.
template <typename Start>
auto WithStartForm(const StartRows& rows, const Statement& plain, const Statement& child,
                   const Statement& version, Start start) {
  if (!rows.version && !rows.wait) return start(plain);
  const std::optional<WaitRow>& wait = rows.wait;
  if (!rows.version) {
    return start(child, wait->parent_id, wait->branch_id, wait->nonce, wait->parsed);
  }
  return start(version, wait ? wait->parent_id.c_str() : nullptr, wait ? wait->branch_id : 0,
               wait ? wait->nonce : 0, wait && wait->parsed, rows.version->version,
               OrNull(rows.version->alias), rows.version->versions, rows.version->weights);
}

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
    return WithStartForm(rows, kStartClosed, kStartClosedChild, kStartClosedVersion, start);
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
  return WithStartForm(rows, kStart, kStartChild, kStartVersion, start);
}

}  // namespace pawl::store

#endif  // PAWL_STORE_START_ROWS_H_
