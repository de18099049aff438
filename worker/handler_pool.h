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

  void Run(std::shared_ptr<TaskContext> task);

 private:
  void Work();

  const size_t concurrency_;
  const Handler handler_;
  const Done done_;
  absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  size_t idle_ ABSL_GUARDED_BY(mu_) = 0;
  std::deque<std::shared_ptr<TaskContext>> tasks_ ABSL_GUARDED_BY(mu_);
  absl::CondVar more_;
  std::vector<std::jthread> threads_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_HANDLER_POOL_H_
