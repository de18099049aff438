// What `pawl doctor` finds: each way in which a database can suffer shows as the finding it should
// be, and a healthy one shows none.

#include "coordinator/store/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <thread>

#include "coordinator/base/strings.h"
#include "coordinator/store/diagnosis.h"
#include "tests/store/inspect_fixture.h"

namespace pawl::store {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PostgresCluster;
using ::testing::SizeIs;

class InspectTest : public InspectFixture {
 protected:
  DatabaseFacts Facts() {
    absl::StatusOr<DatabaseFacts> facts = Inspect(url_);
    EXPECT_TRUE(facts.ok()) << facts.status();
    return *facts;
  }
  static Finding Find(const std::vector<Finding>& findings, const std::string& check) {
    for (const Finding& finding : findings) {
      if (finding.check == check) return finding;
    }
    ADD_FAILURE() << "no finding " << check;
    return {};
  }
  Finding Check(const std::string& check, const DiagnosisOptions& options = {}) {
    return Find(Diagnose(Facts(), options), check);
  }
  // Which findings are not OK, but for the server of the tests, which does not flush.
  static std::vector<std::string> Bad(const std::vector<Finding>& findings) {
    std::vector<std::string> bad;
    for (const Finding& finding : findings) {
      if (finding.level != Level::kOk && finding.check != "durability") {
        bad.push_back(StrCat(finding.check, ": ", finding.found));
      }
    }
    return bad;
  }
};

TEST_F(InspectTest, AHealthyDatabaseHasNoFindingThatIsNotOk) {
  store_->ListenReady([](const std::string&) {});
  Run("insert into pawl.activity values (now(), 'charge')");
  BeginTask("task", "charge");
  const absl::Time later = Now() + absl::Hours(1);
  BeginWait("wait", later, later);
  BeginWithBranch("parent");
  const Step last = LastStep(Begin("closed", Now() + absl::Seconds(2)));
  ASSERT_TRUE(Commit(store_.get(), last).ok());

  // The listener connects by itself.
  while (Ask("select count(*) from pg_stat_activity where query ilike 'listen%' and "
             "datname = current_database()") == 0) {
    std::this_thread::yield();
  }
  const DatabaseFacts facts = Facts();
  EXPECT_THAT(Bad(Diagnose(facts, {.overdue_warn = absl::Hours(1)})), IsEmpty());
  EXPECT_TRUE(facts.schema.current());
  EXPECT_EQ(facts.executions.total, 3);
  EXPECT_EQ(facts.executions.of(core::Phase::kScheduled), 1);
  EXPECT_EQ(facts.executions.of(core::Phase::kWaiting), 1);
  EXPECT_EQ(facts.executions.of(core::Phase::kJoining), 1);
  EXPECT_EQ(facts.branches.total, 1);
  EXPECT_EQ(facts.branches.of(core::Phase::kReady), 1);
  ASSERT_THAT(facts.ready, SizeIs(1));
  EXPECT_EQ(facts.ready[0].activity, "charge");
  EXPECT_EQ(facts.ready[0].tasks.value, 1);
  EXPECT_LE(facts.ready[0].oldest_ready_at, facts.now);
  EXPECT_THAT(Find(Diagnose(facts), "nodes").found, HasSubstr("1 node connected"));
}

TEST_F(InspectTest, ADatabaseThatIsNotThereIsUnavailable) {
  EXPECT_TRUE(absl::IsUnavailable(Inspect("postgresql:///pawl?host=/nonexistent").status()));
}

TEST_F(InspectTest, AMissingSchemaIsBroken) {
  const absl::StatusOr<DatabaseFacts> facts = Inspect(PostgresCluster::Shared().EmptyDatabase());
  ASSERT_TRUE(facts.ok()) << facts.status();
  const Finding finding = Find(Diagnose(*facts), "schema");
  EXPECT_EQ(finding.level, Level::kBroken);
  EXPECT_THAT(finding.advice, HasSubstr("pawl migrate"));
}

TEST_F(InspectTest, ASchemaNewerThanTheBinaryIsBroken) {
  Run("insert into pawl.schema_migration (version, name, checksum) "
      "values (9999, '9999_later.sql', sha256('x'))");
  const Finding finding = Check("schema");
  EXPECT_EQ(finding.level, Level::kBroken);
  EXPECT_THAT(finding.found, HasSubstr("9999_later.sql"));
  EXPECT_THAT(finding.advice, HasSubstr("that the nodes run"));
}

TEST_F(InspectTest, AServerThatDoesNotFlushIsBroken) {
  const Finding finding = Check("durability");
  EXPECT_EQ(finding.level, Level::kBroken);
  EXPECT_THAT(finding.found, HasSubstr("fsync=off"));
  EXPECT_THAT(finding.found, HasSubstr("full_page_writes=off"));
}

// ---------------------------------------------------------------- executions that do not move

TEST_F(InspectTest, BranchesWithoutAnExecutionAreBroken) {
  const core::Execution execution = BeginWithBranch("one");
  const std::string id = execution.facts->id.value().ToString();
  Run("delete from pawl.execution");
  const Finding finding = Check("executions");
  EXPECT_EQ(finding.level, Level::kBroken);
  EXPECT_THAT(finding.details,
              ElementsAre(id + ": rows-belong-to-an-execution: it has branches and is not open"));
}

TEST_F(InspectTest, AStepThatNobodyWillTakeIsBroken) {
  const core::Execution execution = Begin("one", absl::InfiniteFuture());
  const Finding finding = Check("executions");
  EXPECT_EQ(finding.level, Level::kBroken);
  EXPECT_THAT(finding.details,
              ElementsAre(execution.facts->id.value().ToString() +
                          ": claimable-in-time: it has a step to take and will never be claimed"));
}

TEST_F(InspectTest, AStepOfABranchThatNobodyWillTakeIsBroken) {
  BeginWithBranch("one");
  EXPECT_EQ(Check("executions").level, Level::kOk);
  Run("update pawl.execution set claimable_at = 'infinity'");
  const Finding finding = Check("executions");
  EXPECT_EQ(finding.level, Level::kBroken);
  EXPECT_THAT(finding.details, ElementsAre(HasSubstr("will never be claimed")));
}

TEST_F(InspectTest, ATimerThatWouldBeMissedIsBroken) {
  BeginWait("one", Now() + absl::Seconds(30), Now() + absl::Hours(1));
  const Finding finding = Check("executions");
  EXPECT_EQ(finding.level, Level::kBroken);
  EXPECT_THAT(finding.details, ElementsAre(HasSubstr("its timer is due at")));
}

TEST_F(InspectTest, ATimerThatANodeHasInHandIsOk) {
  BeginWait("one", Now() - absl::Seconds(1), Now() + absl::Seconds(2));
  EXPECT_EQ(Check("executions").level, Level::kOk);
}

TEST_F(InspectTest, APositionThatCannotBeReadIsBroken) {
  Begin("one", Now());
  Run("update pawl.execution set position = '\\xff'");
  EXPECT_THAT(Check("executions").details, ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(InspectTest, WhatIsOverdueIsWarnedOfAndThenBroken) {
  Begin("one", Now() - absl::Seconds(20));
  Begin("two", Now() - absl::Seconds(10));
  const Finding late = Check("overdue", {.overdue_broken = absl::Hours(1)});
  EXPECT_EQ(late.level, Level::kWarn);
  EXPECT_THAT(late.found, HasSubstr("2 due"));
  EXPECT_THAT(late.found, HasSubstr("machine/one"));
  EXPECT_THAT(late.advice, HasSubstr("no node is connected"));
  EXPECT_EQ(Check("overdue", {.overdue_broken = absl::Seconds(15)}).level, Level::kBroken);
}

TEST_F(InspectTest, TasksOfADeletedActivityAreWarnedOf) {
  BeginTask("one", "gone");
  BeginTask("two", "gone");
  Run("insert into pawl.activity values (now(), 'here')");
  BeginTask("three", "here");
  const DatabaseFacts facts = Facts();
  ASSERT_THAT(facts.ready, SizeIs(2));
  EXPECT_EQ(facts.ready[0].tasks.value, 2);
  const Finding finding = Find(Diagnose(facts), "tasks");
  EXPECT_EQ(finding.level, Level::kWarn);
  EXPECT_THAT(finding.details, ElementsAre(HasSubstr("activity gone was deleted")));
}

TEST_F(InspectTest, CountingEndsAtTheLimit) {
  for (int i = 0; i < 3; ++i) BeginTask(StrCat(i), "charge");
  const absl::StatusOr<DatabaseFacts> facts = Inspect(url_, {.limit = 2});
  ASSERT_TRUE(facts.ok());
  EXPECT_TRUE(facts->executions.more);
  EXPECT_FALSE(facts->branches.more);
  const absl::StatusOr<DatabaseFacts> stopped =
      Inspect(url_, {.progress = [](int64_t) { return false; }});
  EXPECT_TRUE(absl::IsCancelled(stopped.status()));
}

// ---------------------------------------------------------------- the server and the tables

TEST_F(InspectTest, AHeldSnapshotIsWarnedOfWithWhoHoldsIt) {
  pqxx::connection other(url_ + "&application_name=nightly-dump");
  pqxx::transaction<pqxx::isolation_level::repeatable_read> dump(other);
  dump.exec("select 'a query of a dump'");
  const Finding fresh = Check("snapshots");
  EXPECT_EQ(fresh.level, Level::kOk);
  const Finding held = Check("snapshots", {.snapshot_warn = absl::ZeroDuration()});
  EXPECT_EQ(held.level, Level::kWarn);
  EXPECT_THAT(held.found, HasSubstr(StrCat("pid ", other.backendpid(), " (nightly-dump)")));
  EXPECT_THAT(held.found, HasSubstr("idle in transaction"));
  EXPECT_THAT(held.details, ElementsAre("select 'a query of a dump'"));
  EXPECT_THAT(held.advice, HasSubstr(StrCat("pg_terminate_backend(", other.backendpid(), ")")));
}

TEST(InspectServerTest, APreparedTransactionIsWarnedOf) {
  PostgresCluster cluster(/*durable=*/false, {{"max_prepared_transactions", "2"}});
  const std::string url = cluster.FreshDatabase();
  pqxx::connection admin(url);
  pqxx::nontransaction(admin).exec(
      "begin; insert into pawl.activity values (now(), 'x'); prepare transaction 'forgotten'");
  const absl::StatusOr<DatabaseFacts> facts = Inspect(url);
  ASSERT_TRUE(facts.ok()) << facts.status();
  ASSERT_TRUE(facts->oldest_snapshot.has_value());
  EXPECT_EQ(facts->oldest_snapshot->holder, HeldSnapshot::Holder::kPreparedTransaction);
  std::vector<std::string> advice;
  for (const Finding& finding : Diagnose(*facts, {.snapshot_warn = absl::ZeroDuration()})) {
    if (finding.check == "snapshots") advice.push_back(finding.advice);
  }
  EXPECT_THAT(advice, ElementsAre(HasSubstr("rollback prepared 'forgotten'")));
}

TEST_F(InspectTest, ALockThatIsWaitedForIsWarnedOfWithBothSides) {
  Begin("one", Now());
  pqxx::connection holder(url_);
  pqxx::work holds(holder);
  holds.exec("select from pawl.execution for update");
  std::thread waits([this] {
    pqxx::connection connection(url_ + "&application_name=patient");
    pqxx::work transaction(connection);
    transaction.exec("update pawl.execution set machine_deleted = false");
  });
  while (Ask("select count(*) from pg_stat_activity where application_name = 'patient' and "
             "wait_event_type = 'Lock'") == 0) {
    std::this_thread::yield();
  }
  const Finding finding = Check("locks", {.lock_warn = absl::ZeroDuration()});
  holds.abort();
  waits.join();
  EXPECT_EQ(finding.level, Level::kWarn);
  EXPECT_THAT(finding.details, ElementsAre(HasSubstr(StrCat("for pid ", holder.backendpid()))));
  EXPECT_THAT(finding.details, ElementsAre(HasSubstr("(patient)")));
}

TEST_F(InspectTest, RowsWhosePartitionIsMissingAreWarnedOf) {
  Run("insert into pawl.history (execution_id, first_event_id, occurred_at, event_count, events) "
      "values (pawl.first_execution_id('2090-01-03'), 1, now(), 1, ''), "
      "       (pawl.first_execution_id('2090-02-03'), 1, now(), 1, ''), "
      "       (pawl.first_execution_id('2020-01-01'), 1, now(), 1, '')");
  const Finding finding = Check("default partition of history");
  EXPECT_EQ(finding.level, Level::kWarn);
  EXPECT_THAT(finding.found, HasSubstr("2 rows whose week has no partition"));
  EXPECT_THAT(finding.found, HasSubstr("1 rows that outlived"));
  EXPECT_THAT(finding.advice, HasSubstr("ensure_partitions('2090-01-03', '2090-02-03')"));
  EXPECT_EQ(Check("default partition of closed_execution").level, Level::kOk);
  // The advice helps.
  Run("select pawl.ensure_partitions('2090-01-03', '2090-02-03')");
  EXPECT_EQ(Check("default partition of history").level, Level::kOk);
}

TEST_F(InspectTest, MissingPartitionsAreWarnedOfAndThoseOfNowBroken) {
  const auto drop_from = [&](const std::string& days) {
    Run("do $$ declare p text; begin for p in select c.relname from pg_inherits i join pg_class c "
        "on c.oid = i.inhrelid where i.inhparent = 'pawl.history'::regclass and c.relname ~ "
        "'_p[0-9]+$' and to_date(right(c.relname, 8), 'YYYYMMDD') > now() + interval '" +
        days + "' loop execute 'drop table pawl.' || p; end loop; end $$");
  };
  EXPECT_EQ(Check("partitions of history").level, Level::kOk);
  drop_from("1 day");
  EXPECT_EQ(Check("partitions of history").level, Level::kWarn);
  EXPECT_EQ(Check("partitions of closed_execution").level, Level::kOk);
  drop_from("-8 days");
  EXPECT_EQ(Check("partitions of history").level, Level::kBroken);
}

// ---------------------------------------------------------------- what looking costs

TEST_F(InspectTest, LookingScansNoTableAndReadsNoHistory) {
  Run(R"(
    insert into pawl.execution (execution_id, revision_id, fence, version, last_event_id, machine_id,
        started_at, claimable_at, branch_count, machine_name, name, ready_activity, ready_at, position)
    select gen_random_uuid(), gen_random_uuid(), n, 1, 1, 1, now(), 'infinity', 1, 'machine', n::text,
           case when n % 20 = 0 then 'work' || n % 40 end, now(), ''
      from generate_series(1, 5000) n)");
  Run("insert into pawl.branch (execution_id, branch_id, position) "
      "select execution_id, 1, position from pawl.execution");
  Run("insert into pawl.history (execution_id, first_event_id, occurred_at, event_count, events) "
      "select pawl.first_execution_id(now() + n * interval '1 ms'), 1, now(), 1, '' "
      "from generate_series(1, 5000) n");
  Run("analyze");
  const std::string tables =
      " from pg_stat_user_tables where schemaname = 'pawl' and relname ~ "
      "'^(execution|branch|history|closed_execution)'";
  Run("select pg_stat_force_next_flush()");
  const int64_t scans = Ask("select sum(seq_scan)" + tables);
  ASSERT_TRUE(Inspect(url_).ok());
  // A session reports what it has done when it ends at the latest.
  while (Ask("select count(*) from pg_stat_activity where application_name = 'pawl-doctor'")) {
    std::this_thread::yield();
  }
  EXPECT_EQ(Ask("select sum(seq_scan)" + tables), scans);
  EXPECT_GT(Ask("select sum(idx_tup_fetch)" + tables + " and relname = 'execution'"), 4999);
  EXPECT_EQ(Ask("select sum(idx_tup_fetch)" + tables + " and relname ~ '^history'"), 0);
  // None is due, and nothing else is asked of this one.
  EXPECT_EQ(Ask("select idx_tup_read from pg_stat_user_indexes where indexrelname = "
                "'execution_claimable_idx'"),
            0);
}

}  // namespace
}  // namespace pawl::store
