#include "worker/lambda/environment.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/json.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"

namespace pawl::worker {
namespace {

absl::Duration Now() { return DatabaseClock::SteadyNow(); }

// A failure as Lambda tells it: the type, and as the cause a payload of type and message.
TaskError Failure(std::string_view type, std::string_view message) {
  std::string payload = "{\"errorType\":";
  AppendJsonString(type, &payload);
  payload.append(",\"errorMessage\":");
  AppendJsonString(message, &payload);
  payload.push_back('}');
  return {std::string(type), std::move(payload)};
}

TaskError FailureOf(TaskContext& task, std::string_view type, std::string_view message) {
  return Failure(type, StrCat("RequestId: ", task.invocation()->request_id, " Error: ", message));
}

// reference/integrations.md 5.3
TaskResult ErrorResult(const std::string& payload) {
  JsonArena arena;
  const absl::StatusOr<Json> parsed = ParseJson(payload, &arena);
  const Json type = parsed.ok() ? parsed->Find("errorType") : Json();
  if (type.is_string() && type.size() > 0) {
    return TaskError{std::string(type.as_string()), payload};
  }
  return TaskError{"Lambda.Unknown",
                   StrCat("The cause could not be determined because Lambda did not return an "
                          "error type. Returned payload: ",
                          payload)};
}

TaskResult ResultOf(const RuntimeAnswer& answer) {
  switch (answer.kind) {
    case RuntimeAnswer::Kind::kResponse:
      return answer.body.empty() ? std::string("null") : answer.body;
    case RuntimeAnswer::Kind::kTooLarge:
      return Failure("Function.ResponseSizeTooLarge",
                     StrCat("Response payload size exceeded maximum allowed payload size (",
                            kMaxResponseBytes, " bytes)."));
    case RuntimeAnswer::Kind::kError:
    case RuntimeAnswer::Kind::kInitError:
      break;
  }
  return ErrorResult(answer.body);
}

}  // namespace

Environment::Environment(const FunctionOptions& function, boost::asio::io_context* io)
    : function_(function),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      io_(io),
      api_(io, this) {}

Environment::~Environment() {
  process_.reset();
  if (output_ != nullptr) output_->Stop();
  close(wake_fd_);
}

void Environment::Taken() {
  absl::MutexLock lock(&mu_);
  taken_at_ = Now();
  Wake();
}

void Environment::Answered(RuntimeAnswer answer) {
  absl::MutexLock lock(&mu_);
  answer_ = std::move(answer);
  Wake();
}

void Environment::Wake() {
  const uint64_t one = 1;
  // It can only fail when it is set already.
  (void)!write(wake_fd_, &one, sizeof(one));
}

absl::Status Environment::Start() {
  std::map<std::string, std::string> variables = function_.variables;
  variables["AWS_LAMBDA_RUNTIME_API"] = StrCat("127.0.0.1:", api_.port());
  absl::StatusOr<std::shared_ptr<FunctionOutput>> output = FunctionOutput::Make(io_);
  if (!output.ok()) return output.status();
  absl::StatusOr<std::unique_ptr<ChildProcess>> process =
      ChildProcess::Start(function_.command, variables, (*output)->write_fd());
  if (!process.ok()) return process.status();
  process_ = *std::move(process);
  output_ = *std::move(output);
  output_->Run();
  return absl::OkStatus();
}

void Environment::Stop() {
  process_.reset();
  output_->Stop();
  api_.Reset();
}

TaskResult Environment::Invoke(TaskContext& task) {
  task.OnCancelled([this] {
    absl::MutexLock lock(&mu_);
    unwanted_ = true;
    Wake();
  });
  const FunctionInvocation& invocation = *task.invocation();
  std::optional<TaskResult> result;
  while (!result) {
    {
      absl::MutexLock lock(&mu_);
      offered_at_ = Now();
      taken_at_ = std::nullopt;
      answer_ = std::nullopt;
    }
    fresh_ = process_ == nullptr;
    if (fresh_) {
      if (const absl::Status started = Start(); !started.ok()) {
        result = FailureOf(task, "Runtime.InvalidEntrypoint", FromAbsl(started.message()));
        break;
      }
    }
    output_->Mark();
    api_.Offer({.request_id = invocation.request_id,
                .function_arn = invocation.function_arn,
                .payload = task.input(),
                .client_context = invocation.client_context,
                .timeout = function_.timeout});
    result = Await(task);
  }
  if (invocation.wants_log && result->output() != nullptr) {
    result->set_log_tail(LogTail(invocation));
  }
  task.ForgetCallbacks();
  absl::MutexLock lock(&mu_);
  unwanted_ = false;
  return *std::move(result);
}

std::string Environment::LogTail(const FunctionInvocation& invocation) {
  absl::Duration took;
  {
    absl::MutexLock lock(&mu_);
    took = Now() - taken_at_.value_or(offered_at_);
  }
  std::string log = output_->Tail();
  if (!log.empty() && log.back() != '\n') log.push_back('\n');
  log = StrCat("START RequestId: ", invocation.request_id,
               " Version: ", function_.variables.at("AWS_LAMBDA_FUNCTION_VERSION"), "\n", log,
               "END RequestId: ", invocation.request_id,
               "\nREPORT RequestId: ", invocation.request_id,
               absl::StrFormat("\tDuration: %.2f ms\t\n", absl::ToDoubleMilliseconds(took)));
  if (log.size() > kLogTailBytes) log.erase(0, log.size() - kLogTailBytes);
  return log;
}

absl::Duration Environment::GiveUpAt() {
  if (taken_at_) return *taken_at_ + function_.timeout;
  return offered_at_ + std::max(function_.timeout, function_.init_timeout);
}

std::optional<TaskResult> Environment::Await(TaskContext& task) {
  while (true) {
    absl::Duration left;
    bool unwanted = false;
    std::optional<RuntimeAnswer> answer;
    {
      absl::MutexLock lock(&mu_);
      left = GiveUpAt() - Now();
      unwanted = unwanted_;
      answer.swap(answer_);
    }
    if (answer) {
      // A runtime that could not start is of no use any more.
      if (answer->kind == RuntimeAnswer::Kind::kInitError) Stop();
      return ResultOf(*answer);
    }
    if (unwanted) {
      Stop();
      return TaskResult::LeftOpen();
    }
    if (left <= absl::ZeroDuration()) return TimedOut(task);
    pollfd fds[] = {{.fd = process_->fd(), .events = POLLIN, .revents = 0},
                    {.fd = wake_fd_, .events = POLLIN, .revents = 0}};
    poll(fds, 2, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1);
    uint64_t ignored;
    if (fds[1].revents != 0) (void)!read(wake_fd_, &ignored, sizeof(ignored));
    if (fds[0].revents != 0 && fds[1].revents == 0) return Exited(task);
  }
}

std::optional<TaskResult> Environment::Exited(TaskContext& task) {
  const std::string how = process_->Wait();
  Stop();
  absl::MutexLock lock(&mu_);
  if (answer_) return ResultOf(*std::exchange(answer_, std::nullopt));
  log::Warn("function_process_ended", {{"function", function_.name}, {"how", how}});
  // It ended while it was idle: another one takes the invocation.
  if (!taken_at_ && !fresh_) return std::nullopt;
  return FailureOf(task, "Runtime.ExitError",
                   how.empty() ? "Runtime exited without providing a reason"
                               : StrCat("Runtime exited with error: ", how));
}

TaskResult Environment::TimedOut(TaskContext& task) {
  absl::Duration length = function_.timeout;
  {
    absl::MutexLock lock(&mu_);
    if (!taken_at_) length = std::max(function_.timeout, function_.init_timeout);
  }
  Stop();
  return FailureOf(
      task, "Sandbox.Timedout",
      absl::StrFormat("Task timed out after %.2f seconds", absl::ToDoubleSeconds(length)));
}

}  // namespace pawl::worker
