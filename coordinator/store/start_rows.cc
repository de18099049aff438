#include "coordinator/store/start_rows.h"

#include "coordinator/base/strings.h"

namespace pawl::store {

namespace {

// All forms of a start take the name first; whoever gets it writes the rest. The machine must
// stand as the caller read it.
constexpr char kOfCurrent[] = R"(
  with machine as (
    select from state_machine
     where name = $2 and deleted_at is null and not deleting and machine_id = $4
       and current_revision_id = $5),)";

constexpr char kOfAnyRevision[] = R"(
  with machine as (
    select from state_machine m
      join state_machine_revision r on r.machine_id = m.machine_id and r.revision_id = $5
     where m.name = $2 and m.deleted_at is null and not m.deleting and m.machine_id = $4),)";

constexpr char kTakeName[] = R"(
  named as (
    insert into execution_name (execution_id, machine_name, name)
    select $1::uuid, $2::text, $3::text from machine
    on conflict (machine_name, name) do nothing
    returning execution_id, machine_name, name),)";

constexpr char kOpen[] = R"(
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
                      as c (branch_id, ready_at, ready_activity, position)))";

constexpr char kOpenRecord[] = R"(
  insert into history (execution_id, first_event_id, occurred_at, event_count, events)
  select execution_id, $19::bigint, $20::timestamptz, $21::integer, $22::bytea from named)";

constexpr char kOpenAwaited[] = R"(,
  awaited as (
    insert into child_wait (child_id, parent_id, branch_id, nonce, parsed)
    select execution_id, $23::uuid, $24::bigint, $25::bigint, $26::boolean from named))";

constexpr char kClosed[] = R"(
  closed as (
    insert into closed_execution (execution_id, revision_id, machine_id, started_at, closed_at,
                                  last_event_id, fence, status, machine_name, name, error, cause,
                                  output)
    select execution_id, $5::uuid, $4::bigint, $6::timestamptz, $7::timestamptz, $8::bigint,
           $17::bigint, $9::smallint, machine_name, name, $10::text, $11::text, $12::text
      from named))";

constexpr char kClosedRecord[] = R"(
  insert into history (execution_id, first_event_id, occurred_at, event_count, events)
  select execution_id, $13::bigint, $14::timestamptz, $15::integer, $16::bytea from named)";

constexpr char kClosedAwaited[] = R"(,
  awaited as (
    insert into child_wait (child_id, parent_id, branch_id, nonce, parsed, ended)
    select execution_id, $18::uuid, $19::bigint, $20::bigint, $21::boolean, true from named))";

const std::string kStartSql = StrCat(kOfCurrent, kTakeName, kOpen, kOpenRecord);
const std::string kStartChildSql = StrCat(kOfCurrent, kTakeName, kOpen, kOpenAwaited, kOpenRecord);
const std::string kStartClosedSql = StrCat(kOfCurrent, kTakeName, kClosed, kClosedRecord);
const std::string kStartClosedChildSql =
    StrCat(kOfCurrent, kTakeName, kClosed, kClosedAwaited, kClosedRecord);
const std::string kStartForkSql = StrCat(kOfAnyRevision, kTakeName, kOpen, kOpenRecord);
const std::string kStartClosedForkSql = StrCat(kOfAnyRevision, kTakeName, kClosed, kClosedRecord);

}  // namespace

const Statement kStart{"start", kStartSql.c_str()};
const Statement kStartChild{"start_child", kStartChildSql.c_str()};
const Statement kStartClosed{"start_closed", kStartClosedSql.c_str()};
const Statement kStartClosedChild{"start_closed_child", kStartClosedChildSql.c_str()};
const Statement kStartFork{"start_fork", kStartForkSql.c_str()};
const Statement kStartClosedFork{"start_closed_fork", kStartClosedForkSql.c_str()};

StartRows::StartRows(const StartRequest& request)
    : machine_name(request.execution.facts->machine_name),
      name(request.execution.facts->name),
      machine_id(request.execution.facts->machine_id.value()),
      revision_id(request.execution.facts->revision_id.value().ToString()),
      started_at(TimeText(request.execution.facts->started_at)),
      claimable_at(TimeTextUp(request.claimable_at)),
      hot(MakeHotRow(request.execution)),
      history(request.transition),
      fork(request.execution.facts->fork != nullptr) {
  if (request.wait) {
    wait.emplace(WaitRow{request.wait->parent.value().ToString(), request.wait->branch.value(),
                         request.wait->nonce, request.wait->parsed});
  }
  if (request.execution.closed()) {
    closed.emplace(request.execution);
    return;
  }
  for (const auto& [id, branch] : request.execution.branches) {
    if (id != BranchId(0)) branches.Add(request.execution, branch);
  }
}

}  // namespace pawl::store
