// A step of an execution as the rows it writes, encoded, so that it no longer needs the execution.

#ifndef PAWL_STORE_STEP_ROWS_H_
#define PAWL_STORE_STEP_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "coordinator/base/ids.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/execution.h"
#include "coordinator/store/session.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {

// The columns of an execution's hot row that a step sets.
struct HotRow {
  std::string execution_id;
  int64_t fence = 0;
  int64_t version = 0;
  int64_t last_event_id = 0;
  int64_t branch_count = 0;
  std::optional<std::string> ready_at;
  std::optional<std::string> ready_activity;
  pqxx::binarystring position{std::string()};
};

// Rows of `branch`, column by column.
struct BranchRows {
  ArrayParameter ids{ArrayParameter::Type::kInt64};
  ArrayParameter ready_ats{ArrayParameter::Type::kTime};
  ArrayParameter ready_activities{ArrayParameter::Type::kText};
  ArrayParameter positions{ArrayParameter::Type::kBytes};

  void Add(const core::Execution& execution, const core::Branch& branch);
};

// The row of `history`; all null when the step has no events.
struct HistoryRow {
  std::optional<std::string> first_event_id;
  absl::Time occurred_at;
  std::optional<std::string> event_count;
  pqxx::binarystring events{std::string()};

  explicit HistoryRow(const core::Transition& transition);
};

// What `closed_execution` says of the end.
struct ClosedRow {
  int status = 0;
  std::string closed_at;
  std::optional<std::string> error;
  std::optional<std::string> cause;
  std::string output;

  explicit ClosedRow(const core::Execution& execution);
};

HotRow MakeHotRow(const core::Execution& execution);

// Everything that moves an execution from one fence to the next.
struct StepRows {
  int64_t expected_fence = 0;
  HotRow hot;  // of a closed execution: its id and last event id only
  std::optional<std::string> claimable_at;
  BranchRows changed;
  ArrayParameter removed{ArrayParameter::Type::kInt64};
  HistoryRow history;
  std::optional<ClosedRow> closed;

  StepRows(const core::Execution& execution, const core::Transition& transition,
           Fence expected_fence, std::optional<absl::Time> claimable_at);
};

// The statements that write a step: one of them does, and affects one row when the fence was not
// stale.
extern const Statement kMove;
extern const Statement kMoveWithHistory;
extern const Statement kMoveWithBranches;
extern const Statement kClose;

// Calls `run(statement, parameters...)`, and gives back what it returns. Parameters are integers,
// strings, pointers to strings that may be null, and binarystrings; valid during the call.
template <typename Run>
auto WithStepStatement(const StepRows& rows, Run run) {
  const HotRow& hot = rows.hot;
  const HistoryRow& history = rows.history;
  if (rows.closed) {
    const ClosedRow& closed = *rows.closed;
    return run(kClose, hot.execution_id, rows.expected_fence, closed.closed_at, hot.last_event_id,
               closed.status, OrNull(closed.error), OrNull(closed.cause), closed.output,
               OrNull(history.first_event_id), BinaryTime(history.occurred_at),
               OrNull(history.event_count), history.events, hot.fence);
  }
  const auto move = [&](const Statement& statement, const auto&... more) {
    return run(statement, hot.execution_id, rows.expected_fence, hot.fence, hot.version,
               hot.last_event_id, hot.branch_count, OrNull(hot.ready_at),
               OrNull(hot.ready_activity), hot.position, OrNull(rows.claimable_at), more...);
  };
  if (!rows.changed.ids.empty() || !rows.removed.empty()) {
    return move(kMoveWithBranches, OrNull(history.first_event_id), BinaryTime(history.occurred_at),
                OrNull(history.event_count), history.events, rows.removed.Finish(),
                rows.changed.ids.Finish(), rows.changed.ready_ats.Finish(),
                rows.changed.ready_activities.Finish(), rows.changed.positions.Finish());
  }
  if (!history.first_event_id) return move(kMove);
  return move(kMoveWithHistory, *history.first_event_id, BinaryTime(history.occurred_at),
              *history.event_count, history.events);
}

// Writes the step in one statement. False, and nothing written, when the fence is stale. Throws.
bool WriteStep(Session* session, pqxx::transaction_base* transaction, const StepRows& rows);

}  // namespace pawl::store

#endif  // PAWL_STORE_STEP_ROWS_H_
