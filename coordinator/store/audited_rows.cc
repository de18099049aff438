#include "coordinator/store/audited_rows.h"

#include <utility>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/hand_out_plan.h"
#include "coordinator/store/loaded_execution.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

namespace rule = audit::rule;

constexpr Statement kNow{"audit_now", R"(
  select clock_timestamp(), (select c.xmin::text from cluster c))"};

const std::string kOpenSql =
    StrCat("select ", kLoadedColumns, " from load_executions($1::uuid[]) l");
const Statement kOpen{"audit_open", kOpenSql.c_str()};

// Each execution is looked up by its key, here and below: `lateral ... limit 1`, or `offset 0`,
// keeps the planner from joining whole tables instead.
constexpr Statement kOpenIds{"audit_open_ids", R"(
  select w.id from unnest($1::uuid[]) w (id)
   cross join lateral (select from execution where execution_id = w.id limit 1) e)"};

constexpr Statement kClosed{"audit_closed", R"(
  select c.*, r.role_arn
    from unnest($1::uuid[]) w (id)
   cross join lateral (
     select execution_id, revision_id, machine_id, started_at, closed_at, last_event_id, fence,
            status, machine_name, name, error, cause, output, redrive_count, redriven_at
       from closed_execution where execution_id = w.id limit 1) c
    left join lateral (select role_arn from state_machine_revision
                        where revision_id = c.revision_id limit 1) r on true)"};

constexpr Statement kNames{"audit_names", R"(
  select w.id as execution_id, coalesce(n.execution_id = w.id, false) as leads_here, n.written_by
    from unnest($1::uuid[]) w (id)
   cross join lateral (
     (select machine_name, name from execution where execution_id = w.id)
     union all
     (select machine_name, name from closed_execution where execution_id = w.id) limit 1) x
    left join lateral (select execution_id, xmin::text as written_by from execution_name
                        where machine_name = x.machine_name and name = x.name limit 1) n
      on true)"};

// By which a task is found for a worker.
constexpr Statement kReady{"audit_ready", R"(
  select w.id as execution_id, 0 as branch_id, e.ready_activity, e.ready_at, e.branch_count
    from unnest($1::uuid[]) w (id)
   cross join lateral (select ready_activity, ready_at, branch_count from execution
                        where execution_id = w.id limit 1) e
  union all
  select w.id, b.branch_id, b.ready_activity, b.ready_at, 0
    from unnest($1::uuid[]) w (id)
   cross join lateral (select branch_id, ready_activity, ready_at from branch
                        where execution_id = w.id offset 0) b)"};

constexpr Statement kDefinition{"audit_definition", R"(
  select definition from state_machine_revision where revision_id = $1)"};

std::optional<uint64_t> GetTransaction(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return field.as<uint64_t>();
}

std::optional<Text> GetOptionalText(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return Text(GetText(field));
}

core::Execution ReadClosedRow(const pqxx::row& row, const Account& account) {
  std::shared_ptr<core::ExecutionFacts> facts = ReadStoredFacts(row, account);
  core::Execution execution;
  execution.facts = std::move(facts);
  execution.status = static_cast<core::Status>(row["status"].as<int>());
  execution.fence = Fence(GetInt64(row["fence"]));
  execution.last_event_id = GetInt64(row["last_event_id"]);
  execution.closed_at = GetTime(row["closed_at"]);
  execution.output = Text(GetText(row["output"]));
  execution.error = GetOptionalText(row["error"]);
  execution.cause = GetOptionalText(row["cause"]);
  if (!row["redrive_count"].is_null()) execution.redrive_count = GetInt64(row["redrive_count"]);
  if (!row["redriven_at"].is_null()) execution.redriven_at = GetTime(row["redriven_at"]);
  return execution;
}

// A closed row does not repeat what the first event has.
void TakeFactsFromHistory(audit::AuditedExecution* audited) {
  if (!audited->execution.closed() || audited->history.empty()) return;
  const std::vector<core::HistoryEvent>& events = audited->history.front().events;
  if (events.empty()) return;
  auto facts = std::make_shared<core::ExecutionFacts>(*audited->execution.facts);
  TakeFromFirstEvent(events.front(), facts.get());
  audited->execution.facts = std::move(facts);
}

}  // namespace

void AuditedRows::Add(const Uuid& id, std::string_view rule, std::string what) {
  report_(id.ToString(), {rule, std::move(what)});
}

void AuditedRows::Read(const std::vector<Uuid>& ids, const Found& found) {
  if (ids.empty()) return;
  ArrayParameter array(ArrayParameter::Type::kUuid);
  for (const Uuid& id : ids) array.Add(id);
  Batch batch;
  ReadBatch(array.Finish(), &batch);
  // Judged after the transaction: that may take longer than a session may idle in one.
  for (auto& [id, audited] : batch.executions) {
    audited.read_at = batch.read_at;
    TakeFactsFromHistory(&audited);
    const Name& name = batch.names[id];
    if (!name.leads_here)
      Add(id, rule::kNameFound, "its name leads to another execution or nowhere");
    ForgetRewritten(name, &audited);
    found(audited);
  }
}

void AuditedRows::ReadBatch(const pqxx::binarystring& ids, Batch* batch) {
  pqxx::transaction<pqxx::isolation_level::repeatable_read, pqxx::readwrite_policy::read_only>
      transaction(session_.connection());
  transaction_ = &transaction;
  const pqxx::result now = session_.RunIn(transaction_, kNow);
  batch->read_at = GetTime(now[0][0]);
  made_by_ = GetTransaction(now[0][1]);
  ReadOpen(ids, batch);
  ReadClosed(ids, batch);
  ReadNames(ids, batch);
  ReadHistories(ids, batch);
  ReadWaits(batch);
  CheckReadyColumns(ids, *batch);
  for (auto& [id, audited] : batch->executions) {
    audited.machine = MachineOf(audited.execution.facts->revision_id);
  }
}

void AuditedRows::ReadOpen(const pqxx::binarystring& ids, Batch* batch) {
  for (const pqxx::row& row : session_.RunIn(transaction_, kOpen, ids)) {
    const Uuid id = GetUuid(row["execution_id"]);
    absl::StatusOr<core::Execution> execution =
        ReadExecution(row, account_, {&session_, transaction_});
    if (!execution.ok()) {
      Add(id, rule::kReadable, std::string(execution.status().message()));
      continue;
    }
    batch->executions[id] = {.execution = *std::move(execution),
                             .claimable_at = GetTime(row["claimable_at"])};
  }
  for (const pqxx::row& row : session_.RunIn(transaction_, kOpenIds, ids)) {
    const Uuid id = GetUuid(row[0]);
    if (batch->executions.contains(id)) continue;
    Add(id, rule::kReadable, "it cannot be loaded: its position, first history row or revision");
  }
}

void AuditedRows::ReadClosed(const pqxx::binarystring& ids, Batch* batch) {
  for (const pqxx::row& row : session_.RunIn(transaction_, kClosed, ids)) {
    const Uuid id = GetUuid(row["execution_id"]);
    if (batch->executions.contains(id)) {
      Add(id, rule::kRowsBelong, "it is both open and closed");
      continue;
    }
    batch->executions[id] = {.execution = ReadClosedRow(row, account_)};
  }
}

void AuditedRows::ReadNames(const pqxx::binarystring& ids, Batch* batch) {
  for (const pqxx::row& row : session_.RunIn(transaction_, kNames, ids)) {
    batch->names[GetUuid(row["execution_id"])] = {row["leads_here"].as<bool>(),
                                                  GetTransaction(row["written_by"])};
  }
}

void AuditedRows::CheckReadyColumns(const pqxx::binarystring& ids, const Batch& batch) {
  for (const pqxx::row& row : session_.RunIn(transaction_, kReady, ids)) {
    const Uuid id = GetUuid(row["execution_id"]);
    const auto at = batch.executions.find(id);
    if (at == batch.executions.end()) continue;
    const core::Execution& execution = at->second.execution;
    const BranchId branch_id(GetInt64(row["branch_id"]));
    const core::Branch* branch = execution.Find(branch_id);
    const core::TaskAttempt* task = branch == nullptr ? nullptr : ReadyTask(*branch);
    const bool agrees = task == nullptr
                            ? row["ready_activity"].is_null() && row["ready_at"].is_null()
                            : GetText(row["ready_activity"]) == task->queue &&
                                  !row["ready_at"].is_null() &&
                                  GetTime(row["ready_at"]) == task->scheduled_at;
    if (!agrees) {
      Add(id, rule::kReadyFound,
          StrCat("branch ", branch_id.value(),
                 ": the row is marked as ready "
                 "for '",
                 GetText(row["ready_activity"]), "', the position ",
                 task == nullptr ? "has no such task" : "says otherwise"));
    }
    const bool root = branch_id == BranchId(0);
    if (root &&
        GetInt64(row["branch_count"]) + 1 != static_cast<int64_t>(execution.branches.size())) {
      Add(id, rule::kRowsBelong,
          StrCat("it should have ", row["branch_count"].c_str(), " branches, it has ",
                 execution.branches.size() - 1));
    }
  }
}

// Housekeeping moves executions between partitions, and a restore writes all rows anew: then one
// transaction has written many rows. Rows of names stay where they are, so an execution whose first
// history row was written together with its name has not been moved; and a restore in one
// transaction has written the cluster's row too.
void AuditedRows::ForgetRewritten(const Name& name, audit::AuditedExecution* audited) {
  std::vector<audit::AuditedRow>& history = audited->history;
  const bool original = !history.empty() && name.leads_here && name.written_by &&
                        name.written_by != made_by_ &&
                        history.front().written_by == name.written_by;
  if (original) return;
  for (audit::AuditedRow& row : history) row.written_by.reset();
}

std::shared_ptr<const asl::Machine> AuditedRows::MachineOf(const RevisionId& revision) {
  const auto [at, fresh] = machines_.try_emplace(revision);
  if (!fresh) return at->second;
  const std::string id = revision.value().ToString();
  const pqxx::result rows = session_.RunIn(transaction_, kDefinition, id);
  if (rows.empty()) {
    report_("", {rule::kReadable, StrCat("revision ", id, " of a state machine is missing")});
    return nullptr;
  }
  const asl::CompileResult compiled = asl::CompileMachine(GetText(rows[0][0]));
  if (!compiled.ok()) {
    report_("", {rule::kReadable, StrCat("revision ", id, " of a state machine does not compile: ",
                                         compiled.ErrorText())});
  }
  at->second = compiled.machine;
  return at->second;
}

}  // namespace pawl::store
