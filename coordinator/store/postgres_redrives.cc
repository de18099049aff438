// Opening closed executions again.

#include <memory>
#include <optional>
#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"
#include "coordinator/store/step_rows.h"
#include "coordinator/store/store_job.h"

namespace pawl::store {
namespace {

// What both forms of a redrive end with: $1 is the execution, $2 the fence it was closed with; the
// row is `reopened`. What its tasks of before wait for nobody waits for any more: an execution that
// does not exist does, in its place. Old tokens go a few at a time, whoever's they are, and never those that
// another redrive deletes.
constexpr char kReopenedRecord[] = R"(,
  recorded as (
    insert into history (execution_id, first_event_id, occurred_at, event_count, events)
    select execution_id, $3::bigint, $4::timestamptz, $5::integer, $6::bytea from reopened),
  given_up as (
    update child_wait w set parent_id = '00000000-0000-0000-0000-000000000000'
      from reopened r where w.parent_id = r.execution_id),
  remembered as (
    insert into redrive_token (execution_id, redriven_at, client_token)
    select execution_id, $8::timestamptz, $9::text from reopened where $9::text is not null
    on conflict (execution_id, client_token) do update set redriven_at = excluded.redriven_at),
  forgotten as (
    delete from redrive_token t
     where (t.execution_id, t.client_token) in (
       select execution_id, client_token from redrive_token
        where redriven_at < $10::timestamptz limit 100 for update skip locked)
       and (t.execution_id, t.client_token) is distinct from ($1::uuid, $9::text)))";

constexpr char kReopen[] = R"(
  with reopened as (
    delete from closed_execution c
     where c.execution_id = $1 and c.fence = $2
       and exists (select from state_machine m
                    where m.machine_id = c.machine_id and not m.deleting)
    returning c.execution_id, c.revision_id, c.machine_id, c.started_at, c.machine_name, c.name))";

constexpr char kOpenAgain[] = R"(,
  awaited as (
    update child_wait w set ended = false from reopened r where w.child_id = r.execution_id),
  put as (
    insert into branch (execution_id, branch_id, ready_at, ready_activity, position)
    select r.execution_id, c.branch_id, c.ready_at, c.ready_activity, c.position
      from reopened r, unnest($18::bigint[], $19::timestamptz[], $20::text[], $21::bytea[])
                         as c (branch_id, ready_at, ready_activity, position))
  insert into execution (execution_id, revision_id, fence, version, last_event_id, machine_id,
                         started_at, claimable_at, ready_at, branch_count, machine_name, name,
                         ready_activity, position, redrive_count, redriven_at)
  select execution_id, revision_id, $11::bigint, $12::bigint, $13::bigint, machine_id, started_at,
         $14::timestamptz, $15::timestamptz, $16::integer, machine_name, name, $17::text,
         $22::bytea, $7::integer, $8::timestamptz
    from reopened)";

constexpr char kCloseAnew[] = R"(
  with reopened as (
    update closed_execution c
       set closed_at = $11, last_event_id = $12, fence = $13, status = $14, error = $15,
           cause = $16, output = $17, redrive_count = $7, redriven_at = $8
     where c.execution_id = $1 and c.fence = $2
       and exists (select from state_machine m
                    where m.machine_id = c.machine_id and not m.deleting)
    returning c.execution_id))";

const std::string kRedriveSql = StrCat(kReopen, kReopenedRecord, kOpenAgain);
const std::string kRedriveClosedSql = StrCat(kCloseAnew, kReopenedRecord, " select from reopened");
const Statement kRedrive{"redrive", kRedriveSql.c_str()};
const Statement kRedriveClosed{"redrive_closed", kRedriveClosedSql.c_str()};

constexpr Statement kFindRedrive{"find_redrive", R"(
  select redriven_at from redrive_token
   where execution_id = $1 and client_token = $2 and redriven_at >= $3)"};

// A redrive as the rows it writes, encoded, so that it no longer needs the request.
struct RedriveRows {
  int64_t expected_fence;
  HotRow hot;
  HistoryRow history;
  int64_t redrive_count;
  std::string redriven_at;
  std::optional<std::string> client_token;
  std::string too_old;  // tokens of before
  std::string claimable_at;
  BranchRows branches;
  std::optional<ClosedRow> closed;

  explicit RedriveRows(const RedriveRequest& request)
      : expected_fence(request.expected_fence.value()),
        hot(MakeHotRow(request.execution)),
        history(request.transition),
        redrive_count(request.execution.redrive_count),
        redriven_at(TimeText(request.execution.redriven_at)),
        too_old(TimeText(request.execution.redriven_at - 2 * kRedriveTokenLife)),
        claimable_at(TimeTextUp(request.claimable_at)) {
    if (!request.client_token.empty()) client_token = request.client_token;
    if (request.execution.closed()) {
      closed.emplace(request.execution);
      return;
    }
    for (const auto& [id, branch] : request.execution.branches) {
      if (id != BranchId(0)) branches.Add(request.execution, branch);
    }
  }
};

int64_t Write(Session* session, const RedriveRows& rows) {
  const auto run = [&](const Statement& statement, const auto&... more) {
    return static_cast<int64_t>(
        session
            ->Run(statement, rows.hot.execution_id, rows.expected_fence,
                  OrNull(rows.history.first_event_id), BinaryTime(rows.history.occurred_at),
                  OrNull(rows.history.event_count), rows.history.events, rows.redrive_count,
                  rows.redriven_at, OrNull(rows.client_token), rows.too_old, more...)
            .affected_rows());
  };
  const HotRow& hot = rows.hot;
  if (rows.closed) {
    const ClosedRow& closed = *rows.closed;
    return run(kRedriveClosed, closed.closed_at, hot.last_event_id, hot.fence, closed.status,
               OrNull(closed.error), OrNull(closed.cause), closed.output);
  }
  return run(kRedrive, hot.fence, hot.version, hot.last_event_id, rows.claimable_at,
             OrNull(hot.ready_at), hot.branch_count, OrNull(hot.ready_activity),
             rows.branches.ids.Finish(), rows.branches.ready_ats.Finish(),
             rows.branches.ready_activities.Finish(), rows.branches.positions.Finish(),
             hot.position);
}

}  // namespace

// On a connection that commits synchronously: what it returns is on disk, and with it all that was
// committed before, the end that it takes back included.
void PostgresStore::RedriveExecution(const RedriveRequest& request, DoneCallback done) {
  auto rows = std::make_shared<const RedriveRows>(request);
  RunJob(
      &reads_, Effect::kWrite, "RedriveExecution", StrCat("execution ", rows->hot.execution_id),
      [rows](Session& session) -> absl::Status {
        if (Write(&session, *rows) == 1) return absl::OkStatus();
        return absl::AbortedError(StrCat("RedriveExecution(execution ", rows->hot.execution_id,
                                         "): it does not stand as it was read"));
      },
      std::move(done));
}

void PostgresStore::FindRedrive(ExecutionId id, std::string_view client_token, absl::Time since,
                                Callback<absl::Time> done) {
  RunJob(
      &reads_, Effect::kRead, "FindRedrive", id.value().ToString(),
      [id, token = std::string(client_token),
       since](Session& session) -> absl::StatusOr<absl::Time> {
        const pqxx::result rows =
            session.Run(kFindRedrive, id.value().ToString(), token, TimeText(since));
        if (!rows.empty()) return GetTime(rows[0][0]);
        return absl::NotFoundError(
            StrCat("execution ", id.value().ToString(), " has not been redriven with that token"));
      },
      std::move(done));
}

}  // namespace pawl::store
