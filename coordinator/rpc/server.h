// The coordinator's gRPC port: proto/pawl/v1, for workers and for those who start executions.

#ifndef PAWL_RPC_SERVER_H_
#define PAWL_RPC_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/base/account.h"
#include "coordinator/base/clock.h"
#include "coordinator/core/limits.h"
#include "coordinator/engine/engine.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/rpc/execution_waits.h"
#include "coordinator/store/store.h"

namespace pawl::rpc {

struct ServerOptions {
  std::string listen = "127.0.0.1:8084";
  // Nobody is asked who they are: without this only addresses of this machine are listened on.
  bool allow_unauthenticated = false;
  Account account;
  // The largest input that is started with, and output that is taken.
  int64_t max_payload_bytes = core::kAwsPayloadBytes;
};

// Thread-safe but for Start and the destructor.
class RpcServer {
 public:
  // `waits` is told of ends by the engine's Options::closed. All outlive the server, and the engine
  // and the store must be done with their callbacks before it is destroyed.
  RpcServer(ServerOptions options, store::Store* store, engine::Engine* engine, const Clock* clock,
            engine::Scheduler* scheduler, std::shared_ptr<ExecutionWaits> waits);
  ~RpcServer();

  // Listens, and gives the port. Errors as api::ApiServer::Start.
  absl::StatusOr<uint16_t> Start();

  // No more tasks are given out; streams end with UNAVAILABLE once what they asked is acknowledged,
  // so that their workers go on elsewhere; waits for executions end with UNAVAILABLE. The engine's
  // Drain, called next, ends the polls.
  void BeginDrain();
  // BeginDrain, then waits until all calls have their answers, at the most for `limit`. Blocks.
  void Drain(absl::Duration limit);
  // Ends at once. Blocks shortly.
  void Stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace pawl::rpc

#endif  // PAWL_RPC_SERVER_H_
