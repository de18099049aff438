// Migrations, partitions and retention.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <thread>

#include "coordinator/base/strings.h"
#include "coordinator/store/migrate.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"
#include "tests/store/store_test_support.h"
#include "tests/support/postgres_cluster.h"

namespace pawl::store {
namespace {

using ::testing::HasSubstr;
using testing::PostgresCluster;
using ::testing::SizeIs;

int64_t Ask(const std::string& url, const std::string& sql) {
  pqxx::connection connection(url);
  return pqxx::nontransaction(connection).exec1(sql)[0].as<int64_t>();
}

void Do(const std::string& url, const std::string& sql) {
  pqxx::connection connection(url);
  pqxx::nontransaction(connection).exec(sql);
}

TEST(Migrate, ASecondRunChangesNothing) {
  const std::string url = PostgresCluster::Shared().EmptyDatabase();
  EXPECT_FALSE(*SchemaIsCurrent(url));
  ASSERT_TRUE(Migrate(url).ok());
  EXPECT_TRUE(*SchemaIsCurrent(url));
  const std::string relations = "select count(*) from pg_class";
  const int64_t before = Ask(url, relations);
  ASSERT_TRUE(Migrate(url).ok());
  EXPECT_EQ(Ask(url, relations), before);
}

TEST(Migrate, NodesThatStartTogetherTakeTurns) {
  const std::string url = PostgresCluster::Shared().EmptyDatabase();
  std::vector<std::thread> nodes;
  for (int i = 0; i < 3; ++i) {
    nodes.emplace_back([&] {
      const absl::Status status = Migrate(url);
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  for (std::thread& node : nodes) node.join();
  EXPECT_TRUE(*SchemaIsCurrent(url));
}

TEST(Migrate, ANewerDatabaseIsRefused) {
  const std::string url = PostgresCluster::Shared().FreshDatabase();
  Do(url,
     "insert into pawl.schema_migration (version, name, checksum) "
     "values (9999, '9999_future.sql', sha256('x'))");
  const absl::Status status = Migrate(url);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("9999_future.sql"));
  EXPECT_FALSE(*SchemaIsCurrent(url));
}

TEST(Migrate, AChangedMigrationIsRefused) {
  const std::string url = PostgresCluster::Shared().FreshDatabase();
  Do(url, "update pawl.schema_migration set checksum = sha256('x') where version = 1");
  const absl::Status status = Migrate(url);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("0001_initial.sql"));
}

TEST(Migrate, NoDatabaseIsUnavailable) {
  EXPECT_TRUE(absl::IsUnavailable(Migrate("host=/nonexistent dbname=nothing")));
  EXPECT_TRUE(absl::IsUnavailable(SchemaIsCurrent("host=/nonexistent dbname=nothing").status()));
}

class PartitionTest : public ::testing::Test {
 protected:
  PartitionTest()
      : url_(PostgresCluster::Shared().FreshDatabase()),
        store_({.database_url = url_,
                .pipelined_connections = 1,
                .claim_connections = 1,
                .read_connections = 1,
                .allow_fsync_off = true}),
        machine_(*Create(&store_, NewMachine("machine"))) {}

  int64_t Rows(const std::string& table) {
    return Ask(url_, StrCat("select count(*) from pawl.", table));
  }

  std::string url_;
  PostgresStore store_;
  Machine machine_;
};

TEST_F(PartitionTest, ExecutionsGoToThePartitionOfTheirStart) {
  const Step start = NewStart(machine_, "one");
  ASSERT_TRUE(Start(&store_, start).ok());
  ASSERT_TRUE(Commit(&store_, LastStep(start.execution)).ok());
  EXPECT_EQ(Rows("history_default"), 0);
  EXPECT_EQ(Rows("closed_execution_default"), 0);
  EXPECT_EQ(Rows("history"), 2);
}

TEST_F(PartitionTest, ALatePartitionTakesWhatWentToTheDefault) {
  const absl::Time next_year = TestTime() + absl::Hours(24 * 365);
  const Step start = NewStart(machine_, "one", next_year);
  ASSERT_TRUE(Start(&store_, start).ok());
  EXPECT_EQ(Rows("history_default"), 1);
  const std::string make = StrCat("select pawl.ensure_partitions('", TimeText(next_year), "', '",
                                  TimeText(next_year), "')");
  Do(url_, make);
  Do(url_, make);
  EXPECT_EQ(Rows("history_default"), 0);
  ExpectSame(*Load(&store_, start.execution.facts->id), start.execution);
}

TEST_F(PartitionTest, ADroppedWeekLeavesItsStragglersAndFreesTheNamesOfTheRest) {
  const absl::Time then = TestTime() - absl::Hours(24 * 60);
  Do(url_, StrCat("select pawl.ensure_partitions('", TimeText(then), "', '", TimeText(then), "')"));
  const Step old = NewStart(machine_, "old", then);
  const Step open = NewStart(machine_, "open", then);
  for (const Step& step : {old, open}) ASSERT_TRUE(Start(&store_, step).ok());
  Do(url_,
     "insert into pawl.versioned_execution (execution_id, version, machine_name) "
     "select execution_id, 1, machine_name from pawl.execution_name");
  ASSERT_TRUE(Commit(&store_, LastStep(old.execution)).ok());
  EXPECT_EQ(Rows("history_default"), 0);
  const std::string partitions =
      "select count(*) from pg_class where relkind = 'r' and relname ~ "
      "'^(history|closed_execution)_p'";
  const int64_t before = Ask(url_, partitions);
  const auto maintain = [&](absl::Time now) {
    return AwaitDone(
        [&](auto done) { store_.MaintainPartitions(now, absl::Hours(24 * 30), std::move(done)); });
  };
  ASSERT_TRUE(maintain(TestTime()).ok());
  EXPECT_EQ(Ask(url_, partitions), before - 2);
  EXPECT_TRUE(absl::IsNotFound(Find(&store_, "machine", "old").status()));
  ExpectSame(*Load(&store_, open.execution.facts->id), open.execution);
  EXPECT_EQ(Rows("execution_name"), 1);
  EXPECT_EQ(Rows("versioned_execution"), 1);
  // The straggler goes in its turn.
  ASSERT_TRUE(Commit(&store_, LastStep(open.execution)).ok());
  ASSERT_TRUE(maintain(TestTime() + absl::Hours(24 * 31)).ok());
  EXPECT_EQ(Rows("execution_name"), 0);
  EXPECT_EQ(Rows("versioned_execution"), 0);
  EXPECT_EQ(Rows("history_default"), 0);
  EXPECT_EQ(Rows("closed_execution_default"), 0);
}

}  // namespace
}  // namespace pawl::store
