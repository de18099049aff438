#include "coordinator/store/start_rows.h"

namespace pawl::store {

// Both forms of a start take the name first; whoever gets it writes the rest. The machine must
// stand as the caller read it. A macro, for only literals are joined by standing side by side.
#define PAWL_TAKE_NAME                                                             \
  "with machine as ("                                                              \
  "  select from state_machine"                                                    \
  "   where name = $2 and deleted_at is null and not deleting and machine_id = $4" \
  "     and current_revision_id = $5),"                                            \
  "named as ("                                                                     \
  "  insert into execution_name (execution_id, machine_name, name)"                \
  "  select $1::uuid, $2::text, $3::text from machine"                             \
  "  on conflict (machine_name, name) do nothing"                                  \
  "  returning execution_id, machine_name, name),"

const Statement kStart{"start", PAWL_TAKE_NAME R"(
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

const Statement kStartClosed{"start_closed", PAWL_TAKE_NAME R"(
  closed as (
    insert into closed_execution (execution_id, revision_id, machine_id, started_at, closed_at,
                                  last_event_id, fence, status, machine_name, name, error, cause,
                                  output)
    select execution_id, $5::uuid, $4::bigint, $6::timestamptz, $7::timestamptz, $8::bigint,
           $17::bigint, $9::smallint, machine_name, name, $10::text, $11::text, $12::text
      from named)
  insert into history (execution_id, first_event_id, occurred_at, event_count, events)
  select execution_id, $13::bigint, $14::timestamptz, $15::integer, $16::bytea from named)"};

#undef PAWL_TAKE_NAME

StartRows::StartRows(const StartRequest& request)
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

}  // namespace pawl::store
