// Rows of the SQL function load_executions as executions.

#ifndef PAWL_STORE_LOADED_EXECUTION_H_
#define PAWL_STORE_LOADED_EXECUTION_H_

#include <memory>
#include <pqxx/pqxx>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/base/account.h"
#include "coordinator/core/execution.h"
#include "coordinator/core/history.h"
#include "coordinator/store/session.h"

namespace pawl::store {

// What ReadExecution reads of load_executions, as `l`. Named, so that a newer schema may return
// more.
inline constexpr char kLoadedColumns[] =
    "l.execution_id, l.fence, l.version, l.last_event_id, l.machine_deleted, l.machine_id, "
    "l.revision_id, l.machine_name, l.name, l.started_at, l.claimable_at, l.root, l.branches, "
    "l.first_events, l.role_arn";

// Reads large payloads that positions refer to from the history, within `transaction`, or each in
// one of its own when that is null. History is only ever appended, so it does not matter that they
// are read later.
class PayloadReader {
 public:
  PayloadReader(Session* session, pqxx::transaction_base* transaction)
      : session_(*session), transaction_(transaction) {}

  // DATA_LOSS when there is no such event.
  absl::StatusOr<Text> Read(const ExecutionId& execution, int64_t event_id);

 private:
  Session& session_;
  pqxx::transaction_base* const transaction_;
};

// The facts that stand in columns of their own. Throws what libpqxx throws.
std::shared_ptr<core::ExecutionFacts> ReadStoredFacts(const pqxx::row& row, const Account& account);
// The other ones: the input, the limits, what it was forked from.
void TakeFromFirstEvent(const core::HistoryEvent& started, core::ExecutionFacts* facts);

// DATA_LOSS when a row cannot be read. Throws what libpqxx throws.
absl::StatusOr<core::Execution> ReadExecution(const pqxx::row& row, const Account& account,
                                              PayloadReader payloads);
absl::StatusOr<std::vector<core::Execution>> ReadExecutions(const pqxx::result& rows,
                                                            const Account& account,
                                                            PayloadReader payloads);

}  // namespace pawl::store

#endif  // PAWL_STORE_LOADED_EXECUTION_H_
