// What `pawl why` is told of one execution.

#include "coordinator/store/inspect_execution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/base/strings.h"
#include "tests/store/inspect_fixture.h"

namespace pawl::store {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class InspectExecutionTest : public InspectFixture {
 protected:
  absl::StatusOr<ExecutionCondition> Look(const std::string& name) {
    return InspectExecution(url_, Account(), {.machine_name = "machine", .name = name});
  }
};

TEST_F(InspectExecutionTest, ATaskThatWaitsComesWithItsActivity) {
  Run("insert into pawl.activity values (now(), 'charge')");
  BeginTask("one", "charge");
  BeginTask("two", "charge");
  const absl::StatusOr<ExecutionCondition> condition = Look("one");
  ASSERT_TRUE(condition.ok()) << condition.status();
  EXPECT_FALSE(condition->closed.has_value());
  EXPECT_EQ(condition->machine_name, "machine");
  EXPECT_EQ(condition->name, "one");
  EXPECT_EQ(condition->definition, R"({"StartAt": "First"})");
  EXPECT_EQ(condition->claimable_at, absl::InfiniteFuture());
  EXPECT_THAT(condition->execution.branches, SizeIs(1));
  ASSERT_THAT(condition->activities, SizeIs(1));
  EXPECT_EQ(condition->activities.at("charge").tasks.value, 2);
  EXPECT_TRUE(condition->activities.at("charge").exists);
  EXPECT_THAT(condition->locks, IsEmpty());
  EXPECT_FALSE(condition->machine_deleting);
}

TEST_F(InspectExecutionTest, ATaskAtAWorkerComesWithTheEventThatNamesIt) {
  BeginTask("one", "charge");
  ASSERT_TRUE(HandOut(store_.get(), "charge", 1).ok());
  // As the core leaves it; the hand-out of these tests does not.
  const absl::StatusOr<ExecutionCondition> before = Look("one");
  ASSERT_TRUE(before.ok()) << before.status();
  ASSERT_EQ(before->execution.branches.at(BranchId(0)).phase, core::Phase::kStarted);
  Step step = NextStep(before->execution);
  step.transition.history.back().worker_name = Text("w1");
  ASSERT_TRUE(Commit(store_.get(), step).ok());
  const absl::StatusOr<ExecutionCondition> condition = Look("one");
  ASSERT_TRUE(condition.ok()) << condition.status();
  ASSERT_THAT(condition->last_events, SizeIs(1));
  EXPECT_EQ(condition->last_events.at(BranchId(0)).worker_name, "w1");
  EXPECT_EQ(condition->last_events.at(BranchId(0)).id, step.execution.last_event_id);
}

TEST_F(InspectExecutionTest, AClosedOneSaysHowItEnded) {
  const core::Execution execution = Begin("one", Now());
  ASSERT_TRUE(Commit(store_.get(), LastStep(execution)).ok());
  Run("update pawl.closed_execution set status = 3, error = 'E', cause = 'because'");
  for (const ExecutionKey& key : {ExecutionKey{.machine_name = "machine", .name = "one"},
                                  ExecutionKey{.id = execution.facts->id}}) {
    const absl::StatusOr<ExecutionCondition> condition = InspectExecution(url_, Account(), key);
    ASSERT_TRUE(condition.ok()) << condition.status();
    ASSERT_TRUE(condition->closed.has_value());
    EXPECT_EQ(condition->closed->status, core::Status::kFailed);
    EXPECT_EQ(condition->closed->error, "E");
    EXPECT_EQ(condition->closed->cause, "because");
    EXPECT_EQ(condition->name, "one");
  }
}

TEST_F(InspectExecutionTest, ALockedRowComesWithWhoHasItLocked) {
  BeginTask("one", "charge");
  pqxx::connection other(url_ + "&application_name=editor");
  for (const char* sql : {"select from pawl.execution for update",
                          "update pawl.execution set claimable_at = now()"}) {
    pqxx::work transaction(other);
    transaction.exec(sql);
    const absl::StatusOr<ExecutionCondition> condition = Look("one");
    ASSERT_TRUE(condition.ok()) << condition.status();
    ASSERT_THAT(condition->locks, SizeIs(1));
    EXPECT_EQ(condition->locks[0].pid, other.backendpid());
    EXPECT_EQ(condition->locks[0].application, "editor");
    EXPECT_EQ(condition->locks[0].state, "idle in transaction");
    EXPECT_EQ(condition->locks[0].query, sql);
    transaction.abort();
    // A lock that is gone leaves its number behind.
    EXPECT_THAT(Look("one")->locks, IsEmpty());
  }
}

TEST_F(InspectExecutionTest, ADeletedMachineShows) {
  BeginTask("one", "charge");
  ASSERT_TRUE(
      AwaitDone([&](auto done) { store_->DeleteMachine("machine", std::move(done)); }).ok());
  const absl::StatusOr<ExecutionCondition> condition = Look("one");
  ASSERT_TRUE(condition.ok()) << condition.status();
  EXPECT_TRUE(condition->machine_deleting);
  EXPECT_TRUE(condition->execution.machine_deleted);
}

TEST_F(InspectExecutionTest, WhatIsNotThereAndWhatIsBrokenAreToldApart) {
  EXPECT_TRUE(absl::IsNotFound(Look("none").status()));
  EXPECT_TRUE(absl::IsNotFound(
      InspectExecution(url_, Account(), {.id = ExecutionId(Uuid::Random())}).status()));
  BeginTask("gone", "charge");
  BeginTask("lost", "charge");
  Run("delete from pawl.execution where name = 'gone'");
  Run("delete from pawl.history");
  EXPECT_TRUE(absl::IsDataLoss(Look("gone").status()));
  EXPECT_THAT(std::string(Look("gone").status().message()), HasSubstr("neither open nor closed"));
  EXPECT_TRUE(absl::IsDataLoss(Look("lost").status()));
  EXPECT_THAT(std::string(Look("lost").status().message()), HasSubstr("cannot be loaded"));
}

}  // namespace
}  // namespace pawl::store
