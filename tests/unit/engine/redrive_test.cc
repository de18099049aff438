// Executions that are redriven.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_caller.h"
#include "tests/support/faulty_store.h"
#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RedriveTest : public EngineTest {
 protected:
  absl::StatusOr<absl::Time> Redrive(Engine& node, const std::string& machine,
                                     const std::string& token = "") {
    absl::StatusOr<absl::Time> answer = absl::InternalError("not answered");
    node.RedriveExecution(machine, "one", token, [&](auto redriven) { answer = redriven; });
    Run();
    return answer;
  }
  // An execution whose task a worker has failed.
  void FailOne(Engine& node) {
    Deploy("m", kTask);
    ASSERT_TRUE(Start(node, "m", "one").ok());
    FailTask(node);
  }
  void FailTask(Engine& node) {
    Poll(node);
    ASSERT_FALSE(tasks_.empty());
    node.CompleteTask(tasks_.back().token, {.succeeded = false, .error = Text("E")},
                      [](const absl::Status& status) { EXPECT_TRUE(status.ok()) << status; });
    Run();
    ASSERT_EQ(Find("m", "one").status, core::Status::kFailed);
  }
};

TEST_F(RedriveTest, AWorkerThatWaitsGetsTheTaskAgainAndTheOldTokenIsOver) {
  auto node = MakeNode(&store_);
  FailOne(*node);
  const std::string old_token = tasks_.back().token;
  Poll(*node);
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(*Redrive(*node, "m"), clock_.Now());
  ASSERT_EQ(tasks_.size(), 2u);
  EXPECT_EQ(Find("m", "one").status, core::Status::kRunning);
  EXPECT_TRUE(absl::IsFailedPrecondition(Succeed(*node, old_token)));
  EXPECT_TRUE(Succeed(*node, tasks_.back().token).ok());
  EXPECT_EQ(Find("m", "one").status, core::Status::kSucceeded);
  EXPECT_THAT(
      History("m", "one"),
      ElementsAre("ExecutionStarted", "TaskStateEntered", "ActivityScheduled", "ActivityStarted",
                  "ActivityFailed", "ExecutionFailed", "ExecutionRedriven", "ActivityScheduled",
                  "ActivityStarted", "ActivitySucceeded", "TaskStateExited", "PassStateEntered",
                  "PassStateExited", "ExecutionSucceeded"));
  EXPECT_EQ(closed_.size(), 2u);
}

TEST_F(RedriveTest, WhatCannotBeRedrivenIsRefusedWithTheReason) {
  auto node = MakeNode(&store_);
  EXPECT_TRUE(absl::IsNotFound(Redrive(*node, "nothing").status()));
  FailOne(*node);
  ASSERT_TRUE(Redrive(*node, "m").ok());
  const absl::Status again = Redrive(*node, "m").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(again));
  EXPECT_EQ(again.message(), "Execution is RUNNING and cannot be redriven");
}

TEST_F(RedriveTest, ARepeatWithTheSameTokenIsAnsweredAsTheFirstCall) {
  auto node = MakeNode(&store_);
  FailOne(*node);
  const absl::Time redriven = *Redrive(*node, "m", "token");
  clock_.Advance(absl::Minutes(10));
  EXPECT_EQ(*Redrive(*node, "m", "token"), redriven);
  FailTask(*node);
  EXPECT_EQ(*Redrive(*node, "m", "token"), redriven);
  EXPECT_EQ(Find("m", "one").redrive_count, 1);
  clock_.Advance(absl::Minutes(6));
  EXPECT_EQ(*Redrive(*node, "m", "token"), clock_.Now());
  EXPECT_EQ(Find("m", "one").redrive_count, 2);
}

TEST_F(RedriveTest, OfTwoNodesThatRedriveAtOnceOneDoes) {
  auto node = MakeNode(&store_);
  auto other = MakeNode(&store_);
  FailOne(*node);
  latency_ = absl::Milliseconds(1);
  std::vector<absl::StatusOr<absl::Time>> answers;
  for (Engine* one : {node.get(), other.get()}) {
    one->RedriveExecution("m", "one", "", [&](auto redriven) { answers.push_back(redriven); });
  }
  scheduler_.Advance(absl::Milliseconds(50));
  latency_ = absl::ZeroDuration();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_NE(answers[0].ok(), answers[1].ok());
  EXPECT_EQ(Find("m", "one").redrive_count, 1);
}

TEST_F(RedriveTest, ALostReplyIsSettledByWhatIsStored) {
  testing_support::FaultyStore faulty(&store_);
  auto node = MakeNode(&faulty);
  FailOne(*node);
  faulty.FailAfter(faulty.calls() + 1);
  EXPECT_EQ(*Redrive(*node, "m"), clock_.Now());
  EXPECT_EQ(Find("m", "one").redrive_count, 1);
  scheduler_.Advance(absl::Seconds(5));
  FailTask(*node);
  faulty.FailBefore(faulty.calls() + 1);
  EXPECT_TRUE(absl::IsUnavailable(Redrive(*node, "m").status()));
  EXPECT_EQ(Find("m", "one").status, core::Status::kFailed);
}

TEST_F(RedriveTest, AMachineThatHasBeenUpdatedRunsAsItBegan) {
  auto node = MakeNode(&store_);
  FailOne(*node);
  store::Revision revision;
  store_.GetMachine("m", [&](auto machine) { revision = machine->current; });
  Run();
  const RevisionId before = revision.id;
  revision.id = RevisionId(Uuid::Random());
  revision.definition = R"({"StartAt": "X", "States": {"X": {"Type": "Succeed"}}})";
  store_.AddRevision(revision, before, [](const absl::Status& s) { ASSERT_TRUE(s.ok()) << s; });
  Run();
  Poll(*node);
  ASSERT_TRUE(Redrive(*node, "m").ok());
  EXPECT_TRUE(Succeed(*node, tasks_.back().token).ok());
  EXPECT_EQ(Find("m", "one").status, core::Status::kSucceeded);
}

TEST_F(RedriveTest, ADeletedMachineIsTheReason) {
  auto node = MakeNode(&store_);
  FailOne(*node);
  store_.DeleteMachine("m", [](const absl::Status&) {});
  Run();
  EXPECT_EQ(Redrive(*node, "m").status().message(), "State machine is in DELETING status");
}

// Far more events than are read at once.
TEST_F(RedriveTest, ALongHistoryIsReadToItsEnd) {
  auto node = MakeNode(&store_);
  Deploy("m", R"({"StartAt": "M", "States": {
    "M": {"Type": "Map", "ItemProcessor": {"StartAt": "P", "States": {
      "P": {"Type": "Pass", "End": true}}}, "ResultPath": null, "Next": "T"},
    "T": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "End": true}}})");
  std::string items = "[0";
  for (int i = 1; i < 700; ++i) items += "," + std::to_string(i);
  ASSERT_TRUE(Start(*node, "m", "one", items + "]").ok());
  scheduler_.Advance(absl::Seconds(1));
  FailTask(*node);
  ASSERT_GT(Find("m", "one").last_event_id, 2500);
  ASSERT_TRUE(Redrive(*node, "m").ok());
  Poll(*node);
  EXPECT_EQ(tasks_.back().input.str(), items + "]");
}

TEST_F(RedriveTest, AParentWhoseChildFailedStartsAnotherOne) {
  testing_support::FakeCaller caller;
  Engine node(Options{.caller = &caller}, &store_, &clock_, &scheduler_);
  node.Run([](const absl::Status&) {});
  Run();
  Deploy("kid", kTask);
  Deploy("m", R"({"StartAt": "S", "States": {"S": {"Type": "Task", "End": true,
    "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {
    "StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:kid"}}}})");
  ASSERT_TRUE(Start(node, "m", "one").ok());
  FailTask(node);
  ASSERT_TRUE(Redrive(node, "m").ok());
  Poll(node);
  ASSERT_EQ(tasks_.size(), 2u);
  EXPECT_TRUE(Succeed(node, tasks_.back().token, R"("of the second")").ok());
  EXPECT_EQ(Find("m", "one").status, core::Status::kSucceeded);
  EXPECT_THAT(Find("m", "one").output.str(), HasSubstr("SUCCEEDED"));
}

}  // namespace
}  // namespace pawl::engine
