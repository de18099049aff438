// Our statuses as gRPC tells them.

#ifndef PAWL_RPC_STATUS_H_
#define PAWL_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace pawl::rpc {

// The one place where codes are mapped. INVALID_ARGUMENT, FAILED_PRECONDITION, NOT_FOUND,
// ALREADY_EXISTS, UNIMPLEMENTED, CANCELLED and DEADLINE_EXCEEDED stay what they are. What a caller
// may try again is UNAVAILABLE: a step that another node was faster with, a commit whose reply was
// lost. All else is INTERNAL, without its message, which is ours.
grpc::Status ToGrpc(const absl::Status& status);

// The same for an answer to a task token: an execution that is no longer there is a late token,
// FAILED_PRECONDITION.
grpc::Status ToGrpcOfTask(const absl::Status& status);

}  // namespace pawl::rpc

#endif  // PAWL_RPC_STATUS_H_
