// The flush barrier against real PostgreSQL. What crashes take back is shown by tests/fault.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>

#include "absl/synchronization/blocking_counter.h"
#include "coordinator/base/batch.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/postgres_store.h"
#include "tests/store/store_test_support.h"
#include "tests/support/postgres_cluster.h"

namespace pawl::store {
namespace {

using ::testing::HasSubstr;
using testing::PostgresCluster;

class FlushBarrierTest : public ::testing::Test {
 protected:
  static PostgresCluster& Durable() {
    // So rarely that what is on disk was put there by a barrier.
    static PostgresCluster cluster(/*durable=*/true, {{"wal_writer_delay", "10s"}});
    return cluster;
  }

  FlushBarrierTest()
      : url_(Durable().FreshDatabase()),
        admin_(url_),
        store_(std::make_unique<PostgresStore>(
            PostgresStoreOptions{.database_url = url_, .application_name = "pawl-under-test"})),
        machine_(*Create(store_.get(), NewMachine("machine"))) {}

  bool Ask(const std::string& sql) { return pqxx::nontransaction(admin_).exec1(sql)[0].as<bool>(); }
  bool AllIsOnDisk() {
    return Ask("select pg_current_wal_insert_lsn() <= pg_current_wal_flush_lsn()");
  }
  absl::StatusOr<StartResult> StartOne(const std::string& name) {
    return Start(store_.get(), NewStart(machine_, name));
  }
  void EndSessions(const std::string& having) {
    pqxx::nontransaction(admin_).exec(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = "
        "current_database() and application_name = 'pawl-under-test' and query like '" +
        having + "'");
  }

  std::string url_;
  pqxx::connection admin_;
  std::unique_ptr<PostgresStore> store_;
  Machine machine_;
};

TEST_F(FlushBarrierTest, ACommitIsOnDiskOnceTheBarrierSaysSo) {
  const FlushEpoch epoch = store_->Epoch();
  ASSERT_TRUE(StartOne("one").ok());
  EXPECT_FALSE(AllIsOnDisk());
  EXPECT_TRUE(Flush(store_.get(), epoch).ok());
  EXPECT_TRUE(AllIsOnDisk());
}

TEST_F(FlushBarrierTest, ABatchIsWrittenOnSeveralConnectionsAndReleased) {
  constexpr int kExecutions = 50;  // more than one connection gets of a batch
  absl::BlockingCounter released(kExecutions);
  const FlushEpoch epoch = store_->Epoch();
  {
    const Batch batch;
    for (int i = 0; i < kExecutions; ++i) {
      const Step step = NewStart(machine_, StrCat("one-", i));
      store_->StartExecution({step.execution, step.transition, absl::InfiniteFuture()},
                             [&](absl::StatusOr<StartResult> started) {
                               EXPECT_TRUE(started.ok()) << started.status();
                               store_->AwaitFlush(epoch, [&](const absl::Status& flushed) {
                                 EXPECT_TRUE(flushed.ok()) << flushed;
                                 released.DecrementCount();
                               });
                             });
    }
  }
  released.Wait();
  EXPECT_TRUE(AllIsOnDisk());
}

TEST_F(FlushBarrierTest, WhatIsReadForOthersIsOnDisk) {
  ASSERT_TRUE(StartOne("one").ok());
  EXPECT_FALSE(AllIsOnDisk());
  EXPECT_TRUE(Find(store_.get(), "machine", "one").ok());
  EXPECT_TRUE(AllIsOnDisk());
}

TEST_F(FlushBarrierTest, TheEpochEndsWithTheSessionOfTheBarrier) {
  const FlushEpoch epoch = store_->Epoch();
  ASSERT_TRUE(StartOne("one").ok());
  ASSERT_TRUE(Flush(store_.get(), epoch).ok());
  EndSessions("%pg_logical_emit_message%");
  ASSERT_TRUE(StartOne("two").ok());
  EXPECT_TRUE(absl::IsUnavailable(Flush(store_.get(), epoch)));
  EXPECT_GT(store_->Epoch().value(), epoch.value());
  // Everything goes on in the next one.
  const FlushEpoch next = store_->Epoch();
  ASSERT_TRUE(StartOne("three").ok());
  EXPECT_TRUE(Flush(store_.get(), next).ok());
  // What is asked late for the old epoch is refused although a barrier would succeed now.
  EXPECT_TRUE(absl::IsUnavailable(Flush(store_.get(), epoch)));
}

TEST_F(FlushBarrierTest, AServerThatFlushesPassesTheTest) {
  const absl::Status status = CheckFlushes({.database_url = url_});
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(FlushBarrierTest, AServerWithoutFsyncIsRefusedUnlessAllowed) {
  const std::string url = PostgresCluster::Shared().FreshDatabase();
  const absl::Status status = CheckFlushes({.database_url = url});
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("fsync=off"));
  EXPECT_TRUE(CheckFlushes({.database_url = url, .allow_fsync_off = true}).ok());
}

TEST_F(FlushBarrierTest, ABarrierThatDoesNotWaitIsRefused) {
  const absl::Status status = CheckFlushes({.database_url = url_, .synchronous_commit = "off"});
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
}

TEST_F(FlushBarrierTest, WithoutABarrierEachCommitIsOnDisk) {
  PostgresStore store({.database_url = url_, .flush_barrier = false, .claim_connections = 2});
  ASSERT_TRUE(Start(&store, NewStart(machine_, "one")).ok());
  EXPECT_TRUE(AllIsOnDisk());
  EXPECT_TRUE(Flush(&store, store.Epoch()).ok());
}

}  // namespace
}  // namespace pawl::store
