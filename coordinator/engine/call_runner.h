// Has the calls of this node made, and the jobs that calls have submitted looked after: takes them
// as a worker takes tasks, has each done (LeasedWork), renews its lease while it lasts, and tells
// its execution how it ended.
//
//             taken               result               written
//   waiting ─────────► under way ─────────► to be told ─────────► gone
//   (a poll)            │  ▲                 │  ▲
//                       └──┘ lease renewed   └──┘ told again while the database is not there
//
// Nothing here is stored: when the node dies, the lease of each call runs out, and another node
// makes it again. No call holds a connection to the database, and none a thread.

#ifndef PAWL_ENGINE_CALL_RUNNER_H_
#define PAWL_ENGINE_CALL_RUNNER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/chain.h"
#include "coordinator/engine/given_task.h"
#include "coordinator/engine/leased_work.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/integrations/call.h"

namespace pawl::engine {

// Thread-safe.
class CallRunner : public std::enable_shared_from_this<CallRunner> {
 public:
  using TakeCallback = store::Callback<std::optional<ActivityTask>>;

  struct Parts {
    std::shared_ptr<LeasedWork> work;
    const Clock* clock;
    Scheduler* scheduler;
    // How many may be under way.
    int64_t most;
    // Waits for one to take; nullopt: none comes any more.
    std::function<void(TakeCallback)> take;
    // Leaves work to the chain of that execution.
    std::function<void(ExecutionId, Work)> post;
    // As Store::AwaitFlush.
    std::function<void(FlushEpoch, store::DoneCallback)> await_flush;
  };

  explicit CallRunner(Parts parts) : parts_(std::move(parts)) {}

  void Run() { TakeMore(); }
  // A step of this node, taken in `epoch`, has moved `execution` on: calls under way here that none
  // of its tasks waits for any more are cancelled once that step is on disk. Those whose execution
  // another node has moved on end with the next renewal of their lease. Cheap where no call of the
  // execution is under way.
  void Moved(const core::Execution& execution, FlushEpoch epoch);
  // Takes no more calls. Those that have not ended after `grace` are cancelled, and given back to
  // be made by other nodes. `done` is called when none is left.
  void Drain(absl::Duration grace, absl::AnyInvocable<void()> done);

 private:
  struct Running {
    TaskId task;
    std::optional<LeasedWork::Id> work;  // absent: not begun yet, cannot be cancelled, or ended
    absl::Time taken_at;
    absl::Time started_at;
    absl::Time renew_at;
    bool ended = false;
  };

  void TakeMore();
  void Taken(absl::StatusOr<std::optional<ActivityTask>> task);
  void Make(LeasedCall leased);
  void Ended(int64_t nonce, integrations::CallResult result);
  // Leaves how the call ended to its execution, until that is written or known to be of no use.
  void Tell(const TaskId& task, std::shared_ptr<const integrations::CallResult> result,
            absl::Duration pause);
  void Told(const TaskId& task, std::shared_ptr<const integrations::CallResult> result,
            absl::Duration pause, const absl::Status& status);
  void SetTick() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Tick();
  void Renew(const TaskId& task);
  void Renewed(const TaskId& task, const absl::Status& status);
  // Nobody waits for that call any more.
  void Drop(int64_t nonce);
  void GiveBack(const TaskId& task);
  // Takes it out of `running_`.
  std::optional<Running> Remove(int64_t nonce) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ShowRunning() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WaitForLast(absl::Time until, absl::AnyInvocable<void()> done);
  void GiveBackAll();

  // Polls that wait at a time: more calls than this are rarely scheduled by one commit.
  static constexpr int64_t kPolls = 64;
  static constexpr absl::Duration kTick = absl::Seconds(1);
  // From the first to the longest pause before a result is told again.
  static constexpr absl::Duration kFirstPause = absl::Milliseconds(250);
  static constexpr absl::Duration kLongestPause = absl::Seconds(4);

  const Parts parts_;
  std::atomic<bool> has_some_{false};
  absl::Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  bool tick_set_ ABSL_GUARDED_BY(mu_) = false;
  int64_t polls_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<int64_t, Running> running_ ABSL_GUARDED_BY(mu_);  // by nonce
  // The nonces of what runs.
  absl::flat_hash_map<ExecutionId, std::vector<int64_t>> of_execution_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_CALL_RUNNER_H_
