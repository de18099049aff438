// What must always hold of the tables, checked on a database that may be in use: each execution is
// read in one snapshot, which lasts no longer than it takes to read a few of them, so that vacuum
// goes on. For tests under faults, and for operators who want proof.

#ifndef PAWL_STORE_INVARIANTS_H_
#define PAWL_STORE_INVARIANTS_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/core/execution.h"
#include "coordinator/core/history.h"

namespace pawl::store {

struct Violation {
  std::string execution;  // its id; empty: of the database as a whole
  std::string what;
};

struct InvariantReport {
  int64_t open = 0;
  int64_t closed = 0;
  int64_t events = 0;
  std::vector<Violation> violations;  // at most kMaxViolations

  static constexpr size_t kMaxViolations = 100;
};

struct InvariantOptions {
  // Of the open executions, of the closed ones, of the names and of the branches; the newest ones
  // where that is an order. What begins during the walk is not looked at.
  int64_t limit = std::numeric_limits<int64_t>::max();
  // Called after each few executions; false: stop, which gives CANCELLED.
  std::function<bool(const InvariantReport& so_far)> progress = [](const InvariantReport&) {
    return true;
  };
};

// Reads every history, page by page, each statement within the session's statement timeout.
// UNAVAILABLE when the database cannot be read.
absl::StatusOr<InvariantReport> CheckInvariants(const std::string& database_url,
                                                const InvariantOptions& options = {});

// Of one history, whatever the state of the execution: ids are 1, 2, 3, ...; times do not go back;
// causes come before effects; a task is started at most once and ends at most once; only the last
// event ends the execution. Appends a sentence for each violation.
void CheckHistory(const std::vector<core::HistoryEvent>& history,
                  std::vector<std::string>* violations);

// Of an open execution with its history: something will move it on, and it is where its history has
// led it.
void CheckOpen(const core::Execution& execution, absl::Time claimable_at,
               const std::vector<core::HistoryEvent>& history,
               std::vector<std::string>* violations);

// Of a closed one: its last event is the one that its status says.
void CheckClosed(core::Status status, int64_t last_event_id,
                 const std::vector<core::HistoryEvent>& history,
                 std::vector<std::string>* violations);

}  // namespace pawl::store

#endif  // PAWL_STORE_INVARIANTS_H_
