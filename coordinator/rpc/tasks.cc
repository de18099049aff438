#include "coordinator/rpc/tasks.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/queues.h"
#include "coordinator/rpc/status.h"

namespace pawl::rpc {
namespace {

grpc::Status InvalidEnd(std::string message) {
  return {grpc::StatusCode::INVALID_ARGUMENT, std::move(message)};
}

// Strings of proto3 are UTF-8; every character but the continuations of one counts.
size_t Characters(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

void CompleteTask(Services& services, const v1::CompleteTaskRequest& request, Answer done) {
  if (static_cast<int64_t>(request.output().size()) > services.max_payload_bytes) {
    return done(InvalidEnd(StrCat("output has more than ", services.max_payload_bytes, " bytes")));
  }
  if (absl::Status json = CheckJson(request.output()); !json.ok()) {
    return done(InvalidEnd(StrCat("output is no JSON: ", FromAbsl(json.message()))));
  }
  services.engine->CompleteTask(
      request.task_token(),
      {.succeeded = true, .output = Text(request.output()), .log_tail = request.log_tail()},
      [done = std::move(done)](absl::Status status) { done(ToGrpcOfTask(status)); });
}

void FailTask(Services& services, const v1::FailTaskRequest& request, Answer done) {
  if (Characters(request.error()) > kMaxErrorCharacters) {
    return done(InvalidEnd(StrCat("error has more than ", kMaxErrorCharacters, " characters")));
  }
  if (Characters(request.cause()) > kMaxCauseCharacters) {
    return done(InvalidEnd(StrCat("cause has more than ", kMaxCauseCharacters, " characters")));
  }
  engine::TaskResult result;
  if (request.has_error()) result.error = Text(request.error());
  if (request.has_cause()) result.cause = Text(request.cause());
  services.engine->CompleteTask(
      request.task_token(), std::move(result),
      [done = std::move(done)](absl::Status status) { done(ToGrpcOfTask(status)); });
}

void ConfirmTask(Services& services, const std::string& token, Answer done) {
  services.engine->ConfirmTask(
      token, [done = std::move(done)](absl::Status status) { done(ToGrpcOfTask(status)); });
}

void HeartbeatTask(Services& services, const v1::HeartbeatTaskRequest& request,
                   std::function<void(grpc::Status, bool)> done) {
  services.engine->HeartbeatTask(
      request.task_token(), [done = std::move(done)](absl::Status status) {
        const grpc::Status answer = ToGrpcOfTask(status);
        // That it is over is an answer, not a failure.
        if (answer.error_code() == grpc::StatusCode::FAILED_PRECONDITION) {
          return done(grpc::Status::OK, false);
        }
        done(answer, status.ok());
      });
}

void FindActivity(Services& services, const std::string& name_or_arn,
                  std::function<void(absl::StatusOr<std::string>)> done) {
  std::string name = name_or_arn;
  if (const absl::StatusOr<Arn> arn = Arn::Parse(name_or_arn); arn.ok()) {
    if (name_or_arn != services.account.ActivityArn(arn->name)) {
      return done(absl::NotFoundError(StrCat("no activity of this account: ", name_or_arn)));
    }
    name = arn->name;
  }
  if (name.empty()) return done(absl::InvalidArgumentError("activity is empty"));
  if (services.activities.Knows(name, services.clock->Now())) return done(name);
  services.store->GetActivity(
      name, [&services, name, done = std::move(done)](absl::StatusOr<store::Activity> found) {
        if (absl::IsNotFound(found.status())) {
          return done(absl::NotFoundError(StrCat("there is no activity ", name)));
        }
        if (!found.ok()) return done(found.status());
        services.activities.Saw(name, services.clock->Now());
        done(name);
      });
}

void FindOrCreateActivity(Services& services, const std::string& name_or_arn,
                          std::function<void(absl::StatusOr<std::string>)> done) {
  FindActivity(
      services, name_or_arn,
      [&services, name_or_arn, done = std::move(done)](absl::StatusOr<std::string> found) {
        // Of an ARN, only this account's names are created.
        const absl::StatusOr<Arn> arn = Arn::Parse(name_or_arn);
        const std::string name = arn.ok() ? arn->name : name_or_arn;
        const bool of_another = arn.ok() && name_or_arn != services.account.ActivityArn(arn->name);
        if (!absl::IsNotFound(found.status()) || of_another) return done(std::move(found));
        if (api::CheckName(name)) {
          return done(absl::InvalidArgumentError(StrCat("no activity can be named ", name)));
        }
        services.store->CreateActivity({name, services.clock->Now()},
                                       [&services, done](absl::StatusOr<store::Activity> created) {
                                         if (!created.ok()) return done(created.status());
                                         services.activities.Saw(created->name,
                                                                 services.clock->Now());
                                         done(created->name);
                                       });
      });
}

absl::Status CheckWorkerName(const std::string& name) {
  if (Characters(name) <= kMaxNameCharacters) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat("worker_name has more than ", kMaxNameCharacters, " characters"));
}

absl::Duration WaitOf(bool given, const google::protobuf::Duration& wait) {
  if (!given) return kLongestWait;
  const absl::Duration asked = absl::Seconds(wait.seconds()) + absl::Nanoseconds(wait.nanos());
  return std::clamp(asked, absl::ZeroDuration(), kLongestWait);
}

absl::StatusOr<std::string> QueueOfFunction(const std::string& function) {
  if (!function.empty() && function.size() <= kMaxFunctionNameCharacters &&
      asl::QualifiedFunction(function) == function) {
    return core::FunctionQueue(function);
  }
  return absl::InvalidArgumentError(StrCat("no function can be named '", function, "'"));
}

void FillTask(const std::string& queue, const engine::ActivityTask& given, v1::Task* task) {
  task->set_task_token(given.token);
  task->set_input(given.input.str());
  if (!given.invocation) return task->set_activity(queue);
  const engine::Invocation& invocation = *given.invocation;
  v1::FunctionInvocation* filled = task->mutable_invocation();
  filled->set_function(invocation.function);
  filled->set_function_arn(invocation.function_arn);
  filled->set_request_id(invocation.request_id);
  filled->set_client_context(invocation.client_context);
  filled->set_wants_log(invocation.wants_log);
  if (invocation.deadline == absl::InfiniteFuture()) return;
  const int64_t nanos = absl::ToUnixNanos(invocation.deadline);
  filled->mutable_deadline()->set_seconds(nanos / 1'000'000'000);
  filled->mutable_deadline()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
}

}  // namespace pawl::rpc
