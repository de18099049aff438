// The waits of AuditedRows.

#include "coordinator/audit/history_rules.h"
#include "coordinator/base/json.h"
#include "coordinator/store/audited_rows.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// What is waited for is found by its name, which leads to the key: waits have no index of those who
// wait.
constexpr Statement kWaits{"audit_waits", R"(
  select w.parent_id, w.branch_id, w.nonce, c.ended, e.execution_id is not null as child_open
    from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
           w (parent_id, branch_id, nonce, machine_name, name)
   cross join lateral (select execution_id from execution_name
                        where machine_name = w.machine_name and name = w.name limit 1) n
   cross join lateral (select ended from child_wait
                        where child_id = n.execution_id and parent_id = w.parent_id
                          and branch_id = w.branch_id and nonce = w.nonce limit 1) c
    left join lateral (select execution_id from execution
                        where execution_id = n.execution_id limit 1) e on true)"};

// The ARN of the execution that the task in `branch` has started or joined, as its submission
// tells; not OK where the history does not have it.
absl::StatusOr<Arn> ChildOf(const core::Branch& branch,
                            const std::vector<audit::AuditedRow>& history) {
  for (auto row = history.rbegin(); row != history.rend(); ++row) {
    for (const core::HistoryEvent& event : row->events) {
      if (event.id != branch.last_event_id) continue;
      JsonArena arena;
      const absl::StatusOr<Json> told = ParseJson(event.payload.view(), &arena);
      const Json arn = told.ok() && told->is_object() ? told->Find("ExecutionArn") : Json();
      return Arn::Parse(arn.is_string() ? arn.as_string() : std::string_view());
    }
  }
  return absl::NotFoundError("there is no such event");
}

}  // namespace

void AuditedRows::ReadWaits(Batch* batch) {
  using Type = ArrayParameter::Type;
  ArrayParameter parents(Type::kUuid), branches(Type::kInt64), nonces(Type::kInt64);
  ArrayParameter machines(Type::kText), names(Type::kText);
  for (auto& [id, audited] : batch->executions) {
    for (const auto& [branch_id, branch] : audited.execution.branches) {
      if (!audit::AwaitsChild(branch)) continue;
      audited.waits.emplace();
      const absl::StatusOr<Arn> child = ChildOf(branch, audited.history);
      if (!child.ok()) continue;
      parents.Add(id);
      branches.Add(branch_id.value());
      nonces.Add(branch.task->nonce);
      machines.Add(std::string_view(child->name));
      names.Add(std::string_view(child->qualifier));
    }
  }
  if (parents.empty()) return;
  for (const pqxx::row& row :
       session_.RunIn(transaction_, kWaits, parents.Finish(), branches.Finish(), nonces.Finish(),
                      machines.Finish(), names.Finish())) {
    batch->executions.at(GetUuid(row["parent_id"]))
        .waits->push_back({.branch = BranchId(GetInt64(row["branch_id"])),
                           .nonce = GetInt64(row["nonce"]),
                           .ended = row["ended"].as<bool>(),
                           .child_open = row["child_open"].as<bool>()});
  }
}

}  // namespace pawl::store
