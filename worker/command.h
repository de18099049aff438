// Runs a shell command: feeds its standard input, collects what it writes, waits for its end.
//
// The command gets a process group of its own, so that a Ctrl-C at the worker's terminal does not
// reach it and Terminate reaches all that it started. SIGPIPE must be ignored in this process
// (StopSignal does that): a command may leave its input unread.

#ifndef PAWL_WORKER_COMMAND_H_
#define PAWL_WORKER_COMMAND_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "worker/result_request.h"

namespace pawl::worker {

struct CommandEnd {
  bool succeeded = false;    // exited with 0
  std::string how;           // "exited with 3", "was ended by signal 9"
  std::string output;        // at most kMaxOutputBytes and one, which tells that there was more
  std::string error_output;  // the last kMaxCauseBytes of it
};

// Used by one thread.
class Command {
 public:
  // Runs `line` with /bin/sh in this process's environment and folder, with `variables` added to
  // it.
  static absl::StatusOr<std::unique_ptr<Command>> Start(
      const std::string& line, std::string input,
      const std::map<std::string, std::string>& variables);
  // Kills what still runs.
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // Keeps the command's pipes moving until it has ended (true), or `deadline` has come or `wake_fd`
  // is readable (false); -1: no such thing.
  bool RunUntil(absl::Time deadline, int wake_fd = -1);
  // After RunUntil was true.
  const CommandEnd& end() const { return end_; }
  // Sends SIGTERM to the command and all that it started; SIGKILL when `force`.
  void Terminate(bool force);

 private:
  Command() = default;
  bool Pump(absl::Time deadline, int wake_fd);
  void FeedInput();
  void Collect();
  void Reap();

  pid_t pid_ = -1;
  int pid_fd_ = -1;
  int input_fd_ = -1;
  int output_fd_ = -1;
  int error_fd_ = -1;
  std::string input_;
  size_t fed_ = 0;
  bool ended_ = false;
  CommandEnd end_;
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_COMMAND_H_
