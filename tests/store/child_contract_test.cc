// Tasks that wait for the end of an execution.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/store_contract.h"

namespace pawl::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

MATCHER_P(WaitsAs, wait, "") { return arg.wait == wait; }

class ChildContract : public StoreContractTest {
 protected:
  ChildContract() : machine_(MakeMachine()), parent_(Begin(machine_, "parent")) {}

  ChildWait WaitFor(const core::Execution& child, int64_t branch = 3, int64_t nonce = -7) const {
    return {child.facts->id, parent_.facts->id, BranchId(branch), nonce,
            /*parsed=*/branch % 2 == 1};
  }
  StartResult StartWithWait(const Step& child) {
    const absl::StatusOr<StartResult> result = Await<StartResult>([&](auto done) {
      store_->StartExecution(
          {child.execution, child.transition, absl::InfiniteFuture(), WaitFor(child.execution)},
          std::move(done));
    });
    EXPECT_TRUE(result.ok()) << result.status();
    return *result;
  }
  absl::Status AwaitChild(const ChildWait& wait) {
    return AwaitDone([&](auto done) { store_->AwaitChild(wait, std::move(done)); });
  }
  absl::Status Forget(const ChildWait& wait) {
    return AwaitDone([&](auto done) { store_->ForgetWait(wait, std::move(done)); });
  }
  std::vector<WaitedFor> Ended(int64_t limit = 100) {
    return *Await<std::vector<WaitedFor>>(
        [&](auto done) { store_->EndedWaits(limit, std::move(done)); });
  }
  std::vector<WaitedFor> Orphaned(int64_t limit = 100) {
    return *Await<std::vector<WaitedFor>>(
        [&](auto done) { store_->OrphanedWaits(limit, std::move(done)); });
  }

  const Machine machine_;
  const core::Execution parent_;
};

TEST_P(ChildContract, AWaitThatCameWithTheStartEndsWithTheChildAndStaysUntilItIsForgotten) {
  const Step child = NewStart(machine_, "child");
  EXPECT_EQ(StartWithWait(child).kind, StartResult::Kind::kStarted);
  const ChildWait wait = WaitFor(child.execution);
  EXPECT_THAT(Ended(), IsEmpty());
  ASSERT_TRUE(Commit(store_, LastStep(child.execution)).ok());
  ASSERT_THAT(Ended(), ElementsAre(WaitsAs(wait)));
  EXPECT_EQ(Ended()[0].machine_name, "machine");
  EXPECT_EQ(Ended()[0].name, "child");
  ASSERT_TRUE(Forget(wait).ok());
  EXPECT_THAT(Ended(), IsEmpty());
  EXPECT_TRUE(Forget(wait).ok());
}

TEST_P(ChildContract, AChildThatItsFirstStepClosedHasEnded) {
  Step child = NewStart(machine_, "child");
  child.execution = LastStep(child.execution).execution;
  EXPECT_EQ(StartWithWait(child).kind, StartResult::Kind::kStarted);
  EXPECT_THAT(Ended(), ElementsAre(WaitsAs(WaitFor(child.execution))));
}

TEST_P(ChildContract, ANameThatIsTakenAddsNoWait) {
  const core::Execution child = Begin(machine_, "child");
  EXPECT_EQ(StartWithWait(NewStart(machine_, "child")).kind, StartResult::Kind::kNameTaken);
  ASSERT_TRUE(Commit(store_, LastStep(child)).ok());
  EXPECT_THAT(Ended(), IsEmpty());
}

TEST_P(ChildContract, AnExecutionThatRunsCanBeWaitedForByMany) {
  core::Execution child = Begin(machine_, "child");
  const ChildWait first = WaitFor(child, 0);
  const ChildWait second = WaitFor(child, 1);
  ASSERT_TRUE(AwaitChild(first).ok());
  ASSERT_TRUE(AwaitChild(second).ok());
  ASSERT_TRUE(AwaitChild(first).ok());
  child = *Load(store_, child.facts->id);
  ASSERT_TRUE(Commit(store_, LastStep(child)).ok());
  EXPECT_THAT(Ended(), ElementsAre(WaitsAs(first), WaitsAs(second)));
  EXPECT_THAT(Ended(1), ElementsAre(WaitsAs(first)));
}

// Else its statement, which may have read the waits already, would not tell the new one.
TEST_P(ChildContract, AnEndDecidedBeforeAWaitCameIsDecidedAgain) {
  const core::Execution child = Begin(machine_, "child");
  ASSERT_TRUE(AwaitChild(WaitFor(child)).ok());
  EXPECT_TRUE(absl::IsAborted(Commit(store_, LastStep(child))));
}

TEST_P(ChildContract, AWaitForWhatHasEndedHasEnded) {
  const core::Execution child = Begin(machine_, "child");
  ASSERT_TRUE(Commit(store_, LastStep(child)).ok());
  ASSERT_TRUE(AwaitChild(WaitFor(child)).ok());
  EXPECT_THAT(Ended(), ElementsAre(WaitsAs(WaitFor(child))));
}

TEST_P(ChildContract, NothingIsAwaitedThatIsNotThere) {
  const Step never = NewStart(machine_, "never");
  EXPECT_TRUE(absl::IsNotFound(AwaitChild(WaitFor(never.execution))));
  EXPECT_THAT(Ended(), IsEmpty());
}

TEST_P(ChildContract, ChildrenWhoseParentHasEndedAreOrphans) {
  const Step child = NewStart(machine_, "child");
  StartWithWait(child);
  EXPECT_THAT(Orphaned(), IsEmpty());
  ASSERT_TRUE(Commit(store_, LastStep(parent_)).ok());
  ASSERT_THAT(Orphaned(), ElementsAre(WaitsAs(WaitFor(child.execution))));
  EXPECT_EQ(Orphaned()[0].name, "child");
  ASSERT_TRUE(Commit(store_, LastStep(child.execution)).ok());
  EXPECT_THAT(Orphaned(), IsEmpty());
  EXPECT_THAT(Ended(), ElementsAre(WaitsAs(WaitFor(child.execution))));
}

TEST_P(ChildContract, AChildIsNoOrphanWhileOneOfItsParentsIsOpen) {
  const Step child = NewStart(machine_, "child");
  StartWithWait(child);
  const core::Execution other = Begin(machine_, "other");
  ASSERT_TRUE(AwaitChild({child.execution.facts->id, other.facts->id, BranchId(0), 1}).ok());
  ASSERT_TRUE(Commit(store_, LastStep(parent_)).ok());
  EXPECT_THAT(Orphaned(), IsEmpty());
  ASSERT_TRUE(Commit(store_, LastStep(other)).ok());
  EXPECT_EQ(Orphaned().size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Stores, ChildContract, AllStores(), StoreName);

}  // namespace
}  // namespace pawl::store
