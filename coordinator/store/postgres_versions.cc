// Versions of state machines and their aliases. What changes them is in
// schema/functions/25_versions.sql.

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/machine_rows.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"
#include "coordinator/store/store_job.h"

namespace pawl::store {
namespace {

constexpr Statement kPublishCurrent{"publish_current",
                                    "select publish_current($1, $2, $3, $4, $5)"};

const std::string kGetVersionSql = StrCat("select ", kMachineColumns, ", ", kVersionColumns, R"(
    from state_machine m
    join state_machine_version v on v.machine_id = m.machine_id
    join state_machine_revision r on r.revision_id = v.revision_id
   where m.name = $1 and m.deleted_at is null and v.version = $2)");
const Statement kGetVersion{"get_version", kGetVersionSql.c_str()};

const std::string kListVersionsSql = StrCat("select ", kVersionColumns, R"(
    from state_machine m join state_machine_version v on v.machine_id = m.machine_id
   where m.name = $1 and m.deleted_at is null and v.version < $2
   order by v.version desc limit $3)");
const Statement kListVersions{"list_versions", kListVersionsSql.c_str()};

constexpr Statement kDeleteVersion{"delete_version", "select unnest(delete_version($1, $2))"};

constexpr Statement kCreateAlias{"create_alias", "select create_alias($1, $2, $3, $4, $5, $6, $7)"};
constexpr Statement kUpdateAlias{"update_alias", "select update_alias($1, $2, $3, $4, $5, $6)"};

// Arrays as texts: "1 2".
constexpr char kAliasColumns[] =
    "m.name as machine_name, a.name, a.description, a.created_at, a.updated_at, "
    "array_to_string(a.versions, ' ') as versions, array_to_string(a.weights, ' ') as weights";

const std::string kGetAliasSql = StrCat("select ", kAliasColumns, R"(
    from state_machine m join state_machine_alias a on a.machine_id = m.machine_id
   where m.name = $1 and m.deleted_at is null and a.name = $2)");
const Statement kGetAlias{"get_alias", kGetAliasSql.c_str()};

const std::string kListAliasesSql = StrCat("select ", kAliasColumns, R"(
    from state_machine m join state_machine_alias a on a.machine_id = m.machine_id
   where m.name = $1 and m.deleted_at is null and a.name > $2
     and ($4::bigint is null or a.versions @> array[$4::bigint])
   order by a.name limit $3)");
const Statement kListAliases{"list_aliases", kListAliasesSql.c_str()};

constexpr Statement kDeleteAlias{"delete_alias", R"(
  delete from state_machine_alias a using state_machine m
   where m.name = $1 and m.deleted_at is null and a.machine_id = m.machine_id and a.name = $2)"};

std::vector<int64_t> Numbers(std::string_view text) {
  std::vector<int64_t> numbers;
  while (!text.empty()) {
    const size_t space = std::min(text.find(' '), text.size());
    int64_t number = 0;
    // Printed by PostgreSQL from a bigint.
    (void)absl::SimpleAtoi(ToAbsl(text.substr(0, space)), &number);
    numbers.push_back(number);
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return numbers;
}

Alias ReadAlias(const pqxx::row& row) {
  Alias alias;
  alias.machine_name = GetText(row["machine_name"]);
  alias.name = GetText(row["name"]);
  alias.description = GetText(row["description"]);
  alias.created_at = GetTime(row["created_at"]);
  alias.updated_at = GetTime(row["updated_at"]);
  const std::vector<int64_t> versions = Numbers(GetText(row["versions"]));
  const std::vector<int64_t> weights = Numbers(GetText(row["weights"]));
  for (size_t i = 0; i < versions.size() && i < weights.size(); ++i) {
    alias.routes.push_back({versions[i], weights[i]});
  }
  return alias;
}

absl::Status NoAlias(std::string_view machine, std::string_view name) {
  return absl::NotFoundError(StrCat("there is no alias ", machine, ":", name));
}

absl::StatusOr<Revision> PublishOn(Session* session, const std::string& machine,
                                   RevisionId expected, const Version& version) {
  pqxx::work transaction(session->connection());
  const std::string how =
      session
          ->RunIn(&transaction, kPublishCurrent, machine, expected.value().ToString(),
                  TimeText(version.created_at), version.description, kMaxVersions)[0][0]
          .as<std::string>();
  if (how == "missing") return NoMachine(machine);
  if (how == "changed") {
    return absl::AbortedError(StrCat("state machine ", machine, " is no longer at revision ",
                                     expected.value().ToString()));
  }
  if (how == "full") {
    return absl::ResourceExhaustedError(
        StrCat("state machine ", machine, " has ", kMaxVersions, " versions"));
  }
  // The machine is locked: its current revision is the one that has been published.
  Machine published = ReadVersionedMachine(session->RunIn(&transaction, kGetMachine, machine)[0]);
  transaction.commit();
  return std::move(published.current);
}

absl::Status CreateAliasOn(Session* session, const Alias& alias) {
  const std::string how = session
                              ->Run(kCreateAlias, alias.machine_name, alias.name, alias.description,
                                    VersionsOf(alias.routes), WeightsOf(alias.routes),
                                    TimeText(alias.created_at), kMaxAliases)[0][0]
                              .as<std::string>();
  if (how == "created") return absl::OkStatus();
  if (how == "taken") {
    return absl::AlreadyExistsError(
        StrCat("there is an alias ", alias.machine_name, ":", alias.name));
  }
  if (how == "full") {
    return absl::ResourceExhaustedError(
        StrCat("state machine ", alias.machine_name, " has ", kMaxAliases, " aliases"));
  }
  return absl::NotFoundError(StrCat("there is no state machine ", alias.machine_name,
                                    ", or not the versions of alias ", alias.name));
}

absl::Status UpdateAliasOn(Session* session, const AliasChange& change) {
  std::optional<std::string> versions, weights;
  if (change.routes) {
    versions = VersionsOf(*change.routes);
    weights = WeightsOf(*change.routes);
  }
  const std::string how =
      session
          ->Run(kUpdateAlias, change.machine_name, change.name, OrNull(change.description),
                OrNull(versions), OrNull(weights), TimeText(change.updated_at))[0][0]
          .as<std::string>();
  if (how == "updated") return absl::OkStatus();
  if (how == "missing") return NoAlias(change.machine_name, change.name);
  return absl::FailedPreconditionError(
      StrCat("state machine ", change.machine_name, " has no such version"));
}

absl::StatusOr<Page<Version>> ListVersionsOn(Session* session, const std::string& machine,
                                             const std::string& before, int64_t limit) {
  int64_t number = std::numeric_limits<int64_t>::max();
  if (!before.empty() && !absl::SimpleAtoi(before, &number)) {
    return absl::InvalidArgumentError("ListVersions: not a place to go on from");
  }
  return ReadPage(session->Run(kListVersions, machine, number, limit + 1), limit, ReadVersion);
}

}  // namespace

void PostgresStore::PublishVersion(std::string_view machine_name, RevisionId expected,
                                   const Version& version, Callback<Revision> done) {
  RunJob(
      &reads_, Effect::kWrite, "PublishVersion", std::string(machine_name),
      [machine = std::string(machine_name), expected, version](Session& session) {
        return PublishOn(&session, machine, expected, version);
      },
      std::move(done));
}

void PostgresStore::GetVersion(std::string_view machine_name, int64_t number,
                               Callback<Machine> done) {
  RunJob(
      &reads_, Effect::kRead, "GetVersion", StrCat(machine_name, ":", number),
      [machine = std::string(machine_name), number](Session& session) -> absl::StatusOr<Machine> {
        const pqxx::result rows = session.Run(kGetVersion, machine, number);
        if (!rows.empty()) return ReadVersionedMachine(rows[0]);
        return absl::NotFoundError(StrCat("there is no version ", machine, ":", number));
      },
      std::move(done));
}

void PostgresStore::DeleteVersion(std::string_view machine_name, int64_t number,
                                  Callback<std::vector<std::string>> done) {
  RunJob(
      &reads_, Effect::kWrite, "DeleteVersion", StrCat(machine_name, ":", number),
      [machine = std::string(machine_name),
       number](Session& session) -> absl::StatusOr<std::vector<std::string>> {
        std::vector<std::string> aliases;
        for (const pqxx::row& row : session.Run(kDeleteVersion, machine, number)) {
          aliases.emplace_back(GetText(row[0]));
        }
        return aliases;
      },
      std::move(done));
}

void PostgresStore::ListVersions(std::string_view machine_name, std::string_view before,
                                 int64_t limit, Callback<Page<Version>> done) {
  RunJob(
      &reads_, Effect::kRead, "ListVersions", std::string(machine_name),
      [machine = std::string(machine_name), before = std::string(before), limit](Session& session) {
        return ListVersionsOn(&session, machine, before, limit);
      },
      std::move(done));
}

void PostgresStore::CreateAlias(const Alias& alias, DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "CreateAlias", StrCat(alias.machine_name, ":", alias.name),
      [alias](Session& session) { return CreateAliasOn(&session, alias); }, std::move(done));
}

void PostgresStore::GetAlias(std::string_view machine_name, std::string_view name,
                             Callback<Alias> done) {
  RunJob(
      &reads_, Effect::kRead, "GetAlias", StrCat(machine_name, ":", name),
      [machine = std::string(machine_name),
       name = std::string(name)](Session& session) -> absl::StatusOr<Alias> {
        const pqxx::result rows = session.Run(kGetAlias, machine, name);
        if (!rows.empty()) return ReadAlias(rows[0]);
        return NoAlias(machine, name);
      },
      std::move(done));
}

void PostgresStore::UpdateAlias(const AliasChange& change, DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "UpdateAlias", StrCat(change.machine_name, ":", change.name),
      [change](Session& session) { return UpdateAliasOn(&session, change); }, std::move(done));
}

void PostgresStore::DeleteAlias(std::string_view machine_name, std::string_view name,
                                DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "DeleteAlias", StrCat(machine_name, ":", name),
      [machine = std::string(machine_name),
       name = std::string(name)](Session& session) -> absl::Status {
        if (session.Run(kDeleteAlias, machine, name).affected_rows() == 1) return absl::OkStatus();
        return NoAlias(machine, name);
      },
      std::move(done));
}

void PostgresStore::ListAliases(const AliasQuery& query, Callback<Page<Alias>> done) {
  RunJob(
      &reads_, Effect::kRead, "ListAliases", query.machine_name,
      [query](Session& session) -> absl::StatusOr<Page<Alias>> {
        std::optional<std::string> version;
        if (query.version) version = StrCat(*query.version);
        return ReadPage(session.Run(kListAliases, query.machine_name, query.after, query.limit + 1,
                                    OrNull(version)),
                        query.limit, ReadAlias);
      },
      std::move(done));
}

}  // namespace pawl::store
