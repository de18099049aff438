// The coordinator's HTTP port: the AWS API at `POST /`, a page about this node at `GET /`,
// `/healthz`, `/readyz`, and what it counts at `/metrics`, for Prometheus.

#ifndef PAWL_API_SERVER_H_
#define PAWL_API_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/api/http_server.h"
#include "coordinator/asl/sdk_services.h"
#include "coordinator/base/account.h"
#include "coordinator/base/clock.h"
#include "coordinator/core/limits.h"
#include "coordinator/engine/engine.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/store/store.h"

namespace pawl::api {

struct ServerOptions {
  std::string listen = "127.0.0.1:8083";
  // Nobody is asked who they are: without this only addresses of this machine are listened on.
  bool allow_unauthenticated = false;
  Account account;
  // The largest input that is started with, and output that is taken. Requests may have what that
  // needs in JSON, where this is more than HttpOptions say.
  int64_t max_payload_bytes = core::kAwsPayloadBytes;
  // What aws-sdk integrations of new definitions may name; null: anything. Outlives the server.
  const asl::SdkActions* sdk_actions = nullptr;
  std::string version;                               // for people
  absl::Duration poll_duration = absl::Seconds(60);  // of GetActivityTask (reference/api.md 4.11)
  // What /metrics shows.
  std::shared_ptr<metrics::Metrics> metrics = std::make_shared<metrics::Metrics>();
  HttpOptions http;  // its host and port are not looked at: `listen` says them
};

// Thread-safe but for Start and the destructor.
class ApiServer {
 public:
  // All outlive the server, and the engine and the store must be done with their callbacks before
  // it is destroyed.
  ApiServer(ServerOptions options, store::Store* store, engine::Engine* engine, const Clock* clock);
  ~ApiServer();

  // Reads the cluster's secret, listens, and gives the port. Blocks for the store's answer.
  // FAILED_PRECONDITION: the address can be reached from elsewhere and allow_unauthenticated is not
  // set. INVALID_ARGUMENT: no address. UNAVAILABLE: it cannot be had, or the store does not answer.
  absl::StatusOr<uint16_t> Start();

  // Makes /readyz answer 503 and new polls for tasks end at once; all else goes on. So that load
  // balancers and workers turn to other nodes before Drain. The engine's Drain, called next, ends
  // the waiting polls.
  void BeginDrain();
  // BeginDrain, then accepts no more connections and waits until the requests under way have their
  // answers, at the most for `limit`. Blocks.
  void Drain(absl::Duration limit);
  // Ends at once. Blocks shortly.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pawl::api

#endif  // PAWL_API_SERVER_H_
