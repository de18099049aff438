// Compiled state machines by revision, which never change, and the current revision of each
// machine, which may be out of date: a start checks it in its own transaction.

#ifndef PAWL_ENGINE_MACHINE_CACHE_H_
#define PAWL_ENGINE_MACHINE_CACHE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/asl/machine.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

struct CompiledRevision {
  asl::Machine const& machine() const { return *compiled; }

  store::Revision revision;
  std::shared_ptr<const asl::Machine> compiled;
  std::vector<std::string> activities;  // that its tasks name, each once
};

using CompiledPtr = std::shared_ptr<const CompiledRevision>;

// Thread-safe. Callbacks may come within the call.
class MachineCache : public std::enable_shared_from_this<MachineCache> {
 public:
  // Null where the definition does not compile; empty: asl::CompileMachine.
  using Compile = std::function<std::shared_ptr<const asl::Machine>(const std::string& definition)>;

  explicit MachineCache(store::Store* store, Compile compile = nullptr)
      : store_(store), compile_(std::move(compile)) {}

  // The revision, read and compiled the first time. Null when it is not in memory.
  CompiledPtr Peek(RevisionId id) const;
  void Get(RevisionId id, store::Callback<CompiledPtr> done);

  // A machine by its name, as it was read last. FAILED_PRECONDITION when it is being deleted;
  // NOT_FOUND.
  void GetCurrent(const std::string& name, store::Callback<CompiledPtr> done);
  // The current revision of a machine as it was read, compiled. Errors as GetCurrent.
  absl::StatusOr<CompiledPtr> Startable(const store::Machine& machine);
  // The next GetCurrent reads it again.
  void Forget(const std::string& name);

 private:
  CompiledPtr Add(store::Revision revision);

  // Enough for every machine of a busy installation; emptied when full, since reading again is
  // cheap.
  static constexpr size_t kMaxEntries = 10'000;

  store::Store* const store_;
  const Compile compile_;
  mutable absl::Mutex mu_;
  absl::flat_hash_map<RevisionId, CompiledPtr> by_revision_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, CompiledPtr> current_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_MACHINE_CACHE_H_
