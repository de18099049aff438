// pawl-worker: runs a command for each task of an activity; `pawl-worker lambda`: Lambda functions.

#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/process/set_up.h"
#include "coordinator/process/stop_signal.h"
#include "worker/arguments.h"
#include "worker/command_handler.h"
#include "worker/lambda/lambda_main.h"
#include "worker/worker.h"

namespace pawl::worker {
namespace {

struct Arguments {
  std::vector<std::string> activities;
  std::vector<std::string> commands;
  CommonArguments common;
  std::string heartbeat = "5s";
  int concurrency = 1;
  bool no_create = false;
  bool handler_completes = false;
};

constexpr char kFooter[] = R"(
The command gets the task's input on standard input and writes the output, as JSON, to standard output.
Exit code 0 completes the task; any other fails it, with standard error as the cause. To name another error
than Pawl.CommandFailed, write {"Error": "...", "Cause": "..."} to standard output and exit with another code.
PAWL_TASK_TOKEN, PAWL_ACTIVITY and PAWL_COORDINATORS are in the command's environment. A command whose task
is over (stopped, out of time) gets SIGTERM, and SIGKILL five seconds later.

SIGTERM or Ctrl-C: takes no more tasks, finishes those in hand, exits with 0. Once more: ends at once.

Examples:
  pawl-worker --activity charge --exec ./charge.py
  pawl-worker --activity charge --exec ./charge.py --activity ship --exec ./ship.sh --concurrency 4
  pawl-worker --coordinator a:8084,b:8084 --activity charge --exec ./charge.py
  pawl-worker --activity approve --exec ./ask.sh --handler-completes   # later: pawl task succeed TOKEN

Lambda functions: pawl-worker lambda --help

Exit codes: 0 stopped, 1 an activity is missing or cannot be served, 2 wrong usage.)";

void AddTaskOptions(CLI::App* app, Arguments* arguments) {
  app->add_option("--activity", arguments->activities,
                  "The activity's name or ARN; once for each --exec")
      ->required()
      ->take_all()
      ->expected(1);
  app->add_option("--exec", arguments->commands, "The shell command that runs its tasks")
      ->required()
      ->take_all()
      ->expected(1);
  app->add_option("--concurrency", arguments->concurrency,
                  "Tasks that run at once, of each activity")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app->add_option("--heartbeat", arguments->heartbeat,
                  "How often a running task is reported; 0: never")
      ->capture_default_str();
  app->add_flag("--no-create", arguments->no_create, "Do not create an activity that is missing");
  app->add_flag("--handler-completes", arguments->handler_completes,
                "The command only takes the task up; its token completes it later");
}

void AddOptions(CLI::App* app, Arguments* arguments) {
  app->footer(kFooter);
  AddTaskOptions(app, arguments);
  AddCommonOptions(app, &arguments->common);
}

// Reports what is wrong by CLI11's exception, as its own checks do.
void Check(const Arguments& arguments) {
  if (arguments.activities.size() != arguments.commands.size()) {
    throw CLI::ValidationError("--exec", StrCat("found ", arguments.commands.size(), " for ",
                                                arguments.activities.size(), " --activity"));
  }
  const std::set<std::string> names(arguments.activities.begin(), arguments.activities.end());
  if (names.size() != arguments.activities.size()) {
    throw CLI::ValidationError("--activity", "an activity is named twice");
  }
  CheckCommon(arguments.common);
}

std::string Join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) StrAppend(&joined, joined.empty() ? "" : ",", text);
  return joined;
}

int Serve(const Arguments& arguments, absl::Duration heartbeat, absl::Duration drain_timeout) {
  StopSignal stop;
  Worker worker({.coordinators = arguments.common.coordinators,
                 .name = arguments.common.name,
                 .create_activities = !arguments.no_create,
                 .drain_timeout = drain_timeout});
  for (size_t i = 0; i < arguments.activities.size(); ++i) {
    worker.Register(
        arguments.activities[i], {.concurrency = arguments.concurrency, .heartbeat = heartbeat},
        CommandHandler(
            {.line = arguments.commands[i],
             .handler_completes = arguments.handler_completes,
             .variables = {{"PAWL_COORDINATORS", Join(arguments.common.coordinators)}}}));
    log::Info("worker_started",
              {{"activity", arguments.activities[i]}, {"concurrency", arguments.concurrency}});
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
}  // namespace pawl::worker

int main(int argc, char** argv) {
  using namespace pawl::worker;
  pawl::SetUpProcess();
  if (argc > 1 && std::string_view(argv[1]) == "lambda") return LambdaMain(argc - 1, argv + 1);
  CLI::App app("Runs a command for each task of an activity.", "pawl-worker");
  Arguments arguments;
  AddOptions(&app, &arguments);
  absl::Duration heartbeat;
  absl::Duration drain_timeout;
  try {
    app.parse(argc, argv);
    Check(arguments);
    heartbeat = ParseLength("--heartbeat", arguments.heartbeat);
    drain_timeout = ParseLength("--drain-timeout", arguments.common.drain_timeout);
    ConfigureLog(arguments.common);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageExitCode;
  }
  return Serve(arguments, heartbeat, drain_timeout);
}
