// Starting, moving, loading and claiming executions, and handing their tasks out.

#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/hand_out_plan.h"
#include "coordinator/store/loaded_execution.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"
#include "coordinator/store/step_rows.h"
#include "coordinator/store/store_job.h"

namespace pawl::store {
namespace {

// Both forms of a start take the name first; whoever gets it writes the rest. The machine must
// stand as the caller read it.
constexpr Statement kStart{"start", R"(
  with machine as (
    select from state_machine
     where name = $2 and deleted_at is null and not deleting and machine_id = $4
       and current_revision_id = $5),
  named as (
    insert into execution_name (execution_id, machine_name, name)
    select $1::uuid, $2::text, $3::text from machine
    on conflict (machine_name, name) do nothing
    returning execution_id, machine_name, name),
  opened as (
    insert into execution (execution_id, revision_id, fence, version, last_event_id, machine_id,
                           started_at, claimable_at, ready_at, branch_count, machine_name, name,
                           ready_activity, position)
    select execution_id, $5::uuid, $6::bigint, $7::bigint, $8::bigint, $4::bigint, $9::timestamptz,
           $10::timestamptz, $11::timestamptz, $12::integer, machine_name, name, $13::text,
           $14::bytea
      from named),
  put as (
    insert into branch (execution_id, branch_id, ready_at, ready_activity, position)
    select n.execution_id, c.branch_id, c.ready_at, c.ready_activity, c.position
      from named n, unnest($15::bigint[], $16::timestamptz[], $17::text[], $18::bytea[])
                      as c (branch_id, ready_at, ready_activity, position))
  insert into history (execution_id, first_event_id, occurred_at, event_count, events)
  select execution_id, $19::bigint, $20::timestamptz, $21::integer, $22::bytea from named)"};

constexpr Statement kStartClosed{"start_closed", R"(
  with machine as (
    select from state_machine
     where name = $2 and deleted_at is null and not deleting and machine_id = $4
       and current_revision_id = $5),
  named as (
    insert into execution_name (execution_id, machine_name, name)
    select $1::uuid, $2::text, $3::text from machine
    on conflict (machine_name, name) do nothing
    returning execution_id, machine_name, name),
  closed as (
    insert into closed_execution (execution_id, revision_id, machine_id, started_at, closed_at,
                                  last_event_id, fence, status, machine_name, name, error, cause,
                                  output)
    select execution_id, $5::uuid, $4::bigint, $6::timestamptz, $7::timestamptz, $8::bigint,
           $17::bigint, $9::smallint, machine_name, name, $10::text, $11::text, $12::text
      from named)
  insert into history (execution_id, first_event_id, occurred_at, event_count, events)
  select execution_id, $13::bigint, $14::timestamptz, $15::integer, $16::bytea from named)"};

constexpr Statement kFindName{"find_name", R"(
  select execution_id from execution_name where machine_name = $1 and name = $2)"};

const std::string kLoadSql =
    StrCat("select ", kLoadedColumns, " from load_executions(array[$1::uuid]) l");
const Statement kLoad{"load", kLoadSql.c_str()};

const std::string kClaimSql =
    StrCat("select ", kLoadedColumns, " from load_executions(claim_due($1, $2, $3)) l");
const Statement kClaim{"claim", kClaimSql.c_str()};

const std::string kLockReadySql =
    StrCat("select ", kLoadedColumns, " from load_executions(lock_ready($1, $2)) l");
const Statement kLockReady{"lock_ready", kLockReadySql.c_str()};

constexpr Statement kNextClaimable{"next_claimable", R"(
  select claimable_at from execution
   where claimable_at > $1 and claimable_at < 'infinity' order by claimable_at limit 1)"};

// A start as the rows it writes.
struct StartRows {
  std::string machine_name;
  std::string name;
  int64_t machine_id;
  std::string revision_id;
  std::string started_at;
  std::string claimable_at;
  HotRow hot;
  BranchRows branches;
  HistoryRow history;
  std::optional<ClosedRow> closed;

  explicit StartRows(const StartRequest& request)
      : machine_name(request.execution.facts->machine_name),
        name(request.execution.facts->name),
        machine_id(request.execution.facts->machine_id.value()),
        revision_id(request.execution.facts->revision_id.value().ToString()),
        started_at(TimeText(request.execution.facts->started_at)),
        claimable_at(TimeTextUp(request.claimable_at)),
        hot(MakeHotRow(request.execution)),
        history(request.transition) {
    if (request.execution.closed()) {
      closed.emplace(request.execution);
      return;
    }
    for (const auto& [id, branch] : request.execution.branches) {
      if (id != BranchId(0)) branches.Add(request.execution, branch);
    }
  }
};

bool WriteStart(Session* session, const StartRows& rows) {
  const HotRow& hot = rows.hot;
  const HistoryRow& history = rows.history;
  if (rows.closed) {
    const ClosedRow& closed = *rows.closed;
    return session
               ->Run(kStartClosed, hot.execution_id, rows.machine_name, rows.name, rows.machine_id,
                     rows.revision_id, rows.started_at, closed.closed_at, hot.last_event_id,
                     closed.status, OrNull(closed.error), OrNull(closed.cause), closed.output,
                     OrNull(history.first_event_id), BinaryTime(history.occurred_at),
                     OrNull(history.event_count), history.events, hot.fence)
               .affected_rows() == 1;
  }
  return session
             ->Run(kStart, hot.execution_id, rows.machine_name, rows.name, rows.machine_id,
                   rows.revision_id, hot.fence, hot.version, hot.last_event_id, rows.started_at,
                   rows.claimable_at, OrNull(hot.ready_at), hot.branch_count,
                   OrNull(hot.ready_activity), hot.position, rows.branches.ids.Finish(),
                   rows.branches.ready_ats.Finish(), rows.branches.ready_activities.Finish(),
                   rows.branches.positions.Finish(), OrNull(history.first_event_id),
                   BinaryTime(history.occurred_at), OrNull(history.event_count), history.events)
             .affected_rows() == 1;
}

StartResult WhyNotStarted(Session* session, const StartRows& rows) {
  const pqxx::result taken = session->Run(kFindName, rows.machine_name, rows.name);
  if (taken.empty()) return {.kind = StartResult::Kind::kMachineChanged};
  return {.kind = StartResult::Kind::kNameTaken, .existing = ExecutionId(GetUuid(taken[0][0]))};
}

}  // namespace

void PostgresStore::StartExecution(const StartRequest& request, Callback<StartResult> done) {
  StartRows rows(request);
  std::string subject = StrCat("execution ", rows.hot.execution_id);
  RunJob(
      &transitions_, Effect::kWrite, "StartExecution", std::move(subject),
      [rows = std::move(rows)](Session& session) -> absl::StatusOr<StartResult> {
        if (WriteStart(&session, rows)) return StartResult{};
        return WhyNotStarted(&session, rows);
      },
      std::move(done));
}

void PostgresStore::CommitTransition(const CommitRequest& request, DoneCallback done) {
  StepRows rows(request.execution, request.transition, request.expected_fence,
                request.claimable_at);
  std::string subject = StrCat("execution ", rows.hot.execution_id);
  RunJob(
      &transitions_, Effect::kWrite, "CommitTransition", std::move(subject),
      [rows = std::move(rows)](Session& session) {
        pqxx::nontransaction transaction(session.connection());
        if (WriteStep(&session, &transaction, rows)) return absl::OkStatus();
        return absl::AbortedError(StrCat("CommitTransition(execution ", rows.hot.execution_id,
                                         "): it has moved on before version ", rows.hot.version));
      },
      std::move(done));
}

void PostgresStore::LoadExecution(ExecutionId id, Callback<core::Execution> done) {
  RunJob(
      &transitions_, Effect::kRead, "LoadExecution", id.value().ToString(),
      [this, id](Session& session) -> absl::StatusOr<core::Execution> {
        const pqxx::result rows = session.Run(kLoad, id.value().ToString());
        if (!rows.empty()) return ReadExecution(rows[0], options_.account, {&session, nullptr});
        return absl::NotFoundError(StrCat("execution ", id.value().ToString(), " is not open"));
      },
      std::move(done));
}

void PostgresStore::ClaimDue(absl::Time now, absl::Time until, int64_t limit,
                             Callback<std::vector<core::Execution>> done) {
  RunJob(
      &transitions_, Effect::kWrite, "ClaimDue", StrCat("limit ", limit),
      [this, now, until, limit](Session& session) {
        return ReadExecutions(session.Run(kClaim, TimeText(now), TimeText(until), limit),
                              options_.account, {&session, nullptr});
      },
      std::move(done));
}

void PostgresStore::NextClaimableAt(absl::Time now, Callback<absl::Time> done) {
  RunJob(
      &reads_, Effect::kRead, "NextClaimableAt", "",
      [now](Session& session) -> absl::StatusOr<absl::Time> {
        const pqxx::result rows = session.Run(kNextClaimable, TimeText(now));
        return rows.empty() ? absl::InfiniteFuture() : GetTime(rows[0][0]);
      },
      std::move(done));
}

namespace {

absl::StatusOr<std::vector<HandedOut>> HandOutOn(Session* session, const Account& account,
                                                 const std::string& activity, int64_t limit,
                                                 const Store::Decide& decide) {
  pqxx::work transaction(session->connection());
  std::vector<HandOutEntry> entries;
  for (const pqxx::row& row : session->RunIn(&transaction, kLockReady, activity, limit)) {
    absl::StatusOr<core::Execution> execution =
        ReadExecution(row, account, {session, &transaction});
    if (!execution.ok()) return execution.status();
    const Fence fence = execution->fence;
    entries.push_back({*std::move(execution), GetTime(row["claimable_at"]), fence});
  }
  DecideHandOut(activity, limit, decide, &entries);
  std::vector<HandedOut> handed_out;
  for (const HandOutEntry& entry : entries) {
    if (!entry.transition) continue;
    const StepRows rows(entry.execution, *entry.transition, entry.read_fence,
                        ClaimableAfterHandOut(entry));
    if (!WriteStep(session, &transaction, rows)) {
      return absl::InternalError(
          StrCat("HandOut(execution ", rows.hot.execution_id, "): moved on although it is locked"));
    }
    for (BranchId branch : entry.branches) handed_out.push_back({entry.execution, branch});
  }
  transaction.commit();
  return handed_out;
}

}  // namespace

void PostgresStore::HandOut(std::string_view activity, int64_t limit, Decide decide,
                            Callback<std::vector<HandedOut>> done) {
  RunJob(
      &transitions_, Effect::kWrite, "HandOut", StrCat("activity ", activity),
      [this, activity = std::string(activity), limit,
       decide = std::move(decide)](Session& session) {
        return HandOutOn(&session, options_.account, activity, limit, decide);
      },
      std::move(done));
}

}  // namespace pawl::store
