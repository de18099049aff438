#include "coordinator/store/migrate.h"

#include <openssl/sha.h>

#include <map>
#include <pqxx/pqxx>
#include <string_view>

#include "absl/strings/numbers.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/embedded_schema.h"
#include "coordinator/store/pqxx_status.h"
#include "coordinator/store/session.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// Made outside of the migrations, for it says which of them have been applied.
constexpr char kBookkeeping[] = R"(
create schema if not exists pawl;
create table if not exists pawl.schema_migration (
  version integer not null,
  applied_at timestamptz not null default clock_timestamp(),
  name text not null,
  checksum bytea not null,
  constraint schema_migration_pkey primary key (version),
  constraint checksum_is_sha256 check (length(checksum) = 32)
);
comment on table pawl.schema_migration is
  'The migrations this database has had. A file whose checksum has changed is an error: tables are frozen.';
)";

struct Applied {
  std::string name;
  std::string checksum;
};

// "0001_initial.sql" is version 1.
int VersionOf(std::string_view name) {
  int version = 0;
  // The names are those of this binary's own files.
  (void)absl::SimpleAtoi(ToAbsl(name.substr(0, name.find('_'))), &version);
  return version;
}

std::string Sha256(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::map<int, Applied> ReadApplied(pqxx::transaction_base* transaction) {
  std::map<int, Applied> applied;
  for (const pqxx::row& row :
       transaction->exec("select version, name, checksum from pawl.schema_migration")) {
    applied[row[0].as<int>()] = {std::string(GetText(row[1])), GetBytes(row[2])};
  }
  return applied;
}

// Whether the database's migrations are among ours, unchanged.
absl::Status CheckApplied(const std::map<int, Applied>& applied) {
  std::map<int, const SchemaFile*> known;
  for (const SchemaFile& file : MigrationFiles()) known[VersionOf(file.name)] = &file;
  for (const auto& [version, migration] : applied) {
    const auto it = known.find(version);
    if (it == known.end()) {
      return absl::FailedPreconditionError(
          StrCat("the database is newer than this binary: it has migration ", migration.name,
                 ", and this binary knows those up to ", known.rbegin()->second->name));
    }
    if (Sha256(it->second->sql) != migration.checksum) {
      return absl::FailedPreconditionError(
          StrCat("migration ", migration.name,
                 " was applied with another text than this binary has; an applied migration "
                 "never changes"));
    }
  }
  return absl::OkStatus();
}

void Apply(Session* session, const SchemaFile& file) {
  pqxx::work transaction(session->connection());
  transaction.exec(std::string(file.sql));
  transaction.exec_params(
      "insert into pawl.schema_migration (version, name, checksum) values ($1, $2, $3)",
      VersionOf(file.name), std::string(file.name), Binary(Sha256(file.sql)));
  transaction.commit();
  log::Info("schema_migrated", {{"migration", file.name}});
}

void LoadFunctions(Session* session) {
  pqxx::work transaction(session->connection());
  for (const SchemaFile& file : FunctionFiles()) transaction.exec(std::string(file.sql));
  transaction.commit();
}

void EnsurePartitions(Session* session, absl::Duration ahead) {
  pqxx::work transaction(session->connection());
  transaction.exec_params(
      "select pawl.ensure_partitions(clock_timestamp(),"
      " clock_timestamp() + make_interval(secs => $1))",
      absl::ToInt64Seconds(ahead));
  transaction.commit();
}

absl::Status MigrateOn(Session* session, const MigrateOptions& options) {
  {
    pqxx::nontransaction setup(session->connection());
    setup.exec(StrCat("set statement_timeout = 0; set lock_timeout = ",
                      absl::ToInt64Milliseconds(options.lock_timeout),
                      "; set idle_in_transaction_session_timeout = 0"));
    // Until the session ends.
    setup.exec("select pg_advisory_lock(hashtextextended('pawl.migrate', 0))");
    setup.exec("set client_min_messages = warning");
    setup.exec(kBookkeeping);
  }
  std::map<int, Applied> applied;
  {
    pqxx::work transaction(session->connection());
    applied = ReadApplied(&transaction);
  }
  if (absl::Status status = CheckApplied(applied); !status.ok()) return status;
  for (const SchemaFile& file : MigrationFiles()) {
    if (!applied.contains(VersionOf(file.name))) Apply(session, file);
  }
  LoadFunctions(session);
  EnsurePartitions(session, options.partitions_ahead);
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(const std::string& database_url, const MigrateOptions& options) {
  try {
    Session session(database_url, "pawl-migrate");
    return MigrateOn(&session, options);
  } catch (...) {
    return FromCurrentException("Migrate", Effect::kRead);
  }
}

absl::StatusOr<SchemaFacts> ReadSchemaFacts(const std::string& database_url) {
  try {
    Session session(database_url, "pawl-migrate");
    pqxx::work transaction(session.connection());
    SchemaFacts facts{.binary_version = VersionOf(MigrationFiles().back().name)};
    if (transaction.exec("select to_regclass('pawl.schema_migration')")[0][0].is_null()) {
      facts.problem = "the database has no schema of Pawl's";
      return facts;
    }
    const std::map<int, Applied> applied = ReadApplied(&transaction);
    if (!applied.empty()) facts.database_version = applied.rbegin()->first;
    if (const absl::Status status = CheckApplied(applied); !status.ok()) {
      facts.problem = std::string(status.message());
    } else if (applied.size() != MigrationFiles().size()) {
      facts.problem = StrCat("the database lacks ", MigrationFiles().size() - applied.size(),
                             " of this binary's migrations");
    }
    return facts;
  } catch (...) {
    return FromCurrentException("ReadSchemaFacts", Effect::kRead);
  }
}

absl::StatusOr<bool> SchemaIsCurrent(const std::string& database_url) {
  const absl::StatusOr<SchemaFacts> facts = ReadSchemaFacts(database_url);
  if (!facts.ok()) return facts.status();
  return facts->current();
}

}  // namespace pawl::store
