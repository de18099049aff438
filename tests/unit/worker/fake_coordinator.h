// A coordinator that does what a test says: a real gRPC server with a WorkerService of its own.

#ifndef PAWL_TESTS_UNIT_WORKER_FAKE_COORDINATOR_H_
#define PAWL_TESTS_UNIT_WORKER_FAKE_COORDINATOR_H_

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/base/strings.h"
#include "pawl/v1/worker.grpc.pb.h"

namespace pawl::worker {

inline constexpr absl::Duration kPatience = absl::Seconds(20);

// Thread-safe. Serves one stream at a time.
class FakeCoordinator : public v1::WorkerService::Service {
 public:
  using Stream = grpc::ServerReaderWriter<v1::WorkResponse, v1::WorkRequest>;
  // What is acknowledged to a request; none: nothing is, for now. Set before a worker comes, or
  // with Behave.
  using Behaviour = std::function<bool(const v1::WorkItem&, v1::Acknowledgement*)>;

  FakeCoordinator() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.SetMaxReceiveMessageSize((16 << 20) + (128 << 10));  // as a coordinator has it
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeCoordinator() override {
    Break();
    server_->Shutdown();
  }

  std::string address() const { return StrCat("127.0.0.1:", port_); }

  void Behave(Behaviour behaviour) {
    absl::MutexLock lock(&mu_);
    behaviour_ = std::move(behaviour);
  }

  // Gives a task on the stream, once a slot is there. False when none came.
  bool Give(const std::string& token, const std::string& input = "{}",
            const std::string& activity = "a") {
    v1::Task task;
    task.set_task_token(token);
    task.set_activity(activity);
    task.set_input(input);
    return Give(task);
  }
  bool Give(const v1::Task& task) {
    absl::MutexLock lock(&mu_);
    const auto has_slot = [&] { return stream_ != nullptr && slots_ > 0; };
    if (!mu_.AwaitWithTimeout(absl::Condition(&has_slot), kPatience)) return false;
    --slots_;
    v1::WorkResponse response;
    *response.add_tasks() = task;
    return stream_->Write(response);
  }

  // Acknowledges a request that was not, with `code`.
  void Acknowledge(const v1::WorkItem& request, int code = 0) {
    absl::MutexLock lock(&mu_);
    v1::WorkResponse response;
    v1::Acknowledgement* acknowledgement = response.add_acknowledgements();
    acknowledgement->set_request_id(request.request_id());
    acknowledgement->set_code(code);
    stream_->Write(response);
  }

  // Ends the stream as a dying coordinator does.
  void Break() {
    absl::MutexLock lock(&mu_);
    if (context_) context_->TryCancel();
    const auto gone = [&] { return stream_ == nullptr; };
    mu_.Await(absl::Condition(&gone));
  }

  // The first `count` requests of all streams for which `wanted` is true; fewer when they did not
  // come.
  std::vector<v1::WorkItem> Await(const std::function<bool(const v1::WorkItem&)>& wanted,
                                  size_t count = 1) {
    absl::MutexLock lock(&mu_);
    std::vector<v1::WorkItem> found;
    const auto enough = [&] {
      found.clear();
      for (const v1::WorkItem& request : requests_) {
        if (found.size() < count && wanted(request)) found.push_back(request);
      }
      return found.size() == count;
    };
    mu_.AwaitWithTimeout(absl::Condition(&enough), kPatience);
    return found;
  }
  v1::WorkItem AwaitResult(const std::string& token) {
    const auto found = Await([&](const v1::WorkItem& request) {
      return request.complete_task().task_token() == token ||
             request.fail_task().task_token() == token;
    });
    return found.empty() ? v1::WorkItem() : found[0];
  }
  bool AwaitConfirmation(const std::string& token, size_t times = 1) {
    return Await(
               [&](const v1::WorkItem& request) {
                 const auto& tokens = request.confirm_tasks().task_tokens();
                 return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
               },
               times)
               .size() == times;
  }

  std::vector<v1::WorkItem> requests() {
    absl::MutexLock lock(&mu_);
    return requests_;
  }
  // Streams that the worker closed in good order.
  int closed() {
    absl::MutexLock lock(&mu_);
    return closed_;
  }

  grpc::Status Work(grpc::ServerContext* context, Stream* stream) override {
    {
      absl::MutexLock lock(&mu_);
      context_ = context;
      stream_ = stream;
      slots_ = 0;
    }
    v1::WorkRequest request;
    while (stream->Read(&request)) {
      for (const v1::WorkItem& item : request.items()) Take(item);
    }
    absl::MutexLock lock(&mu_);
    if (!context->IsCancelled()) ++closed_;
    context_ = nullptr;
    stream_ = nullptr;
    return grpc::Status::OK;
  }

 private:
  void Take(const v1::WorkItem& request) {
    absl::MutexLock lock(&mu_);
    requests_.push_back(request);
    if (request.has_hello() || request.has_confirm_tasks()) return;
    v1::WorkResponse response;
    v1::Acknowledgement* answer = response.add_acknowledgements();
    answer->set_request_id(request.request_id());
    answer->set_task_open(true);
    if (behaviour_ && !behaviour_(request, answer)) return;
    if (request.has_grant_slots() && answer->code() == 0) slots_ += request.grant_slots().slots();
    if (request.has_take_back_slots()) slots_ = 0;
    stream_->Write(response);
  }

  int port_ = 0;
  absl::Mutex mu_;
  Behaviour behaviour_;
  grpc::ServerContext* context_ = nullptr;
  Stream* stream_ = nullptr;
  int slots_ = 0;
  int closed_ = 0;
  std::vector<v1::WorkItem> requests_;
  std::unique_ptr<grpc::Server> server_;  // last
};

}  // namespace pawl::worker

#endif  // PAWL_TESTS_UNIT_WORKER_FAKE_COORDINATOR_H_
