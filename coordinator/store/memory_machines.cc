#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/memory_store.h"

namespace pawl::store {
namespace {

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

void MemoryStore::CreateMachine(const Machine& machine, Callback<Machine> done) {
  absl::StatusOr<Machine> answer = machine;
  {
    std::lock_guard lock(mu_);
    if (machines_.contains(machine.name)) {
      answer = absl::AlreadyExistsError(StrCat("there is a state machine ", machine.name));
    } else {
      answer->id = answer->current.machine_id = MachineId(next_machine_id_++);
      answer->current.machine_name = machine.name;
      const std::optional<Version> version = std::exchange(answer->current.version, std::nullopt);
      machines_[machine.name] = *answer;
      revisions_[answer->current.id] = answer->current;
      published_[machine.name] = {};
      if (version) Publish(machine.name, *version);
      answer = WithVersion(*answer);
    }
  }
  Reply(std::move(done), std::move(answer));
}

void MemoryStore::GetMachine(std::string_view name, Callback<Machine> done) {
  absl::StatusOr<Machine> answer = NotFound("state machine", name);
  {
    std::lock_guard lock(mu_);
    if (auto it = machines_.find(name); it != machines_.end()) answer = WithVersion(it->second);
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

void MemoryStore::AddRevision(const Revision& revision, RevisionId expected,
                              Callback<Revision> done) {
  absl::StatusOr<Revision> answer = NotFound("state machine", revision.machine_name);
  {
    std::lock_guard lock(mu_);
    const auto it = machines_.find(revision.machine_name);
    if (it != machines_.end()) {
      if (it->second.current.id != expected || it->second.deleting) {
        answer =
            absl::AbortedError(StrCat("state machine ", revision.machine_name,
                                      " is no longer at revision ", expected.value().ToString()));
      } else {
        answer = Replace(revision, &it->second);
      }
    }
  }
  Reply(std::move(done), std::move(answer));
}

absl::StatusOr<Revision> MemoryStore::Replace(const Revision& revision, Machine* machine) {
  const Revision before = std::exchange(machine->current, revision);
  machine->current.machine_id = machine->id;
  machine->current.version = std::nullopt;
  if (revision.version && !Publish(machine->name, *revision.version)) {
    machine->current = before;
    return absl::ResourceExhaustedError(
        StrCat("state machine ", machine->name, " has ", kMaxVersions, " versions"));
  }
  revisions_[revision.id] = machine->current;
  return WithVersion(*machine).current;
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
      published_.erase(it->first);
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
    Remember(*row.execution.facts);
    row.execution.machine_deleted = true;
    row.execution.fence = Fence(random_());
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

}  // namespace pawl::store
