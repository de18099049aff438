// An execution environment: a process that handles one invocation after the other, by the Runtime
// API. It is started for the first one, and again for the next after it has ended.

#ifndef PAWL_WORKER_LAMBDA_ENVIRONMENT_H_
#define PAWL_WORKER_LAMBDA_ENVIRONMENT_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "worker/lambda/child_process.h"
#include "worker/lambda/function.h"
#include "worker/lambda/function_output.h"
#include "worker/lambda/runtime_api.h"
#include "worker/task.h"

namespace boost::asio {
class io_context;
}

namespace pawl::worker {

class Environment : private RuntimeApi::Owner {
 public:
  // `io` runs on one thread, and outlives this.
  Environment(const FunctionOptions& function, boost::asio::io_context* io);
  // Kills the process.
  ~Environment() override;

  // Has the task handled: what the function responds, or its error as Lambda tells it: the error's
  // type, and as the cause the error's payload. A process that takes too long is killed, and so is
  // one whose task is cancelled: then the task is left open, for nobody waits for it, or for
  // another worker when this one is going. One at a time.
  TaskResult Invoke(TaskContext& task);

 private:
  void Taken() override;
  void Answered(RuntimeAnswer answer) override;
  void Wake();

  absl::Status Start();
  // As Lambda's own log has it: the end of what the invocation has printed, with lines around it.
  std::string LogTail(const FunctionInvocation& invocation);
  void Stop();
  // Nothing: the process has ended before it had the invocation.
  std::optional<TaskResult> Await(TaskContext& task);
  std::optional<TaskResult> Exited(TaskContext& task);
  // When the wait for an answer ends, by steady time.
  absl::Duration GiveUpAt() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  TaskResult TimedOut(TaskContext& task);

  const FunctionOptions function_;
  const int wake_fd_;
  boost::asio::io_context* const io_;
  std::unique_ptr<ChildProcess> process_;   // null: none runs
  std::shared_ptr<FunctionOutput> output_;  // of the process
  bool fresh_ = false;                      // started for the invocation under way

  absl::Mutex mu_;
  absl::Duration offered_at_ ABSL_GUARDED_BY(mu_);               // steady time
  std::optional<absl::Duration> taken_at_ ABSL_GUARDED_BY(mu_);  // steady time
  bool unwanted_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<RuntimeAnswer> answer_ ABSL_GUARDED_BY(mu_);

  RuntimeApi api_;  // last: it calls the others
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_LAMBDA_ENVIRONMENT_H_
