// Executions that are started through versions and aliases.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/base/strings.h"
#include "tests/store/versions_contract.h"

namespace pawl::store {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class VersionedStartsContract : public VersionsContract {};

TEST_P(VersionedStartsContract, AVersionIsStartedThoughTheMachineHasMovedOn) {
  const auto first = Publish(MakeMachine().current.id);
  ASSERT_TRUE(Update(*first).ok());
  const Step step = StartOf(*GetVersion(1), "one");
  ASSERT_EQ(StartThrough(step), StartResult::Kind::kStarted);
  EXPECT_EQ(StartThrough(StartOf(*GetVersion(1), "one")), StartResult::Kind::kNameTaken);
  const auto found = Find(store_, "machine", "one");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->revision_id, first->id);
  EXPECT_EQ(*found->origin, (core::Origin{.version = 1}));
  const auto loaded = Load(store_, step.execution.facts->id);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(*loaded->facts->origin, (core::Origin{.version = 1}));
}

TEST_P(VersionedStartsContract, AStartIsRefusedWhenItsVersionOrAliasHasChanged) {
  const auto first = Publish(MakeMachine().current.id);
  ASSERT_TRUE(Update(*first, Version{.created_at = TestTime()}).ok());
  const Machine one = *GetVersion(1);
  const std::vector<Route> routes = {{1, 100}};
  ASSERT_TRUE(CreateAlias("live", routes).ok());
  EXPECT_EQ(StartThrough(StartOf(one, "a", "live"), routes), StartResult::Kind::kStarted);
  EXPECT_EQ(StartThrough(StartOf(one, "b", "gone"), routes), StartResult::Kind::kMachineChanged);
  ASSERT_TRUE(UpdateAlias({.machine_name = "machine",
                           .name = "live",
                           .routes = std::vector<Route>{{1, 50}, {2, 50}},
                           .updated_at = TestTime()})
                  .ok());
  EXPECT_EQ(StartThrough(StartOf(one, "c", "live"), routes), StartResult::Kind::kMachineChanged);
  ASSERT_TRUE(
      AwaitDone([&](auto done) { store_->DeleteAlias("machine", "live", std::move(done)); }).ok());
  ASSERT_THAT(*DeleteVersion(1), IsEmpty());
  EXPECT_EQ(StartThrough(StartOf(one, "d")), StartResult::Kind::kMachineChanged);
  EXPECT_TRUE(absl::IsNotFound(Find(store_, "machine", "d").status()));
}

TEST_P(VersionedStartsContract, AChildThatIsStartedByAVersionIsWaitedFor) {
  ASSERT_TRUE(Publish(MakeMachine().current.id).ok());
  const core::Execution parent = Begin(*Get(), "parent");
  Step open = StartOf(*GetVersion(1), "open");
  Step closed = StartOf(*GetVersion(1), "closed");
  const Step last = LastStep(closed.execution);
  closed.execution = last.execution;
  closed.transition.history.push_back(last.transition.history[0]);
  closed.transition.closes = true;
  for (const Step& step : {open, closed}) {
    const ChildWait wait{step.execution.facts->id, parent.facts->id, BranchId(0), 7};
    const auto result = Await<StartResult>([&](auto done) {
      store_->StartExecution({step.execution, step.transition, absl::InfiniteFuture(), wait},
                             std::move(done));
    });
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->kind, StartResult::Kind::kStarted);
  }
  const auto ended =
      *Await<std::vector<WaitedFor>>([&](auto done) { store_->EndedWaits(10, std::move(done)); });
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].name, "closed");
  EXPECT_EQ(ended[0].wait.nonce, 7);
}

TEST_P(VersionedStartsContract, ExecutionsAreListedByTheWayTheyWereStarted) {
  const Machine machine = MakeMachine();
  const auto first = Publish(machine.current.id);
  ASSERT_TRUE(Update(*first, Version{.created_at = TestTime()}).ok());
  const std::vector<Route> routes = {{1, 50}, {2, 50}};
  ASSERT_TRUE(CreateAlias("live", routes).ok());
  const Machine one = *GetVersion(1), two = *GetVersion(2);
  Begin(*Get(), "plain");
  std::vector<Step> steps;
  for (int i = 0; i < 3; ++i) {
    steps.push_back(StartOf(one, StrCat("one-", i)));
    steps.push_back(StartOf(one, StrCat("live-one-", i), "live"));
    steps.push_back(StartOf(two, StrCat("live-two-", i), "live"));
  }
  for (const Step& step : steps) {
    ASSERT_EQ(StartThrough(step, routes), StartResult::Kind::kStarted);
  }
  for (size_t i = 0; i < 6; ++i) ASSERT_TRUE(Commit(store_, LastStep(steps[i].execution)).ok());
  EXPECT_THAT(Listed({.version = 2}), SizeIs(3));
  EXPECT_THAT(Listed({.version = 1}), SizeIs(6));
  EXPECT_THAT(Listed({.alias = "live"}), SizeIs(6));
  EXPECT_THAT(Listed({.alias = "none"}), IsEmpty());
  EXPECT_THAT(Listed({}), SizeIs(10));
  EXPECT_THAT(Listed({.version = 1, .status = core::Status::kRunning}),
              UnorderedElementsAre("one-2", "live-one-2"));
  EXPECT_THAT(Listed({.version = 2, .status = core::Status::kSucceeded}),
              UnorderedElementsAre("live-two-0", "live-two-1"));
  EXPECT_THAT(Listed({.alias = "live", .status = core::Status::kRunning}),
              UnorderedElementsAre("live-one-2", "live-two-2"));
  for (const ExecutionRecord& record : List({.machine_name = "machine"}).items) {
    if (record.name == "plain") {
      EXPECT_EQ(record.origin, nullptr);
    } else {
      EXPECT_EQ(record.origin->alias, record.name.starts_with("live") ? "live" : "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, VersionedStartsContract, AllStores(), StoreName);

}  // namespace
}  // namespace pawl::store
