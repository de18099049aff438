// A handler that runs a shell command for each task: the task's input on standard input, its output
// from standard output.
//
//   exit code 0, JSON on standard output   the task succeeded with that output
//   exit code 0, anything else             the task failed with Pawl.InvalidOutput
//   any other end                          the task failed with Pawl.CommandFailed and the end of
//                                          standard error as its cause; a JSON object {"Error":
//                                          ..., "Cause": ...} on standard output names another
//                                          error or cause
//
// A command whose task is cancelled gets SIGTERM, and SIGKILL five seconds later. It finds
// PAWL_TASK_TOKEN, PAWL_ACTIVITY and what `variables` holds in its environment.

#ifndef PAWL_WORKER_COMMAND_HANDLER_H_
#define PAWL_WORKER_COMMAND_HANDLER_H_

#include <map>
#include <string>

#include "worker/worker.h"

namespace pawl::worker {

inline constexpr char kCommandFailed[] = "Pawl.CommandFailed";

struct CommandOptions {
  std::string line;
  // The command only takes the task up; somebody else completes it by its token. Only its failure
  // is told.
  bool handler_completes = false;
  std::map<std::string, std::string> variables;
};

Handler CommandHandler(CommandOptions options);

}  // namespace pawl::worker

#endif  // PAWL_WORKER_COMMAND_HANDLER_H_
