#include "coordinator/store/machine_rows.h"

#include <string>

#include "coordinator/base/strings.h"
#include "coordinator/store/session.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

const std::string kGetMachineSql = StrCat("select ", kMachineColumns, ", ", kVersionColumns, R"(
    from state_machine m
    join state_machine_revision r on r.revision_id = m.current_revision_id
    left join state_machine_version v
           on v.machine_id = m.machine_id and v.revision_id = r.revision_id
   where m.name = $1 and m.deleted_at is null)");

std::string ArrayOf(const std::vector<Route>& routes, int64_t Route::*member) {
  std::string out = "{";
  for (const Route& route : routes) {
    if (out.size() > 1) out += ',';
    out += std::to_string(route.*member);
  }
  return out += '}';
}

}  // namespace

const Statement kGetMachine{"get_machine", kGetMachineSql.c_str()};

Revision ReadRevision(const pqxx::row& row) {
  Revision revision;
  revision.id = RevisionId(GetUuid(row["revision_id"]));
  revision.machine_id = MachineId(GetInt64(row["machine_id"]));
  revision.machine_name = GetText(row["name"]);
  revision.definition = GetText(row["definition"]);
  revision.role_arn = GetText(row["role_arn"]);
  revision.logging_configuration = GetText(row["logging_configuration"]);
  revision.tracing_configuration = GetText(row["tracing_configuration"]);
  revision.encryption_configuration = GetText(row["encryption_configuration"]);
  revision.created_at = GetTime(row["created_at"]);
  revision.initial = row["initial"].as<bool>();
  return revision;
}

Machine ReadMachine(const pqxx::row& row) {
  Machine machine;
  machine.id = MachineId(GetInt64(row["machine_id"]));
  machine.name = GetText(row["name"]);
  machine.type = GetText(row["type"]);
  machine.deleting = row["deleting"].as<bool>();
  machine.created_at = GetTime(row["machine_created_at"]);
  machine.current = ReadRevision(row);
  return machine;
}

Version ReadVersion(const pqxx::row& row) {
  return {.number = GetInt64(row["version"]),
          .created_at = GetTime(row["version_created_at"]),
          .description = std::string(GetText(row["version_description"]))};
}

Machine ReadVersionedMachine(const pqxx::row& row) {
  Machine machine = ReadMachine(row);
  if (!row["version"].is_null()) machine.current.version = ReadVersion(row);
  return machine;
}

std::string VersionsOf(const std::vector<Route>& routes) {
  return ArrayOf(routes, &Route::version);
}
std::string WeightsOf(const std::vector<Route>& routes) { return ArrayOf(routes, &Route::weight); }

absl::Status NoMachine(std::string_view name) {
  return absl::NotFoundError(StrCat("there is no state machine ", name));
}

}  // namespace pawl::store
