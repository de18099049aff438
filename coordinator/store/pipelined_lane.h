// Pipelined connections and the threads that use them: the lane of single-statement transactions.
// Each thread has one connection and many transactions under way on it. What an answer's callback
// sends goes out on the same connection, without waking another thread.
//
// Transactions of one connection run one after the other at the server, so one that waits for a row
// lock holds up those behind it, for lock_timeout at the most.
//
// Connections behave as those of Pool do when the database is away. Thread-safe.

#ifndef PAWL_STORE_PIPELINED_LANE_H_
#define PAWL_STORE_PIPELINED_LANE_H_

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/store/flush_barrier.h"
#include "coordinator/store/pipeline.h"

namespace pawl::store {

class PipelinedLane {
 public:
  struct Options {
    Pipeline::Options connection;
    int connections = 4;
    absl::Duration unavailable_after = absl::Seconds(1);
    std::atomic<bool>* healthy;
    // As in Pool::Options.
    FlushBarrier* barrier = nullptr;
    metrics::LaneMetrics* metrics;
  };

  explicit PipelinedLane(Options options);
  // Ends what is under way, fails what waits. Not from a callback.
  ~PipelinedLane();
  PipelinedLane(const PipelinedLane&) = delete;
  PipelinedLane& operator=(const PipelinedLane&) = delete;

  void Execute(Pipeline::Request request);

 private:
  struct Queued {
    Pipeline::Request request;
    absl::Duration at;  // steady time
  };
  // Shared with those who will wake it at the end of their batch.
  struct Worker {
    Worker();
    ~Worker();
    void Wake();
    // If it is asleep. With mu held.
    void WakeUp();

    std::mutex mu;
    std::vector<Queued> inbox;     // guarded by mu
    bool asleep = false;           // guarded by mu
    bool wake_promised = false;    // guarded by mu; at the end of some thread's batch
    const int wake;                // an eventfd
    std::atomic<int64_t> load{0};  // requests that it has been given and that have no answer
    // Of its thread.
    std::deque<Queued> waiting;
    std::unique_ptr<Pipeline> pipeline;
    absl::Duration backoff;
    absl::Duration retry_at;  // steady time
    std::thread thread;
  };

  void Work(Worker* worker);
  // With a connection that works: sends what waits, tells the answers that have come.
  void Serve(Worker* worker);
  void SendWaiting(Worker* worker);
  void Tell(Worker* worker, Pipeline::Answered answered);
  void TakeInbox(Worker* worker);
  void Connect(Worker* worker);
  void Lose(Worker* worker);
  void FailOverdue(Worker* worker, absl::Duration older_than);
  // Until there is something to do, or for `at_most`.
  void Sleep(Worker* worker, absl::Duration at_most);
  std::shared_ptr<Worker> LeastLoaded();
  // Requests that a thread makes in one batch go out together, on one connection.
  std::shared_ptr<Worker> ForThisBatch();

  // The worker whose thread this is; null on all other threads.
  static thread_local Worker* current_worker;
  static thread_local PipelinedLane* current_lane;
  // Where the requests of the batch go that is open on this thread.
  struct BatchShare {
    PipelinedLane* lane = nullptr;
    std::shared_ptr<Worker> worker;
    int left = 0;
  };
  static thread_local BatchShare batch_share;

  const Options options_;
  std::atomic<bool> stopping_{false};
  std::vector<std::shared_ptr<Worker>> workers_;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_PIPELINED_LANE_H_
