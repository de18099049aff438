#include "coordinator/node/node.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/node/outgoing_calls.h"
#include "coordinator/node/sdk_actions.h"
#include "coordinator/store/migrate.h"

namespace pawl::node {
namespace {

constexpr absl::Duration kFirstRetry = absl::Milliseconds(200);
constexpr absl::Duration kLongestRetry = absl::Seconds(5);

int SchedulerThreads() {
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 2u, 8u));
}

// How the connections are shared out: one listens for hints, one is the barrier's, few are for
// claims, and what is left is for reads. A pipelined connection keeps a core busy, here and at the
// server; more of them than cores only make for more threads that wake each other. Without the
// barrier a transition has a connection to itself for as long as its flush takes.
store::PostgresStoreOptions StoreOptions(const config::Settings& settings,
                                         std::shared_ptr<metrics::Metrics> metrics) {
  const int cores = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 2u, 8u));
  store::PostgresStoreOptions options{.database_url = settings.database_url,
                                      .account = settings.account(),
                                      .flush_barrier = settings.flush_barrier,
                                      .synchronous_commit = settings.synchronous_commit,
                                      .allow_fsync_off = settings.allow_fsync_off,
                                      .metrics = std::move(metrics)};
  const int all = static_cast<int>(settings.database_connections);
  const bool few = all < 10;
  options.read_connections = few ? 1 : 2;
  if (settings.flush_barrier) {
    options.claim_connections = few ? 2 : 3;
    const int left = all - 2 - options.claim_connections;
    options.pipelined_connections = std::min(left - options.read_connections, cores);
    options.read_connections = left - options.pipelined_connections;
  } else {
    options.pipelined_connections = 0;
    options.claim_connections = all - 1 - options.read_connections;
  }
  return options;
}

metrics::AwsOutcome ToMetric(integrations::AwsOutcome outcome) {
  switch (outcome) {
    case integrations::AwsOutcome::kSucceeded:
      return metrics::AwsOutcome::kSucceeded;
    case integrations::AwsOutcome::kThrottled:
      return metrics::AwsOutcome::kThrottled;
    case integrations::AwsOutcome::kFailed:
      break;
  }
  return metrics::AwsOutcome::kFailed;
}

Fence FenceOfVersion(const core::Execution& execution) { return Fence(execution.version); }

bool IsPassing(const absl::Status& status) {
  // A connection that broke half-way is UNKNOWN; reading and migrating may be repeated.
  return absl::IsUnavailable(status) || absl::IsUnknown(status);
}

// Calls `attempt` until it does something else than fail for want of the database.
absl::Status RetryWhileUnreachable(const config::Settings& settings, const StopSignal& stop,
                                   absl::AnyInvocable<absl::Status()> attempt) {
  absl::Duration pause = kFirstRetry;
  while (true) {
    absl::Status status = attempt();
    if (!IsPassing(status)) return status;
    log::Warn("database_unreachable",
              {{"database", config::MaskPassword(settings.database_url)}, {"reason", status}});
    if (stop.WaitFor(pause))
      return absl::CancelledError("stopped before the database could be reached");
    pause = std::min(pause * 2, kLongestRetry);
  }
}

absl::Status CheckSchema(const config::Settings& settings) {
  if (settings.migrate) return store::Migrate(settings.database_url);
  const absl::StatusOr<bool> current = store::SchemaIsCurrent(settings.database_url);
  if (!current.ok()) return current.status();
  if (*current) return absl::OkStatus();
  return absl::FailedPreconditionError(StrCat(
      "the schema of ", config::MaskPassword(settings.database_url),
      " is not the one of this version: run `pawl migrate` against it, or start with --migrate"));
}

}  // namespace

Node::Node(config::Settings settings, NodeFaults faults)
    : settings_(std::move(settings)), faults_(faults), scheduler_(SchedulerThreads()) {}

Node::~Node() {
  if (server_) server_->Stop();
  if (rpc_server_) rpc_server_->Stop();
  // From here on nothing calls into the parts that go next.
  scheduler_.Stop();
  engine_.reset();
  caller_.reset();
  store_.reset();
}

absl::Status Node::Start(const StopSignal& stop) {
  absl::StatusOr<integrations::CallerOptions> outgoing = OutgoingCalls(settings_, &clock_);
  if (!outgoing.ok()) return outgoing.status();
  if (absl::Status status =
          RetryWhileUnreachable(settings_, stop, [&] { return CheckSchema(settings_); });
      !status.ok()) {
    return status;
  }
  store::PostgresStoreOptions store_options = StoreOptions(settings_, metrics_);
  store_options.barrier_faults = faults_.barrier;
  if (absl::Status status = RetryWhileUnreachable(
          settings_, stop, [&] { return store::CheckFlushes(store_options); });
      !status.ok()) {
    return status;
  }
  store_ = std::make_unique<store::PostgresStore>(store_options);
  clock_keeper_ = std::make_unique<ClockKeeper>(&clock_, store_.get(), &scheduler_);
  if (absl::Status status =
          RetryWhileUnreachable(settings_, stop, [&] { return clock_keeper_->SampleOnce(); });
      !status.ok()) {
    return status;
  }
  clock_keeper_->Run();

  const auto waits = std::make_shared<rpc::ExecutionWaits>();
  MakeEngine(*std::move(outgoing), waits);
  if (absl::Status status = RetryWhileUnreachable(settings_, stop, [&] { return RunEngine(); });
      !status.ok()) {
    return status;
  }
  if (absl::Status status = StartRpc(waits); !status.ok()) return status;
  server_ = std::make_unique<api::ApiServer>(
      api::ServerOptions{.listen = settings_.listen_http,
                         .allow_unauthenticated = settings_.allow_unauthenticated,
                         .account = settings_.account(),
                         .max_payload_bytes = settings_.max_payload_bytes,
                         .sdk_actions = sdk_actions_.get(),
                         .version = Version(),
                         .metrics = metrics_},
      store_.get(), engine_.get(), &clock_);
  const absl::StatusOr<uint16_t> port = server_->Start();
  if (!port.ok()) return port.status();
  http_port_ = *port;
  log::Info("node_ready", {{"listen_http", settings_.listen_http},
                           {"listen_grpc", settings_.listen_grpc},
                           {"version", Version()}});
  return absl::OkStatus();
}

void Node::MakeEngine(integrations::CallerOptions outgoing,
                      const std::shared_ptr<rpc::ExecutionWaits>& waits) {
  const integrations::LambdaRoutes lambda = outgoing.lambda;
  sdk_actions_ = std::make_unique<CatalogueActions>(outgoing.aws_models);
  outgoing.aws_outcomes = [metrics = metrics_](std::string_view service,
                                               integrations::AwsOutcome outcome) {
    metrics->aws_requests.Add(service, ToMetric(outcome));
  };
  caller_ = integrations::MakeCaller(std::move(outgoing));
  engine_ = std::make_unique<engine::Engine>(
      engine::Options{
          .account = settings_.account(),
          .retention = settings_.retention,
          .limits = {settings_.max_payload_bytes, settings_.max_history_events},
          .caller = caller_.get(),
          .max_calls = settings_.max_calls,
          .max_jobs = settings_.max_jobs,
          .call_grace = settings_.shutdown_timeout / 2,
          .served_function = [lambda](std::string_view name) { return lambda.ServedName(name); },
          .closed = [waits](const store::ExecutionRecord& ended) { waits->Closed(ended); },
          .metrics = metrics_,
          .draw_fence = faults_.fences_repeat ? FenceOfVersion : nullptr},
      store_.get(), &clock_, &scheduler_);
}

absl::Status Node::StartRpc(const std::shared_ptr<rpc::ExecutionWaits>& waits) {
  rpc_server_ = std::make_unique<rpc::RpcServer>(
      rpc::ServerOptions{.listen = settings_.listen_grpc,
                         .allow_unauthenticated = settings_.allow_unauthenticated,
                         .account = settings_.account(),
                         .max_payload_bytes = settings_.max_payload_bytes},
      store_.get(), engine_.get(), &clock_, &scheduler_, waits);
  const absl::StatusOr<uint16_t> port = rpc_server_->Start();
  if (!port.ok()) return port.status();
  grpc_port_ = *port;
  return absl::OkStatus();
}

absl::Status Node::RunEngine() {
  absl::Notification answered;
  absl::Status result;
  engine_->Run([&](absl::Status status) {
    result = std::move(status);
    answered.Notify();
  });
  answered.WaitForNotification();
  return result;
}

void Node::Stop() {
  if (!server_) return;
  log::Info("node_stopping", {{"at_most", settings_.shutdown_timeout}});
  server_->BeginDrain();
  rpc_server_->BeginDrain();
  const absl::Duration asked = DatabaseClock::SteadyNow();
  // Shared, for it may be told after this function has given up waiting.
  auto drained = std::make_shared<absl::Notification>();
  engine_->Drain([drained] { drained->Notify(); });
  const bool in_time = drained->WaitForNotificationWithTimeout(settings_.shutdown_timeout);
  absl::Duration left = settings_.shutdown_timeout - (DatabaseClock::SteadyNow() - asked);
  rpc_server_->Drain(std::max(left, absl::ZeroDuration()));
  left = settings_.shutdown_timeout - (DatabaseClock::SteadyNow() - asked);
  server_->Drain(std::max(left, absl::ZeroDuration()));
  log::Info("node_stopped", {{"drained", in_time}});
}

absl::Status RunNode(const config::Settings& settings, const StopSignal& stop,
                     absl::AnyInvocable<void(const Node&)> on_ready, NodeFaults faults) {
  Node node(settings, faults);
  if (absl::Status status = node.Start(stop); !status.ok()) return status;
  on_ready(node);
  stop.Wait();
  node.Stop();
  return absl::OkStatus();
}

const char* Version() { return PAWL_VERSION; }

}  // namespace pawl::node
