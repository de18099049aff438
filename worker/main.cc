// pawl-worker: runs a command for each task of an activity.

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include "coordinator/base/account.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/process/set_up.h"
#include "coordinator/process/stop_signal.h"
#include "worker/activity_worker.h"

namespace pawl::worker {
namespace {

constexpr int kUsageExitCode = 2;

struct Arguments {
  std::vector<std::string> activities;
  std::vector<std::string> commands;
  std::vector<std::string> endpoints = {"http://127.0.0.1:8083"};
  Account account;
  std::string name;
  std::string heartbeat = "5s";
  std::string log_level = "info";
  int concurrency = 1;
  bool no_create = false;
  bool handler_completes = false;
};

constexpr char kFooter[] = R"(
The command gets the task's input on standard input and writes the output, as JSON, to standard output.
Exit code 0 completes the task; any other fails it, with standard error as the cause. To name another error
than Pawl.CommandFailed, write {"Error": "...", "Cause": "..."} to standard output and exit with another code.
PAWL_TASK_TOKEN, PAWL_ACTIVITY_ARN and PAWL_ENDPOINT are in the command's environment.

SIGTERM or Ctrl-C: takes no more tasks, finishes those in hand, exits with 0. Once more: ends at once.

Examples:
  pawl-worker --activity charge --exec ./charge.py
  pawl-worker --activity charge --exec ./charge.py --activity ship --exec ./ship.sh --concurrency 4
  pawl-worker --endpoint http://a:8083 --endpoint http://b:8083 --activity charge --exec ./charge.py
  pawl-worker --activity approve --exec ./ask.sh --handler-completes   # later: pawl task succeed TOKEN)";

std::string DefaultName() {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  return StrCat(std::string(host).substr(0, 60), "-", getpid());
}

void AddOptions(CLI::App* app, Arguments* arguments) {
  app->footer(kFooter);
  app->add_option("--activity", arguments->activities,
                  "The activity's name or ARN; once for each --exec")
      ->required()
      ->take_all()
      ->expected(1);
  app->add_option("--exec", arguments->commands, "The shell command that runs its tasks")
      ->required()
      ->take_all()
      ->expected(1);
  app->add_option("--endpoint", arguments->endpoints, "A coordinator; several are tried in turn")
      ->envname("PAWL_ENDPOINT")
      ->delimiter(',')
      ->expected(1)
      ->take_all()
      ->capture_default_str();
  app->add_option("--concurrency", arguments->concurrency,
                  "Tasks that run at once, of each activity")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app->add_option("--name", arguments->name,
                  "The worker's name in histories (default: host and process)")
      ->envname("PAWL_WORKER_NAME");
  app->add_option("--heartbeat", arguments->heartbeat,
                  "How often a running task is reported; 0: never")
      ->capture_default_str();
  app->add_option("--account-id", arguments->account.account_id, "The account id in ARNs")
      ->envname("PAWL_ACCOUNT_ID")
      ->capture_default_str();
  app->add_option("--region", arguments->account.region, "The region in ARNs")
      ->envname("PAWL_REGION")
      ->capture_default_str();
  app->add_option("--log-level", arguments->log_level, "debug, info, warn or error")
      ->envname("PAWL_LOG_LEVEL")
      ->capture_default_str();
  app->add_flag("--no-create", arguments->no_create, "Do not create an activity that is missing");
  app->add_flag("--handler-completes", arguments->handler_completes,
                "The command only takes the task up; its token completes it later");
}

// One row for each --activity. Reports what is wrong by CLI11's exception, as its own checks do.
std::vector<Options> MakeOptions(const Arguments& arguments) {
  if (arguments.activities.size() != arguments.commands.size()) {
    throw CLI::ValidationError("--exec", StrCat("found ", arguments.commands.size(), " for ",
                                                arguments.activities.size(), " --activity"));
  }
  absl::Duration heartbeat;
  if (!absl::ParseDuration(arguments.heartbeat, &heartbeat) || heartbeat < absl::ZeroDuration()) {
    throw CLI::ValidationError("--heartbeat", "expected a length of time such as 500ms or 5s");
  }
  std::vector<Options> all;
  for (size_t i = 0; i < arguments.activities.size(); ++i) {
    const std::string& activity = arguments.activities[i];
    const absl::StatusOr<Arn> arn = Arn::Parse(activity);
    all.push_back({.endpoints = arguments.endpoints,
                   .activity_arn = arn.ok() ? activity : arguments.account.ActivityArn(activity),
                   .activity_name = arn.ok() ? arn->name : activity,
                   .command = arguments.commands[i],
                   .worker_name = arguments.name.empty() ? DefaultName() : arguments.name,
                   .create_activity = !arguments.no_create,
                   .handler_completes = arguments.handler_completes,
                   .heartbeat = heartbeat});
  }
  return all;
}

// 0 when the end was asked for.
int Serve(const std::vector<Options>& activities, int concurrency) {
  StopSignal stop;
  std::atomic<int> exit_code{0};
  std::vector<std::jthread> threads;
  for (const Options& options : activities) {
    log::Info("worker_started", {{"activity", options.activity_name},
                                 {"name", options.worker_name},
                                 {"concurrency", concurrency}});
    for (int i = 0; i < concurrency; ++i) {
      threads.emplace_back([&stop, &exit_code, &options] {
        const absl::Status status = ActivityWorker(options, &stop).Serve();
        if (status.ok()) return;
        log::Error("worker_failed", {{"activity", options.activity_name}, {"reason", status}});
        exit_code = 1;
        stop.Raise();
      });
    }
  }
  threads.clear();
  log::Info("worker_stopped");
  return exit_code;
}

}  // namespace
}  // namespace pawl::worker

int main(int argc, char** argv) {
  using namespace pawl::worker;
  pawl::SetUpProcess();
  CLI::App app("Runs a command for each task of an activity.", "pawl-worker");
  Arguments arguments;
  AddOptions(&app, &arguments);
  std::vector<Options> activities;
  try {
    app.parse(argc, argv);
    activities = MakeOptions(arguments);
    pawl::log::Level level;
    if (const absl::Status status = pawl::log::ParseLevel(arguments.log_level, &level);
        !status.ok()) {
      throw CLI::ValidationError("--log-level", std::string(status.message()));
    }
    pawl::log::Configure(level, pawl::log::Format::kLogfmt);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageExitCode;
  }
  return Serve(activities, arguments.concurrency);
}
