// proto/pawl/v1/worker.proto over the engine.

#ifndef PAWL_RPC_WORKER_SERVICE_H_
#define PAWL_RPC_WORKER_SERVICE_H_

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/rpc/tasks.h"
#include "coordinator/rpc/work_stream.h"
#include "pawl/v1/worker.grpc.pb.h"

namespace pawl::rpc {

// Thread-safe.
class WorkerServiceImpl : public v1::WorkerService::CallbackService {
 public:
  explicit WorkerServiceImpl(Services* services) : services_(services) {}

  grpc::ServerUnaryReactor* PollTask(grpc::CallbackServerContext* context,
                                     const v1::PollTaskRequest* request,
                                     v1::PollTaskResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmTask(grpc::CallbackServerContext* context,
                                        const v1::ConfirmTaskRequest* request,
                                        v1::ConfirmTaskResponse* response) override;
  grpc::ServerUnaryReactor* CompleteTask(grpc::CallbackServerContext* context,
                                         const v1::CompleteTaskRequest* request,
                                         v1::CompleteTaskResponse* response) override;
  grpc::ServerUnaryReactor* FailTask(grpc::CallbackServerContext* context,
                                     const v1::FailTaskRequest* request,
                                     v1::FailTaskResponse* response) override;
  grpc::ServerUnaryReactor* HeartbeatTask(grpc::CallbackServerContext* context,
                                          const v1::HeartbeatTaskRequest* request,
                                          v1::HeartbeatTaskResponse* response) override;
  grpc::ServerBidiReactor<v1::WorkRequest, v1::WorkResponse>* Work(
      grpc::CallbackServerContext* context) override;

  // Streams end once quiet, those that come later too.
  void BeginDrain();

 private:
  std::vector<std::shared_ptr<WorkStream>> Streams();

  Services* const services_;
  absl::Mutex mu_;
  std::vector<std::weak_ptr<WorkStream>> streams_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::rpc

#endif  // PAWL_RPC_WORKER_SERVICE_H_
