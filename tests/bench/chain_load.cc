#include "tests/bench/chain_load.h"

#include <chrono>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "tests/bench/bench_cluster.h"

namespace pawl::bench {
namespace {

// About 100 bytes, so that a history row with its two events is about as large as the limit's 300.
constexpr char kInput[] =
    R"({"order": "0123456789abcdef", "customer": "a customer of ours", "amount": 12.5, "lines": [1, 2, 3]})";

// Gives a callback to `call` and waits for it.
template <typename Call>
void Wait(Call call) {
  absl::Notification answered;
  absl::Status result;
  call([&](absl::Status status) {
    result = std::move(status);
    answered.Notify();
  });
  answered.WaitForNotification();
  Require(result);
}

}  // namespace

ChainLoad::ChainLoad(store::PostgresStoreOptions store, Options options)
    : options_(std::move(options)),
      store_(std::move(store)),
      scheduler_(2),
      clock_keeper_(&clock_, &store_, &scheduler_) {
  Require(clock_keeper_.SampleOnce());
  clock_keeper_.Run();
  engine::Options engine_options;
  engine_options.closed = [this](const store::ExecutionRecord& ended) {
    Ended(ended.id, ended.status);
  };
  engine_ = std::make_unique<engine::Engine>(engine_options, &store_, &clock_, &scheduler_);
  Wait([&](auto done) { engine_->Run(done); });
  Deploy();
  if (!options_.activity.empty()) Serve();
}

ChainLoad::~ChainLoad() {
  if (server_) server_->BeginDrain();
  absl::Notification drained;
  engine_->Drain([&] { drained.Notify(); });
  drained.WaitForNotification();
  if (server_) server_->Stop();
  scheduler_.Stop();
}

void ChainLoad::Serve() {
  Wait([&](auto done) {
    store_.CreateActivity(
        {.name = options_.activity, .created_at = clock_.Now()},
        [done](const absl::StatusOr<store::Activity>& activity) { done(activity.status()); });
  });
  server_ = std::make_unique<rpc::RpcServer>(rpc::ServerOptions{.listen = "127.0.0.1:0"}, &store_,
                                             engine_.get(), &clock_, &scheduler_, waits_);
  const absl::StatusOr<uint16_t> port = server_->Start();
  Require(port.status());
  grpc_port_ = *port;
}

void ChainLoad::Deploy() {
  store::Machine machine;
  machine.name = machine.current.machine_name = "chain";
  machine.type = "STANDARD";
  machine.current.id = RevisionId(Uuid::Random());
  machine.current.definition = options_.definition;
  machine.current.role_arn = "arn:aws:iam::000000000000:role/bench";
  machine.created_at = machine.current.created_at = clock_.Now();
  Wait([&](auto done) {
    store_.CreateMachine(
        machine, [done](const absl::StatusOr<store::Machine>& made) { done(made.status()); });
  });
}

ChainLoad::Result ChainLoad::Run(int seconds) {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = false;
    under_way_ = options_.under_way;
    latencies_.clear();
  }
  const absl::Duration begun = DatabaseClock::SteadyNow();
  for (int i = 0; i < options_.under_way; ++i) Start();
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  absl::MutexLock lock(&mu_);
  stopping_ = true;
  mu_.Await(absl::Condition(
      +[](int* left) { return *left == 0; }, &under_way_));
  return {absl::ToDoubleSeconds(DatabaseClock::SteadyNow() - begun), std::move(latencies_)};
}

void ChainLoad::Start() {
  engine_->StartExecution(
      "chain", Uuid::Random().ToString(), Text(kInput),
      [this, begun = DatabaseClock::SteadyNow()](const absl::StatusOr<engine::Started>& started) {
        Require(started.status());
        Told(started->id, begun);
      });
}

void ChainLoad::Ended(ExecutionId id, core::Status status) {
  if (status != core::Status::kSucceeded) Require(absl::InternalError("an execution failed"));
  Told(id, DatabaseClock::SteadyNow());
}

void ChainLoad::Told(ExecutionId id, absl::Duration at) {
  {
    absl::MutexLock lock(&mu_);
    const auto [half, first] = half_known_.try_emplace(id, at);
    if (first) return;
    latencies_.push_back(absl::AbsDuration(half->second - at));
    half_known_.erase(half);
    if (stopping_) {
      --under_way_;
      return;
    }
  }
  Start();
}

}  // namespace pawl::bench
