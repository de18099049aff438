// The fixture of what every store promises: each test of it runs on the store in memory and on
// those over PostgreSQL.

#ifndef PAWL_TESTS_STORE_STORE_CONTRACT_H_
#define PAWL_TESTS_STORE_STORE_CONTRACT_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "coordinator/store/memory_store.h"
#include "coordinator/store/postgres_store.h"
#include "tests/store/store_test_support.h"
#include "tests/support/postgres_cluster.h"

namespace pawl::store {

// kPooled: as behind a pooler, with synchronous commits on blocking connections.
enum class Kind { kMemory, kPostgres, kPooled };

class StoreContractTest : public ::testing::TestWithParam<Kind> {
 protected:
  StoreContractTest() {
    if (GetParam() == Kind::kMemory) {
      owned_ = std::make_unique<MemoryStore>();
    } else {
      owned_ = std::make_unique<PostgresStore>(
          PostgresStoreOptions{.database_url = testing::PostgresCluster::Shared().FreshDatabase(),
                               .flush_barrier = GetParam() == Kind::kPostgres,
                               .pipelined_connections = 3,
                               .read_connections = 2,
                               .allow_fsync_off = true});
    }
    store_ = owned_.get();
  }

  Machine MakeMachine(const std::string& name = "machine") {
    absl::StatusOr<Machine> machine = Create(store_, NewMachine(name));
    EXPECT_TRUE(machine.ok()) << machine.status();
    return *machine;
  }

  // Starts an execution and gives it back as it stands.
  core::Execution Begin(const Machine& machine, const std::string& name,
                        absl::Time claimable_at = absl::InfiniteFuture()) {
    return Begin(NewStart(machine, name), claimable_at);
  }
  core::Execution Begin(const Step& step, absl::Time claimable_at = absl::InfiniteFuture()) {
    const absl::StatusOr<StartResult> result = Start(store_, step, claimable_at);
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->kind, StartResult::Kind::kStarted);
    return step.execution;
  }

  std::unique_ptr<Store> owned_;
  Store* store_;
};

inline auto AllStores() { return ::testing::Values(Kind::kMemory, Kind::kPostgres, Kind::kPooled); }

inline std::string StoreName(const ::testing::TestParamInfo<Kind>& info) {
  switch (info.param) {
    case Kind::kMemory:
      return "Memory";
    case Kind::kPostgres:
      return "Postgres";
    case Kind::kPooled:
      return "Pooled";
  }
  return "";
}

}  // namespace pawl::store

#endif  // PAWL_TESTS_STORE_STORE_CONTRACT_H_
