// Judges what was found in a database (inspect.h, audit_database.h): what is well, what will hurt,
// and what already breaks a promise. Pure.

#ifndef PAWL_STORE_DIAGNOSIS_H_
#define PAWL_STORE_DIAGNOSIS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/audit/auditor.h"
#include "coordinator/store/inspect.h"

namespace pawl::store {

// kWarn: nothing is lost yet, but it will hurt. kBroken: executions do not move, or what Pawl
// promises does not hold.
enum class Level { kOk, kWarn, kBroken };

// "OK", "WARN", "BROKEN".
std::string_view LevelName(Level level);

struct Finding {
  Level level = Level::kOk;
  std::string check;                 // what was looked at, for scripts too: "wraparound"
  std::string found;                 // a sentence
  std::string expected;              // of what is not OK
  std::string advice;                // of what is not OK: what to do
  std::vector<std::string> details;  // a line for each thing, the worst first
};

struct DiagnosisOptions {
  // As the nodes are configured.
  int64_t database_connections = 12;
  std::string synchronous_commit = "on";

  // A node looks for due executions each second; later than this it has too much to do, or is not
  // there.
  absl::Duration overdue_warn = absl::Seconds(5);
  absl::Duration overdue_broken = absl::Seconds(60);
  // A dump of a large database may take hours; the hot tables grow all the while.
  absl::Duration snapshot_warn = absl::Minutes(5);
  // Of a slot nobody knows the age; so many transactions are minutes under load.
  int64_t snapshot_transactions_warn = 1'000'000;
  // Pawl's own sessions wait for a lock for one second at the most.
  absl::Duration lock_warn = absl::Seconds(1);
  // The server ends Pawl's sessions that are idle in a transaction for longer.
  absl::Duration idle_transaction_warn = absl::Seconds(5);
  // Autovacuum begins at 5 % (schema/migrations); it is behind where it is several times that.
  double dead_share_warn = 0.2;
  int64_t dead_rows_warn = 10'000;
  // Tables smaller than this are read quickly however bloated.
  int64_t bloat_bytes_warn = int64_t{64} << 20;
  double bloat_share_warn = 0.75;
  // Updates that find no room on their page touch all indexes. Steps that wait for a worker or a
  // timer change an indexed column, so the share is never 1.
  double hot_share_warn = 0.25;
  int64_t hot_updates_counted = 100'000;
  // Nodes make partitions four weeks ahead.
  absl::Duration partitions_warn = absl::Hours(24 * 14);
  double connections_warn = 0.8;
  // The server stops all writes at about 2,100 million; its vacuum panics at 1,600.
  int64_t wraparound_warn = 1'000'000'000;
  int64_t wraparound_broken = 1'600'000'000;
};

// A finding for each check, in an order from what breaks promises to what only slows down.
std::vector<Finding> Diagnose(const DatabaseFacts& facts, const DiagnosisOptions& options = {});

// Of the audit of all histories. `limit` is what it was told.
Finding DiagnoseWalk(const audit::AuditReport& report, int64_t limit);

Level Worst(const std::vector<Finding>& findings);

}  // namespace pawl::store

#endif  // PAWL_STORE_DIAGNOSIS_H_
