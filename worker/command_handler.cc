#include "worker/command_handler.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "coordinator/base/json.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "worker/command.h"

namespace pawl::worker {
namespace {

// A command whose task is no longer wanted gets this long to end by itself.
constexpr absl::Duration kTerminationGrace = absl::Seconds(5);

// Becomes readable when the task is cancelled.
class CancelEvent {
 public:
  explicit CancelEvent(TaskContext* task) : task_(task), fd_(eventfd(0, EFD_CLOEXEC)) {
    task_->OnCancelled([fd = fd_] { eventfd_write(fd, 1); });
  }
  ~CancelEvent() {
    task_->ForgetCallbacks();
    close(fd_);
  }
  CancelEvent(const CancelEvent&) = delete;
  CancelEvent& operator=(const CancelEvent&) = delete;
  int fd() const { return fd_; }

 private:
  TaskContext* const task_;
  const int fd_;
};

// What a failed command says about itself on standard output, if anything.
struct OwnWords {
  std::string error;
  std::optional<std::string> cause;
};

OwnWords ReadOwnWords(const std::string& output) {
  JsonArena arena;
  const absl::StatusOr<Json> json = ParseJson(output, &arena);
  OwnWords words;
  if (!json.ok()) return words;
  if (const Json error = json->Find("Error"); error.is_string()) {
    words.error = std::string(error.as_string());
  }
  if (const Json cause = json->Find("Cause"); cause.is_string()) {
    words.cause = std::string(cause.as_string());
  }
  return words;
}

TaskResult ResultOf(const CommandEnd& end, bool handler_completes) {
  if (!end.succeeded) {
    OwnWords words = ReadOwnWords(end.output);
    std::string said =
        end.error_output.empty() ? StrCat("the command ", end.how) : end.error_output;
    return TaskError{words.error.empty() ? kCommandFailed : std::move(words.error),
                     words.cause ? *std::move(words.cause) : std::move(said)};
  }
  if (handler_completes) return TaskResult::LeftOpen();
  return end.output;
}

TaskResult Terminate(Command& command) {
  command.Terminate(/*force=*/false);
  if (!command.RunUntil(absl::Now() + kTerminationGrace)) {
    command.Terminate(/*force=*/true);
    command.RunUntil(absl::InfiniteFuture());
  }
  return TaskError{kCommandFailed, StrCat("the command was told to stop, and ", command.end().how)};
}

TaskResult RunCommand(const CommandOptions& options, TaskContext& task) {
  std::map<std::string, std::string> variables = options.variables;
  variables["PAWL_TASK_TOKEN"] = task.token();
  variables["PAWL_ACTIVITY"] = task.activity();
  const absl::StatusOr<std::unique_ptr<Command>> command =
      Command::Start(options.line, task.input(), variables);
  if (!command.ok()) return TaskError{kCommandFailed, std::string(command.status().message())};
  const CancelEvent cancel(&task);
  if (!(*command)->RunUntil(absl::InfiniteFuture(), cancel.fd())) return Terminate(**command);
  return ResultOf((*command)->end(), options.handler_completes);
}

}  // namespace

Handler CommandHandler(CommandOptions options) {
  return [options = std::move(options)](TaskContext& task) {
    TaskResult result = RunCommand(options, task);
    if (const TaskError* failure = result.failure()) {
      log::Info("task_failed", {{"activity", task.activity()}, {"error", failure->error}});
    } else {
      log::Info(result.left_open() ? "task_taken_up" : "task_succeeded",
                {{"activity", task.activity()}});
    }
    return result;
  };
}

}  // namespace pawl::worker
