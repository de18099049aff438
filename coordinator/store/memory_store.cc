#include "coordinator/store/memory_store.h"

#include <algorithm>
#include <memory>

#include "coordinator/base/strings.h"
#include "coordinator/store/hand_out_plan.h"

namespace pawl::store {

MemoryStore::MemoryStore(Account account, Executor executor, const Clock* clock)
    : account_(std::move(account)),
      executor_(std::move(executor)),
      clock_(clock != nullptr ? *clock : own_clock_) {}

absl::Status MemoryStore::NotFound(std::string_view kind, std::string_view name) {
  return absl::NotFoundError(StrCat("there is no ", kind, " ", name));
}

bool MemoryStore::IsCurrent(const core::ExecutionFacts& facts) const {
  const auto it = machines_.find(facts.machine_name);
  if (it == machines_.end() || it->second.id != facts.machine_id || it->second.deleting) {
    return false;
  }
  if (facts.fork == nullptr) return it->second.current.id == facts.revision_id;
  const auto revision = revisions_.find(facts.revision_id);
  return revision != revisions_.end() && revision->second.machine_id == facts.machine_id;
}

bool MemoryStore::IsDeleted(MachineId id) const {
  return std::none_of(machines_.begin(), machines_.end(), [&](const auto& machine) {
    return machine.second.id == id && !machine.second.deleting;
  });
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
      Remember(facts);
      names_[key] = facts.id;
      history_[facts.id] = {{request.transition.history, ++transaction_, clock_.Now()}};
      if (request.wait) waits_[*request.wait] = false;
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
  const auto [first, last] = WaitsFor(execution.facts->id);
  for (auto wait = first; wait != last; ++wait) wait->second = true;
  open_.erase(execution.facts->id);
}

void MemoryStore::Write(const core::Execution& execution, const core::Transition& transition,
                        Open* row) {
  if (!transition.history.empty()) {
    history_[execution.facts->id].push_back({transition.history, transaction_, clock_.Now()});
  }
  if (execution.closed()) return Close(execution);
  core::Execution& stored = row->execution;
  stored.fence = execution.fence;
  stored.version = execution.version;
  stored.last_event_id = execution.last_event_id;
  stored.last_event_at = execution.last_event_at;
  stored.next_branch_id = execution.next_branch_id;
  stored.timeout_at = execution.timeout_at;
  stored.redrive_count = execution.redrive_count;
  stored.redriven_at = execution.redriven_at;
  stored.branches[BranchId(0)] = execution.branches.at(BranchId(0));
  for (BranchId id : transition.removed) {
    if (execution.Find(id) == nullptr) stored.branches.erase(id);
  }
  for (BranchId id : transition.changed) {
    if (const core::Branch* branch = execution.Find(id)) stored.branches[id] = *branch;
  }
  stored.open.Forget();
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
      ++transaction_;
      Remember(*request.execution.facts);
      if (request.claimable_at) it->second.claimable_at = *request.claimable_at;
      Write(request.execution, request.transition, &it->second);
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::RedriveExecution(const RedriveRequest& request, DoneCallback done) {
  absl::Status answer;
  {
    std::lock_guard lock(mu_);
    const core::ExecutionFacts& facts = *request.execution.facts;
    const auto closed = closed_.find(facts.id);
    if (closed == closed_.end() || closed->second.fence != request.expected_fence ||
        IsDeleted(facts.machine_id)) {
      answer = absl::AbortedError(StrCat("RedriveExecution(execution ", facts.id.value().ToString(),
                                         "): it does not stand as it was read"));
    } else {
      ++transaction_;
      Remember(facts);
      history_[facts.id].push_back({request.transition.history, transaction_, clock_.Now()});
      OrphanWaitsOf(facts.id);
      if (!request.client_token.empty()) {
        redrives_[{facts.id, request.client_token}] = request.execution.redriven_at;
      }
      if (request.execution.closed()) {
        Close(request.execution);
      } else {
        closed_.erase(closed);
        open_[facts.id] = {request.execution, request.claimable_at};
        const auto [first, last] = WaitsFor(facts.id);
        for (auto wait = first; wait != last; ++wait) wait->second = false;
      }
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::FindRedrive(ExecutionId id, std::string_view client_token, absl::Time since,
                              Callback<absl::Time> done) {
  absl::StatusOr<absl::Time> answer = NotFound("redrive of", id.value().ToString());
  {
    std::lock_guard lock(mu_);
    const auto redrive = redrives_.find({id, std::string(client_token)});
    if (redrive != redrives_.end() && redrive->second >= since) answer = redrive->second;
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
      Remember(*row->execution.facts);
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
      if (!HasReadyTask(row.execution, activity)) continue;
      entries.push_back({row.execution, row.claimable_at, row.execution.fence});
    }
  }
  // Not under the lock: `decide` may take locks of its caller's. The fence tells if one moved on
  // meanwhile.
  DecideHandOut(activity, limit, decide, &entries);
  std::vector<HandedOut> handed_out;
  std::lock_guard lock(mu_);
  ++transaction_;
  for (const HandOutEntry& entry : entries) {
    if (!entry.transition) continue;
    auto it = open_.find(entry.execution.facts->id);
    if (it == open_.end() || it->second.execution.fence != entry.read_fence) continue;
    Remember(*entry.execution.facts);
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

}  // namespace pawl::store
