// A thread that runs tasks in their order: for what would hold up a thread that others wait for.

#ifndef PAWL_INTEGRATIONS_TASK_THREAD_H_
#define PAWL_INTEGRATIONS_TASK_THREAD_H_

#include <deque>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace pawl::integrations {

// Thread-safe. The thread begins with the first task.
class TaskThread {
 public:
  TaskThread() = default;
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;
  ~TaskThread() { Stop(); }

  void Run(absl::AnyInvocable<void()> task);
  // Waits for the task that runs; those behind it, and later ones, are dropped. On one thread only.
  void Stop();

 private:
  void Loop();

  absl::Mutex mu_;
  std::deque<absl::AnyInvocable<void()>> tasks_ ABSL_GUARDED_BY(mu_);
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_TASK_THREAD_H_
