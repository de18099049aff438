#include "coordinator/rpc/worker_service.h"

#include <optional>
#include <utility>

#include "coordinator/base/log.h"
#include "coordinator/rpc/status.h"
#include "coordinator/rpc/unary_call.h"

namespace pawl::rpc {
namespace {

using CallPtr = std::shared_ptr<UnaryCall>;

const char kGoingDown[] = "the coordinator is going down";

// A poll and its client, either of which may end first.
struct Wait {
  absl::Mutex mu;
  bool client_gone ABSL_GUARDED_BY(mu) = false;
  std::optional<engine::Engine::PollId> poll ABSL_GUARDED_BY(mu);
};

struct PollRequest {
  Text worker_name;
  absl::Duration wait;
  bool confirms = false;
  v1::PollTaskResponse* response;
};

// Answers with what the engine gave. A task that does not reach the worker is given again.
void AnswerPoll(Services& services, const std::string& activity, const PollRequest& request,
                const std::optional<engine::ActivityTask>& task, const CallPtr& call) {
  if (!task) return call->Succeed([] {});
  bool counts = false;
  const auto fill = [&] {
    counts = true;
    FillTask(activity, *task, request.response->mutable_task());
  };
  call->Succeed(fill,
                [&services, token = task->token, confirms = request.confirms](bool delivered) {
                  if (!delivered) return services.engine->ReturnTask(token);
                  if (!confirms) services.engine->ConfirmTask(token, [](const absl::Status&) {});
                });
  if (!counts) services.engine->ReturnTask(task->token);
}

void Poll(Services& services, const std::string& activity, const PollRequest& request,
          const CallPtr& call) {
  auto wait = std::make_shared<Wait>();
  call->OnGone([&services, wait] {
    std::optional<engine::Engine::PollId> poll;
    {
      absl::MutexLock lock(&wait->mu);
      wait->client_gone = true;
      poll = wait->poll;
    }
    if (poll) services.engine->CancelPoll(*poll);
  });
  const auto poll = services.engine->PollActivity(
      activity, request.worker_name, services.clock->Now() + request.wait,
      [&services, call, activity,
       request](absl::StatusOr<std::optional<engine::ActivityTask>> task) {
        if (!task.ok()) return call->Fail(ToGrpc(task.status()));
        AnswerPoll(services, activity, request, *task, call);
      });
  bool gone = false;
  {
    absl::MutexLock lock(&wait->mu);
    wait->poll = poll;
    gone = wait->client_gone;
  }
  if (gone) services.engine->CancelPoll(poll);
}

// Succeeds or fails with nothing to fill in.
Answer AnswerTo(const CallPtr& call) {
  return [call](grpc::Status status) {
    if (status.ok()) return call->Succeed([] {});
    call->Fail(std::move(status));
  };
}

}  // namespace

grpc::ServerUnaryReactor* WorkerServiceImpl::PollTask(grpc::CallbackServerContext*,
                                                      const v1::PollTaskRequest* request,
                                                      v1::PollTaskResponse* response) {
  const CallPtr call = UnaryCall::New();
  if (absl::Status name = CheckWorkerName(request->worker_name()); !name.ok()) {
    call->Fail(ToGrpc(name));
    return call.get();
  }
  if (services_->draining) {
    call->Fail({grpc::StatusCode::UNAVAILABLE, kGoingDown});
    return call.get();
  }
  const PollRequest poll = {Text(request->worker_name()),
                            WaitOf(request->has_wait(), request->wait()), request->confirms(),
                            response};
  const auto found = [services = services_, call, poll](const absl::StatusOr<std::string>& queue) {
    if (!queue.ok()) return call->Fail(ToGrpc(queue.status()));
    Poll(*services, *queue, poll, call);
  };
  if (!request->function().empty()) {
    found(QueueOfFunction(request->function()));
  } else {
    FindActivity(*services_, request->activity(), found);
  }
  return call.get();
}

grpc::ServerUnaryReactor* WorkerServiceImpl::ConfirmTask(grpc::CallbackServerContext*,
                                                         const v1::ConfirmTaskRequest* request,
                                                         v1::ConfirmTaskResponse*) {
  const CallPtr call = UnaryCall::New();
  rpc::ConfirmTask(*services_, request->task_token(), AnswerTo(call));
  return call.get();
}

grpc::ServerUnaryReactor* WorkerServiceImpl::CompleteTask(grpc::CallbackServerContext*,
                                                          const v1::CompleteTaskRequest* request,
                                                          v1::CompleteTaskResponse*) {
  const CallPtr call = UnaryCall::New();
  rpc::CompleteTask(*services_, *request, AnswerTo(call));
  return call.get();
}

grpc::ServerUnaryReactor* WorkerServiceImpl::FailTask(grpc::CallbackServerContext*,
                                                      const v1::FailTaskRequest* request,
                                                      v1::FailTaskResponse*) {
  const CallPtr call = UnaryCall::New();
  rpc::FailTask(*services_, *request, AnswerTo(call));
  return call.get();
}

grpc::ServerUnaryReactor* WorkerServiceImpl::HeartbeatTask(grpc::CallbackServerContext*,
                                                           const v1::HeartbeatTaskRequest* request,
                                                           v1::HeartbeatTaskResponse* response) {
  const CallPtr call = UnaryCall::New();
  rpc::HeartbeatTask(*services_, *request, [call, response](grpc::Status status, bool open) {
    if (!status.ok()) return call->Fail(std::move(status));
    call->Succeed([&] { response->set_task_open(open); });
  });
  return call.get();
}

grpc::ServerBidiReactor<v1::WorkRequest, v1::WorkResponse>* WorkerServiceImpl::Work(
    grpc::CallbackServerContext*) {
  auto stream = std::make_shared<WorkStream>(services_);
  {
    absl::MutexLock lock(&mu_);
    streams_.push_back(stream);
  }
  stream->Start();
  if (services_->draining) stream->End({grpc::StatusCode::UNAVAILABLE, kGoingDown});
  return stream.get();
}

std::vector<std::shared_ptr<WorkStream>> WorkerServiceImpl::Streams() {
  std::vector<std::shared_ptr<WorkStream>> living;
  absl::MutexLock lock(&mu_);
  std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
  for (const auto& stream : streams_) {
    if (auto one = stream.lock()) living.push_back(std::move(one));
  }
  return living;
}

void WorkerServiceImpl::BeginDrain() {
  for (const auto& stream : Streams()) {
    stream->End({grpc::StatusCode::UNAVAILABLE, kGoingDown});
  }
}

}  // namespace pawl::rpc
