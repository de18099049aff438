// Rows of the SQL function load_executions as executions.

#ifndef PAWL_STORE_LOADED_EXECUTION_H_
#define PAWL_STORE_LOADED_EXECUTION_H_

#include <pqxx/pqxx>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/base/account.h"
#include "coordinator/core/execution.h"

namespace pawl::store {

// What ReadExecution reads of load_executions, as `l`. Named, so that a newer schema may return
// more.
inline constexpr char kLoadedColumns[] =
    "l.execution_id, l.fence, l.version, l.last_event_id, l.machine_deleted, l.machine_id, "
    "l.revision_id, l.machine_name, l.name, l.started_at, l.claimable_at, l.root, l.branches, "
    "l.first_events, l.role_arn";

// DATA_LOSS when a row cannot be read. Throws what libpqxx throws.
absl::StatusOr<core::Execution> ReadExecution(const pqxx::row& row, const Account& account);
absl::StatusOr<std::vector<core::Execution>> ReadExecutions(const pqxx::result& rows,
                                                            const Account& account);

}  // namespace pawl::store

#endif  // PAWL_STORE_LOADED_EXECUTION_H_
