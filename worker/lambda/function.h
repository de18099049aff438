// A Lambda function as this worker runs it.

#ifndef PAWL_WORKER_LAMBDA_FUNCTION_H_
#define PAWL_WORKER_LAMBDA_FUNCTION_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace pawl::worker {

struct FunctionOptions {
  std::string name;                              // perhaps with a version or alias: "f:prod"
  std::vector<std::string> command;              // speaks the Runtime API
  std::map<std::string, std::string> variables;  // of the command's environment
  // AWS's default. From when the runtime has the invocation.
  absl::Duration timeout = absl::Seconds(3);
  // From the start of the process to its asking for an invocation, where `timeout` is not longer.
  absl::Duration init_timeout = absl::Seconds(10);
};

// What a function is told about itself, as Lambda does.
struct FunctionSettings {
  std::string region = "us-east-1";
  int memory_mb = 128;
};

// The function of a handler in a file, FILE.js, FILE.cjs, FILE.mjs or FILE.py, perhaps with the
// handler's name behind it (FILE.js:handler; otherwise "handler", of Python "lambda_handler"),
// which the launcher of this worker runs. INVALID_ARGUMENT: another kind of file. NOT_FOUND: no
// such file.
absl::StatusOr<FunctionOptions> HandlerFunction(const std::string& name, const std::string& handler,
                                                const FunctionSettings& settings);

// The function of a command that brings its own runtime client; `handler` is passed on to it as
// _HANDLER and may be empty.
FunctionOptions CommandFunction(const std::string& name, std::vector<std::string> command,
                                const std::string& handler, const FunctionSettings& settings);

}  // namespace pawl::worker

#endif  // PAWL_WORKER_LAMBDA_FUNCTION_H_
