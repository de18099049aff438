// State machines, their revisions, and activities.

#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"
#include "coordinator/store/store_job.h"

namespace pawl::store {
namespace {

constexpr Statement kCreateMachine{"create_machine", R"(
  with made as (
    insert into state_machine (name, type, created_at, current_revision_id)
    values ($1, $2, $3, $4)
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
    from moved)"};

constexpr Statement kGetMachine{"get_machine", R"(
  select m.machine_id, m.name, m.type, m.deleting, m.created_at as machine_created_at,
         r.revision_id, r.created_at, r.initial, r.role_arn, r.logging_configuration,
         r.tracing_configuration, r.encryption_configuration, r.definition
    from state_machine m join state_machine_revision r on r.revision_id = m.current_revision_id
   where m.name = $1 and m.deleted_at is null)"};

constexpr Statement kListMachines{"list_machines", R"(
  select m.machine_id, m.name, m.type, m.deleting, m.created_at as machine_created_at,
         r.revision_id, r.created_at, r.initial, r.role_arn, r.logging_configuration,
         r.tracing_configuration, r.encryption_configuration, r.definition
    from state_machine m join state_machine_revision r on r.revision_id = m.current_revision_id
   where m.name > $1 and m.deleted_at is null
   order by m.name limit $2)"};

constexpr Statement kGetRevision{"get_revision", R"(
  select m.machine_id, m.name, r.revision_id, r.created_at, r.initial, r.role_arn,
         r.logging_configuration, r.tracing_configuration, r.encryption_configuration, r.definition
    from state_machine_revision r join state_machine m on m.machine_id = r.machine_id
   where r.revision_id = $1)"};

constexpr Statement kDeleteMachine{"delete_machine", "select delete_machine($1)"};

// The insert sees nothing of a concurrent one; who loses reads again.
constexpr Statement kCreateActivity{"create_activity", R"(
  insert into activity (name, created_at) values ($1, $2) on conflict do nothing
  returning name, created_at)"};
constexpr Statement kGetActivity{"get_activity",
                                 "select name, created_at from activity where name = $1"};
constexpr Statement kDeleteActivity{"delete_activity", "delete from activity where name = $1"};
constexpr Statement kListActivities{"list_activities", R"(
  select name, created_at from activity where name > $1 order by name limit $2)"};

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

Activity ReadActivity(const pqxx::row& row) {
  return {.name = std::string(GetText(row["name"])), .created_at = GetTime(row["created_at"])};
}

// Rows of a query that asked for one more than `limit`, as a page.
template <typename T>
Page<T> ReadPage(const pqxx::result& rows, int64_t limit, T (*read)(const pqxx::row&)) {
  Page<T> page;
  for (const pqxx::row& row : rows) {
    if (static_cast<int64_t>(page.items.size()) == limit) {
      page.next = page.items.back().name;
      break;
    }
    page.items.push_back(read(row));
  }
  return page;
}

absl::Status NoMachine(std::string_view name) {
  return absl::NotFoundError(StrCat("there is no state machine ", name));
}

}  // namespace

void PostgresStore::CreateMachine(const Machine& machine, Callback<Machine> done) {
  RunJob(
      &reads_, Effect::kWrite, "CreateMachine", machine.name,
      [request = machine](Session& session) -> absl::StatusOr<Machine> {
        Machine machine = request;
        Revision& revision = machine.current;
        const pqxx::result made = session.Run(
            kCreateMachine, machine.name, machine.type, TimeText(machine.created_at),
            revision.id.value().ToString(), TimeText(revision.created_at), revision.initial,
            revision.role_arn, revision.logging_configuration, revision.tracing_configuration,
            revision.encryption_configuration, revision.definition);
        if (made.empty()) {
          return absl::AlreadyExistsError(StrCat("there is a state machine ", machine.name));
        }
        machine.id = revision.machine_id = MachineId(GetInt64(made[0][0]));
        revision.machine_name = machine.name;
        return machine;
      },
      std::move(done));
}

void PostgresStore::GetMachine(std::string_view name, Callback<Machine> done) {
  RunJob(
      &reads_, Effect::kRead, "GetMachine", std::string(name),
      [name = std::string(name)](Session& session) -> absl::StatusOr<Machine> {
        const pqxx::result rows = session.Run(kGetMachine, name);
        if (rows.empty()) return NoMachine(name);
        return ReadMachine(rows[0]);
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

void PostgresStore::AddRevision(const Revision& revision, RevisionId expected, DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "AddRevision", revision.machine_name,
      [revision, expected](Session& session) -> absl::Status {
        const pqxx::result moved = session.Run(
            kAddRevision, revision.machine_name, revision.id.value().ToString(),
            expected.value().ToString(), TimeText(revision.created_at), revision.initial,
            revision.role_arn, revision.logging_configuration, revision.tracing_configuration,
            revision.encryption_configuration, revision.definition);
        if (moved.affected_rows() == 1) return absl::OkStatus();
        if (session.Run(kGetMachine, revision.machine_name).empty()) {
          return NoMachine(revision.machine_name);
        }
        return absl::AbortedError(StrCat("state machine ", revision.machine_name,
                                         " is no longer at revision ",
                                         expected.value().ToString()));
      },
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

void PostgresStore::CreateActivity(const Activity& activity, Callback<Activity> done) {
  RunJob(
      &reads_, Effect::kWrite, "CreateActivity", activity.name,
      [activity](Session& session) -> absl::StatusOr<Activity> {
        pqxx::result rows =
            session.Run(kCreateActivity, activity.name, TimeText(activity.created_at));
        if (rows.empty()) rows = session.Run(kGetActivity, activity.name);
        if (!rows.empty()) return ReadActivity(rows[0]);
        return absl::UnavailableError(StrCat("activity ", activity.name, " was deleted meanwhile"));
      },
      std::move(done));
}

void PostgresStore::GetActivity(std::string_view name, Callback<Activity> done) {
  RunJob(
      &reads_, Effect::kRead, "GetActivity", std::string(name),
      [name = std::string(name)](Session& session) -> absl::StatusOr<Activity> {
        const pqxx::result rows = session.Run(kGetActivity, name);
        if (!rows.empty()) return ReadActivity(rows[0]);
        return absl::NotFoundError(StrCat("there is no activity ", name));
      },
      std::move(done));
}

void PostgresStore::DeleteActivity(std::string_view name, DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "DeleteActivity", std::string(name),
      [name = std::string(name)](Session& session) -> absl::Status {
        if (session.Run(kDeleteActivity, name).affected_rows() == 1) return absl::OkStatus();
        return absl::NotFoundError(StrCat("there is no activity ", name));
      },
      std::move(done));
}

void PostgresStore::ListActivities(std::string_view after, int64_t limit,
                                   Callback<Page<Activity>> done) {
  RunJob(
      &reads_, Effect::kRead, "ListActivities", "",
      [after = std::string(after), limit](Session& session) -> absl::StatusOr<Page<Activity>> {
        return ReadPage(session.Run(kListActivities, after, limit + 1), limit, ReadActivity);
      },
      std::move(done));
}

}  // namespace pawl::store
