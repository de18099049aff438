// A process that runs beside this one: started, watched, killed with all that it has started.

#ifndef PAWL_WORKER_LAMBDA_CHILD_PROCESS_H_
#define PAWL_WORKER_LAMBDA_CHILD_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace pawl::worker {

// Not thread-safe.
class ChildProcess {
 public:
  // Runs `command` (searched in PATH) in this process's environment and folder, with `variables`
  // added to it, and what it writes, to standard output and error, going to `output`. Its standard
  // input says nothing, and ends when this process does, however that comes: the launchers go then.
  // It gets a process group of its own.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(
      const std::vector<std::string>& command, const std::map<std::string, std::string>& variables,
      int output);
  // Kills it and waits for its end.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Readable when it has ended.
  int fd() const { return fd_; }
  // Sends SIGKILL to it and to all of its group.
  void Kill();
  // Waits for its end: "exit status 3", "signal: killed", as Lambda says it; empty after exit
  // status 0.
  std::string Wait();

 private:
  ChildProcess(pid_t pid, int fd, int input) : pid_(pid), fd_(fd), input_(input) {}

  const pid_t pid_;
  const int fd_;
  const int input_;  // the other end of its standard input
  bool waited_ = false;
  std::string how_;
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_LAMBDA_CHILD_PROCESS_H_
