// One execution in hand: decides its steps one after the other and commits each, going on with the
// next as soon as one has returned.
//
// The position in memory is what this node committed or read last. Another node may have moved the
// execution on since: then the commit is refused by its fence, the position is dropped and read
// again, and what was decided is decided again.
//
//             Post, Adopt                      commit returned
//   idle ───────────────────► deciding ──────────────────────────► deciding ... until nothing can
//   be done: idle
//                               │  ▲  position not in memory, or refused, or its fate unknown
//                               ▼  │
//                             loading

#ifndef PAWL_ENGINE_CHAIN_H_
#define PAWL_ENGINE_CHAIN_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/base/clock.h"
#include "coordinator/core/advance.h"
#include "coordinator/engine/activity_directory.h"
#include "coordinator/engine/confirmations.h"
#include "coordinator/engine/dispatcher.h"
#include "coordinator/engine/machine_cache.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

class ChildEnds;

// What all chains of a node share.
struct ChainParts {
  store::Store* store;
  const Clock* clock;
  Scheduler* scheduler;
  std::shared_ptr<MachineCache> machines;
  std::shared_ptr<ActivityDirectory> activities;
  std::shared_ptr<const core::World> world;
  std::shared_ptr<Dispatcher> dispatcher;
  std::shared_ptr<Confirmations> confirmations;
  std::shared_ptr<ChildEnds> children;
  std::shared_ptr<metrics::Metrics> metrics;
  std::function<int64_t()> random;
  // As Options::draw_fence, never empty.
  std::function<Fence(const core::Execution&)> draw_fence;
  absl::Duration claim_hint;
  absl::Duration claim_renewal;
  // As Options::closed.
  std::function<void(const store::ExecutionRecord&)> closed;
  // A timer at that time has been written.
  std::function<void(absl::Time)> timer_set;
  // A step that has been committed has moved that execution on; on disk once its epoch is.
  std::function<void(const core::Execution&, FlushEpoch)> moved;
  // Stops the job of that call, which no task waits for any more.
  std::function<void(integrations::Call)> given_up;
  // The chain has come to rest. It is told once per rest, on the thread that worked.
  std::function<void(ExecutionId)> idle;
  // No more steps: the node is going down. Work that was posted is still done.
  std::function<bool()> draining;
};

// Somebody's wish that the execution be moved on, and whom to tell.
struct Work {
  struct Heartbeat {
    BranchId branch;
    int64_t nonce = 0;
  };
  // The call is still made: its lease is renewed.
  struct Renew {
    BranchId branch;
    int64_t nonce = 0;
  };
  // The worker of a function has run it. Becomes the result of its task, CallReturned.
  struct FunctionReturned {
    BranchId branch;
    int64_t nonce = 0;
    Text payload;
    std::string log_tail;
  };
  // The worker has its task: its confirmation is written.
  struct Confirm {
    BranchId branch;
    int64_t nonce = 0;
  };
  // The worker will never get its task: it becomes ready again.
  struct Return {
    BranchId branch;
    int64_t nonce = 0;
  };
  std::variant<core::TaskSucceeded, core::TaskFailed, core::CallReturned, core::CallFailed,
               core::Stop, FunctionReturned, Heartbeat, Renew, Confirm, Return>
      what;
  // OK: done, and on disk. FAILED_PRECONDITION: late. NOT_FOUND: the execution is not open.
  store::DoneCallback done;
};

// A worker that gets the task in `branch` once the step that gives it has been committed.
struct Given {
  Poller poller;
  BranchId branch;
};

// Gives each task that the step scheduled to a worker that waits here for it: ActivityStarted
// becomes part of the same step. May close an execution whose history is full.
std::vector<Given> GiveTasks(const ChainParts& parts, core::Execution& execution,
                             core::Transition& transition);

// Thread-safe. Runs on the threads of the store's callbacks and of its callers.
class Chain : public std::enable_shared_from_this<Chain> {
 public:
  Chain(ExecutionId id, std::shared_ptr<const ChainParts> parts)
      : id_(id), parts_(std::move(parts)) {}

  void Post(Work work);
  // Goes on from a position that this node has just claimed; ignored while the chain works.
  // `claimable_at`: what the row says now. `epoch`: the store's before the claim, and so below.
  void Adopt(core::Execution execution, absl::Time claimable_at, FlushEpoch epoch);
  // The same for one that this node has just begun, or redriven. It may be at work already: then it
  // only tells what that led to.
  void Begin(core::Execution execution, absl::Time claimable_at, core::Transition transition,
             std::vector<Given> given, FlushEpoch epoch, metrics::TransitionKind kind);
  // Keeps a position that this node has just written by another way; false, and ignored, while the
  // chain works.
  bool Remember(core::Execution execution, FlushEpoch epoch);
  // Forgets the position, unless the chain works. False when it does.
  bool Forget();

 private:
  // What is being committed.
  struct Pending {
    core::Transition transition;
    Fence expected;
    Fence written;
    std::optional<absl::Time> claimable_at;
    std::optional<Work> work;
    std::vector<Given> given;
    absl::Time decided_at;
    metrics::TransitionKind kind = metrics::TransitionKind::kQuiet;
    std::optional<absl::Duration> timer_lag;  // of a timer that fires
    absl::Duration sent_at;                   // steady time
  };
  using PendingPtr = std::shared_ptr<Pending>;

  // All of these run while `working_` is set, on one thread at a time.
  void Next();
  void Load();
  void ForgetDoubtful();
  void Decide(const CompiledPtr& revision);
  bool HasWork();
  std::optional<Work> TakeWork();
  void PutBackWork(std::optional<Work> work);
  bool StepIsDue() const;
  absl::StatusOr<core::Transition> Compute(const asl::Machine& machine, Pending* pending);
  core::Event NextEvent(const std::optional<Work>& work) const;
  // Nothing where the work is no event of the core.
  template <typename What>
  void FillEvent(const What& what, core::Event* event) const;
  void Rejected(std::optional<Work> work, const absl::Status& status);
  // A heartbeat or confirmation that need not be written.
  void NothingToWrite(std::optional<Work> work);
  std::optional<absl::Time> ClaimableAt(const Pending& pending) const;
  void Commit(PendingPtr pending);
  void Committed(const PendingPtr& pending, const absl::Status& status);
  void Succeeded(Pending& pending);
  // Tells everybody but whoever asked for the step that it has been committed, and led there.
  void Announce(Pending& pending, const core::Execution& execution, FlushEpoch epoch) const;
  // The step was not taken, or nobody knows: the position must be read again before anything else.
  void Drop(Pending& pending);
  // The reply to a commit was lost: the row's fence tells whether it was committed.
  void Settle(const PendingPtr& pending);
  void SettleClosed(const PendingPtr& pending);
  void FailAll(const absl::Status& status);
  void Rest();
  void Answer(std::optional<Work> work, absl::Status status);

  const ExecutionId id_;
  const std::shared_ptr<const ChainParts> parts_;

  absl::Mutex mu_;
  bool working_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<Work> inbox_ ABSL_GUARDED_BY(mu_);

  // Of whoever works.
  std::optional<core::Execution> execution_;
  // In which the position was read, and every step taken since. When it has ended a crash may have
  // taken the position back: it is read again.
  FlushEpoch epoch_;
  // When it was surely the newest one: before it was read or committed.
  absl::Time known_at_ = absl::InfinitePast();
  // Whether it was read after the work at the head of the inbox had come: only then does it prove
  // that the work is late.
  bool fresh_ = false;
  // What the row says; nullopt when this node does not know.
  std::optional<absl::Time> row_claimable_at_;
  // The row's claimable_at is a claim's and not the time when something is due.
  bool claimed_ = false;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_CHAIN_H_
