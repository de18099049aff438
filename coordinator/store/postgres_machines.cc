// State machines and their revisions.

#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/machine_rows.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"
#include "coordinator/store/store_job.h"
#include "coordinator/store/tags_json.h"

namespace pawl::store {
namespace {

constexpr Statement kCreateMachine{"create_machine", R"(
  with made as (
    insert into state_machine (name, type, created_at, current_revision_id, tags)
    values ($1, $2, $3, $4, $12::jsonb)
    on conflict (name) where deleted_at is null do nothing
    returning machine_id, current_revision_id)
  insert into state_machine_revision (revision_id, machine_id, created_at, initial, role_arn,
                                      logging_configuration, tracing_configuration,
                                      encryption_configuration, definition)
  select current_revision_id, machine_id, $5::timestamptz, $6::boolean, $7::text, $8::text,
         $9::text, $10::text, $11::text
    from made
  returning machine_id)"};

constexpr Statement kAddRevision{"add_revision", R"(
  with moved as (
    update state_machine set current_revision_id = $2
     where name = $1 and deleted_at is null and not deleting and current_revision_id = $3
    returning machine_id)
  insert into state_machine_revision (revision_id, machine_id, created_at, initial, role_arn,
                                      logging_configuration, tracing_configuration,
                                      encryption_configuration, definition)
  select $2::uuid, machine_id, $4::timestamptz, $5::boolean, $6::text, $7::text, $8::text, $9::text,
         $10::text
    from moved
  returning machine_id)"};

const std::string kListMachinesSql = StrCat("select ", kMachineColumns, R"(
    from state_machine m join state_machine_revision r on r.revision_id = m.current_revision_id
   where m.name > $1 and m.deleted_at is null
   order by m.name limit $2)");
const Statement kListMachines{"list_machines", kListMachinesSql.c_str()};

constexpr Statement kGetRevision{"get_revision", R"(
  select m.machine_id, m.name, r.revision_id, r.created_at, r.initial, r.role_arn,
         r.logging_configuration, r.tracing_configuration, r.encryption_configuration, r.definition
    from state_machine_revision r join state_machine m on m.machine_id = r.machine_id
   where r.revision_id = $1)"};

constexpr Statement kDeleteMachine{"delete_machine", "select delete_machine($1)"};

// In the transaction that has written the revision.
constexpr Statement kPublish{"publish_revision", "select publish_revision($1, $2, $3, $4, $5)"};

// Publishes a revision that has just been written where it is to be published.
absl::Status Publish(Session* session, pqxx::transaction_base* transaction, Revision* revision) {
  if (!revision->version) return absl::OkStatus();
  const pqxx::result published = session->RunIn(
      transaction, kPublish, revision->machine_id.value(), revision->id.value().ToString(),
      TimeText(revision->version->created_at), revision->version->description, kMaxVersions);
  if (published[0][0].is_null()) {
    return absl::ResourceExhaustedError(
        StrCat("state machine ", revision->machine_name, " has ", kMaxVersions, " versions"));
  }
  revision->version->number = GetInt64(published[0][0]);
  return absl::OkStatus();
}

absl::StatusOr<Machine> CreateOn(Session* session, Machine machine) {
  pqxx::work transaction(session->connection());
  Revision& revision = machine.current;
  const pqxx::result made = session->RunIn(
      &transaction, kCreateMachine, machine.name, machine.type, TimeText(machine.created_at),
      revision.id.value().ToString(), TimeText(revision.created_at), revision.initial,
      revision.role_arn, revision.logging_configuration, revision.tracing_configuration,
      revision.encryption_configuration, revision.definition, TagsJson(machine.tags));
  if (made.empty()) {
    return absl::AlreadyExistsError(StrCat("there is a state machine ", machine.name));
  }
  machine.id = revision.machine_id = MachineId(GetInt64(made[0][0]));
  revision.machine_name = machine.name;
  if (absl::Status status = Publish(session, &transaction, &revision); !status.ok()) return status;
  transaction.commit();
  return machine;
}

absl::StatusOr<Revision> AddOn(Session* session, Revision revision, RevisionId expected) {
  pqxx::work transaction(session->connection());
  const pqxx::result moved = session->RunIn(
      &transaction, kAddRevision, revision.machine_name, revision.id.value().ToString(),
      expected.value().ToString(), TimeText(revision.created_at), revision.initial,
      revision.role_arn, revision.logging_configuration, revision.tracing_configuration,
      revision.encryption_configuration, revision.definition);
  if (moved.empty()) {
    if (session->RunIn(&transaction, kGetMachine, revision.machine_name).empty()) {
      return NoMachine(revision.machine_name);
    }
    return absl::AbortedError(StrCat("state machine ", revision.machine_name,
                                     " is no longer at revision ", expected.value().ToString()));
  }
  revision.machine_id = MachineId(GetInt64(moved[0][0]));
  if (absl::Status status = Publish(session, &transaction, &revision); !status.ok()) return status;
  transaction.commit();
  return revision;
}

}  // namespace

void PostgresStore::CreateMachine(const Machine& machine, Callback<Machine> done) {
  RunJob(
      &reads_, Effect::kWrite, "CreateMachine", machine.name,
      [machine](Session& session) { return CreateOn(&session, machine); }, std::move(done));
}

void PostgresStore::GetMachine(std::string_view name, Callback<Machine> done) {
  RunJob(
      &reads_, Effect::kRead, "GetMachine", std::string(name),
      [name = std::string(name)](Session& session) -> absl::StatusOr<Machine> {
        const pqxx::result rows = session.Run(kGetMachine, name);
        if (rows.empty()) return NoMachine(name);
        return ReadVersionedMachine(rows[0]);
      },
      std::move(done));
}

void PostgresStore::GetRevision(RevisionId id, Callback<Revision> done) {
  RunJob(
      &reads_, Effect::kRead, "GetRevision", id.value().ToString(),
      [id](Session& session) -> absl::StatusOr<Revision> {
        const pqxx::result rows = session.Run(kGetRevision, id.value().ToString());
        if (!rows.empty()) return ReadRevision(rows[0]);
        return absl::NotFoundError(StrCat("there is no revision ", id.value().ToString()));
      },
      std::move(done));
}

void PostgresStore::AddRevision(const Revision& revision, RevisionId expected,
                                Callback<Revision> done) {
  RunJob(
      &reads_, Effect::kWrite, "AddRevision", revision.machine_name,
      [revision, expected](Session& session) { return AddOn(&session, revision, expected); },
      std::move(done));
}

void PostgresStore::DeleteMachine(std::string_view name, DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "DeleteMachine", std::string(name),
      [name = std::string(name)](Session& session) -> absl::Status {
        if (session.Run(kDeleteMachine, name)[0][0].as<bool>()) return absl::OkStatus();
        return NoMachine(name);
      },
      std::move(done));
}

void PostgresStore::ListMachines(std::string_view after, int64_t limit,
                                 Callback<Page<Machine>> done) {
  RunJob(
      &reads_, Effect::kRead, "ListMachines", "",
      [after = std::string(after), limit](Session& session) -> absl::StatusOr<Page<Machine>> {
        return ReadPage(session.Run(kListMachines, after, limit + 1), limit, ReadMachine);
      },
      std::move(done));
}

}  // namespace pawl::store
