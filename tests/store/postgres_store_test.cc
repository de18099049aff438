// What only the store over PostgreSQL can show: locks, plans, what a commit costs, and a database
// that goes away.

#include "coordinator/store/postgres_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <pqxx/pqxx>
#include <thread>

#include "coordinator/base/strings.h"
#include "coordinator/store/sql_values.h"
#include "tests/store/store_test_support.h"
#include "tests/support/postgres_cluster.h"

namespace pawl::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::PostgresCluster;
using ::testing::SizeIs;

class PostgresStoreTest : public ::testing::Test {
 protected:
  explicit PostgresStoreTest(int connections = 4)
      : url_(PostgresCluster::Shared().FreshDatabase()),
        admin_(url_),
        store_(std::make_unique<PostgresStore>(
            PostgresStoreOptions{.database_url = url_,
                                 .pipelined_connections = connections,
                                 .claim_connections = connections,
                                 .read_connections = 1,
                                 .allow_fsync_off = true,
                                 .application_name = "pawl-under-test"})),
        machine_(*Create(store_.get(), NewMachine("machine"))) {}

  core::Execution Begin(const std::string& name, absl::Time claimable_at = absl::InfiniteFuture()) {
    const Step step = NewStart(machine_, name);
    EXPECT_EQ(Start(store_.get(), step, claimable_at)->kind, StartResult::Kind::kStarted);
    return step.execution;
  }

  // A number that a query gives.
  int64_t Ask(const std::string& sql) {
    return pqxx::nontransaction(admin_).exec1(sql)[0].as<int64_t>();
  }
  std::string Explain(const std::string& sql) {
    std::string plan;
    pqxx::work transaction(admin_);
    for (const pqxx::row& row : transaction.exec("explain " + sql)) {
      StrAppend(&plan, row[0].c_str(), "\n");
    }
    return plan;
  }

  const std::string url_;
  pqxx::connection admin_;
  std::unique_ptr<PostgresStore> store_;
  Machine machine_;
};

class OneConnectionTest : public PostgresStoreTest {
 protected:
  OneConnectionTest() : PostgresStoreTest(1) {}
};

// ---------------------------------------------------------------- what a commit costs

TEST_F(OneConnectionTest, ACommitIsOneTransactionAndAHeapOnlyUpdate) {
  core::Execution execution = Begin("one", TestTime() + absl::Seconds(2));
  const std::string next_xid = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
  const int64_t first_xid = Ask(next_xid);
  constexpr int kSteps = 200;
  for (int i = 0; i < kSteps; ++i) {
    const Step step = NextStep(execution);
    ASSERT_TRUE(Commit(store_.get(), step).ok());
    execution = step.execution;
  }
  const int64_t transactions = Ask(next_xid) - first_xid;
  EXPECT_GE(transactions, kSteps);
  EXPECT_LE(transactions, kSteps + 10);  // autovacuum may pass by
  // A session reports what it has done when it ends at the latest.
  store_.reset();
  while (Ask("select count(*) from pg_stat_activity where application_name = 'pawl-under-test'")) {
  }
  EXPECT_EQ(Ask("select n_tup_upd from pg_stat_user_tables where relname = 'execution'"), kSteps);
  // All but a few, for which a page had to be found first.
  EXPECT_GE(Ask("select n_tup_hot_upd from pg_stat_user_tables where relname = 'execution'"),
            kSteps * 9 / 10);
}

TEST_F(PostgresStoreTest, TheHotStatementsUseIndexes) {
  pqxx::nontransaction(admin_).exec(R"(
    insert into pawl.execution (execution_id, revision_id, fence, version, last_event_id, machine_id,
        started_at, claimable_at, ready_at, branch_count, machine_name, name, ready_activity, position)
    select gen_random_uuid(), gen_random_uuid(), n, 1, 1, 1, now(),
           case when n % 10 = 0 then now() else 'infinity' end,
           case when n % 20 = 0 then now() end, 1, 'machine', n::text,
           case when n % 20 = 0 then 'work' || n % 40 end, repeat('x', 200)::bytea
      from generate_series(1, 20000) n)");
  pqxx::nontransaction(admin_).exec(R"(
    insert into pawl.branch (execution_id, branch_id, position, ready_at, ready_activity)
    select execution_id, 1, position, ready_at, ready_activity from pawl.execution)");
  pqxx::nontransaction(admin_).exec(R"(
    insert into pawl.history (execution_id, first_event_id, occurred_at, event_count, events)
    select execution_id, 1, now(), 1, position from pawl.execution)");
  pqxx::nontransaction(admin_).exec("analyze");
  const std::string id = "'0190163d-8694-739b-aea5-966c26f8ad91'";
  for (const std::string& statement : {
           "update pawl.execution set fence = 2 where execution_id = " + id + " and fence = 1",
           "delete from pawl.branch b using pawl.execution e where e.execution_id = " + id +
               " and b.execution_id = e.execution_id",
           "select from pawl.history where execution_id = " + id + " and first_event_id = 1",
           std::string(
               "select from pawl.execution where claimable_at <= now() order by claimable_at "
               "limit 10 for update skip locked"),
           std::string(
               "select from pawl.execution where ready_activity = 'work20' order by ready_at "
               "limit 10 for update skip locked"),
           std::string(
               "select from pawl.branch b join pawl.execution e using (execution_id) where "
               "b.ready_activity = 'work20' order by b.ready_at limit 10 for update of e skip "
               "locked"),
           "select from pawl.execution where machine_name = 'machine' and execution_id < " + id +
               " order by execution_id desc limit 10",
           "select from pawl.closed_execution where machine_name = 'machine' and execution_id < " +
               id + " order by execution_id desc limit 10",
       }) {
    EXPECT_THAT(Explain(statement), Not(HasSubstr("Seq Scan on execution"))) << statement;
    EXPECT_THAT(Explain(statement), Not(HasSubstr("Seq Scan on branch"))) << statement;
    EXPECT_THAT(Explain(statement), Not(HasSubstr("Seq Scan on history_p"))) << statement;
  }
}

TEST_F(PostgresStoreTest, SessionsAreBoundedWhenTheyHang) {
  ASSERT_TRUE(Begin("one").facts != nullptr);
  // The settings are each session's own, so they are seen through a statement that the store runs:
  // the claim waits for nothing, and a lock held by another session ends a commit after
  // lock_timeout.
  const core::Execution execution = Begin("held");
  pqxx::connection other(url_);
  pqxx::work holder(other);
  holder.exec("select from pawl.execution where name = 'held' for update");
  EXPECT_TRUE(absl::IsUnavailable(Commit(store_.get(), NextStep(execution))));
  holder.abort();
  EXPECT_TRUE(Commit(store_.get(), NextStep(execution)).ok());
}

// ---------------------------------------------------------------- locks

TEST_F(PostgresStoreTest, ClaimsAndHandOutsSkipWhatOthersHaveLocked) {
  Step held = NewStart(machine_, "held");
  Schedule(&held.execution, BranchId(0), "work", TestTime());
  Step in_branch = NewStart(machine_, "held branch");
  AddBranch(&in_branch, BranchId(1));
  Schedule(&in_branch.execution, BranchId(1), "work", TestTime());
  Step free = NewStart(machine_, "free");
  Schedule(&free.execution, BranchId(0), "work", TestTime() + absl::Seconds(1));
  for (const Step& step : {held, in_branch, free}) {
    ASSERT_TRUE(Start(store_.get(), step, TestTime()).ok());
  }
  pqxx::connection other(url_);
  pqxx::work holder(other);
  holder.exec("select from pawl.execution where name like 'held%' for update");

  const auto handed_out = HandOut(store_.get(), "work", 10);
  ASSERT_THAT(*handed_out, SizeIs(1));
  EXPECT_EQ(handed_out->front().execution.facts->name, "free");
  const auto claimed = Claim(store_.get(), TestTime() + absl::Hours(1), absl::InfiniteFuture(), 10);
  ASSERT_THAT(*claimed, SizeIs(1));
  EXPECT_EQ(claimed->front().facts->name, "free");

  holder.abort();
  EXPECT_THAT(*HandOut(store_.get(), "work", 10), SizeIs(2));
}

TEST_F(PostgresStoreTest, ALateCommitWaitsForTheLockAndThenLosesOnTheFence) {
  const core::Execution execution = Begin("one");
  pqxx::connection other(url_);
  pqxx::work holder(other);
  holder.exec("update pawl.execution set fence = 4711 where name = 'one'");
  Pending<absl::Status> pending;
  const Step step = NextStep(execution);
  store_->CommitTransition({step.execution, step.transition, step.before, std::nullopt},
                           pending.Done());
  while (Ask("select count(*) from pg_stat_activity where datname = current_database() and "
             "wait_event_type = 'Lock'") == 0) {
  }
  EXPECT_FALSE(pending.answered());
  holder.commit();
  const absl::Status status = pending.Get();
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_THAT(History(store_.get(), {.execution = execution.facts->id})->items, SizeIs(2));
}

TEST_F(PostgresStoreTest, TransitionsOfManyBranchesAndHandOutsDoNotDeadlock) {
  std::vector<core::Execution> executions;
  for (int i = 0; i < 4; ++i) {
    Step start = NewStart(machine_, StrCat("e", i));
    for (int id = 1; id <= 6; ++id) {
      AddBranch(&start, BranchId(id));
      Schedule(&start.execution, BranchId(id), "work", TestTime() + absl::Milliseconds(id));
    }
    ASSERT_TRUE(Start(store_.get(), start, TestTime()).ok());
    executions.push_back(start.execution);
  }
  std::vector<std::thread> threads;
  for (int worker = 0; worker < 2; ++worker) {
    threads.emplace_back([&] {
      for (int i = 0; i < 12; ++i) EXPECT_TRUE(HandOut(store_.get(), "work", 2).ok());
    });
    threads.emplace_back([&, worker] {
      for (int i = 0; i < 12; ++i) {
        const auto now = Load(store_.get(), executions[(i + worker) % 4].facts->id);
        Step step = NextStep(*now);
        for (int id = 1; id <= 6; ++id) step.transition.changed.push_back(BranchId(id));
        const absl::Status status = Commit(store_.get(), step);
        EXPECT_TRUE(status.ok() || absl::IsAborted(status)) << status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Ask("select deadlocks from pg_stat_database where datname = current_database()"), 0);
}

// ---------------------------------------------------------------- broken connections

TEST_F(OneConnectionTest, AConnectionThatBreaksInACommitLeavesItUnknown) {
  const core::Execution execution = Begin("one");
  pqxx::connection other(url_);
  std::optional<pqxx::work> holder(other);
  holder->exec("select from pawl.execution where name = 'one' for update");
  Pending<absl::Status> pending;
  const Step step = NextStep(execution);
  store_->CommitTransition({step.execution, step.transition, step.before, std::nullopt},
                           pending.Done());
  while (Ask("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = "
             "current_database() and wait_event_type = 'Lock'") == 0) {
  }
  const absl::Status status = pending.Get();
  EXPECT_TRUE(absl::IsUnknown(status)) << status;
  holder.reset();
  // The row tells; and the store has a connection again.
  EXPECT_EQ(Load(store_.get(), execution.facts->id)->fence, execution.fence);
  EXPECT_TRUE(Commit(store_.get(), step).ok());
  EXPECT_TRUE(store_->Healthy());
}

TEST_F(OneConnectionTest, ASessionThatEndedWhileItRestedIsReplaced) {
  const core::Execution execution = Begin("one");
  const std::string sessions =
      " from pg_stat_activity where datname = current_database() and application_name = "
      "'pawl-under-test'";
  ASSERT_GT(Ask("select count(pg_terminate_backend(pid))" + sessions), 0);
  while (Ask("select count(*)" + sessions) > 0) {
  }
  const absl::Status status = Commit(store_.get(), NextStep(execution));
  EXPECT_TRUE(status.ok()) << status;
}

TEST(PostgresStore, WorkFailsSoonWithoutADatabaseAndGoesOnWithIt) {
  PostgresCluster cluster(/*durable=*/false);
  PostgresStore store({.database_url = cluster.FreshDatabase(),
                       .pipelined_connections = 2,
                       .read_connections = 1,
                       .allow_fsync_off = true,
                       .unavailable_after = absl::Milliseconds(200)});
  const Machine machine = *Create(&store, NewMachine("machine"));
  const Step start = NewStart(machine, "one");
  const FlushEpoch epoch = store.Epoch();
  ASSERT_TRUE(Start(&store, start).ok());
  ASSERT_TRUE(Flush(&store, epoch).ok());
  EXPECT_TRUE(store.Healthy());
  cluster.Kill();
  absl::Status status;
  do {  // until the end of the sessions has been seen
    status = Commit(&store, NextStep(start.execution));
    ASSERT_TRUE(absl::IsUnknown(status) || absl::IsUnavailable(status)) << status;
  } while (!absl::IsUnavailable(status));
  EXPECT_FALSE(store.Healthy());
  cluster.Start();
  absl::StatusOr<core::Execution> loaded;
  do {  // it reconnects at growing intervals
    loaded = Load(&store, start.execution.facts->id);
  } while (absl::IsUnavailable(loaded.status()));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->fence, start.execution.fence);
  EXPECT_TRUE(Commit(&store, NextStep(*loaded)).ok());
  EXPECT_TRUE(store.Healthy());
}

TEST(PostgresStore, WhatWaitsWhenTheStoreEndsIsUnavailable) {
  absl::Status status;
  {
    PostgresStore store(
        {.database_url = "host=/nonexistent dbname=nothing", .unavailable_after = absl::Hours(1)});
    store.LoadExecution(ExecutionId(Uuid::Random()),
                        [&](absl::StatusOr<core::Execution> result) { status = result.status(); });
  }
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

// ---------------------------------------------------------------- hints

TEST_F(PostgresStoreTest, AHintReachesTheOtherNodesOnly) {
  std::mutex mu;
  std::condition_variable heard;
  std::vector<std::string> here, there;
  const auto listen = [&](Store* store, std::vector<std::string>* hints) {
    store->ListenReady([&, hints](const std::string& activity) {
      std::lock_guard lock(mu);
      hints->push_back(activity);
      heard.notify_all();
    });
  };
  auto other = std::make_unique<PostgresStore>(
      PostgresStoreOptions{.database_url = url_, .allow_fsync_off = true});
  listen(store_.get(), &here);
  listen(other.get(), &there);
  // Until it listens, hints are lost, as they may be.
  const auto hear = [&](Store* from, const std::vector<std::string>& hints,
                        const std::vector<std::string>& ear) {
    while (true) {
      ASSERT_TRUE(AwaitDone([&](auto done) { from->NotifyReady(hints, std::move(done)); }).ok());
      std::unique_lock lock(mu);
      if (heard.wait_for(lock, std::chrono::milliseconds(100), [&] { return !ear.empty(); }))
        return;
    }
  };
  hear(store_.get(), {"a name", "b"}, there);
  hear(other.get(), {"c"}, here);
  // The listeners end before what they write to.
  other.reset();
  store_.reset();
  EXPECT_EQ(there[0], "a name");
  EXPECT_EQ(here[0], "c");
}

// ---------------------------------------------------------------- deletion

TEST_F(PostgresStoreTest, AStartThatSlippedPastADeletionIsMarkedLater) {
  ASSERT_TRUE(
      AwaitDone([&](auto done) { store_->DeleteMachine("machine", std::move(done)); }).ok());
  // As if it had read the machine before.
  pqxx::nontransaction(admin_).exec(
      "update pawl.state_machine set deleting = false, deleted_at = null");
  const core::Execution slipped = Begin("slipped");
  pqxx::nontransaction(admin_).exec(
      "update pawl.state_machine set deleting = true, deleted_at = clock_timestamp()");
  ASSERT_TRUE(AwaitDone([&](auto done) { store_->FinishDeletions(std::move(done)); }).ok());
  EXPECT_TRUE(Load(store_.get(), slipped.facts->id)->machine_deleted);
}

TEST_F(PostgresStoreTest, TextThatTheDatabaseCannotHoldDoesNotStopAnExecution) {
  Step end = LastStep(Begin("one"));
  end.execution.status = core::Status::kFailed;
  end.execution.cause = Text(std::string("a\0b", 3));
  ASSERT_TRUE(Commit(store_.get(), end).ok());
  EXPECT_EQ(Find(store_.get(), "machine", "one")->cause, Text("a\xEF\xBF\xBD"
                                                              "b"));
}

}  // namespace
}  // namespace pawl::store
