// Sessions and the threads that use them: one lane of the store. Each thread has one session and
// runs one job at a time on it. A job that is put in by a job's callback runs next on the same
// thread, without waking another, unless others have waited longer.
//
// A thread connects when there is work for it and keeps the session until it breaks; then it
// connects again, at growing intervals. While the lane has no session at all, jobs wait for
// `unavailable_after` and then fail with UNAVAILABLE. Thread-safe.

#ifndef PAWL_STORE_POOL_H_
#define PAWL_STORE_POOL_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/store/flush_barrier.h"
#include "coordinator/store/session.h"

namespace pawl::store {

class Pool {
 public:
  struct Options {
    std::string database_url;
    std::string application_name;
    int connections = 1;
    SynchronousCommit synchronous_commit = SynchronousCommit::kOn;
    // Sessions are opened while its own is, and used in the epoch in which they were opened. Null
    // when commits are synchronous. Outlives the pool.
    FlushBarrier* barrier = nullptr;
    absl::Duration unavailable_after = absl::Seconds(1);
    // Set to whether the database answered the last time it was asked; shared by the lanes of a
    // store.
    std::atomic<bool>* healthy;
    // Outlives the pool.
    metrics::LaneMetrics* metrics;
  };
  // Gets a session, or UNAVAILABLE. Must not throw.
  using Job = absl::AnyInvocable<void(absl::StatusOr<Session*>)>;

  explicit Pool(Options options);
  // Ends the jobs under way, fails those that wait. Not from a job.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void Enqueue(Job job);

 private:
  struct Queued {
    Job job;
    absl::Duration at;  // steady time
  };
  struct Worker {
    std::condition_variable wake;
    bool woken = false;           // guarded by the pool's mu_
    std::optional<Queued> local;  // touched by the worker's own thread only
    std::unique_ptr<Session> session;
    absl::Duration backoff;
    std::thread thread;
  };

  void Work(Worker* worker);
  // The next job and a session for it; nullopt when the pool ends.
  std::optional<Queued> Next(Worker* worker);
  // Called with no session; releases the lock while it connects.
  void Connect(Worker* worker, std::unique_lock<std::mutex>* lock);
  void Rest(Worker* worker, std::unique_lock<std::mutex>* lock);
  // With mu_ held.
  void WakeOne();
  void Lost(Worker* worker);
  bool Outdated(const Worker& worker) const;
  void FailOverdue();
  void Push(Queued queued);
  Queued Pop();
  void SetConnected(int connected);
  void SetHealthy(bool healthy) { options_.healthy->store(healthy, std::memory_order_relaxed); }

  // The worker whose thread this is; null on all other threads.
  static thread_local Worker* current_worker;
  static thread_local Pool* current_pool;

  const Options options_;
  // What follows is guarded by mu_, the workers themselves excepted.
  std::mutex mu_;
  std::condition_variable overdue_changed_;
  bool stopping_ = false;
  int connected_ = 0;
  std::deque<Queued> queue_;
  // Last in, first out, so that few sessions stay warm under little load.
  std::vector<Worker*> resting_connected_;
  std::vector<Worker*> resting_unconnected_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::thread overdue_thread_;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_POOL_H_
