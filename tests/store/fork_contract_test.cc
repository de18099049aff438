// Starts that begin at a state of another execution.

#include <gtest/gtest.h>

#include "tests/store/store_contract.h"

namespace pawl::store {
namespace {

class ForkContract : public StoreContractTest {
 protected:
  ForkContract() : machine_(MakeMachine()) {}

  // A fork that runs that revision.
  Step NewFork(RevisionId revision) const {
    Step step = NewStart(machine_, "fork");
    auto facts = std::make_shared<core::ExecutionFacts>(*step.execution.facts);
    facts->revision_id = revision;
    facts->fork =
        std::make_shared<const core::ForkOrigin>(core::ForkOrigin{.execution_arn = "arn:one",
                                                                  .event_id = 7,
                                                                  .state = Text("First"),
                                                                  .input = facts->input,
                                                                  .variables = Text(R"({"v":1})")});
    step.transition.history.front().fork = facts->fork;
    step.execution.facts = std::move(facts);
    return step;
  }

  const Machine machine_;
};

TEST_P(ForkContract, RunsAnyRevisionOfItsMachineAndKeepsWhereItCameFrom) {
  Revision newer = machine_.current;
  newer.id = RevisionId(Uuid::Random());
  newer.initial = false;
  ASSERT_TRUE(AwaitDone([&](auto done) {
                store_->AddRevision(newer, machine_.current.id, std::move(done));
              }).ok());
  const Step fork = NewFork(machine_.current.id);
  const absl::StatusOr<StartResult> started = Start(store_, fork);
  ASSERT_TRUE(started.ok()) << started.status();
  ASSERT_EQ(started->kind, StartResult::Kind::kStarted);
  const auto loaded = Load(store_, fork.execution.facts->id);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_NE(loaded->facts->fork, nullptr);
  EXPECT_EQ(*loaded->facts->fork, *fork.execution.facts->fork);
  EXPECT_EQ(*Find(store_, "machine", "fork")->fork, *fork.execution.facts->fork);
  ASSERT_TRUE(Commit(store_, LastStep(*loaded)).ok());
  EXPECT_EQ(*Find(store_, "machine", "fork")->fork, *fork.execution.facts->fork);
}

TEST_P(ForkContract, OneThatItsFirstStepEndsIsClosed) {
  Step fork = NewFork(machine_.current.id);
  const Step last = LastStep(fork.execution);
  fork.execution = last.execution;
  EXPECT_EQ(Start(store_, fork)->kind, StartResult::Kind::kStarted);
  EXPECT_EQ(Find(store_, "machine", "fork")->status, core::Status::kSucceeded);
}

TEST_P(ForkContract, NotOfAnotherMachinesRevisionNorOfADeletedMachine) {
  const Machine other = MakeMachine("other");
  EXPECT_EQ(Start(store_, NewFork(other.current.id))->kind, StartResult::Kind::kMachineChanged);
  ASSERT_TRUE(
      AwaitDone([&](auto done) { store_->DeleteMachine("machine", std::move(done)); }).ok());
  EXPECT_EQ(Start(store_, NewFork(machine_.current.id))->kind, StartResult::Kind::kMachineChanged);
}

INSTANTIATE_TEST_SUITE_P(Stores, ForkContract, AllStores(), StoreName);

}  // namespace
}  // namespace pawl::store
