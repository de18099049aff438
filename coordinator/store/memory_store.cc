#include "coordinator/store/memory_store.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "coordinator/base/strings.h"
#include "coordinator/store/hand_out_plan.h"

namespace pawl::store {
namespace {

absl::Status NotFound(std::string_view kind, std::string_view name) {
  return absl::NotFoundError(StrCat("there is no ", kind, " ", name));
}

ExecutionRecord RecordOf(const core::Execution& execution) {
  const core::ExecutionFacts& facts = *execution.facts;
  return {.id = facts.id,
          .machine_id = facts.machine_id,
          .revision_id = facts.revision_id,
          .machine_name = facts.machine_name,
          .name = facts.name,
          .status = execution.status,
          .started_at = facts.started_at,
          .closed_at = execution.closed_at,
          .fence = execution.fence,
          .input = facts.input,
          .output = execution.output,
          .error = execution.error,
          .cause = execution.cause};
}

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

// The items behind `after`, at most `limit`.
template <typename T>
Page<T> PageOf(const std::map<std::string, T, std::less<>>& all, std::string_view after,
               int64_t limit) {
  Page<T> page;
  for (auto it = all.upper_bound(after); it != all.end(); ++it) {
    if (static_cast<int64_t>(page.items.size()) == limit) {
      page.next = page.items.back().name;
      break;
    }
    page.items.push_back(it->second);
  }
  return page;
}

}  // namespace

MemoryStore::MemoryStore(Account account, Executor executor, const Clock* clock)
    : account_(std::move(account)),
      executor_(std::move(executor)),
      clock_(clock != nullptr ? *clock : own_clock_) {}

template <typename Done, typename Answer>
void MemoryStore::Reply(Done done, Answer answer) {
  if (executor_ == nullptr) return done(std::move(answer));
  executor_(
      [done = std::move(done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
}

// ---------------------------------------------------------------- state machines and activities

void MemoryStore::CreateMachine(const Machine& machine, Callback<Machine> done) {
  absl::StatusOr<Machine> answer = machine;
  {
    std::lock_guard lock(mu_);
    if (machines_.contains(machine.name)) {
      answer = absl::AlreadyExistsError(StrCat("there is a state machine ", machine.name));
    } else {
      answer->id = answer->current.machine_id = MachineId(next_machine_id_++);
      answer->current.machine_name = machine.name;
      machines_[machine.name] = *answer;
      revisions_[answer->current.id] = answer->current;
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::GetMachine(std::string_view name, Callback<Machine> done) {
  absl::StatusOr<Machine> answer = NotFound("state machine", name);
  {
    std::lock_guard lock(mu_);
    if (auto it = machines_.find(name); it != machines_.end()) answer = it->second;
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::GetRevision(RevisionId id, Callback<Revision> done) {
  absl::StatusOr<Revision> answer = NotFound("revision", id.value().ToString());
  {
    std::lock_guard lock(mu_);
    if (auto it = revisions_.find(id); it != revisions_.end()) answer = it->second;
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::AddRevision(const Revision& revision, RevisionId expected, DoneCallback done) {
  absl::Status answer;
  {
    std::lock_guard lock(mu_);
    auto it = machines_.find(revision.machine_name);
    if (it == machines_.end()) {
      answer = NotFound("state machine", revision.machine_name);
    } else if (it->second.current.id != expected || it->second.deleting) {
      answer =
          absl::AbortedError(StrCat("state machine ", revision.machine_name,
                                    " is no longer at revision ", expected.value().ToString()));
    } else {
      it->second.current = revision;
      it->second.current.machine_id = it->second.id;
      revisions_[revision.id] = it->second.current;
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::DeleteMachine(std::string_view name, DoneCallback done) {
  absl::Status answer;
  {
    std::lock_guard lock(mu_);
    auto it = machines_.find(name);
    if (it == machines_.end()) {
      answer = NotFound("state machine", name);
    } else {
      it->second.deleting = true;
      if (FinishDeletion(it->second)) machines_.erase(it);
    }
  }
  Reply(std::move(done), std::move(answer));
}

bool MemoryStore::FinishDeletion(const Machine& machine) {
  bool gone = true;
  for (auto& [id, row] : open_) {
    if (row.execution.facts->machine_id != machine.id) continue;
    gone = false;
    if (row.execution.machine_deleted) continue;
    row.execution.machine_deleted = true;
    row.execution.fence = Fence(RandomInt64());
  }
  return gone;
}

void MemoryStore::FinishDeletions(DoneCallback done) {
  {
    std::lock_guard lock(mu_);
    for (auto it = machines_.begin(); it != machines_.end();) {
      it = it->second.deleting && FinishDeletion(it->second) ? machines_.erase(it) : std::next(it);
    }
  }
  Reply(std::move(done), absl::OkStatus());
}

void MemoryStore::ListMachines(std::string_view after, int64_t limit,
                               Callback<Page<Machine>> done) {
  absl::StatusOr<Page<Machine>> answer;
  {
    std::lock_guard lock(mu_);
    answer = PageOf(machines_, after, limit);
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::CreateActivity(const Activity& activity, Callback<Activity> done) {
  absl::StatusOr<Activity> answer;
  {
    std::lock_guard lock(mu_);
    answer = activities_.try_emplace(activity.name, activity).first->second;
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::GetActivity(std::string_view name, Callback<Activity> done) {
  absl::StatusOr<Activity> answer = NotFound("activity", name);
  {
    std::lock_guard lock(mu_);
    if (auto it = activities_.find(name); it != activities_.end()) answer = it->second;
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::DeleteActivity(std::string_view name, DoneCallback done) {
  absl::Status answer;
  {
    std::lock_guard lock(mu_);
    if (activities_.erase(std::string(name)) == 0) answer = NotFound("activity", name);
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::ListActivities(std::string_view after, int64_t limit,
                                 Callback<Page<Activity>> done) {
  absl::StatusOr<Page<Activity>> answer;
  {
    std::lock_guard lock(mu_);
    answer = PageOf(activities_, after, limit);
  }
  Reply(std::move(done), std::move(answer));
}

// ---------------------------------------------------------------- executions

bool MemoryStore::IsCurrent(const core::ExecutionFacts& facts) const {
  const auto it = machines_.find(facts.machine_name);
  return it != machines_.end() && it->second.id == facts.machine_id && !it->second.deleting &&
         it->second.current.id == facts.revision_id;
}

void MemoryStore::StartExecution(const StartRequest& request, Callback<StartResult> done) {
  const core::ExecutionFacts& facts = *request.execution.facts;
  StartResult result;
  {
    std::lock_guard lock(mu_);
    const std::pair key(facts.machine_name, facts.name);
    if (auto it = names_.find(key); it != names_.end()) {
      result = {.kind = StartResult::Kind::kNameTaken, .existing = it->second};
    } else if (!IsCurrent(facts)) {
      result.kind = StartResult::Kind::kMachineChanged;
    } else {
      names_[key] = facts.id;
      ++transactions_;
      Record(facts.id, request.transition);
      if (request.execution.closed()) {
        Close(request.execution);
      } else {
        auto stored = std::make_shared<core::ExecutionFacts>(facts);
        stored->execution_arn = account_.ExecutionArn(facts.machine_name, facts.name);
        stored->state_machine_arn = account_.StateMachineArn(facts.machine_name);
        stored->role_arn = revisions_[facts.revision_id].role_arn;
        Open& row = open_[facts.id];
        row = {request.execution, request.claimable_at};
        row.execution.facts = std::move(stored);
      }
    }
  }
  Reply(std::move(done), absl::StatusOr<StartResult>(std::move(result)));
}

void MemoryStore::Close(const core::Execution& execution) {
  closed_[execution.facts->id] = execution;
  open_.erase(execution.facts->id);
}

void MemoryStore::Record(ExecutionId id, const core::Transition& transition) {
  if (!transition.history.empty()) history_[id].push_back({transition.history, transactions_});
}

void MemoryStore::Write(const core::Execution& execution, const core::Transition& transition,
                        Open* row) {
  Record(execution.facts->id, transition);
  if (execution.closed()) return Close(execution);
  core::Execution& stored = row->execution;
  stored.fence = execution.fence;
  stored.version = execution.version;
  stored.last_event_id = execution.last_event_id;
  stored.last_event_at = execution.last_event_at;
  stored.next_branch_id = execution.next_branch_id;
  stored.timeout_at = execution.timeout_at;
  stored.branches[BranchId(0)] = execution.branches.at(BranchId(0));
  for (BranchId id : transition.removed) {
    if (execution.Find(id) == nullptr) stored.branches.erase(id);
  }
  for (BranchId id : transition.changed) {
    if (const core::Branch* branch = execution.Find(id)) stored.branches[id] = *branch;
  }
}

void MemoryStore::CommitTransition(const CommitRequest& request, DoneCallback done) {
  absl::Status answer;
  {
    std::lock_guard lock(mu_);
    const ExecutionId id = request.execution.facts->id;
    auto it = open_.find(id);
    if (it == open_.end() || it->second.execution.fence != request.expected_fence) {
      answer = absl::AbortedError(StrCat("CommitTransition(execution ", id.value().ToString(),
                                         "): it has moved on before version ",
                                         request.execution.version));
    } else {
      if (request.claimable_at) it->second.claimable_at = *request.claimable_at;
      ++transactions_;
      Write(request.execution, request.transition, &it->second);
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::LoadExecution(ExecutionId id, Callback<core::Execution> done) {
  absl::StatusOr<core::Execution> answer = NotFound("open execution", id.value().ToString());
  {
    std::lock_guard lock(mu_);
    if (auto it = open_.find(id); it != open_.end()) answer = it->second.execution;
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::ClaimDue(absl::Time now, absl::Time until, int64_t limit,
                           Callback<std::vector<core::Execution>> done) {
  std::vector<core::Execution> claimed;
  {
    std::lock_guard lock(mu_);
    std::vector<Open*> due;
    for (auto& [id, row] : open_) {
      if (row.claimable_at <= now) due.push_back(&row);
    }
    std::stable_sort(due.begin(), due.end(), [](const Open* a, const Open* b) {
      return a->claimable_at < b->claimable_at;
    });
    if (due.size() > static_cast<size_t>(limit)) due.resize(limit);
    for (Open* row : due) {
      row->claimable_at = until;
      claimed.push_back(row->execution);
    }
  }
  Reply(std::move(done), absl::StatusOr<std::vector<core::Execution>>(std::move(claimed)));
}

void MemoryStore::NextClaimableAt(absl::Time now, Callback<absl::Time> done) {
  absl::Time next = absl::InfiniteFuture();
  {
    std::lock_guard lock(mu_);
    for (const auto& [id, row] : open_) {
      if (row.claimable_at > now) next = std::min(next, row.claimable_at);
    }
  }
  Reply(std::move(done), absl::StatusOr<absl::Time>(next));
}

void MemoryStore::ReadyBacklog(int64_t limit, Callback<Backlog> done) {
  Backlog backlog;
  {
    std::lock_guard lock(mu_);
    for (const auto& [id, row] : open_) {
      for (const auto& [branch_id, branch] : row.execution.branches) {
        const core::TaskAttempt* task = ReadyTask(branch);
        if (task == nullptr) continue;
        backlog.count = std::min(backlog.count + 1, limit);
        backlog.oldest_ready_at =
            std::min(backlog.oldest_ready_at.value_or(task->scheduled_at), task->scheduled_at);
      }
    }
  }
  Reply(std::move(done), absl::StatusOr<Backlog>(backlog));
}

std::vector<HandedOut> MemoryStore::HandOutNow(const std::string& activity, int64_t limit,
                                               const Decide& decide) {
  std::vector<HandOutEntry> entries;
  {
    std::lock_guard lock(mu_);
    for (const auto& [id, row] : open_) {
      entries.push_back({row.execution, row.claimable_at, row.execution.fence});
    }
  }
  // Not under the lock: `decide` may take locks of its caller's. The fence tells if one moved on
  // meanwhile.
  DecideHandOut(activity, limit, decide, &entries);
  std::vector<HandedOut> handed_out;
  std::lock_guard lock(mu_);
  ++transactions_;
  for (const HandOutEntry& entry : entries) {
    if (!entry.transition) continue;
    auto it = open_.find(entry.execution.facts->id);
    if (it == open_.end() || it->second.execution.fence != entry.read_fence) continue;
    it->second.claimable_at = ClaimableAfterHandOut(entry);
    Write(entry.execution, *entry.transition, &it->second);
    for (BranchId branch : entry.branches) handed_out.push_back({entry.execution, branch});
  }
  return handed_out;
}

void MemoryStore::HandOut(std::string_view activity, int64_t limit, Decide decide,
                          Callback<std::vector<HandedOut>> done) {
  absl::AnyInvocable<void()> job = [this, activity = std::string(activity), limit,
                                    decide = std::move(decide), done = std::move(done)]() mutable {
    done(HandOutNow(activity, limit, decide));
  };
  executor_ == nullptr ? job() : executor_(std::move(job));
}

// ---------------------------------------------------------------- reading

void MemoryStore::FindExecution(std::string_view machine_name, std::string_view name,
                                Callback<ExecutionRecord> done) {
  absl::StatusOr<ExecutionRecord> answer = NotFound("execution", StrCat(machine_name, ":", name));
  {
    std::lock_guard lock(mu_);
    if (auto it = names_.find({std::string(machine_name), std::string(name)}); it != names_.end()) {
      auto open = open_.find(it->second);
      answer =
          open != open_.end() ? RecordOf(open->second.execution) : RecordOf(closed_.at(it->second));
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
  for (const auto& [id, row] : open_) add(row.execution, row.claimable_at);
  for (const auto& [id, execution] : closed_) add(execution, absl::InfiniteFuture());
  return all;
}

// ---------------------------------------------------------------- the cluster

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
