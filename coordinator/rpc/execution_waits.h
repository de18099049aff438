// Those who wait for executions to end. Ends on this node are told at once, by
// engine::Options::closed; ends on other nodes are found by looking every second.

#ifndef PAWL_RPC_EXECUTION_WAITS_H_
#define PAWL_RPC_EXECUTION_WAITS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/base/ids.h"
#include "coordinator/store/store.h"

namespace pawl::rpc {

// Thread-safe.
class ExecutionWaits {
 public:
  // Gets what the execution has come to; null: it is to be looked at. May be called at any time
  // and on any thread.
  using Look = std::function<void(const store::ExecutionRecord* ended)>;

  // The execution has been started here, and that is on disk. Whoever waits for it next, as most
  // who start one do, need not look for it first.
  void Started(const std::string& machine, const std::string& name, ExecutionId execution) {
    absl::MutexLock lock(&mu_);
    started_[{machine, name}] = execution;
  }
  // Of the last second or two; its end since then is known here, if it came about here.
  std::optional<ExecutionId> StartedLately(const std::string& machine, const std::string& name) {
    absl::MutexLock lock(&mu_);
    const std::pair key(machine, name);
    for (const Names* names : {&started_, &started_before_}) {
      if (const auto at = names->find(key); at != names->end()) return at->second;
    }
    return std::nullopt;
  }

  // If the execution has ended in the last second or two, `look` is called at once: whoever found
  // it running before that needs no other look.
  int64_t Add(ExecutionId execution, const Look& look) {
    bool ended = false;
    int64_t id = 0;
    {
      absl::MutexLock lock(&mu_);
      id = next_++;
      waits_[execution][id] = look;
      ended = ended_.contains(execution) || ended_before_.contains(execution);
    }
    if (ended) look(nullptr);
    return id;
  }
  void Remove(ExecutionId execution, int64_t id) {
    Look removed;  // destroyed without the lock, for it may hold the last of a call
    absl::MutexLock lock(&mu_);
    const auto at = waits_.find(execution);
    if (at == waits_.end()) return;
    if (const auto one = at->second.find(id); one != at->second.end()) {
      removed.swap(one->second);
      at->second.erase(one);
    }
    if (at->second.empty()) waits_.erase(at);
  }

  // The execution has ended.
  void Closed(const store::ExecutionRecord& execution) {
    std::vector<Look> looks;
    {
      absl::MutexLock lock(&mu_);
      ended_.insert(execution.id);
      const auto at = waits_.find(execution.id);
      if (at == waits_.end()) return;
      for (const auto& [id, look] : at->second) looks.push_back(look);
    }
    for (const Look& look : looks) look(&execution);
  }
  // Every second.
  void LookAtAll() {
    std::vector<Look> looks;
    {
      absl::MutexLock lock(&mu_);
      started_before_ = std::exchange(started_, {});
      ended_before_ = std::exchange(ended_, {});
      for (const auto& [execution, waits] : waits_) {
        for (const auto& [id, look] : waits) looks.push_back(look);
      }
    }
    for (const Look& look : looks) look(nullptr);
  }

 private:
  // By the names of machine and execution.
  using Names = absl::flat_hash_map<std::pair<std::string, std::string>, ExecutionId>;

  absl::Mutex mu_;
  int64_t next_ ABSL_GUARDED_BY(mu_) = 1;
  absl::flat_hash_map<ExecutionId, absl::flat_hash_map<int64_t, Look>> waits_ ABSL_GUARDED_BY(mu_);
  // On this node, since the last LookAtAll and in the second before it. What has ended is known for
  // as long as its start is, at least.
  Names started_ ABSL_GUARDED_BY(mu_);
  Names started_before_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_set<ExecutionId> ended_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_set<ExecutionId> ended_before_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::rpc

#endif  // PAWL_RPC_EXECUTION_WAITS_H_
