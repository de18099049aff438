#include "coordinator/engine/version_cache.h"

#include "absl/strings/numbers.h"
#include "coordinator/base/strings.h"

namespace pawl::engine {

int64_t VersionAt(const std::vector<store::Route>& routes, int64_t percent) {
  for (const store::Route& route : routes) {
    if (percent < route.weight) return route.version;
    percent -= route.weight;
  }
  return routes.back().version;  // weights are 100 in all: not reached
}

void VersionCache::Resolve(const MachineRef& machine, store::Callback<Resolved> done) {
  Resolved found;
  const bool number = machine.qualifier.find_first_not_of("0123456789") == std::string::npos;
  if (!number) return ResolveAlias(machine, std::move(done));
  if (!absl::SimpleAtoi(machine.qualifier, &found.version)) {
    return done(
        absl::NotFoundError(StrCat("there is no version ", machine.name, ":", machine.qualifier)));
  }
  ResolveVersion(machine.name, std::move(found), std::move(done));
}

void VersionCache::ResolveAlias(const MachineRef& machine, store::Callback<Resolved> done) {
  auto go_on = [self = shared_from_this(), machine](Routes routes, store::Callback<Resolved> done) {
    const auto percent = static_cast<int64_t>(static_cast<uint64_t>(self->random_()) % 100);
    Resolved found{.version = VersionAt(routes, percent), .alias = machine.qualifier};
    found.routes = std::move(routes);
    self->ResolveVersion(machine.name, std::move(found), std::move(done));
  };
  Routes known;
  {
    absl::MutexLock lock(&mu_);
    const auto it = aliases_.find(AliasKey(machine.name, machine.qualifier));
    if (it != aliases_.end()) known = it->second;
  }
  if (!known.empty()) return go_on(std::move(known), std::move(done));
  store_->GetAlias(machine.name, machine.qualifier,
                   [self = shared_from_this(), machine, go_on,
                    done = std::move(done)](absl::StatusOr<store::Alias> alias) mutable {
                     if (!alias.ok()) {
                       return self->Missing(machine.name, alias.status(), std::move(done));
                     }
                     {
                       absl::MutexLock lock(&self->mu_);
                       if (self->aliases_.size() >= kMaxEntries) self->aliases_.clear();
                       self->aliases_[AliasKey(machine.name, machine.qualifier)] = alias->routes;
                     }
                     go_on(std::move(alias->routes), std::move(done));
                   });
}

void VersionCache::ResolveVersion(const std::string& machine, Resolved found,
                                  store::Callback<Resolved> done) {
  const VersionKey key(machine, found.version);
  {
    absl::MutexLock lock(&mu_);
    if (const auto it = versions_.find(key); it != versions_.end()) found.revision = it->second;
  }
  if (found.revision != nullptr) return done(std::move(found));
  store_->GetVersion(machine, key.second,
                     [self = shared_from_this(), key, found = std::move(found),
                      done = std::move(done)](absl::StatusOr<store::Machine> version) mutable {
                       if (!version.ok()) {
                         return self->Missing(key.first, version.status(), std::move(done));
                       }
                       absl::StatusOr<CompiledPtr> compiled = self->machines_->Startable(*version);
                       if (!compiled.ok()) return done(compiled.status());
                       found.revision = *std::move(compiled);
                       {
                         absl::MutexLock lock(&self->mu_);
                         if (self->versions_.size() >= kMaxEntries) self->versions_.clear();
                         self->versions_[key] = found.revision;
                       }
                       done(std::move(found));
                     });
}

// A machine that is being deleted has no versions and aliases any more; then that is what is told.
void VersionCache::Missing(const std::string& machine, absl::Status missing,
                           store::Callback<Resolved> done) {
  if (!absl::IsNotFound(missing)) return done(std::move(missing));
  store_->GetMachine(machine, [missing = std::move(missing), done = std::move(done)](
                                  const absl::StatusOr<store::Machine>& found) mutable {
    if (found.ok() && found->deleting) {
      return done(absl::FailedPreconditionError("the machine is being deleted"));
    }
    done(found.ok() ? std::move(missing) : found.status());
  });
}

void VersionCache::Forget(const MachineRef& machine) {
  absl::MutexLock lock(&mu_);
  aliases_.erase(AliasKey(machine.name, machine.qualifier));
  // Looks at those of all machines: it is rare that one changes.
  absl::erase_if(versions_, [&](const auto& entry) { return entry.first.first == machine.name; });
}

}  // namespace pawl::engine
