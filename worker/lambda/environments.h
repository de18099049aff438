// The execution environments of one function: as many as may be busy at once.

#ifndef PAWL_WORKER_LAMBDA_ENVIRONMENTS_H_
#define PAWL_WORKER_LAMBDA_ENVIRONMENTS_H_

#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "worker/lambda/environment.h"
#include "worker/lambda/function.h"
#include "worker/task.h"

namespace pawl::worker {

// Thread-safe.
class Environments {
 public:
  Environments(const FunctionOptions& function, int count);
  // Nothing is being invoked. Ends the processes.
  ~Environments();

  // A handler (worker.h): has the task handled by the environment that was busy last of those that
  // are free. No more at once than there are environments.
  TaskResult operator()(TaskContext& task);

 private:
  struct Loop;

  const std::unique_ptr<Loop> loop_;  // the thread of their Runtime APIs
  absl::Mutex mu_;
  std::vector<std::unique_ptr<Environment>> free_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_LAMBDA_ENVIRONMENTS_H_
