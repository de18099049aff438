#include "coordinator/store/inspect_execution.h"

#include <pqxx/pqxx>
#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/codec.h"
#include "coordinator/store/diagnosis_parts.h"
#include "coordinator/store/inspect_parts.h"
#include "coordinator/store/loaded_execution.h"
#include "coordinator/store/pqxx_status.h"
#include "coordinator/store/session.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

constexpr Statement kIdOf{"inspect_id_of", R"(
  select execution_id from execution_name where machine_name = $1 and name = $2)"};

constexpr Statement kOpen{"inspect_open", R"(
  select machine_name, name, started_at from execution where execution_id = $1)"};

constexpr Statement kClosed{"inspect_closed", R"(
  select machine_name, name, started_at, status, closed_at, error, cause
    from closed_execution where execution_id = $1)"};

constexpr Statement kMachine{"inspect_machine", R"(
  select r.definition, m.deleting
    from state_machine_revision r join state_machine m on m.machine_id = r.machine_id
   where r.revision_id = $1)"};

constexpr Statement kEventRow{"inspect_event_row", R"(
  select first_event_id, events from history
   where execution_id = $1 and first_event_id <= $2 order by first_event_id desc limit 1)"};

// Whoever updates or locks a row writes its transaction's number into it, and holds the lock of
// that number until it ends. Pawl takes no shared row locks, so it is never several.
constexpr Statement kLocks{"inspect_row_locks", R"(
  select coalesce(l.pid, 0), coalesce(a.application_name, ''), coalesce(a.usename, ''),
         coalesce(a.state, ''), left(coalesce(a.query, ''), 500), a.xact_start
    from execution e
    join pg_locks l on l.locktype = 'transactionid' and l.transactionid = e.xmax and l.granted
    left join pg_stat_activity a on a.pid = l.pid
   where e.execution_id = $1)"};

// Entries of both indexes of ready tasks: up to $2, and the first.
constexpr Statement kActivity{"inspect_activity", R"(
  select (select count(*) from (
            (select from execution where ready_activity = $1 limit $2)
            union all
            (select from branch where ready_activity = $1 limit $2)) r),
         least((select ready_at from execution where ready_activity = $1 order by ready_at limit 1),
               (select ready_at from branch where ready_activity = $1 order by ready_at limit 1)),
         -- Names with a colon are queues of calls and functions (core/queues.h).
         strpos($1, ':') > 0 or exists (select from activity a where a.name = $1))"};

constexpr int64_t kCountedTasks = 10'000;

absl::StatusOr<std::string> FindId(Session* session, const ExecutionKey& key) {
  if (key.id) return key.id->value().ToString();
  const pqxx::result rows = session->Run(kIdOf, key.machine_name, key.name);
  if (!rows.empty()) return std::string(rows[0][0].c_str());
  return absl::NotFoundError(StrCat("there is no execution ", key.machine_name, "/", key.name,
                                    "; it may be past its retention"));
}

void ReadNames(const pqxx::row& row, ExecutionCondition* condition) {
  condition->machine_name = GetText(row["machine_name"]);
  condition->name = GetText(row["name"]);
  condition->started_at = GetTime(row["started_at"]);
}

// False: it is not among the closed ones.
bool ReadClosed(Session* session, const std::string& id, ExecutionCondition* condition) {
  const pqxx::result rows = session->Run(kClosed, id);
  if (rows.empty()) return false;
  const pqxx::row row = rows[0];
  ReadNames(row, condition);
  ClosedFacts closed{.status = static_cast<core::Status>(row["status"].as<int>()),
                     .closed_at = GetTime(row["closed_at"])};
  if (!row["error"].is_null()) closed.error = row["error"].c_str();
  if (!row["cause"].is_null()) closed.cause = row["cause"].c_str();
  condition->closed = std::move(closed);
  return true;
}

// NOT_FOUND: it is not among the open ones.
absl::Status ReadOpen(Session* session, const std::string& id, const Account& account,
                      ExecutionCondition* condition) {
  static const std::string load_sql =
      StrCat("select ", kLoadedColumns, " from load_executions(array[$1::uuid]) l");
  static const Statement load{"inspect_load", load_sql.c_str()};
  const pqxx::result open = session->Run(kOpen, id);
  if (open.empty()) return absl::NotFoundError("not open");
  ReadNames(open[0], condition);
  const pqxx::result rows = session->Run(load, id);
  if (rows.empty()) {
    if (session->Run(kOpen, id).empty()) return absl::NotFoundError("not open any more");
    return absl::DataLossError(StrCat("execution ", id,
                                      " is open and cannot be loaded: its first "
                                      "history row or its revision is missing"));
  }
  absl::StatusOr<core::Execution> execution = ReadExecution(rows[0], account, {session, nullptr});
  if (!execution.ok()) return execution.status();
  condition->execution = *std::move(execution);
  condition->claimable_at = GetTime(rows[0]["claimable_at"]);
  return absl::OkStatus();
}

absl::Status ReadLastEvents(Session* session, const std::string& id,
                            ExecutionCondition* condition) {
  for (const auto& [branch_id, branch] : condition->execution.branches) {
    const bool told = branch.phase == core::Phase::kStarted ||
                      branch.phase == core::Phase::kSubmitted ||
                      branch.phase == core::Phase::kBackoff;
    if (!told) continue;
    if (condition->last_events.size() == ExecutionCondition::kMaxEvents) break;
    const pqxx::result rows = session->Run(kEventRow, id, branch.last_event_id);
    std::vector<core::HistoryEvent> events;
    for (const pqxx::row& row : rows) {
      const absl::Status status = DecodeHistory(GetBytes(row[1]), GetInt64(row[0]), &events);
      if (!status.ok()) return status;
    }
    for (core::HistoryEvent& event : events) {
      if (event.id != branch.last_event_id) continue;
      condition->last_events.emplace(branch_id, std::move(event));
      break;
    }
  }
  return absl::OkStatus();
}

void ReadActivities(Session* session, ExecutionCondition* condition) {
  for (const auto& [branch_id, branch] : condition->execution.branches) {
    if (!core::WaitsForTaker(branch)) continue;
    const std::string& name = branch.task->queue;
    if (condition->activities.contains(name)) continue;
    if (condition->activities.size() == ExecutionCondition::kMaxActivities) return;
    const pqxx::result rows = session->Run(kActivity, name, kCountedTasks);
    ReadyActivity activity{.activity = name, .exists = rows[0][2].as<bool>()};
    activity.tasks.value = GetInt64(rows[0][0]);
    activity.tasks.more = activity.tasks.value >= kCountedTasks;
    activity.oldest_ready_at =
        rows[0][1].is_null() ? branch.task->scheduled_at : GetTime(rows[0][1]);
    condition->activities.emplace(name, std::move(activity));
  }
}

void ReadLocks(Session* session, const std::string& id, ExecutionCondition* condition) {
  for (const pqxx::row& row : session->Run(kLocks, id)) {
    RowLock lock{.pid = row[0].as<int>(),
                 .application = std::string(GetText(row[1])),
                 .user = std::string(GetText(row[2])),
                 .state = std::string(GetText(row[3])),
                 .query = std::string(GetText(row[4]))};
    if (!row[5].is_null()) lock.since = GetTime(row[5]);
    condition->locks.push_back(std::move(lock));
  }
}

absl::Status ReadSurroundings(Session* session, const std::string& id,
                              ExecutionCondition* condition) {
  const pqxx::result machine =
      session->Run(kMachine, condition->execution.facts->revision_id.value().ToString());
  if (!machine.empty()) {
    condition->definition = GetText(machine[0][0]);
    condition->machine_deleting = machine[0][1].as<bool>();
  }
  ReadActivities(session, condition);
  ReadLocks(session, id, condition);
  return ReadLastEvents(session, id, condition);
}

absl::StatusOr<ExecutionCondition> Read(Session* session, const Account& account,
                                        const ExecutionKey& key) {
  DatabaseFacts database;
  InspectServer(session, &database);
  InspectSessions(session, &database);
  ExecutionCondition condition;
  condition.now = database.now;
  condition.nodes = Nodes(database);
  condition.sees_all_sessions = database.server.sees_all_sessions;
  const absl::StatusOr<std::string> id = FindId(session, key);
  if (!id.ok()) return id.status();
  condition.id = ExecutionId(*Uuid::Parse(*id));
  absl::Status status = ReadOpen(session, *id, account, &condition);
  if (status.ok()) status = ReadSurroundings(session, *id, &condition);
  if (status.ok()) return condition;
  if (!absl::IsNotFound(status)) return status;
  if (ReadClosed(session, *id, &condition)) return condition;
  if (key.id) return absl::NotFoundError(StrCat("there is no execution ", *id));
  return absl::DataLossError(StrCat("execution ", key.machine_name, "/", key.name, " (", *id,
                                    ") has a name and is neither open nor closed"));
}

}  // namespace

absl::StatusOr<ExecutionCondition> InspectExecution(const std::string& database_url,
                                                    const Account& account,
                                                    const ExecutionKey& key) {
  try {
    Session session(database_url, "pawl-why");
    PrepareToLook(&session);
    return Read(&session, account, key);
  } catch (...) {
    return FromCurrentException("InspectExecution", Effect::kRead);
  }
}

}  // namespace pawl::store
