// The audit (audit/auditor.h) of a database that may be in use. Reads a few hundred executions at a
// time, each in one snapshot with its history; no snapshot lasts longer than that.

#ifndef PAWL_STORE_AUDIT_DATABASE_H_
#define PAWL_STORE_AUDIT_DATABASE_H_

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/audit/auditor.h"
#include "coordinator/base/account.h"

namespace pawl::store {

// `account`: the one that the coordinators speak for, whose ARNs executions may see. `log` may be
// null. UNAVAILABLE when the database cannot be read.
absl::StatusOr<audit::AuditReport> AuditDatabase(const std::string& database_url,
                                                 const Account& account = {},
                                                 const audit::CallLog* log = nullptr,
                                                 const audit::AuditOptions& options = {});

}  // namespace pawl::store

#endif  // PAWL_STORE_AUDIT_DATABASE_H_
