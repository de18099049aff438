// The audit (audit/auditor.h) of a database that may be in use. Its session cannot write. Each
// execution is read with its history in one snapshot, which lasts no longer than it takes to read a
// few of them, so that vacuum goes on; judging is done outside of it. What looks wrong is looked at
// again in another snapshot, and is reported where it is found there, too: rows that housekeeping
// moves meanwhile are not missing.

#ifndef PAWL_STORE_AUDIT_DATABASE_H_
#define PAWL_STORE_AUDIT_DATABASE_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/audit/auditor.h"
#include "coordinator/base/account.h"

namespace pawl::store {

struct AuditDatabaseOptions {
  // The one that the coordinators speak for, whose ARNs executions may see.
  Account account;
  // May be null. Otherwise its last call was answered before the audit begins.
  const audit::CallLog* log = nullptr;
  audit::AuditOptions rules;
  // Of the open executions, of the closed ones, of the names and of the branches; the newest ones
  // where that is an order. What begins during the audit is not looked at, unless `log` names it.
  int64_t limit = std::numeric_limits<int64_t>::max();
  // Called after each few executions; false: stop, which gives CANCELLED.
  std::function<bool(const audit::AuditReport& so_far)> progress = [](const audit::AuditReport&) {
    return true;
  };
};

// Goes page by page, each statement within the session's statement timeout. UNAVAILABLE when the
// database cannot be read.
absl::StatusOr<audit::AuditReport> AuditDatabase(const std::string& database_url,
                                                 const AuditDatabaseOptions& options = {});

}  // namespace pawl::store

#endif  // PAWL_STORE_AUDIT_DATABASE_H_
