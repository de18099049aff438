#include <algorithm>
#include <memory>
#include <optional>

#include "coordinator/base/strings.h"
#include "coordinator/store/execution_record.h"
#include "coordinator/store/memory_store.h"

namespace pawl::store {
namespace {

// As lists show it.
ExecutionRecord Short(ExecutionRecord record) {
  record.input = record.output = Text();
  record.error = record.cause = std::nullopt;
  return record;
}

// The end (UTC) of the week, from Monday, that `time` is in: what began in it is let go of
// together.
absl::Time EndOfWeek(absl::Time time) {
  const absl::Time a_monday = absl::FromUnixSeconds(4 * 86'400);
  absl::Duration rest;
  const int64_t weeks = absl::IDivDuration(time - a_monday, absl::Hours(7 * 24), &rest);
  return a_monday + absl::Hours(7 * 24) * (weeks + 1);
}

}  // namespace

void MemoryStore::FindExecution(std::string_view machine_name, std::string_view name,
                                Callback<ExecutionRecord> done) {
  absl::StatusOr<ExecutionRecord> answer = NotFound("execution", StrCat(machine_name, ":", name));
  {
    std::lock_guard lock(mu_);
    if (auto it = names_.find({std::string(machine_name), std::string(name)}); it != names_.end()) {
      auto open = open_.find(it->second);
      answer =
          open != open_.end() ? RecordOf(open->second.execution) : RecordOf(closed_.at(it->second));
      answer->machine_deleted = IsDeleted(answer->machine_id);
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::ListExecutions(const ExecutionQuery& query,
                                 Callback<Page<ExecutionRecord>> done) {
  const absl::StatusOr<Uuid> after = Uuid::Parse(query.after);
  if (!query.after.empty() && !after.ok()) {
    return Reply(std::move(done), absl::StatusOr<Page<ExecutionRecord>>(absl::InvalidArgumentError(
                                      "ListExecutions: not a place to go on from")));
  }
  std::map<ExecutionId, ExecutionRecord, std::greater<>> all;  // newest first
  {
    std::lock_guard lock(mu_);
    for (const auto& [id, row] : open_) all[id] = Short(RecordOf(row.execution));
    for (const auto& [id, execution] : closed_) all[id] = Short(RecordOf(execution));
  }
  Page<ExecutionRecord> page;
  for (auto& [id, record] : all) {
    if (record.machine_name != query.machine_name) continue;
    if (query.status && record.status != *query.status) continue;
    if (!query.after.empty() && id.value() >= *after) continue;
    if (static_cast<int64_t>(page.items.size()) == query.limit) {
      page.next = page.items.back().id.value().ToString();
      break;
    }
    page.items.push_back(std::move(record));
  }
  Reply(std::move(done), absl::StatusOr<Page<ExecutionRecord>>(std::move(page)));
}

void MemoryStore::GetHistory(const HistoryQuery& query, Callback<Page<core::HistoryEvent>> done) {
  std::vector<core::HistoryEvent> events;
  {
    std::lock_guard lock(mu_);
    if (auto it = history_.find(query.execution); it != history_.end()) {
      for (const audit::AuditedRow& row : it->second) {
        events.insert(events.end(), row.events.begin(), row.events.end());
      }
    }
  }
  if (events.empty()) {
    return Reply(std::move(done), absl::StatusOr<Page<core::HistoryEvent>>(
                                      NotFound("history of", query.execution.value().ToString())));
  }
  if (query.reverse) std::reverse(events.begin(), events.end());
  Page<core::HistoryEvent> page;
  for (core::HistoryEvent& event : events) {
    const bool seen =
        query.after != 0 && (query.reverse ? event.id >= query.after : event.id <= query.after);
    if (seen) continue;
    if (static_cast<int64_t>(page.items.size()) == query.limit) {
      page.next = StrCat(page.items.back().id);
      break;
    }
    page.items.push_back(std::move(event));
  }
  Reply(std::move(done), absl::StatusOr<Page<core::HistoryEvent>>(std::move(page)));
}

std::vector<audit::AuditedExecution> MemoryStore::Audited(const Compile& compile) {
  std::lock_guard lock(mu_);
  const absl::Time now = clock_.Now();
  std::map<RevisionId, std::shared_ptr<const asl::Machine>> machines;
  std::vector<audit::AuditedExecution> all;
  const auto add = [&](const core::Execution& execution, absl::Time claimable_at) {
    const RevisionId revision = execution.facts->revision_id;
    const auto [machine, fresh] = machines.try_emplace(revision);
    if (fresh) machine->second = compile(revisions_[revision]);
    all.push_back({.execution = execution,
                   .claimable_at = claimable_at,
                   .machine = machine->second,
                   .history = history_[execution.facts->id],
                   .read_at = now});
  };
  for (const auto& [id, row] : open_) {
    add(row.execution, row.claimable_at);
    all.back().waits = AuditedWaitsOf(id);
  }
  for (const auto& [id, execution] : closed_) add(execution, absl::InfiniteFuture());
  return all;
}

void MemoryStore::DatabaseTime(Callback<absl::Time> done) {
  Reply(std::move(done), absl::StatusOr<absl::Time>(clock_.Now()));
}

void MemoryStore::ClusterSecret(Callback<std::string> done) {
  Reply(std::move(done), absl::StatusOr<std::string>(std::string(32, 's')));
}

void MemoryStore::MaintainPartitions(absl::Time now, absl::Duration retention, DoneCallback done) {
  const absl::Time before = now - retention;
  {
    std::lock_guard lock(mu_);
    for (auto it = closed_.begin(); it != closed_.end();) {
      const ExecutionRecord record = RecordOf(it->second);
      if (record.closed_at >= before || EndOfWeek(record.started_at) > before) {
        ++it;
        continue;
      }
      names_.erase({record.machine_name, record.name});
      history_.erase(record.id);
      it = closed_.erase(it);
    }
  }
  Reply(std::move(done), absl::OkStatus());
}

void MemoryStore::NotifyReady(const std::vector<std::string>& /*activities*/, DoneCallback done) {
  Reply(std::move(done), absl::OkStatus());
}

void MemoryStore::ListenReady(std::function<void(const std::string& activity)> /*on_ready*/) {}

}  // namespace pawl::store
