// The hand-outs of this node whose worker is to confirm that it has its task, and those that are
// confirmed and not written yet.
//
// A confirmation is kept here first: most tasks have ended before it would have to be written, and
// then it costs no transaction. One whose task lasts is written shortly before the deadline in its
// position. All of this can be lost with the node: then the position's deadline gives the task
// again, which a worker that has it meets by confirming once more.

#ifndef PAWL_ENGINE_CONFIRMATIONS_H_
#define PAWL_ENGINE_CONFIRMATIONS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/given_task.h"
#include "coordinator/engine/scheduler.h"

namespace pawl::engine {

// Thread-safe.
class Confirmations : public std::enable_shared_from_this<Confirmations> {
 public:
  // How long before its deadline a confirmation is written: time for a slow commit.
  static constexpr absl::Duration kWriteAhead = absl::Milliseconds(1000);

  // `write`: the confirmation of that task must be written now.
  Confirmations(const Clock* clock, Scheduler* scheduler, std::function<void(const TaskId&)> write)
      : clock_(clock), scheduler_(scheduler), write_(std::move(write)) {}

  // A worker is about to get the task. Its position says `confirm_by`. `written`: a confirmation is
  // to be written at all; the lease of a call is prolonged by those who make it instead.
  void Given(const TaskId& task, absl::Time confirm_by, bool written = true);
  // The worker has it. False: nothing is known of it here, and it must be written.
  bool Confirm(int64_t nonce);
  // The worker will not get it. False: it has been confirmed meanwhile, by another way.
  bool Return(int64_t nonce);
  // The task is over.
  void Forget(int64_t nonce);
  // Has everything written that is confirmed: the node goes down.
  void WriteAll() { Write(absl::InfiniteFuture()); }

 private:
  struct Entry {
    TaskId task;
    absl::Time write_at;
  };

  // Forgets those of leases that have run out.
  void DropLeases() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SetTimer() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Those that are to be written by `until`.
  void Write(absl::Time until);

  const Clock* const clock_;
  Scheduler* const scheduler_;
  const std::function<void(const TaskId&)> write_;
  absl::Mutex mu_;
  bool timer_set_ ABSL_GUARDED_BY(mu_) = false;
  // As they were given, which is nearly the order of their deadlines; what has ended stays until
  // its time comes.
  std::deque<Entry> given_ ABSL_GUARDED_BY(mu_);
  // Those that are not to be written: apart, for their deadlines are far behind those of the
  // others.
  std::deque<Entry> leased_ ABSL_GUARDED_BY(mu_);
  // By nonce: whether it is confirmed.
  absl::flat_hash_map<int64_t, bool> confirmed_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_CONFIRMATIONS_H_
