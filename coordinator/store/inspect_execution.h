// Why one execution stands where it does: its position, and what around it can hold it up. Facts
// only. A few look-ups by key, each a snapshot of its own; nothing is locked.

#ifndef PAWL_STORE_INSPECT_EXECUTION_H_
#define PAWL_STORE_INSPECT_EXECUTION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/base/account.h"
#include "coordinator/base/ids.h"
#include "coordinator/core/execution.h"
#include "coordinator/core/history.h"
#include "coordinator/store/inspect.h"

namespace pawl::store {

// Either the names or the id.
struct ExecutionKey {
  std::string machine_name;
  std::string name;
  std::optional<ExecutionId> id;
};

// A transaction that has the execution's row locked.
struct RowLock {
  int pid = 0;  // 0: a prepared transaction
  std::string application;
  std::string user;
  std::string state;
  std::string query;  // its beginning
  std::optional<absl::Time> since;
};

struct ClosedFacts {
  core::Status status = core::Status::kSucceeded;
  absl::Time closed_at;
  std::optional<std::string> error;
  std::optional<std::string> cause;
};

struct ExecutionCondition {
  absl::Time now;  // of the database
  ExecutionId id;
  std::string machine_name;
  std::string name;
  absl::Time started_at;
  std::optional<ClosedFacts> closed;  // set: what follows is empty
  core::Execution execution;
  absl::Time claimable_at;
  bool machine_deleting = false;
  std::string definition;  // of its revision
  // The event that led a branch to where it is, of branches in phases kStarted, kSubmitted and
  // kBackoff: the first kMaxEvents of them by id.
  std::map<BranchId, core::HistoryEvent> last_events;
  // Of the activities that branches wait for (WaitsForTaker), kMaxActivities of them.
  std::map<std::string, ReadyActivity> activities;
  std::vector<RowLock> locks;
  int64_t nodes = 0;  // connected to the database
  // False: this role is not shown what sessions of other roles do, so `nodes` and `locks` say
  // little.
  bool sees_all_sessions = false;

  static constexpr size_t kMaxEvents = 100;
  static constexpr size_t kMaxActivities = 20;
};

//   NOT_FOUND    there is no such execution
//   DATA_LOSS    there is, but its rows cannot be read; the message says what is missing
//   UNAVAILABLE  the database cannot be read
absl::StatusOr<ExecutionCondition> InspectExecution(const std::string& database_url,
                                                    const Account& account,
                                                    const ExecutionKey& key);

}  // namespace pawl::store

#endif  // PAWL_STORE_INSPECT_EXECUTION_H_
