#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_operations.h"
#include "coordinator/base/strings.h"

namespace pawl::api {
namespace {

constexpr int64_t kMaxTokenCharacters = 2048;

constexpr Member kGetActivityTask[] = {
    ArnMember("activityArn"),
    {.name = "workerName", .least = 1, .most = kMaxNameCharacters},
};

// A poll and its client, either of which may end first.
struct Wait {
  absl::Mutex mu;
  bool client_gone ABSL_GUARDED_BY(mu) = false;
  std::optional<engine::Engine::PollId> poll ABSL_GUARDED_BY(mu);
};

// Follows a task on its way to its client: destroyed before it has been written, it is given again.
class Delivery {
 public:
  Delivery(engine::Engine* engine, std::string token) : engine_(engine), token_(std::move(token)) {}
  Delivery(const Delivery&) = delete;
  ~Delivery() {
    if (!written_) engine_->ReturnTask(token_);
  }

  void Written() {
    written_ = true;
    engine_->ConfirmTask(token_, [](const absl::Status&) {});
  }

 private:
  engine::Engine* const engine_;
  const std::string token_;
  bool written_ = false;
};

void AnswerPoll(Services& services, absl::StatusOr<std::optional<engine::ActivityTask>> task,
                Call* call) {
  // While the node winds down its pollers go elsewhere, as those do that got nothing.
  if (absl::IsUnavailable(task.status())) return call->Succeed();
  if (!task.ok()) return call->Fail(task.status());
  if (!task->has_value()) return call->Succeed();
  std::string out;
  ObjectWriter(&out).Text("taskToken", (*task)->token).Text("input", (*task)->input.view()).Close();
  auto delivery = std::make_shared<Delivery>(services.engine, (*task)->token);
  call->Succeed(std::move(out), [delivery] { delivery->Written(); });
}

// The activity exists: waits for a task of it, as long as the client is there.
void Poll(Services& services, const std::string& activity, const CallPtr& call) {
  auto wait = std::make_shared<Wait>();
  call->responder().OnGone([&services, wait] {
    absl::MutexLock lock(&wait->mu);
    wait->client_gone = true;
    if (wait->poll.has_value()) services.engine->CancelPoll(*wait->poll);
  });
  // From here on the call belongs to the callback, which may run before PollActivity returns.
  const auto poll = services.engine->PollActivity(
      activity, Text(call->Text("workerName")), services.clock->Now() + services.poll_duration,
      [&services, call](absl::StatusOr<std::optional<engine::ActivityTask>> task) {
        AnswerPoll(services, std::move(task), call.get());
      });
  absl::MutexLock lock(&wait->mu);
  wait->poll = poll;
  if (wait->client_gone) services.engine->CancelPoll(poll);
}

void GetActivityTask(Services& services, CallPtr call) {
  const auto arn = ReadArn(services.account, call->Text("activityArn"), "activity");
  if (!arn.ok()) return call->Fail(arn.error());
  if (services.draining) return call->Succeed();
  if (services.activities.Knows(arn->name, services.clock->Now())) {
    return Poll(services, arn->name, call);
  }
  services.store->GetActivity(arn->name, [&services, call](absl::StatusOr<store::Activity> found) {
    if (absl::IsNotFound(found.status())) {
      return call->Fail(ActivityDoesNotExist(call->Text("activityArn")));
    }
    if (!found.ok()) return call->Fail(found.status());
    services.activities.Saw(found->name, services.clock->Now());
    Poll(services, found->name, call);
  });
}

constexpr Member kTaskToken = {
    .name = "taskToken", .required = true, .least = 1, .most = kMaxTokenCharacters};

// The engine's message names the ARN of the task's activity; AWS's error has nothing but that.
std::string_view ArnIn(std::string_view message) {
  const size_t begin = message.find("arn:");
  if (begin == std::string_view::npos) return "Provided task does not exist anymore";
  return message.substr(begin, message.find_first_of(" '\"", begin) - begin);
}

store::DoneCallback AnswerTo(CallPtr call) {
  return [call = std::move(call)](absl::Status status) {
    if (status.ok()) return call->Succeed();
    if (absl::IsInvalidArgument(status)) return call->Fail(InvalidToken());
    if (absl::IsFailedPrecondition(status) || absl::IsNotFound(status)) {
      return call->Fail(TaskTimedOut(ArnIn(FromAbsl(status.message()))));
    }
    call->Fail(status);
  };
}

constexpr Member kSendTaskSuccess[] = {
    kTaskToken,
    {.name = "output", .required = true, .sensitive = true, .payload = PayloadLength::kBytes},
};

// The order of the checks is AWS's (reference/api.md 4.10): a bad output is told even of a closed
// task.
void SendTaskSuccess(Services& services, CallPtr call) {
  std::string token(call->Text("taskToken"));
  if (!services.engine->IsToken(token)) return call->Fail(InvalidToken());
  const std::string_view output = call->Text("output");
  if (!CheckJson(output).ok()) return call->Fail(InvalidOutput(output));
  engine::TaskResult result{.succeeded = true, .output = Text(output)};
  services.engine->CompleteTask(std::move(token), std::move(result), AnswerTo(call));
}

constexpr Member kSendTaskFailure[] = {
    kTaskToken,
    {.name = "error", .sensitive = true, .most = kMaxErrorCharacters},
    {.name = "cause", .sensitive = true, .most = kMaxCauseCharacters},
};

void SendTaskFailure(Services& services, CallPtr call) {
  engine::TaskResult result{.succeeded = false,
                            .output = {},
                            .error = call->OptionalText("error"),
                            .cause = call->OptionalText("cause")};
  services.engine->CompleteTask(std::string(call->Text("taskToken")), std::move(result),
                                AnswerTo(call));
}

constexpr Member kSendTaskHeartbeat[] = {kTaskToken};

void SendTaskHeartbeat(Services& services, CallPtr call) {
  services.engine->HeartbeatTask(std::string(call->Text("taskToken")), AnswerTo(call));
}

}  // namespace

std::span<const Operation> TaskOperations() {
  static constexpr Operation kOperations[] = {
      {"GetActivityTask", kGetActivityTask, GetActivityTask},
      {"SendTaskFailure", kSendTaskFailure, SendTaskFailure},
      {"SendTaskHeartbeat", kSendTaskHeartbeat, SendTaskHeartbeat},
      {"SendTaskSuccess", kSendTaskSuccess, SendTaskSuccess},
  };
  return kOperations;
}

}  // namespace pawl::api
