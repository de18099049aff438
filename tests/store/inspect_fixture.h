// A database of one's own with executions of all kinds in it, and SQL to hurt it: for the tests of
// what operators are told.

#ifndef PAWL_TESTS_STORE_INSPECT_FIXTURE_H_
#define PAWL_TESTS_STORE_INSPECT_FIXTURE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <pqxx/pqxx>
#include <string>

#include "absl/time/clock.h"
#include "coordinator/store/postgres_store.h"
#include "tests/store/store_test_support.h"
#include "tests/support/postgres_cluster.h"

namespace pawl::store {

class InspectFixture : public ::testing::Test {
 protected:
  InspectFixture()
      : url_(testing::PostgresCluster::Shared().FreshDatabase()),
        admin_(url_),
        store_(std::make_unique<PostgresStore>(PostgresStoreOptions{.database_url = url_,
                                                                    .pipelined_connections = 1,
                                                                    .claim_connections = 1,
                                                                    .read_connections = 1,
                                                                    .allow_fsync_off = true})),
        machine_(*Create(store_.get(), NewMachine("machine"))) {}

  // Starts an execution that is as `change` makes it.
  core::Execution Begin(
      const std::string& name, absl::Time claimable_at,
      const std::function<void(Step*)>& change = [](Step*) {}) {
    Step step = NewStart(machine_, name);
    change(&step);
    EXPECT_EQ(Start(store_.get(), step, claimable_at)->kind, StartResult::Kind::kStarted);
    return step.execution;
  }
  core::Execution BeginTask(const std::string& name, const std::string& activity) {
    return Begin(name, absl::InfiniteFuture(),
                 [&](Step* step) { Schedule(&step->execution, BranchId(0), activity, Now()); });
  }
  core::Execution BeginWait(const std::string& name, absl::Time due_at, absl::Time claimable_at) {
    return Begin(name, claimable_at, [&](Step* step) {
      step->execution.branches[BranchId(0)].phase = core::Phase::kWaiting;
      step->execution.branches[BranchId(0)].due_at = due_at;
    });
  }
  core::Execution BeginWithBranch(const std::string& name) {
    return Begin(name, Now() + absl::Seconds(2), [](Step* step) {
      step->execution.branches[BranchId(0)].phase = core::Phase::kJoining;
      step->execution.branches[BranchId(0)].join = core::Join{.length = 1, .next_index = 1};
      AddBranch(step, BranchId(1));
    });
  }

  void Run(const std::string& sql) { pqxx::nontransaction(admin_).exec(sql); }
  int64_t Ask(const std::string& sql) {
    return pqxx::nontransaction(admin_).exec1(sql)[0].as<int64_t>();
  }

  // What is looked at is judged by the database's time, which is this machine's.
  static absl::Time Now() { return absl::Now(); }

  const std::string url_;
  pqxx::connection admin_;
  std::unique_ptr<PostgresStore> store_;
  Machine machine_;
};

}  // namespace pawl::store

#endif  // PAWL_TESTS_STORE_INSPECT_FIXTURE_H_
