// What becomes of a task between its hand-out and the worker's confirmation.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/faulty_store.h"
#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {
namespace {

class RedeliveryTest : public EngineTest {
 protected:
  RedeliveryTest() {
    confirms_ = false;
    Deploy("task", kTask);
  }
};

TEST_F(RedeliveryTest, AnUnconfirmedTaskIsGivenAgainWithTheSameToken) {
  auto a = MakeNode(&store_);
  auto b = MakeNode(&store_);
  Poll(*a);
  ASSERT_TRUE(Start(*a, "task", "one").ok());
  ASSERT_EQ(tasks_.size(), 1u);
  Poll(*b);
  scheduler_.Advance(absl::Seconds(2));
  ASSERT_EQ(tasks_.size(), 1u);
  scheduler_.Advance(absl::Seconds(1));
  ASSERT_EQ(tasks_.size(), 2u);
  EXPECT_EQ(tasks_[0].token, tasks_[1].token);
  EXPECT_TRUE(Succeed(*a, tasks_[0].token).ok());
  EXPECT_THAT(History("task", "one"),
              testing::ElementsAre("ExecutionStarted", "TaskStateEntered", "ActivityScheduled",
                                   "ActivityStarted", "ActivitySucceeded", "TaskStateExited",
                                   "PassStateEntered", "PassStateExited", "ExecutionSucceeded"));
}

TEST_F(RedeliveryTest, ATaskOfANodeThatDiedBeforeTheConfirmationIsGivenByAnother) {
  auto a = MakeNode(&store_);
  Poll(*a);
  ASSERT_TRUE(Start(*a, "task", "one").ok());
  ASSERT_EQ(tasks_.size(), 1u);
  scheduler_.Clear();
  auto b = MakeNode(&store_);
  Poll(*b);
  scheduler_.Advance(absl::Seconds(3));
  ASSERT_EQ(tasks_.size(), 2u);
  EXPECT_EQ(tasks_[0].token, tasks_[1].token);
  EXPECT_TRUE(Succeed(*b, tasks_[1].token).ok());
}

TEST_F(RedeliveryTest, AConfirmedTaskIsNotGivenAgain) {
  auto node = MakeNode(&store_);
  Poll(*node);
  ASSERT_TRUE(Start(*node, "task", "one").ok());
  ASSERT_TRUE(Confirm(*node, tasks_.at(0).token).ok());
  Poll(*node);
  scheduler_.Advance(absl::Seconds(29));
  EXPECT_EQ(tasks_.size(), 1u);
  EXPECT_EQ(metrics_->tasks_redelivered.value(), 0);
  scheduler_.Advance(absl::Seconds(2));
  EXPECT_EQ(Find("task", "one").status, core::Status::kFailed);
}

TEST_F(RedeliveryTest, AConfirmationIsWrittenOnlyWhenTheTaskLasts) {
  testing_support::FaultyStore counted(&store_);
  auto node = MakeNode(&counted);
  Poll(*node);
  ASSERT_TRUE(Start(*node, "task", "short").ok());
  ASSERT_TRUE(Confirm(*node, tasks_.at(0).token).ok());
  ASSERT_TRUE(Succeed(*node, tasks_[0].token).ok());
  const int64_t calls = counted.calls();
  scheduler_.Advance(absl::Seconds(10));
  EXPECT_EQ(counted.calls(), calls);
  Poll(*node);
  ASSERT_TRUE(Start(*node, "task", "long").ok());
  ASSERT_TRUE(Confirm(*node, tasks_.at(1).token).ok());
  // The node dies after it has written the confirmation.
  scheduler_.Advance(absl::Milliseconds(3600));
  scheduler_.Clear();
  auto other = MakeNode(&store_);
  Poll(*other);
  scheduler_.Advance(absl::Seconds(20));
  EXPECT_EQ(tasks_.size(), 2u);
  EXPECT_TRUE(Succeed(*other, tasks_[1].token).ok());
}

TEST_F(RedeliveryTest, ADrainedNodeWritesTheConfirmationsItHas) {
  auto a = MakeNode(&store_);
  Poll(*a);
  ASSERT_TRUE(Start(*a, "task", "one").ok());
  ASSERT_TRUE(Confirm(*a, tasks_.at(0).token).ok());
  bool drained = false;
  a->Drain([&] { drained = true; });
  scheduler_.Advance(absl::Milliseconds(100));
  EXPECT_TRUE(drained);
  scheduler_.Clear();
  auto b = MakeNode(&store_);
  Poll(*b);
  scheduler_.Advance(absl::Seconds(10));
  EXPECT_EQ(tasks_.size(), 1u);
}

TEST_F(RedeliveryTest, ATaskMayBeConfirmedAtAnotherNode) {
  auto a = MakeNode(&store_);
  auto b = MakeNode(&store_);
  Poll(*a);
  ASSERT_TRUE(Start(*a, "task", "one").ok());
  ASSERT_TRUE(Confirm(*b, tasks_.at(0).token).ok());
  Poll(*a);
  scheduler_.Advance(absl::Seconds(20));
  EXPECT_EQ(tasks_.size(), 1u);
  EXPECT_TRUE(Succeed(*a, tasks_[0].token).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Confirm(*a, tasks_[0].token)));
}

TEST_F(RedeliveryTest, AReturnedTaskIsGivenAtOnce) {
  auto node = MakeNode(&store_);
  Poll(*node);
  ASSERT_TRUE(Start(*node, "task", "one").ok());
  ASSERT_EQ(tasks_.size(), 1u);
  Poll(*node);
  node->ReturnTask(tasks_[0].token);
  Run();
  ASSERT_EQ(tasks_.size(), 2u);
  EXPECT_EQ(tasks_[0].token, tasks_[1].token);
  EXPECT_EQ(metrics_->tasks_redelivered.value(), 1);
  EXPECT_EQ(metrics_->tasks_dispatched.value(), 1);
  ASSERT_TRUE(Confirm(*node, tasks_[1].token).ok());
  EXPECT_TRUE(Succeed(*node, tasks_[1].token).ok());
}

TEST_F(RedeliveryTest, ATaskThatWasConfirmedByAnotherWayIsNotReturned) {
  auto node = MakeNode(&store_);
  Poll(*node);
  ASSERT_TRUE(Start(*node, "task", "one").ok());
  ASSERT_TRUE(Confirm(*node, tasks_.at(0).token).ok());
  node->ReturnTask(tasks_[0].token);
  Poll(*node);
  scheduler_.Advance(absl::Seconds(10));
  EXPECT_EQ(tasks_.size(), 1u);
}

TEST_F(RedeliveryTest, AReturnedTaskThatNobodyWaitsForIsFoundByTheNextPoll) {
  auto node = MakeNode(&store_);
  Poll(*node);
  ASSERT_TRUE(Start(*node, "task", "one").ok());
  node->ReturnTask(tasks_.at(0).token);
  Run();
  Poll(*node);
  ASSERT_EQ(tasks_.size(), 2u);
  EXPECT_EQ(tasks_[0].token, tasks_[1].token);
}

TEST_F(RedeliveryTest, AReturnedTaskThatItsWorkerHasAfterAllIsNotGivenAgain) {
  auto node = MakeNode(&store_);
  Poll(*node);
  ASSERT_TRUE(Start(*node, "task", "one").ok());
  node->ReturnTask(tasks_.at(0).token);
  Run();
  ASSERT_TRUE(Confirm(*node, tasks_[0].token).ok());
  Poll(*node);
  scheduler_.Advance(absl::Seconds(10));
  EXPECT_EQ(tasks_.size(), 1u);
  EXPECT_TRUE(Succeed(*node, tasks_[0].token).ok());
}

// Whenever the poll is cancelled: either it has its task by then, or the next one gets it at once.
TEST_F(RedeliveryTest, APollCancelledWhileAHandOutIsUnderWayTakesNoTask) {
  auto node = MakeNode(&store_);
  for (const bool poll_first : {true, false}) {
    for (int ms = 0; ms < 40; ms += 4) {
      SCOPED_TRACE(testing::Message() << "poll first: " << poll_first << ", cancelled at " << ms);
      const std::string name = "e" + std::to_string(ms) + (poll_first ? "a" : "b");
      tasks_.clear();
      if (!poll_first) {
        ASSERT_TRUE(Start(*node, "task", name).ok());
      }
      latency_ = absl::Milliseconds(10);
      const Engine::PollId poll = Poll(*node);
      if (poll_first) node->StartExecution("task", name, Text("{}"), [](auto) {});
      scheduler_.Advance(absl::Milliseconds(ms));
      const size_t got = tasks_.size();
      node->CancelPoll(poll);
      scheduler_.Advance(absl::Milliseconds(200));
      EXPECT_EQ(tasks_.size(), got);
      latency_ = absl::ZeroDuration();
      if (got == 0) Poll(*node);
      ASSERT_EQ(tasks_.size(), 1u);
      EXPECT_TRUE(Succeed(*node, tasks_[0].token).ok());
    }
  }
  EXPECT_GT(metrics_->tasks_redelivered.value(), 0);
}

}  // namespace
}  // namespace pawl::engine
