// What a handler gets and what it gives back.
//
//   TaskResult Charge(TaskContext& task) {
//     if (Limit(task.input()) < 10) throw TaskError{"CardDeclined", "limit"};
//     return R"({"charged": true})";
//   }

#ifndef PAWL_WORKER_TASK_H_
#define PAWL_WORKER_TASK_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace pawl::worker {

// Errors that the library itself gives to tasks. A handler may use any other.
inline constexpr char kHandlerException[] = "Pawl.HandlerException";
inline constexpr char kInvalidOutput[] = "Pawl.InvalidOutput";

// A task's failure, to be thrown or returned: what Retry and Catch match, and a text for people.
// Longer ones than AWS takes (256 and 32768 characters) are cut: the error at its end, the cause at
// its beginning. Bytes that are not UTF-8 become U+FFFD.
struct TaskError {
  std::string error;
  std::string cause;
};

class TaskResult {
 public:
  // The task succeeded. `output` is JSON text, of at most 256 KiB unless coordinators are set
  // to take more (max_payload_bytes); anything else fails the task with Pawl.InvalidOutput.
  TaskResult(std::string output) : value_(std::move(output)) {}    // NOLINT: meant to be implicit
  TaskResult(const char* output) : value_(std::string(output)) {}  // NOLINT
  TaskResult(TaskError failure) : value_(std::move(failure)) {}    // NOLINT
  // The task is in somebody else's hands now, who will complete it by its token. Nothing is told
  // but that it was received, and no more heartbeats are sent.
  static TaskResult LeftOpen() { return TaskResult(Open{}); }

  // Of an invocation that wants it (FunctionInvocation), with its output: the end of what the
  // function has printed, at most 4 KiB; bytes.
  void set_log_tail(std::string log) { log_tail_ = std::move(log); }
  const std::string& log_tail() const { return log_tail_; }

  const std::string* output() const { return std::get_if<std::string>(&value_); }
  const TaskError* failure() const { return std::get_if<TaskError>(&value_); }
  bool left_open() const { return std::holds_alternative<Open>(value_); }

 private:
  struct Open {};
  explicit TaskResult(Open open) : value_(open) {}

  std::variant<std::string, TaskError, Open> value_;
  std::string log_tail_;
};

// What a task of a Lambda function has besides its input, which is the function's event.
struct FunctionInvocation {
  std::string function;                          // its name
  std::string function_arn;                      // as the state machine names it
  std::string request_id;                        // a UUID; the same when the task is given again
  absl::Time deadline = absl::InfiniteFuture();  // after which nobody waits for the result
  std::string client_context;                    // JSON text; empty: none
  bool wants_log = false;                        // the end of what it prints (LogType Tail)
};

// A task while it is worked on. Thread-safe; the library keeps it alive until the handler returns.
class TaskContext {
 public:
  TaskContext(std::string token, std::string activity, std::string input,
              std::optional<FunctionInvocation> invocation = std::nullopt)
      : token_(std::move(token)),
        activity_(std::move(activity)),
        input_(std::move(input)),
        invocation_(std::move(invocation)) {}

  // Names this attempt. What a handler does elsewhere can be made idempotent with it: a task that
  // is given again after a lost confirmation has the same token, a retry of the state another one.
  const std::string& token() const { return token_; }
  // The activity's name, or the function's.
  const std::string& activity() const { return activity_; }
  // Of a task of a Lambda function; otherwise null.
  const FunctionInvocation* invocation() const { return invocation_ ? &*invocation_ : nullptr; }
  // JSON text.
  const std::string& input() const { return input_; }

  // True once the result is no longer wanted: the task is over (a heartbeat said so), or the worker
  // is stopping and its drain timeout has passed. The handler should return soon. What it returns
  // counts in the second case.
  bool cancelled() const {
    absl::MutexLock lock(&mu_);
    return cancelled_;
  }
  // Waits for that, at the most for `duration`; whether it came.
  bool WaitForCancellation(absl::Duration duration) const {
    absl::MutexLock lock(&mu_);
    return mu_.AwaitWithTimeout(absl::Condition(&cancelled_), duration);
  }
  // Calls `callback` once when that happens, on a thread of the library, which it must not block;
  // at once if it has happened.
  void OnCancelled(std::function<void()> callback) {
    {
      absl::MutexLock lock(&mu_);
      if (!cancelled_) {
        callbacks_.push_back(std::move(callback));
        return;
      }
    }
    callback();
  }
  // Drops the callbacks; none runs, and none is running, once this has returned.
  void ForgetCallbacks() {
    absl::MutexLock lock(&mu_);
    callbacks_.clear();
    mu_.Await(absl::Condition(
        +[](int* calling) { return *calling == 0; }, &calling_));
  }

  // For the library, and for tests of handlers.
  void Cancel() {
    std::vector<std::function<void()>> callbacks;
    {
      absl::MutexLock lock(&mu_);
      cancelled_ = true;
      callbacks.swap(callbacks_);
      ++calling_;
    }
    for (const auto& callback : callbacks) callback();
    absl::MutexLock lock(&mu_);
    --calling_;
  }

 private:
  const std::string token_;
  const std::string activity_;
  const std::string input_;
  const std::optional<FunctionInvocation> invocation_;
  mutable absl::Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  int calling_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::function<void()>> callbacks_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_TASK_H_
