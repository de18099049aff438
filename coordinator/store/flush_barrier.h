// Where everything waits that a crash of PostgreSQL could still take back. Transitions commit with
// synchronous_commit=off; what follows from them outside is held here until a synchronous commit
// that was sent after they had returned (the barrier) has returned as well. A commit's record is in
// the write-ahead log before anybody can see its rows or take its locks, so one flush up to the
// barrier's record covers all that had returned before, and all that those were built on.
//
// The barrier has a session of its own. If that breaks, PostgreSQL may have crashed, and a barrier
// on a new session says nothing about the commits before it: the epoch ends, and what waits in it
// is answered with UNAVAILABLE. Sessions of the lanes belong to the epoch in which they were
// opened, and are opened again in the next one.
//
// docs/decisions/0005-flush-barrier.md has the reasons.

#ifndef PAWL_STORE_FLUSH_BARRIER_H_
#define PAWL_STORE_FLUSH_BARRIER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/base/ids.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/store/flush_session.h"
#include "coordinator/store/store.h"

namespace pawl::store {

// Thread-safe. Has one thread, on which what waits is answered.
class FlushBarrier {
 public:
  struct Options {
    FlushSession::Options session;
    // Between two barriers when much waits: fewer flushes, each for more.
    absl::Duration pace = absl::Milliseconds(1);
    BarrierFaults faults;
    std::atomic<bool>* healthy;  // as Pool::Options has it
    metrics::Metrics* metrics;
  };

  explicit FlushBarrier(Options options);
  // What waits is answered with UNAVAILABLE.
  ~FlushBarrier();
  FlushBarrier(const FlushBarrier&) = delete;
  FlushBarrier& operator=(const FlushBarrier&) = delete;

  FlushEpoch epoch() const { return FlushEpoch(epoch_.load(std::memory_order_acquire)); }
  // Whether the session of the present epoch is open. Commits are only sent while it is.
  bool open() const { return open_.load(std::memory_order_acquire); }
  // As Store::AwaitFlush.
  void Await(FlushEpoch epoch, DoneCallback done);

 private:
  using Effects = std::vector<DoneCallback>;

  void Work();
  bool Open(std::unique_lock<std::mutex>* lock);
  // Sends one barrier for what waits now. False when the session is lost.
  bool Flush(std::unique_lock<std::mutex>* lock);
  void EndEpoch(std::unique_lock<std::mutex>* lock);
  // The thread, if it rests. With mu_ held.
  void WakeUp();
  void KeepPromise();
  static void Answer(Effects effects, const absl::Status& status);

  const Options options_;
  std::atomic<int64_t> epoch_{1};
  std::atomic<bool> open_{false};
  std::mutex mu_;
  std::condition_variable changed_;
  // Guarded by mu_.
  bool stopping_ = false;
  bool resting_ = false;        // the thread waits for something to do
  bool wake_promised_ = false;  // at the end of some thread's batch
  Effects waiting_;             // all of the present epoch
  // Of the thread.
  std::unique_ptr<FlushSession> session_;
  absl::Duration last_sent_;  // steady time
  bool refused_ = false;      // said so once
  std::thread thread_;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_FLUSH_BARRIER_H_
