// One coordinator: clock, store, engine and servers, built in this order and stopped in reverse.
//
// The HTTP port opens last, when the node can serve: a database that cannot be reached yet keeps
// Start trying, with a line in the log, and a port that refuses connections keeps load balancers
// away meanwhile. When the database goes later, the port stays: /healthz answers 200 and /readyz
// 503 until it is back.

#ifndef PAWL_NODE_NODE_H_
#define PAWL_NODE_NODE_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "coordinator/api/server.h"
#include "coordinator/asl/sdk_services.h"
#include "coordinator/base/clock.h"
#include "coordinator/config/settings.h"
#include "coordinator/engine/engine.h"
#include "coordinator/integrations/caller.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/node/asio_scheduler.h"
#include "coordinator/node/clock_keeper.h"
#include "coordinator/process/stop_signal.h"
#include "coordinator/rpc/server.h"
#include "coordinator/store/postgres_store.h"

namespace pawl::node {

// What a test breaks on purpose, to see that it would notice.
struct NodeFaults {
  store::BarrierFaults barrier;
  bool fences_repeat = false;  // the version in their place
};

// Thread-compatible.
class Node {
 public:
  explicit Node(config::Settings settings, NodeFaults faults = {});
  // Stops without waiting for requests under way.
  ~Node();

  // Waits for the database, looks at its schema (or brings it up to date when `migrate` is set),
  // starts to work and to serve. CANCELLED: `stop` came first. FAILED_PRECONDITION: the schema is
  // not this version's, or an address other machines can reach is not allowed. Other errors: the
  // address cannot be had, ...
  absl::Status Start(const StopSignal& stop);
  // After Start.
  uint16_t http_port() const { return http_port_; }
  uint16_t grpc_port() const { return grpc_port_; }

  // Not ready any more; answers waiting polls; lets the steps and requests under way finish, up to
  // the shutdown timeout; closes the ports. Blocks.
  void Stop();

 private:
  absl::Status PrepareSchema(const StopSignal& stop);
  void MakeEngine(integrations::CallerOptions outgoing,
                  const std::shared_ptr<rpc::ExecutionWaits>& waits);
  absl::Status RunEngine();
  absl::Status StartRpc(const std::shared_ptr<rpc::ExecutionWaits>& waits);

  const config::Settings settings_;
  const NodeFaults faults_;
  const std::shared_ptr<metrics::Metrics> metrics_ = std::make_shared<metrics::Metrics>();
  AsioScheduler scheduler_;
  DatabaseClock clock_;
  std::unique_ptr<store::PostgresStore> store_;
  std::unique_ptr<ClockKeeper> clock_keeper_;
  std::unique_ptr<integrations::Caller> caller_;
  std::unique_ptr<const asl::SdkActions> sdk_actions_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<api::ApiServer> server_;
  std::unique_ptr<rpc::RpcServer> rpc_server_;
  uint16_t http_port_ = 0;
  uint16_t grpc_port_ = 0;
};

// Runs a node until `stop` comes; `on_ready` once it serves. Errors are those of Start.
absl::Status RunNode(const config::Settings& settings, const StopSignal& stop,
                     absl::AnyInvocable<void(const Node&)> on_ready, NodeFaults faults = {});

// The version of this build: "0.1.0".
const char* Version();

}  // namespace pawl::node

#endif  // PAWL_NODE_NODE_H_
