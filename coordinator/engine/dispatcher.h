// Brings ready tasks and waiting workers together, on this node and across nodes.
//
// The table is the truth: a task that is ready stands in its execution's row until a hand-out
// commits. What tells a node to look there (a worker that came, a task scheduled here, a hint from
// another node, a second that passed) may be lost without harm.

#ifndef PAWL_ENGINE_DISPATCHER_H_
#define PAWL_ENGINE_DISPATCHER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/confirmations.h"
#include "coordinator/engine/pollers.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/engine/task_token.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

// Thread-safe.
class Dispatcher : public std::enable_shared_from_this<Dispatcher> {
 public:
  struct Parts {
    store::Store* store;
    const Clock* clock;
    Scheduler* scheduler;
    std::shared_ptr<metrics::Metrics> metrics;
    std::shared_ptr<Confirmations> confirmations;
    // As Options::draw_fence, never empty.
    std::function<Fence(const core::Execution&)> draw_fence;
    // A hand-out has moved that execution on.
    std::function<void(core::Execution, FlushEpoch)> moved_on;
    // A hand-out found no room in that execution's history, and ended it; it is on disk.
    std::function<void(const store::ExecutionRecord&)> ended;
    // That task was given to a worker that no longer waits for it.
    std::function<void(const TaskId&)> not_delivered;
  };

  explicit Dispatcher(Parts parts) : parts_(std::move(parts)), pollers_(parts_.metrics) {}

  // Before anything else; task tokens need the cluster's secret.
  void SetTokens(TaskTokens tokens) { tokens_ = std::move(tokens); }
  const TaskTokens& tokens() const { return *tokens_; }

  // A worker waits from now on; looks for a task at once, or shortly after a look that found none.
  int64_t Wait(Poller poller);
  Pollers& pollers() { return pollers_; }

  // Tasks of `activity` may be ready: looks if anybody waits for them here.
  void Look(const std::string& activity);
  // Answers those who have waited long enough, and looks for all others. Every second or so.
  void Tick();

  // Takes a waiting worker back whose task came to nothing.
  void GiveBack(Poller poller);

  // A step scheduled a task that nobody here took: tells the other nodes, soon and together with
  // others.
  void TaskReady(const std::string& activity);

  // Answers a worker with the task in `branch`, which has been given to it by a commit of `epoch`
  // that returned, once that is on disk. The worker waits on when that cannot be known.
  void Deliver(Poller poller, const core::Execution& execution, BranchId branch, FlushEpoch epoch);

  // Answers all who wait with nothing, and from now on everybody at once.
  void Drain();

 private:
  // Workers for whom a hand-out is under way, each with the execution whose task it would get.
  struct Reservation {
    Poller poller;
    ExecutionId execution;
    BranchId branch;
    Fence fence;
    // Of those that one commit gives tasks of one execution.
    bool first = true;
    // The task was not given before.
    bool first_of_task = true;
  };
  using Reservations = std::shared_ptr<std::vector<Reservation>>;

  absl::StatusOr<core::Transition> Decide(const std::string& activity, core::Execution& execution,
                                          BranchId branch, const Reservations& reserved);
  void HandedOut(const std::string& activity, const Reservations& reserved, FlushEpoch epoch,
                 absl::StatusOr<std::vector<store::HandedOut>> handed);
  void Ended(const core::Execution& execution, FlushEpoch epoch);
  // Whether a hand-out whose reply was lost was committed: the row tells by its fence.
  void Settle(Reservation reservation);
  void LookAgain(const std::string& activity, bool found_some);
  // As Look, but not while one that found nothing has just ended.
  void LookForOneMore(const std::string& activity);
  void EndRest(const std::string& activity);
  void SendHints();

  // A look that is under way, and what came meanwhile: something that says that tasks may be ready,
  // another worker.
  struct Looking {
    bool again = false;
    bool one_more = false;
  };
  // What has come since a look that found nothing.
  struct Resting {
    bool tasks = false;  // the next worker makes a look at once
    bool one_more = false;
  };

  // How long hints are gathered before they are sent together.
  static constexpr absl::Duration kHintDelay = absl::Milliseconds(5);
  static constexpr int64_t kHandOutBatch = 32;
  // How long a look that found nothing answers for other workers, too. Where tasks are given by the
  // steps that schedule them, each of which looks for a worker first, this saves a look per task.
  static constexpr absl::Duration kRest = absl::Milliseconds(20);

  const Parts parts_;
  std::optional<TaskTokens> tokens_;
  Pollers pollers_;
  absl::Mutex mu_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool hint_scheduled_ ABSL_GUARDED_BY(mu_) = false;
  absl::flat_hash_set<std::string> hints_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, Looking> looking_ ABSL_GUARDED_BY(mu_);
  // Activities for which a look has just found nothing.
  absl::flat_hash_map<std::string, Resting> resting_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_DISPATCHER_H_
