// proto/pawl/v1/client.proto over the engine and the store.

#ifndef PAWL_RPC_CLIENT_SERVICE_H_
#define PAWL_RPC_CLIENT_SERVICE_H_

#include <memory>

#include "coordinator/rpc/execution_waits.h"
#include "coordinator/rpc/tasks.h"
#include "pawl/v1/client.grpc.pb.h"

namespace pawl::rpc {

// Thread-safe.
class ClientServiceImpl : public v1::ClientService::CallbackService {
 public:
  ClientServiceImpl(Services* services, std::shared_ptr<ExecutionWaits> waits)
      : services_(services), waits_(std::move(waits)) {}

  grpc::ServerUnaryReactor* StartExecution(grpc::CallbackServerContext* context,
                                           const v1::StartExecutionRequest* request,
                                           v1::StartExecutionResponse* response) override;
  grpc::ServerUnaryReactor* DescribeExecution(grpc::CallbackServerContext* context,
                                              const v1::DescribeExecutionRequest* request,
                                              v1::DescribeExecutionResponse* response) override;
  grpc::ServerUnaryReactor* GetExecutionHistory(grpc::CallbackServerContext* context,
                                                const v1::GetExecutionHistoryRequest* request,
                                                v1::GetExecutionHistoryResponse* response) override;
  grpc::ServerUnaryReactor* StopExecution(grpc::CallbackServerContext* context,
                                          const v1::StopExecutionRequest* request,
                                          v1::StopExecutionResponse* response) override;
  grpc::ServerUnaryReactor* WaitExecution(grpc::CallbackServerContext* context,
                                          const v1::WaitExecutionRequest* request,
                                          v1::WaitExecutionResponse* response) override;

 private:
  Services* const services_;
  const std::shared_ptr<ExecutionWaits> waits_;
};

}  // namespace pawl::rpc

#endif  // PAWL_RPC_CLIENT_SERVICE_H_
