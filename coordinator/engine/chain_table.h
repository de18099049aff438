// The chains of a node by execution. Those at rest keep their position in memory, so that a
// completion need not read it, until others have come to rest more lately.

#ifndef PAWL_ENGINE_CHAIN_TABLE_H_
#define PAWL_ENGINE_CHAIN_TABLE_H_

#include <cstdint>
#include <list>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/engine/chain.h"

namespace pawl::engine {

// Thread-safe.
class ChainTable {
 public:
  explicit ChainTable(int64_t max_resting) : max_resting_(max_resting) {}

  // Before anything else.
  void SetParts(std::shared_ptr<const ChainParts> parts) { parts_ = std::move(parts); }

  // The chain of that execution, made when there is none; it counts as working until it rests.
  std::shared_ptr<Chain> Get(ExecutionId id);
  // The chain has come to rest; a second call for the same rest does nothing.
  void Rested(ExecutionId id);
  // Drops all chains, with what waits in them: the engine goes, and nobody is told any more.
  void Clear();
  // Roughly how many chains work.
  int64_t Working() const;

 private:
  struct Entry {
    std::shared_ptr<Chain> chain;
    bool resting = false;
    std::list<ExecutionId>::iterator place;  // in resting_, when it rests
  };

  const int64_t max_resting_;
  std::shared_ptr<const ChainParts> parts_;
  mutable absl::Mutex mu_;
  absl::flat_hash_map<ExecutionId, Entry> entries_ ABSL_GUARDED_BY(mu_);
  std::list<ExecutionId> resting_ ABSL_GUARDED_BY(mu_);  // the one that has rested longest first
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_CHAIN_TABLE_H_
