#include "coordinator/rpc/server.h"

#include <grpc/support/time.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <utility>

#include "coordinator/api/listen_address.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/rpc/client_service.h"
#include "coordinator/rpc/worker_service.h"

namespace pawl::rpc {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
// Enough for the largest payload that can be allowed, and what is around it: what is too large for
// this coordinator is refused with words, not by the end of the connection.
constexpr int kMaxMessageBytes = core::kMostPayloadBytes + (128 << 10);
// Workers that hang or are cut off are found within ten seconds; the tasks that they did not
// confirm are given again then.
constexpr int kKeepaliveMs = 5'000;
constexpr int kKeepaliveTimeoutMs = 5'000;
// Workers find a coordinator that hangs by pings of their own, every three seconds
// (worker/cluster.cc); a client that pings more often than this is sent away.
constexpr int kPingIntervalMinMs = 1'000;

}  // namespace

class RpcServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(ServerOptions options, store::Store* store, engine::Engine* engine, const Clock* clock,
       engine::Scheduler* scheduler, std::shared_ptr<ExecutionWaits> waits)
      : options_(std::move(options)),
        services_{.account = options_.account,
                  .max_payload_bytes = options_.max_payload_bytes,
                  .store = store,
                  .engine = engine,
                  .clock = clock},
        scheduler_(scheduler),
        waits_(std::move(waits)),
        workers_(&services_),
        clients_(&services_, waits_) {}

  absl::StatusOr<uint16_t> Start() {
    const auto address = api::ListenAddress::Parse(options_.listen);
    if (!address.ok()) return address.status();
    if (!address->IsLoopback() && !options_.allow_unauthenticated) {
      return absl::FailedPreconditionError(StrCat(
          "listen address ", options_.listen,
          " can be reached from other machines, and requests are not authenticated: listen on "
          "127.0.0.1, or allow unauthenticated access"));
    }
    const bool is_v6 = address->host.find(':') != std::string::npos;
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(is_v6 ? StrCat("[", address->host, "]:", address->port)
                                   : StrCat(address->host, ":", address->port),
                             grpc::InsecureServerCredentials(), &port);
    // A port that is taken is an error, not to be shared with whoever has it.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kPingIntervalMinMs);
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    builder.RegisterService(&workers_);
    builder.RegisterService(&clients_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) {
      return absl::UnavailableError(StrCat("cannot listen on ", options_.listen));
    }
    ScheduleTick();
    return static_cast<uint16_t>(port);
  }

  void BeginDrain() {
    services_.draining = true;
    workers_.BeginDrain();
    waits_->LookAtAll();
  }

  void Drain(absl::Duration limit) {
    BeginDrain();
    Shutdown(limit);
  }

  void Stop() {
    services_.draining = true;
    Shutdown(absl::ZeroDuration());
  }

 private:
  // Calls that are not answered within `limit` are cancelled.
  void Shutdown(absl::Duration limit) {
    if (server_ == nullptr || shut_down_) return;
    shut_down_ = true;
    server_->Shutdown(
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                     gpr_time_from_millis(absl::ToInt64Milliseconds(limit), GPR_TIMESPAN)));
    server_->Wait();
  }

  void ScheduleTick() {
    scheduler_->RunAfter(kTick, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->waits_->LookAtAll();
      self->ScheduleTick();
    });
  }

  const ServerOptions options_;
  Services services_;
  engine::Scheduler* const scheduler_;
  const std::shared_ptr<ExecutionWaits> waits_;
  WorkerServiceImpl workers_;
  ClientServiceImpl clients_;
  bool shut_down_ = false;
  std::unique_ptr<grpc::Server> server_;  // last, so that it is gone before what it calls
};

RpcServer::RpcServer(ServerOptions options, store::Store* store, engine::Engine* engine,
                     const Clock* clock, engine::Scheduler* scheduler,
                     std::shared_ptr<ExecutionWaits> waits)
    : impl_(std::make_shared<Impl>(std::move(options), store, engine, clock, scheduler,
                                   std::move(waits))) {}
RpcServer::~RpcServer() { Stop(); }
absl::StatusOr<uint16_t> RpcServer::Start() { return impl_->Start(); }
void RpcServer::BeginDrain() { impl_->BeginDrain(); }
void RpcServer::Drain(absl::Duration limit) { impl_->Drain(limit); }
void RpcServer::Stop() { impl_->Stop(); }

}  // namespace pawl::rpc
