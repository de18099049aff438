#include "coordinator/store/step_rows.h"

#include "coordinator/base/strings.h"
#include "coordinator/store/codec.h"
#include "coordinator/store/hand_out_plan.h"

namespace pawl::store {

// The hot forms. Sets indexed columns to what they are already where nothing changes: PostgreSQL
// compares values, and keeps the update heap-only. A macro, for only literals are joined by
// standing side by side.
#define PAWL_MOVE                                                                          \
  "update execution"                                                                       \
  "   set fence = $3, version = $4, last_event_id = $5, branch_count = $6, ready_at = $7," \
  "       ready_activity = $8, position = $9, claimable_at = coalesce($10, claimable_at)"  \
  " where execution_id = $1 and fence = $2"

const Statement kMove{"move", PAWL_MOVE};

const Statement kMoveWithHistory{"move_with_history", "with moved as (" PAWL_MOVE R"(
    returning execution_id)
  insert into history (execution_id, first_event_id, occurred_at, event_count, events)
  select execution_id, $11::bigint, $12::timestamptz, $13::integer, $14::bytea from moved)"};

const Statement kMoveWithBranches{"move_with_branches", "with moved as (" PAWL_MOVE R"(
    returning execution_id),
  recorded as (
    insert into history (execution_id, first_event_id, occurred_at, event_count, events)
    select execution_id, $11::bigint, $12::timestamptz, $13::integer, $14::bytea from moved
     where $11::bigint is not null),
  gone as (
    delete from branch b using moved m
     where b.execution_id = m.execution_id and b.branch_id = any ($15::bigint[])),
  put as (
    insert into branch (execution_id, branch_id, ready_at, ready_activity, position)
    select m.execution_id, c.branch_id, c.ready_at, c.ready_activity, c.position
      from moved m, unnest($16::bigint[], $17::timestamptz[], $18::text[], $19::bytea[])
                      as c (branch_id, ready_at, ready_activity, position)
    on conflict (execution_id, branch_id) do update
       set ready_at = excluded.ready_at, ready_activity = excluded.ready_activity,
           position = excluded.position)
  select from moved)"};

const Statement kClose{"close", R"(
  with moved as (
    delete from execution where execution_id = $1 and fence = $2
    returning execution_id, revision_id, machine_id, started_at, machine_name, name,
              redrive_count, redriven_at),
  gone as (
    delete from branch b using moved m where b.execution_id = m.execution_id),
  told as (
    update child_wait w set ended = true from moved m where w.child_id = m.execution_id),
  recorded as (
    insert into history (execution_id, first_event_id, occurred_at, event_count, events)
    select execution_id, $9::bigint, $10::timestamptz, $11::integer, $12::bytea from moved
     where $9::bigint is not null)
  insert into closed_execution (execution_id, revision_id, machine_id, started_at, closed_at,
                                last_event_id, fence, status, machine_name, name, error, cause,
                                output, redrive_count, redriven_at)
  select execution_id, revision_id, machine_id, started_at, $3::timestamptz, $4::bigint,
         $13::bigint, $5::smallint, machine_name, name, $6::text, $7::text, $8::text,
         redrive_count, redriven_at
    from moved)"};

#undef PAWL_MOVE

void BranchRows::Add(const core::Execution& execution, const core::Branch& branch) {
  ids.Add(branch.id.value());
  if (const core::TaskAttempt* task = ReadyTask(branch)) {
    ready_ats.Add(task->scheduled_at);
    ready_activities.Add(task->queue);
  } else {
    ready_ats.AddNull();
    ready_activities.AddNull();
  }
  positions.Add(EncodePosition(execution, branch));
}

HistoryRow::HistoryRow(const core::Transition& transition) {
  if (transition.history.empty()) return;
  first_event_id = StrCat(transition.history.front().id);
  occurred_at = transition.history.back().timestamp;
  event_count = StrCat(transition.history.size());
  events = Binary(EncodeHistory(transition.history));
}

ClosedRow::ClosedRow(const core::Execution& execution)
    : status(static_cast<int>(execution.status)),
      closed_at(TimeText(execution.closed_at)),
      output(StorableText(execution.output.view())) {
  if (execution.error) error = StorableText(execution.error->view());
  if (execution.cause) cause = StorableText(execution.cause->view());
}

HotRow MakeHotRow(const core::Execution& execution) {
  HotRow row;
  row.execution_id = execution.facts->id.value().ToString();
  row.fence = execution.fence.value();
  row.version = execution.version;
  row.last_event_id = execution.last_event_id;
  if (execution.closed()) return row;
  const core::Branch& root = execution.branches.at(BranchId(0));
  row.branch_count = static_cast<int64_t>(execution.branches.size()) - 1;
  if (const core::TaskAttempt* task = ReadyTask(root)) {
    row.ready_at = TimeText(task->scheduled_at);
    row.ready_activity = task->queue;
  }
  row.position = Binary(EncodePosition(execution, root));
  return row;
}

StepRows::StepRows(const core::Execution& execution, const core::Transition& transition,
                   Fence expected, std::optional<absl::Time> claimable)
    : expected_fence(expected.value()), hot(MakeHotRow(execution)), history(transition) {
  if (execution.closed()) {
    closed.emplace(execution);
    return;  // all its branches go with it
  }
  if (claimable) claimable_at = TimeTextUp(*claimable);
  for (BranchId id : transition.changed) {
    const core::Branch* branch = execution.Find(id);
    if (branch != nullptr && id != BranchId(0)) changed.Add(execution, *branch);
  }
  for (BranchId id : transition.removed) {
    // One statement must not write a row twice: a branch that is still there has been written
    // above.
    if (execution.Find(id) == nullptr) removed.Add(id.value());
  }
}

bool WriteStep(Session* session, pqxx::transaction_base* transaction, const StepRows& rows) {
  return WithStepStatement(rows, [&](const Statement& statement, const auto&... parameters) {
    return session->RunIn(transaction, statement, parameters...).affected_rows() == 1;
  });
}

}  // namespace pawl::store
