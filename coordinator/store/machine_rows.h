// Rows that tell of state machines, their revisions and versions.

#ifndef PAWL_STORE_MACHINE_ROWS_H_
#define PAWL_STORE_MACHINE_ROWS_H_

#include <cstdint>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/store/machines.h"
#include "coordinator/store/session.h"
#include "coordinator/store/store.h"

namespace pawl::store {

// The columns that ReadMachine reads, of state_machine as `m` and its revision as `r`; ReadVersion
// reads those of state_machine_version as `v`.
inline constexpr char kMachineColumns[] =
    "m.machine_id, m.name, m.type, m.deleting, m.created_at as machine_created_at, r.revision_id, "
    "r.created_at, r.initial, r.role_arn, r.logging_configuration, r.tracing_configuration, "
    "r.encryption_configuration, r.definition";
inline constexpr char kVersionColumns[] =
    "v.version, v.created_at as version_created_at, v.description as version_description";

// Each throws what libpqxx throws.
Revision ReadRevision(const pqxx::row& row);
Machine ReadMachine(const pqxx::row& row);
Version ReadVersion(const pqxx::row& row);
// With the version that the current revision is published as, unless those columns are null.
Machine ReadVersionedMachine(const pqxx::row& row);

// Routes as array parameters, in PostgreSQL's text form: "{1,2}".
std::string VersionsOf(const std::vector<Route>& routes);
std::string WeightsOf(const std::vector<Route>& routes);

// The statement behind GetMachine, for those who ask within a transaction of their own.
extern const Statement kGetMachine;

absl::Status NoMachine(std::string_view name);

// What a page that ends with this item goes on from.
inline std::string PlaceOf(const Version& version) { return std::to_string(version.number); }
template <typename T>
std::string PlaceOf(const T& named) {
  return named.name;
}

// Rows of a query that asked for one more than `limit`, as a page.
template <typename T>
Page<T> ReadPage(const pqxx::result& rows, int64_t limit, T (*read)(const pqxx::row&)) {
  Page<T> page;
  for (const pqxx::row& row : rows) {
    if (static_cast<int64_t>(page.items.size()) == limit) {
      page.next = PlaceOf(page.items.back());
      break;
    }
    page.items.push_back(read(row));
  }
  return page;
}

}  // namespace pawl::store

#endif  // PAWL_STORE_MACHINE_ROWS_H_
