// Closed executions that are opened again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/store_contract.h"

namespace pawl::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kRedriven = TestTime() + absl::Minutes(5);

// The step that fails the execution.
Step FailingStep(const core::Execution& execution) {
  Step step = LastStep(execution, "");
  step.execution.status = core::Status::kFailed;
  step.execution.error = Text("E");
  step.execution.cause = Text("why");
  step.transition.history.back().type = core::EventType::kExecutionFailed;
  return step;
}

// Opens `closed` again, in the state that `before` was in, at kRedriven; with one branch, in a
// task.
RedriveRequest Reopening(const core::Execution& closed, const core::Execution& before,
                         std::string client_token = "") {
  RedriveRequest request{.execution = before, .expected_fence = closed.fence};
  core::Execution& execution = request.execution;
  execution.fence = Fence(RandomInt64());
  execution.version = 1;
  execution.last_event_id = closed.last_event_id;
  execution.redrive_count = closed.redrive_count + 1;
  execution.redriven_at = execution.last_event_at = kRedriven;
  core::HistoryEvent event;
  event.id = ++execution.last_event_id;
  event.previous_id = closed.last_event_id;
  event.timestamp = kRedriven;
  event.type = core::EventType::kExecutionRedriven;
  event.redrive_count = execution.redrive_count;
  request.transition.history.push_back(event);
  Step step{execution, request.transition, closed.fence};
  AddBranch(&step, BranchId(1));
  Schedule(&step.execution, BranchId(1), "work", kRedriven);
  request.execution = step.execution;
  request.transition = step.transition;
  request.claimable_at = kRedriven;
  request.client_token = std::move(client_token);
  return request;
}

class RedriveContract : public StoreContractTest {
 protected:
  RedriveContract() : machine_(MakeMachine()) {}

  // An execution as it was before it failed, and as it was then.
  void Fail(const std::string& name) {
    before_ = Begin(machine_, name);
    const Step failing = FailingStep(before_);
    ASSERT_TRUE(Commit(store_, failing).ok());
    closed_ = failing.execution;
  }
  absl::Status Redrive(const RedriveRequest& request) {
    return AwaitDone([&](auto done) { store_->RedriveExecution(request, std::move(done)); });
  }
  absl::StatusOr<absl::Time> FindRedrive(const std::string& token, absl::Time since) {
    return Await<absl::Time>(
        [&](auto done) { store_->FindRedrive(closed_.facts->id, token, since, std::move(done)); });
  }
  std::vector<ExecutionRecord> List(std::optional<core::Status> status) {
    ExecutionQuery query{.machine_name = "machine", .status = status};
    return Await<Page<ExecutionRecord>>(
               [&](auto done) { store_->ListExecutions(query, std::move(done)); })
        ->items;
  }

  const Machine machine_;
  core::Execution before_;
  core::Execution closed_;
};

TEST_P(RedriveContract, OpensItWithItsBranchesAndGoesOnWithItsHistory) {
  Fail("one");
  const RedriveRequest request = Reopening(closed_, before_);
  ASSERT_TRUE(Redrive(request).ok());
  const auto loaded = Load(store_, closed_.facts->id);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ExpectSame(*loaded, request.execution);
  EXPECT_EQ(loaded->redrive_count, 1);
  EXPECT_EQ(loaded->redriven_at, kRedriven);
  const auto history = History(store_, {.execution = closed_.facts->id});
  ASSERT_THAT(history->items, SizeIs(4));
  ExpectSame(history->items[3], request.transition.history[0]);
  EXPECT_EQ(history->items[3].redrive_count, 1);
  // Whoever looks for work finds it, and its task.
  EXPECT_THAT(*Claim(store_, kRedriven, kRedriven + absl::Seconds(2), 10), SizeIs(1));
  EXPECT_THAT(*HandOut(store_, "work", 10), SizeIs(1));
}

TEST_P(RedriveContract, TellsOfItWhileItRunsAndWhenItHasEnded) {
  Fail("one");
  EXPECT_EQ(Find(store_, "machine", "one")->redrive_count, 0);
  EXPECT_EQ(Find(store_, "machine", "one")->last_event_id, closed_.last_event_id);
  const RedriveRequest request = Reopening(closed_, before_);
  ASSERT_TRUE(Redrive(request).ok());
  const auto running = Find(store_, "machine", "one");
  EXPECT_EQ(running->status, core::Status::kRunning);
  EXPECT_EQ(running->redrive_count, 1);
  EXPECT_EQ(running->redriven_at, kRedriven);
  EXPECT_FALSE(running->error.has_value());
  EXPECT_THAT(List(core::Status::kFailed), IsEmpty());
  ASSERT_THAT(List(core::Status::kRunning), SizeIs(1));
  EXPECT_EQ(List(std::nullopt)[0].redrive_count, 1);

  ASSERT_TRUE(Commit(store_, LastStep(request.execution)).ok());
  const auto ended = Find(store_, "machine", "one");
  EXPECT_EQ(ended->status, core::Status::kSucceeded);
  EXPECT_EQ(ended->redrive_count, 1);
  EXPECT_EQ(ended->redriven_at, kRedriven);
  EXPECT_EQ(List(core::Status::kSucceeded)[0].redrive_count, 1);
  EXPECT_TRUE(absl::IsNotFound(Load(store_, closed_.facts->id).status()));
}

TEST_P(RedriveContract, OneOfTwoRedrivesOfOneEndIsRefused) {
  Fail("one");
  const RedriveRequest first = Reopening(closed_, before_);
  ASSERT_TRUE(Redrive(first).ok());
  EXPECT_TRUE(absl::IsAborted(Redrive(Reopening(closed_, before_))));
  ExpectSame(*Load(store_, closed_.facts->id), first.execution);
  // The next end is another one, and can be redriven itself.
  Step again = FailingStep(first.execution);
  ASSERT_TRUE(Commit(store_, again).ok());
  EXPECT_TRUE(absl::IsAborted(Redrive(Reopening(closed_, before_))));
  ASSERT_TRUE(Redrive(Reopening(again.execution, before_)).ok());
  EXPECT_EQ(Find(store_, "machine", "one")->redrive_count, 2);
}

TEST_P(RedriveContract, ARedriveThatEndsAtOnceIsClosedAnew) {
  Fail("one");
  RedriveRequest request = Reopening(closed_, before_);
  const Step failing = FailingStep(request.execution);
  request.execution = failing.execution;
  request.execution.cause = Text("again");
  request.execution.redrive_count = 1;
  request.transition.history.push_back(failing.transition.history.back());
  request.transition.closes = true;
  ASSERT_TRUE(Redrive(request).ok());
  const auto record = Find(store_, "machine", "one");
  EXPECT_EQ(record->status, core::Status::kFailed);
  EXPECT_EQ(record->cause, Text("again"));
  EXPECT_EQ(record->fence, request.execution.fence);
  EXPECT_EQ(record->last_event_id, closed_.last_event_id + 2);
  EXPECT_EQ(record->redrive_count, 1);
  EXPECT_THAT(History(store_, {.execution = closed_.facts->id})->items, SizeIs(5));
  EXPECT_TRUE(absl::IsAborted(Redrive(Reopening(closed_, before_))));
}

TEST_P(RedriveContract, NotWhenItsMachineIsDeleted) {
  Fail("one");
  EXPECT_FALSE(Find(store_, "machine", "one")->machine_deleted);
  ASSERT_TRUE(
      AwaitDone([&](auto done) { store_->DeleteMachine("machine", std::move(done)); }).ok());
  EXPECT_TRUE(Find(store_, "machine", "one")->machine_deleted);
  EXPECT_TRUE(absl::IsAborted(Redrive(Reopening(closed_, before_))));
  EXPECT_EQ(Find(store_, "machine", "one")->status, core::Status::kFailed);
}

TEST_P(RedriveContract, WhatHasNotBeenToldOfItsEndWaitsForTheNextOne) {
  Fail("one");
  const ChildWait wait{closed_.facts->id, Begin(machine_, "parent").facts->id, BranchId(0), 7};
  ASSERT_TRUE(AwaitDone([&](auto done) { store_->AwaitChild(wait, std::move(done)); }).ok());
  const auto ended = [&] {
    return *Await<std::vector<WaitedFor>>(
        [&](auto done) { store_->EndedWaits(10, std::move(done)); });
  };
  ASSERT_THAT(ended(), SizeIs(1));
  const RedriveRequest request = Reopening(closed_, before_);
  ASSERT_TRUE(Redrive(request).ok());
  EXPECT_THAT(ended(), IsEmpty());
  ASSERT_TRUE(Commit(store_, LastStep(request.execution)).ok());
  ASSERT_THAT(ended(), SizeIs(1));
  EXPECT_EQ(ended()[0].wait, wait);
}

TEST_P(RedriveContract, WhatItsOwnTasksWaitedForIsOrphaned) {
  Fail("one");
  const core::Execution child = Begin(machine_, "child");
  const ChildWait wait{child.facts->id, closed_.facts->id, BranchId(0), 7};
  ASSERT_TRUE(AwaitDone([&](auto done) { store_->AwaitChild(wait, std::move(done)); }).ok());
  const RedriveRequest request = Reopening(closed_, before_);
  ASSERT_TRUE(Redrive(request).ok());
  const auto orphaned = [&] {
    return *Await<std::vector<WaitedFor>>(
        [&](auto done) { store_->OrphanedWaits(10, std::move(done)); });
  };
  ASSERT_THAT(orphaned(), SizeIs(1));
  EXPECT_EQ(orphaned()[0].wait.child, child.facts->id);
  // Unless the task that runs again waits for it too.
  const ChildWait again{child.facts->id, closed_.facts->id, BranchId(0), 8};
  ASSERT_TRUE(AwaitDone([&](auto done) { store_->AwaitChild(again, std::move(done)); }).ok());
  EXPECT_THAT(orphaned(), IsEmpty());
}

TEST_P(RedriveContract, AClientTokenIsFoundForItsExecutionAndItsTime) {
  Fail("one");
  EXPECT_TRUE(absl::IsNotFound(FindRedrive("token", absl::UnixEpoch()).status()));
  ASSERT_TRUE(Redrive(Reopening(closed_, before_, "token")).ok());
  EXPECT_EQ(*FindRedrive("token", kRedriven), kRedriven);
  EXPECT_TRUE(absl::IsNotFound(FindRedrive("token", kRedriven + absl::Seconds(1)).status()));
  EXPECT_TRUE(absl::IsNotFound(FindRedrive("Token", kRedriven).status()));
  Fail("two");
  EXPECT_TRUE(absl::IsNotFound(FindRedrive("token", kRedriven).status()));
}

INSTANTIATE_TEST_SUITE_P(Stores, RedriveContract, AllStores(), StoreName);

}  // namespace
}  // namespace pawl::store
