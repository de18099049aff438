// What an operator wants to know of a live database: what is in it, what waits for what, and
// whether the server keeps what Pawl relies on. Facts only; diagnosis.h judges them.
//
// Harmless on a database in use: each statement is a snapshot of its own and ends within the
// session's statement timeout (10 s); nothing is locked or written. None reads history; what is
// read of open executions is their rows, page by page, up to a limit.

#ifndef PAWL_STORE_INSPECT_H_
#define PAWL_STORE_INSPECT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/audit/auditor.h"
#include "coordinator/core/execution.h"
#include "coordinator/store/migrate.h"

namespace pawl::store {

// How many are there; `more`: counting ended at the limit.
struct Count {
  int64_t value = 0;
  bool more = false;
};

struct ServerFacts {
  int version_number = 0;  // 150004
  std::string version;
  bool standby = false;
  bool sees_all_sessions = false;  // pg_read_all_stats; else of other roles next to nothing shows
  // As a new session of this role gets them.
  std::map<std::string, std::string> settings;
  int64_t connections = 0;
  int64_t database_age = 0;  // transactions since the oldest that is not frozen
  int64_t multixact_age = 0;
};

struct StandbyFacts {
  std::string application;
  std::string state;       // "streaming"
  std::string sync_state;  // "sync", "quorum", "potential", "async"
};

// Executions, or branches of executions, by what they wait for.
struct WaitCounts {
  std::map<core::Phase, int64_t> by_phase;
  int64_t total = 0;
  bool more = false;  // counting ended at the limit

  int64_t of(core::Phase phase) const {
    const auto it = by_phase.find(phase);
    return it == by_phase.end() ? 0 : it->second;
  }
};

struct DueExecution {
  std::string id;
  std::string machine_name;
  std::string name;
  absl::Time due_at;
};

struct ReadyActivity {
  std::string activity;
  Count tasks;
  absl::Time oldest_ready_at;
  bool exists = true;  // false: it was deleted
};

// A table that every transition writes.
struct HotTableFacts {
  std::string name;
  int64_t live = 0;  // rows, by the server's statistics
  int64_t dead = 0;
  int64_t updates = 0;
  int64_t hot_updates = 0;
  int64_t bytes = 0;
  int64_t needed_bytes = 0;               // estimated for the live rows; 0: never analyzed
  std::optional<absl::Time> last_vacuum;  // by hand or automatic
};

// What keeps vacuum from removing rows that died after it.
struct HeldSnapshot {
  enum class Holder { kSession, kPreparedTransaction, kReplicationSlot };
  Holder holder = Holder::kSession;
  std::string name;                 // "pid 4711", the transaction's gid, the slot's name
  std::string user;                 // of a slot: empty
  std::string application;          // of a session
  std::string state;                // of a session: "idle in transaction"; of a slot: "active"
  std::string query;                // of a session; its beginning
  int64_t transactions = 0;         // begun since
  std::optional<absl::Time> since;  // of a slot: not known
};

// Sessions of one application and state.
struct SessionGroup {
  std::string application;
  std::string state;
  int64_t sessions = 0;
  int64_t listeners = 0;  // each node has one
  std::optional<absl::Time> oldest_transaction;
};

struct BlockedSession {
  int pid = 0;
  std::string application;
  std::string query;
  std::optional<absl::Time> waits_since;
  std::vector<int> blocked_by;
};

// A partitioned table: history or closed_execution.
struct PartitionFacts {
  std::string table;
  std::vector<absl::Time> weeks;  // the Mondays of its partitions, ascending
  // Rows of the default partition whose week has not been dropped yet: no partition was there.
  Count misplaced;
  absl::Time misplaced_from;  // when their executions began; where there are any
  absl::Time misplaced_to;
  Count outlived;  // rows that were moved there when their week was dropped
};

struct DatabaseFacts {
  absl::Time now;  // of the database
  SchemaFacts schema;
  ServerFacts server;
  std::vector<StandbyFacts> standbys;
  std::optional<HeldSnapshot> oldest_snapshot;
  std::vector<SessionGroup> sessions;  // of this database whose application begins with "pawl"
  std::vector<BlockedSession> blocked;
  // What follows is read where the schema is current only.
  WaitCounts executions;  // by the phase of branch 0
  WaitCounts branches;
  int64_t closed_estimate = 0;  // by the server's statistics
  Count due;
  std::optional<DueExecution> oldest_due;
  std::vector<ReadyActivity> ready;
  std::vector<HotTableFacts> tables;
  std::vector<PartitionFacts> partitions;
  // Found in the rows of open executions: nothing will move them. The first ones.
  std::vector<audit::Violation> violations;
};

struct InspectOptions {
  // Rows of executions and of branches that are looked at.
  int64_t limit = 100'000;
  // Called after each page; false: stop, which gives CANCELLED.
  std::function<bool(int64_t rows)> progress = [](int64_t) { return true; };
};

// UNAVAILABLE when the database cannot be read.
absl::StatusOr<DatabaseFacts> Inspect(const std::string& database_url,
                                      const InspectOptions& options = {});

}  // namespace pawl::store

#endif  // PAWL_STORE_INSPECT_H_
