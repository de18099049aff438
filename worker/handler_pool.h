// The threads that run an activity's handler.

#ifndef PAWL_WORKER_HANDLER_POOL_H_
#define PAWL_WORKER_HANDLER_POOL_H_

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "worker/task.h"
#include "worker/worker.h"

namespace pawl::worker {

// Calls `handler`; what it throws becomes a failure.
TaskResult RunHandler(const Handler& handler, TaskContext& task);

// Thread-safe. Threads come with the tasks, up to `concurrency`, and stay.
class HandlerPool {
 public:
  // `done` is called in the handler's thread.
  using Done = std::function<void(TaskContext& task, TaskResult result)>;

  HandlerPool(int concurrency, Handler handler, Done done);
  // Waits for the handlers that run, and for those that are still to run.
  ~HandlerPool();

  void Run(std::vector<std::shared_ptr<TaskContext>> tasks);

 private:
  struct Idle {
    absl::CondVar wake;
    bool woken = false;
  };

  void Work();
  // Until woken, or the end.
  void Wait() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Gets one more thread to look for a task, unless one is about to.
  void WakeOne() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const size_t concurrency_;
  const Handler handler_;
  const Done done_;
  absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  // A thread is on its way to the tasks. Whoever takes one of several wakes the next: so short tasks
  // that come together are done by few threads, and long ones by as many as they take.
  bool waking_ ABSL_GUARDED_BY(mu_) = false;
  // The one that was busy last comes first.
  std::vector<Idle*> idle_ ABSL_GUARDED_BY(mu_);
  std::deque<std::shared_ptr<TaskContext>> tasks_ ABSL_GUARDED_BY(mu_);
  std::vector<std::jthread> threads_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_HANDLER_POOL_H_
