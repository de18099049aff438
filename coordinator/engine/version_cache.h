// What versions and aliases of state machines lead to, as they were read last: it may be out of
// date, and a start checks it in its own transaction.

#ifndef PAWL_ENGINE_VERSION_CACHE_H_
#define PAWL_ENGINE_VERSION_CACHE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/engine/machine_cache.h"
#include "coordinator/engine/machine_ref.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

// What a start by a version or an alias runs.
struct Resolved {
  CompiledPtr revision;
  int64_t version = 0;
  std::string alias;                 // that led to the version; empty: none
  std::vector<store::Route> routes;  // of the alias
};

// The version that gets the start which drew `percent`, 0 to 99: weights are laid end to end, in
// the order of the routes.
int64_t VersionAt(const std::vector<store::Route>& routes, int64_t percent);

// Thread-safe. Callbacks may come within the call.
class VersionCache : public std::enable_shared_from_this<VersionCache> {
 public:
  // `random`: 64 random bits; one call for each start by an alias.
  VersionCache(store::Store* store, std::shared_ptr<MachineCache> machines,
               std::function<int64_t()> random)
      : store_(store), machines_(std::move(machines)), random_(std::move(random)) {}

  // `machine` has a qualifier. Errors as MachineCache::GetCurrent; NOT_FOUND also when there is no
  // such version or alias.
  void Resolve(const MachineRef& machine, store::Callback<Resolved> done);
  // The next Resolve reads it again.
  void Forget(const MachineRef& machine);

 private:
  using Routes = std::vector<store::Route>;
  using VersionKey = std::pair<std::string, int64_t>;
  using AliasKey = std::pair<std::string, std::string>;

  void ResolveAlias(const MachineRef& machine, store::Callback<Resolved> done);
  // Goes on with what is known of the start so far: its version, at least.
  void ResolveVersion(const std::string& machine, Resolved found, store::Callback<Resolved> done);
  void Missing(const std::string& machine, absl::Status missing, store::Callback<Resolved> done);

  // As MachineCache has it.
  static constexpr size_t kMaxEntries = 10'000;

  store::Store* const store_;
  const std::shared_ptr<MachineCache> machines_;
  const std::function<int64_t()> random_;
  absl::Mutex mu_;
  absl::flat_hash_map<VersionKey, CompiledPtr> versions_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<AliasKey, Routes> aliases_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_VERSION_CACHE_H_
