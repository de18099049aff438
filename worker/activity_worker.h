// Serves one activity by running a command for each of its tasks: the task's input on standard
// input, its output from standard output, heartbeats while it runs.
//
//   exit code 0, JSON on standard output   the task succeeded with that output
//   exit code 0, anything else             the task failed with Pawl.InvalidOutput
//   any other end                          the task failed with Pawl.CommandFailed and the end of
//   standard
//                                          error as its cause; a JSON object {"Error": ...,
//                                          "Cause": ...} on standard output names another error or
//                                          cause
//
// The command finds PAWL_TASK_TOKEN, PAWL_ACTIVITY_ARN and PAWL_ENDPOINT in its environment.

#ifndef PAWL_WORKER_ACTIVITY_WORKER_H_
#define PAWL_WORKER_ACTIVITY_WORKER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/process/stop_signal.h"
#include "worker/aws_client.h"
#include "worker/command.h"

namespace pawl::worker {

struct Options {
  std::vector<std::string> endpoints;
  std::string activity_arn;
  std::string activity_name;  // to create it by
  std::string command;
  std::string worker_name;
  bool create_activity = true;
  // The command only takes the task up; somebody else completes it by its token. Only its failure
  // is told.
  bool handler_completes = false;
  // Zero: no heartbeats.
  absl::Duration heartbeat = absl::Seconds(5);
};

// Thread-compatible: one per thread, as many as tasks shall run at once.
class ActivityWorker {
 public:
  // `stop` must outlive it.
  ActivityWorker(Options options, const StopSignal* stop);

  // Takes tasks and runs them until `stop` came and the task in hand is done. Bears coordinators
  // that come and go; an error is one that waiting does not heal, such as an activity that is not
  // there.
  absl::Status Serve();

 private:
  struct Task {
    std::string token;
    std::string input;
  };

  absl::StatusOr<std::optional<Task>> Poll();
  absl::Status CreateActivity();
  void Run(const Task& task);
  // False when the task is no longer open.
  bool Heartbeat(const Task& task);
  void RunToEnd(const Task& task, Command* command);
  void TellEnd(const Task& task, const CommandEnd& end);
  void TellSuccess(const Task& task, const std::string& output);
  void TellFailure(const Task& task, const std::string& error, const std::string& cause);
  // Repeats until there is an answer, with growing pauses; after `stop` for a while only. False
  // when the result was refused or could not be told.
  bool Tell(const char* operation, const std::string& body);

  const Options options_;
  const StopSignal* const stop_;
  AwsClient client_;
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_ACTIVITY_WORKER_H_
