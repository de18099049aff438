// The load of the benchmarks: a node's engine and store in this process, and executions of one
// state machine in a closed loop, so that each one that ends starts the next. With workers to be
// served, the gRPC port too.

#ifndef PAWL_TESTS_BENCH_CHAIN_LOAD_H_
#define PAWL_TESTS_BENCH_CHAIN_LOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "coordinator/engine/engine.h"
#include "coordinator/node/asio_scheduler.h"
#include "coordinator/node/clock_keeper.h"
#include "coordinator/rpc/server.h"
#include "coordinator/store/postgres_store.h"

namespace pawl::bench {

class ChainLoad {
 public:
  struct Options {
    std::string definition;  // of the state machine
    std::string activity;    // made, and served to workers at grpc_port(); empty: none
    int under_way = 64;
  };
  struct Result {
    double seconds = 0;
    std::vector<absl::Duration> latencies;  // of each execution, from its start to its durable end
  };

  // Failures, of executions too, end the program.
  ChainLoad(store::PostgresStoreOptions store, Options options);
  ~ChainLoad();

  // Starts executions for `seconds`, and waits for the last ones.
  Result Run(int seconds);
  uint16_t grpc_port() const { return grpc_port_; }

 private:
  void Serve();
  void Deploy();
  void Start();
  void Ended(ExecutionId id, core::Status status);
  // That the execution was begun, or has ended, at that time of the steady clock.
  void Told(ExecutionId id, absl::Duration at);

  const Options options_;
  DatabaseClock clock_;
  store::PostgresStore store_;
  node::AsioScheduler scheduler_;
  node::ClockKeeper clock_keeper_;
  const std::shared_ptr<rpc::ExecutionWaits> waits_ = std::make_shared<rpc::ExecutionWaits>();
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<rpc::RpcServer> server_;
  uint16_t grpc_port_ = 0;

  absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  int under_way_ ABSL_GUARDED_BY(mu_) = 0;
  // The start of an execution and its end may be told in either order: who comes first notes when.
  absl::flat_hash_map<ExecutionId, absl::Duration> half_known_ ABSL_GUARDED_BY(mu_);
  std::vector<absl::Duration> latencies_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::bench

#endif  // PAWL_TESTS_BENCH_CHAIN_LOAD_H_
