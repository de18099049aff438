#include "worker/lambda/lambda_main.h"

#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/process/stop_signal.h"
#include "worker/arguments.h"
#include "worker/lambda/environments.h"
#include "worker/lambda/function.h"
#include "worker/worker.h"

namespace pawl::worker {
namespace {

// Keeps a function's task leased to this worker, well within the ten seconds of the first lease.
constexpr absl::Duration kHeartbeat = absl::Seconds(5);

struct Arguments {
  std::vector<std::string> functions;
  std::vector<std::string> handlers;
  std::vector<std::string> command;  // behind --
  std::string timeout = "3s";
  int concurrency = 1;
  FunctionSettings settings;
  CommonArguments common;
};

constexpr char kFooter[] = R"(
Runs Lambda functions for state machines: arn:aws:states:::lambda:invoke, or a function's ARN as Resource.
A handler's file is run by Node or Python as Lambda would; anything else is a command behind -- that brings a
Lambda runtime client and finds AWS_LAMBDA_RUNTIME_API and Lambda's other variables in its environment.

SIGTERM or Ctrl-C: takes no more invocations, finishes those under way, exits with 0. Once more: ends at once.

Examples:
  pawl-worker lambda --function hello --handler hello.js
  pawl-worker lambda --function hello --handler hello.py:main --function bye --handler bye.mjs --concurrency 4
  pawl-worker lambda --function image --timeout 1m -- ./bootstrap
  pawl-worker lambda --function ric --handler index.handler -- npx aws-lambda-ric index.handler

Exit codes: 0 stopped, 1 cannot serve, 2 wrong usage.)";

void AddOptions(CLI::App* app, Arguments* arguments) {
  app->footer(kFooter);
  app->add_option("--function", arguments->functions,
                  "The function's name; once for each --handler")
      ->required()
      ->take_all()
      ->expected(1);
  app->add_option("--handler", arguments->handlers,
                  "FILE.js, FILE.mjs, FILE.cjs or FILE.py, perhaps with :NAME behind it (default: "
                  "handler, in Python lambda_handler); with a command: its _HANDLER")
      ->take_all()
      ->expected(1);
  app->add_option("command", arguments->command, "Behind --: what runs the function");
  app->add_option("--timeout", arguments->timeout,
                  "How long a function may take, as Lambda's own setting")
      ->capture_default_str();
  app->add_option("--concurrency", arguments->concurrency,
                  "Invocations that run at once, of each function; each has a process")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app->add_option("--memory", arguments->settings.memory_mb,
                  "What the function is told that it has, in MB; not enforced")
      ->capture_default_str();
  app->add_option("--region", arguments->settings.region, "AWS_REGION of the function")
      ->envname("AWS_REGION")
      ->capture_default_str();
  AddCommonOptions(app, &arguments->common);
}

// The functions to be served; reports what is wrong by CLI11's exception.
std::vector<FunctionOptions> Functions(const Arguments& arguments) {
  const std::set<std::string> names(arguments.functions.begin(), arguments.functions.end());
  if (names.size() != arguments.functions.size()) {
    throw CLI::ValidationError("--function", "a function is named twice");
  }
  const absl::Duration timeout = ParseLength("--timeout", arguments.timeout);
  std::vector<FunctionOptions> functions;
  if (!arguments.command.empty()) {
    if (arguments.functions.size() != 1 || arguments.handlers.size() > 1) {
      throw CLI::ValidationError("--function", "a command behind -- runs one function");
    }
    const std::string handler = arguments.handlers.empty() ? "" : arguments.handlers[0];
    functions.push_back(
        CommandFunction(arguments.functions[0], arguments.command, handler, arguments.settings));
  } else if (arguments.handlers.size() != arguments.functions.size()) {
    throw CLI::ValidationError(
        "--handler", StrCat("found ", arguments.handlers.size(), " for ",
                            arguments.functions.size(), " --function, and no command behind --"));
  } else {
    for (size_t i = 0; i < arguments.functions.size(); ++i) {
      absl::StatusOr<FunctionOptions> function =
          HandlerFunction(arguments.functions[i], arguments.handlers[i], arguments.settings);
      if (!function.ok()) {
        throw CLI::ValidationError("--handler", std::string(function.status().message()));
      }
      functions.push_back(*std::move(function));
    }
  }
  for (FunctionOptions& function : functions) function.timeout = timeout;
  return functions;
}

int Serve(const Arguments& arguments, const std::vector<FunctionOptions>& functions,
          absl::Duration drain_timeout) {
  StopSignal stop;
  std::vector<std::unique_ptr<Environments>> environments;
  Worker worker({.coordinators = arguments.common.coordinators,
                 .name = arguments.common.name,
                 .drain_timeout = drain_timeout});
  for (const FunctionOptions& function : functions) {
    environments.push_back(std::make_unique<Environments>(function, arguments.concurrency));
    worker.RegisterFunction(
        function.name, {.concurrency = arguments.concurrency, .heartbeat = kHeartbeat},
        [all = environments.back().get()](TaskContext& task) { return (*all)(task); });
    log::Info("function_served",
              {{"function", function.name}, {"concurrency", arguments.concurrency}});
  }
  const absl::Status status = worker.Run(&stop);
  if (!status.ok()) return 1;
  const Counts counts = worker.counts();
  log::Info("worker_stopped", {{"recorded", counts.results_recorded},
                               {"refused", counts.results_refused},
                               {"lost", counts.results_lost}});
  return 0;
}

}  // namespace

int LambdaMain(int argc, char** argv) {
  CLI::App app("Runs Lambda functions.", "pawl-worker lambda");
  Arguments arguments;
  AddOptions(&app, &arguments);
  std::vector<FunctionOptions> functions;
  absl::Duration drain_timeout;
  try {
    app.parse(argc, argv);
    CheckCommon(arguments.common);
    functions = Functions(arguments);
    drain_timeout = ParseLength("--drain-timeout", arguments.common.drain_timeout);
    ConfigureLog(arguments.common);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageExitCode;
  }
  return Serve(arguments, functions, drain_timeout);
}

}  // namespace pawl::worker
