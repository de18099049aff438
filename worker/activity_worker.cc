#include "worker/activity_worker.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "coordinator/base/json.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "worker/backoff.h"
#include "worker/json_object.h"

namespace pawl::worker {
namespace {

constexpr char kCommandFailed[] = "Pawl.CommandFailed";
constexpr char kInvalidOutput[] = "Pawl.InvalidOutput";
// A coordinator answers a poll after 60 s at the latest (reference/api.md 4.11).
constexpr absl::Duration kPollTimeout = absl::Seconds(75);
// A command whose task is no longer wanted gets this long to end by itself.
constexpr absl::Duration kTerminationGrace = absl::Seconds(5);
// How long a result is offered to unreachable coordinators once the worker is to stop.
constexpr absl::Duration kLastWords = absl::Seconds(30);
constexpr size_t kShownOutputBytes = 200;
constexpr size_t kMaxErrorBytes = 256;  // AWS quota of `error`

bool IsPassing(const absl::Status& error) {
  if (absl::IsUnavailable(error)) return true;
  const std::string code = AwsErrorCode(error);
  return code == "ThrottlingException" || code == "ServiceUnavailable" ||
         code == "InternalFailure" || code == "ActivityWorkerLimitExceeded";
}

log::Field Reason(const absl::Status& error) {
  const std::string code = AwsErrorCode(error);
  const std::string message(error.message());
  return {"reason", code.empty() ? message : StrCat(code, ": ", message)};
}

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

std::string TokenBody(const std::string& token) {
  return JsonObject().Add("taskToken", token).str();
}

}  // namespace

ActivityWorker::ActivityWorker(Options options, const StopSignal* stop)
    : options_(std::move(options)),
      stop_(stop),
      client_({.endpoints = options_.endpoints, .stop_fd = stop->fd()}) {}

absl::Status ActivityWorker::Serve() {
  Backoff backoff;
  bool create = options_.create_activity;
  while (!stop_->came()) {
    absl::Status status;
    std::optional<Task> task;
    if (create) {
      status = CreateActivity();
      create = !status.ok();
    }
    if (status.ok()) {
      absl::StatusOr<std::optional<Task>> polled = Poll();
      status = polled.status();
      if (polled.ok()) task = *std::move(polled);
    }
    if (status.ok()) {
      backoff.Reset();
      if (task) Run(*task);
      continue;
    }
    if (absl::IsCancelled(status)) break;
    const bool is_gone = AwsErrorCode(status) == "ActivityDoesNotExist";
    if (!IsPassing(status) && !(is_gone && options_.create_activity)) return status;
    // It may have been deleted, or the database been another one, while no coordinator was there.
    create = options_.create_activity;
    log::Warn("poll_failed", {{"activity", options_.activity_name}, Reason(status)});
    stop_->WaitFor(backoff.Next());
  }
  return absl::OkStatus();
}

absl::Status ActivityWorker::CreateActivity() {
  const std::string body = JsonObject().Add("name", options_.activity_name).str();
  return client_.Call("CreateActivity", body, {.interruptible = true}).status();
}

absl::StatusOr<std::optional<ActivityWorker::Task>> ActivityWorker::Poll() {
  const std::string body = JsonObject()
                               .Add("activityArn", options_.activity_arn)
                               .Add("workerName", options_.worker_name)
                               .str();
  const absl::StatusOr<std::string> answer =
      client_.Call("GetActivityTask", body, {.timeout = kPollTimeout, .interruptible = true});
  if (!answer.ok()) return answer.status();
  JsonArena arena;
  const absl::StatusOr<Json> json = ParseJson(*answer, &arena);
  if (!json.ok())
    return absl::UnavailableError(StrCat("GetActivityTask: ", FromAbsl(json.status().message())));
  const Json token = json->Find("taskToken");
  if (!token.is_string() || token.size() == 0) return std::nullopt;
  const Json input = json->Find("input");
  return Task{std::string(token.as_string()),
              std::string(input.is_string() ? input.as_string() : "{}")};
}

void ActivityWorker::Run(const Task& task) {
  log::Debug("task_taken", {{"activity", options_.activity_name}});
  const std::map<std::string, std::string> variables = {
      {"PAWL_TASK_TOKEN", task.token},
      {"PAWL_ACTIVITY_ARN", options_.activity_arn},
      {"PAWL_ENDPOINT", options_.endpoints.front()},
  };
  absl::StatusOr<std::unique_ptr<Command>> command =
      Command::Start(options_.command, task.input, variables);
  if (!command.ok()) {
    TellFailure(task, kCommandFailed, std::string(command.status().message()));
    return;
  }
  RunToEnd(task, command->get());
}

void ActivityWorker::RunToEnd(const Task& task, Command* command) {
  const bool beats = options_.heartbeat > absl::ZeroDuration();
  while (!command->RunUntil(beats ? absl::Now() + options_.heartbeat : absl::InfiniteFuture())) {
    if (Heartbeat(task)) continue;
    log::Warn("task_given_up", {{"activity", options_.activity_name},
                                {"reason", "it is no longer open; its command is ended"}});
    command->Terminate(/*force=*/false);
    if (command->RunUntil(absl::Now() + kTerminationGrace)) return;
    command->Terminate(/*force=*/true);
    command->RunUntil(absl::InfiniteFuture());
    return;
  }
  TellEnd(task, command->end());
}

bool ActivityWorker::Heartbeat(const Task& task) {
  const absl::StatusOr<std::string> answer =
      client_.Call("SendTaskHeartbeat", TokenBody(task.token), {.timeout = options_.heartbeat});
  if (answer.ok()) return true;
  log::Warn("heartbeat_failed", {{"activity", options_.activity_name}, Reason(answer.status())});
  return IsPassing(answer.status());
}

void ActivityWorker::TellEnd(const Task& task, const CommandEnd& end) {
  if (!end.succeeded) {
    const OwnWords words = ReadOwnWords(end.output);
    const std::string said =
        end.error_output.empty() ? StrCat("the command ", end.how) : end.error_output;
    TellFailure(task, words.error.empty() ? kCommandFailed : words.error,
                words.cause.value_or(said));
    return;
  }
  if (options_.handler_completes) return;
  if (end.output.size() > kMaxOutputBytes) {
    TellFailure(
        task, kInvalidOutput,
        StrCat("the command wrote more than ", kMaxOutputBytes, " bytes to standard output"));
    return;
  }
  if (const absl::Status status = CheckJson(end.output); !status.ok()) {
    TellFailure(
        task, kInvalidOutput,
        StrCat("found no JSON on the command's standard output (", FromAbsl(status.message()),
               "); it begins: ", end.output.substr(0, kShownOutputBytes)));
    return;
  }
  TellSuccess(task, end.output);
}

void ActivityWorker::TellSuccess(const Task& task, const std::string& output) {
  const std::string body = JsonObject().Add("taskToken", task.token).Add("output", output).str();
  if (Tell("SendTaskSuccess", body)) {
    log::Info("task_succeeded", {{"activity", options_.activity_name}});
  }
}

void ActivityWorker::TellFailure(const Task& task, const std::string& error,
                                 const std::string& cause) {
  const std::string body = JsonObject()
                               .Add("taskToken", task.token)
                               .Add("error", error.substr(0, kMaxErrorBytes))
                               .Add("cause", CauseText(cause))
                               .str();
  if (Tell("SendTaskFailure", body)) {
    log::Info("task_failed", {{"activity", options_.activity_name}, {"error", error}});
  }
}

bool ActivityWorker::Tell(const char* operation, const std::string& body) {
  Backoff backoff;
  absl::Time last_chance = absl::InfiniteFuture();
  while (true) {
    const absl::StatusOr<std::string> answer = client_.Call(operation, body);
    if (answer.ok()) return true;
    if (stop_->came()) last_chance = std::min(last_chance, absl::Now() + kLastWords);
    log::Warn(
        "result_not_taken",
        {{"activity", options_.activity_name}, {"operation", operation}, Reason(answer.status())});
    // A refusal is final: the task timed out, or an attempt whose answer was lost had been taken.
    if (!IsPassing(answer.status()) || absl::Now() >= last_chance) return false;
    // Not cut short by a stop: the result is worth a few more attempts.
    absl::SleepFor(backoff.Next());
  }
}

}  // namespace pawl::worker
