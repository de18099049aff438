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

// Whether all migrations of this binary are applied and none is unknown to it.
absl::StatusOr<bool> SchemaIsCurrent(const std::string& database_url);

}  // namespace pawl::store

#endif  // PAWL_STORE_MIGRATE_H_
