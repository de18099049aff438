// Tells tasks that wait for an execution that it has ended, and stops executions that nobody waits
// for any more.
//
// The table of waits is the truth (Store::EndedWaits): what is told is told by any node, again
// until it is forgotten there. What this node knows of its own children only makes it quicker.

#ifndef PAWL_ENGINE_CHILD_ENDS_H_
#define PAWL_ENGINE_CHILD_ENDS_H_

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/base/account.h"
#include "coordinator/engine/chain.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

// Thread-safe.
class ChildEnds : public std::enable_shared_from_this<ChildEnds> {
 public:
  struct Parts {
    store::Store* store;
    Scheduler* scheduler;
    Account account;
    // Gives work to the chain of an execution.
    std::function<void(ExecutionId, Work)> post;
    // As Engine::StopExecution, without an error or a cause.
    std::function<void(std::string machine_name, std::string name)> stop;
  };

  explicit ChildEnds(Parts parts) : parts_(std::move(parts)) {}

  // Looks every second from now on.
  void Run();
  void Stop();

  // `wait` has been written by this node, for the execution of that name.
  void Await(store::WaitedFor wait);
  // A step of this node has moved `execution` on: it may be a child that has ended, or a parent
  // whose task does not wait any more. Cheap where this node has started no children.
  void Moved(const core::Execution& execution);

 private:
  void Tick();
  void LookForEnds();
  void LookForOrphans();
  void Ended(absl::StatusOr<std::vector<store::WaitedFor>> waits);
  void Tell(const store::WaitedFor& waited);
  void Told(const store::ChildWait& wait, const absl::Status& status);
  // The waits of `parent`, known here, that its tasks have given up, and that nobody else known
  // here shares; they are known no more.
  std::vector<store::WaitedFor> TakeGivenUp(const core::Execution& parent)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Stops the child unless its wait turns out to stand, which is then known again.
  void StopIfGivenUp(store::WaitedFor waited);

  static constexpr absl::Duration kLookEvery = absl::Seconds(1);
  static constexpr int kOrphansEvery = 5;  // looks
  static constexpr int64_t kBatch = 256;
  // Where more are known all are forgotten: others, or a later look, see to them.
  static constexpr size_t kMostKnown = 100'000;

  const Parts parts_;
  std::atomic<bool> knows_some_{false};
  absl::Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  bool looking_ ABSL_GUARDED_BY(mu_) = false;
  bool again_ ABSL_GUARDED_BY(mu_) = false;
  int ticks_ ABSL_GUARDED_BY(mu_) = 0;
  std::set<store::ChildWait> telling_ ABSL_GUARDED_BY(mu_);
  // Of waits that this node wrote: how many there are for each child that it has not seen end, and
  // the waits by parent.
  absl::flat_hash_map<ExecutionId, int> children_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<ExecutionId, std::vector<store::WaitedFor>> by_parent_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_CHILD_ENDS_H_
