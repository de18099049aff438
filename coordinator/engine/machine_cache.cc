#include "coordinator/engine/machine_cache.h"

#include <algorithm>
#include <utility>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"

namespace pawl::engine {
namespace {

std::vector<std::string> ActivitiesOf(const asl::Machine& machine) {
  std::vector<std::string> names;
  for (const auto& [name, state] : machine.by_name) {
    if (state->type != asl::StateType::kTask) continue;
    const asl::TaskResource& resource = state->as<asl::TaskDetail>().resource;
    if (resource.kind == asl::ResourceKind::kActivity) names.push_back(resource.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

absl::Status DoesNotCompile(const store::Revision& revision) {
  return absl::InternalError(StrCat("revision ", revision.id.value().ToString(), " of ",
                                    revision.machine_name,
                                    " was accepted once and does not compile now"));
}

}  // namespace

CompiledPtr MachineCache::Peek(RevisionId id) const {
  absl::MutexLock lock(&mu_);
  const auto it = by_revision_.find(id);
  return it == by_revision_.end() ? nullptr : it->second;
}

CompiledPtr MachineCache::Add(store::Revision revision) {
  std::shared_ptr<const asl::Machine> compiled =
      compile_ ? compile_(revision.definition) : asl::CompileMachine(revision.definition).machine;
  if (compiled == nullptr) return nullptr;
  auto made = std::make_shared<CompiledRevision>();
  made->activities = ActivitiesOf(*compiled);
  made->compiled = std::move(compiled);
  made->revision = std::move(revision);
  absl::MutexLock lock(&mu_);
  if (by_revision_.size() >= kMaxEntries) by_revision_.clear();
  by_revision_[made->revision.id] = made;
  return made;
}

void MachineCache::Get(RevisionId id, store::Callback<CompiledPtr> done) {
  if (CompiledPtr known = Peek(id)) return done(known);
  store_->GetRevision(id, [this, self = shared_from_this(), done = std::move(done)](
                              absl::StatusOr<store::Revision> revision) mutable {
    if (!revision.ok()) return done(revision.status());
    CompiledPtr made = Add(*revision);
    if (made == nullptr) return done(DoesNotCompile(*revision));
    done(made);
  });
}

void MachineCache::GetCurrent(const std::string& name, store::Callback<CompiledPtr> done) {
  CompiledPtr known;
  {
    absl::MutexLock lock(&mu_);
    const auto it = current_.find(name);
    if (it != current_.end()) known = it->second;
  }
  if (known) return done(known);
  store_->GetMachine(name, [this, self = shared_from_this(), name, done = std::move(done)](
                               absl::StatusOr<store::Machine> machine) mutable {
    if (!machine.ok()) return done(machine.status());
    absl::StatusOr<CompiledPtr> made = Startable(*machine);
    if (made.ok()) {
      absl::MutexLock lock(&mu_);
      if (current_.size() >= kMaxEntries) current_.clear();
      current_[name] = *made;
    }
    done(std::move(made));
  });
}

absl::StatusOr<CompiledPtr> MachineCache::Startable(const store::Machine& machine) {
  if (machine.deleting) return absl::FailedPreconditionError("the machine is being deleted");
  if (machine.type != "STANDARD") {
    return absl::UnimplementedError(StrCat("executions of type ", machine.type));
  }
  CompiledPtr made = Peek(machine.current.id);
  if (made == nullptr) made = Add(machine.current);
  if (made == nullptr) return DoesNotCompile(machine.current);
  return made;
}

void MachineCache::Forget(const std::string& name) {
  absl::MutexLock lock(&mu_);
  current_.erase(name);
}

}  // namespace pawl::engine
