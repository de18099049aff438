// Brings a database's schema to what this binary was built with: applies the numbered migrations
// that it lacks, each in its own transaction, then loads the functions again, and makes the
// partitions of the coming weeks. Blocks. Nodes that start together take turns (an advisory lock).

#ifndef PAWL_STORE_MIGRATE_H_
#define PAWL_STORE_MIGRATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace pawl::store {

struct MigrateOptions {
  // Partitions are made from the database's time on, this far.
  absl::Duration partitions_ahead = absl::Hours(24 * 28);
  // How long to wait for another node that migrates, or for locks.
  absl::Duration lock_timeout = absl::Seconds(60);
};

// A second call changes nothing.
//   FAILED_PRECONDITION  the database has a migration that this binary does not know (it is newer),
//   or one
//                        whose text is not what was applied
//   UNAVAILABLE          no connection, or the lock was not to be had in time
//   INTERNAL             a migration failed; it was rolled back, those before it stay
absl::Status Migrate(const std::string& database_url, const MigrateOptions& options = {});

// The migrations that a database has had, beside those of this binary.
struct SchemaFacts {
  int database_version = 0;  // 0: there is no schema
  int binary_version = 0;
  std::string problem;  // why they do not fit together; empty: they do
  bool current() const { return problem.empty(); }
};

// UNAVAILABLE when the database cannot be read.
absl::StatusOr<SchemaFacts> ReadSchemaFacts(const std::string& database_url);

// Whether all migrations of this binary are applied and none is unknown to it.
absl::StatusOr<bool> SchemaIsCurrent(const std::string& database_url);

}  // namespace pawl::store

#endif  // PAWL_STORE_MIGRATE_H_
