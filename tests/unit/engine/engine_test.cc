// The engine on the memory store, with time in the test's hand: one node, two nodes, lost replies.

#include "coordinator/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/faulty_store.h"
#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {
namespace {

using testing_support::FaultyStore;

constexpr char kChain[] = R"({"StartAt": "A", "States": {
  "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Succeed"}}})";
constexpr char kWait[] =
    R"({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 10, "End": true}}})";
constexpr char kLoop[] = R"({"StartAt": "A", "States": {
  "A": {"Type": "Choice", "Choices": [{"Variable": "$.end", "IsPresent": true, "Next": "E"}], "Default": "B"},
  "B": {"Type": "Pass", "Next": "A"}, "E": {"Type": "Succeed"}}})";
constexpr char kParallel[] = R"({"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": [
  {"StartAt": "A", "States": {"A": {"Type": "Task",
     "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "End": true}}},
  {"StartAt": "B", "States": {"B": {"Type": "Task",
     "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "End": true}}}], "End": true}}})";

TEST_F(EngineTest, AChainRunsToItsEndWithoutBeingAsked) {
  Deploy("chain", kChain);
  auto node = MakeNode(&store_);
  ASSERT_TRUE(Start(*node, "chain", "one", R"({"a": 1})").ok());
  const store::ExecutionRecord record = Find("chain", "one");
  EXPECT_EQ(record.status, core::Status::kSucceeded);
  EXPECT_EQ(record.output, R"({"a": 1})");
}

TEST_F(EngineTest, AStartIsDoneOncePerName) {
  Deploy("wait", kWait);
  auto node = MakeNode(&store_);
  const auto first = Start(*node, "wait", "one");
  const auto again = Start(*node, "wait", "one");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(first->id, again->id);
  EXPECT_TRUE(absl::IsAlreadyExists(Start(*node, "wait", "one", "[]").status()));
}

TEST_F(EngineTest, AMachineThatIsNotThereIsNotFound) {
  auto node = MakeNode(&store_);
  EXPECT_TRUE(absl::IsNotFound(Start(*node, "nope", "one").status()));
}

TEST_F(EngineTest, AWorkerThatWaitsGetsTheTaskWithTheStepThatSchedulesIt) {
  Deploy("task", kTask);
  auto node = MakeNode(&store_);
  Poll(*node);
  ASSERT_TRUE(Start(*node, "task", "one", R"({"n":1})").ok());
  ASSERT_EQ(tasks_.size(), 1u);
  EXPECT_EQ(tasks_[0].input, R"({"n":1})");
  EXPECT_TRUE(Succeed(*node, tasks_[0].token, R"("done")").ok());
  EXPECT_EQ(Find("task", "one").output, R"("done")");
}

TEST_F(EngineTest, ATaskReachesAWorkerThatPollsAtAnotherNode) {
  Deploy("task", kTask);
  auto a = MakeNode(&store_);
  auto b = MakeNode(&store_);
  Poll(*b);
  ASSERT_TRUE(Start(*a, "task", "one").ok());
  // The memory store has no hints: node b finds it by its own look, a second later at the most.
  scheduler_.Advance(absl::Seconds(1));
  ASSERT_EQ(tasks_.size(), 1u);
  // And its end may be told to either.
  EXPECT_TRUE(Succeed(*a, tasks_[0].token).ok());
  EXPECT_EQ(Find("task", "one").status, core::Status::kSucceeded);
}

TEST_F(EngineTest, OnlyTheFirstCompletionCounts) {
  Deploy("task", kTask);
  auto a = MakeNode(&store_);
  auto b = MakeNode(&store_);
  Poll(*a);
  ASSERT_TRUE(Start(*a, "task", "one").ok());
  ASSERT_EQ(tasks_.size(), 1u);
  EXPECT_TRUE(Succeed(*b, tasks_[0].token, "1").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Succeed(*a, tasks_[0].token, "2")));
  EXPECT_EQ(Find("task", "one").output, "1");
}

TEST_F(EngineTest, AForeignTokenIsRefused) {
  auto node = MakeNode(&store_);
  EXPECT_TRUE(absl::IsInvalidArgument(Succeed(*node, "AAAA")));
}

TEST_F(EngineTest, APollThatGetsNothingEndsAtItsDeadline) {
  auto node = MakeNode(&store_);
  Poll(*node);
  scheduler_.Advance(absl::Seconds(59));
  EXPECT_EQ(empty_polls_, 0);
  scheduler_.Advance(absl::Seconds(2));
  EXPECT_EQ(empty_polls_, 1);
}

TEST_F(EngineTest, ATimerFiresWhenItIsDueAndNotBefore) {
  Deploy("wait", kWait);
  auto node = MakeNode(&store_);
  ASSERT_TRUE(Start(*node, "wait", "one").ok());
  scheduler_.Advance(absl::Milliseconds(9999));
  EXPECT_EQ(Find("wait", "one").status, core::Status::kRunning);
  scheduler_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Find("wait", "one").status, core::Status::kSucceeded);
}

TEST_F(EngineTest, ATaskThatTimesOutEndsItsAttempt) {
  Deploy("task", kTask);
  auto node = MakeNode(&store_);
  Poll(*node);
  ASSERT_TRUE(Start(*node, "task", "one").ok());
  scheduler_.Advance(absl::Seconds(30));
  EXPECT_EQ(Find("task", "one").status, core::Status::kFailed);
  EXPECT_TRUE(absl::IsFailedPrecondition(Succeed(*node, tasks_[0].token)));
}

TEST_F(EngineTest, WhatANodeLeavesBehindAnotherTakesUpWithinThreeSeconds) {
  Deploy("loop", kLoop);
  auto a = MakeNode(&store_);
  latency_ = absl::Milliseconds(1);
  a->StartExecution("loop", "one", Text("{}"), [](auto) {});
  scheduler_.Advance(absl::Seconds(5));
  // The node dies in the middle: what it had scheduled is gone with it.
  scheduler_.Clear();
  auto b = std::make_unique<Engine>(Options{}, &store_, &clock_, &scheduler_);
  b->Run([](absl::Status status) { ASSERT_TRUE(status.ok()) << status; });
  ExecutionId id;
  store_.FindExecution("loop", "one", [&](auto record) { id = record->id; });
  scheduler_.Advance(absl::Milliseconds(1));
  const int64_t before = LastEvent(id);
  scheduler_.Advance(absl::Seconds(3));
  EXPECT_GT(LastEvent(id), before);
  // A machine that loops for ever can be stopped.
  bool stopped = false;
  b->StopExecution("loop", "one", std::nullopt, std::nullopt,
                   [&](auto stop_date) { stopped = stop_date.ok(); });
  scheduler_.Advance(absl::Seconds(1));
  EXPECT_TRUE(stopped);
  latency_ = absl::ZeroDuration();
  EXPECT_EQ(Find("loop", "one").status, core::Status::kAborted);
}

TEST_F(EngineTest, AStoppedExecutionKeepsItsFirstStopDate) {
  Deploy("wait", kWait);
  auto node = MakeNode(&store_);
  ASSERT_TRUE(Start(*node, "wait", "one").ok());
  std::vector<absl::Time> dates;
  for (int i = 0; i < 2; ++i) {
    node->StopExecution("wait", "one", Text("E"), Text("C"),
                        [&](auto stop_date) { dates.push_back(*stop_date); });
    scheduler_.Advance(absl::Seconds(1));
  }
  ASSERT_EQ(dates.size(), 2u);
  EXPECT_EQ(dates[0], dates[1]);
  EXPECT_EQ(*Find("wait", "one").error, "E");
}

TEST_F(EngineTest, HeartbeatsKeepATaskAliveAcrossNodes) {
  Deploy("beat", R"({"StartAt": "T", "States": {"T": {"Type": "Task", "HeartbeatSeconds": 4,
    "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "End": true}}})");
  auto a = MakeNode(&store_);
  auto b = MakeNode(&store_);
  Poll(*a);
  ASSERT_TRUE(Start(*a, "beat", "one").ok());
  for (int i = 0; i < 10; ++i) {
    scheduler_.Advance(absl::Seconds(3));
    absl::Status status = absl::InternalError("not answered");
    (i % 2 ? *a : *b).HeartbeatTask(tasks_[0].token, [&](absl::Status s) { status = s; });
    Run();
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_EQ(Find("beat", "one").status, core::Status::kRunning);
  scheduler_.Advance(absl::Seconds(6));
  EXPECT_EQ(Find("beat", "one").status, core::Status::kFailed);
}

TEST_F(EngineTest, ADrainedNodeAnswersPollersAndRefusesNewWork) {
  Deploy("task", kTask);
  auto node = MakeNode(&store_);
  Poll(*node);
  bool drained = false;
  node->Drain([&] { drained = true; });
  scheduler_.Advance(absl::Seconds(1));
  EXPECT_TRUE(drained);
  EXPECT_EQ(empty_polls_, 1);
  EXPECT_TRUE(absl::IsUnavailable(Start(*node, "task", "one").status()));
}

TEST_F(EngineTest, BothTasksOfAParallelAreHandedOutAndJoined) {
  Deploy("parallel", kParallel);
  auto a = MakeNode(&store_);
  auto b = MakeNode(&store_);
  ASSERT_TRUE(Start(*a, "parallel", "one").ok());
  Poll(*b);
  Poll(*a);
  scheduler_.Advance(absl::Seconds(2));
  ASSERT_EQ(tasks_.size(), 2u);
  EXPECT_TRUE(Succeed(*a, tasks_[1].token, "2").ok());
  EXPECT_TRUE(Succeed(*b, tasks_[0].token, "1").ok());
  EXPECT_EQ(Find("parallel", "one").status, core::Status::kSucceeded);
}

// Each writing call of a workflow fails once, before and after its commit: the history is the same
// each time.
class FaultTest : public EngineTest, public testing::WithParamInterface<bool> {
 protected:
  // Runs the workflow with a fault at `call` (0: none); how many calls it took.
  int64_t RunWorkflow(int64_t call, const std::string& name) {
    FaultyStore faulty(&store_);
    if (call > 0) GetParam() ? faulty.FailAfter(call) : faulty.FailBefore(call);
    auto node = MakeNode(&faulty);
    tasks_.clear();
    Poll(*node);
    absl::Status started = absl::UnavailableError("not yet");
    for (int i = 0; i < 3 && !started.ok(); ++i) started = Start(*node, "task", name).status();
    EXPECT_TRUE(started.ok()) << started;
    for (int i = 0; i < 10 && tasks_.empty(); ++i) scheduler_.Advance(absl::Seconds(1));
    EXPECT_EQ(tasks_.size(), 1u) << "fault at call " << call;
    absl::Status completed = absl::UnavailableError("not yet");
    for (int i = 0; i < 3 && absl::IsUnavailable(completed); ++i) {
      completed = Succeed(*node, tasks_.at(0).token);
    }
    EXPECT_TRUE(completed.ok()) << completed;
    scheduler_.Advance(absl::Seconds(5));
    node->Drain([] {});
    scheduler_.Advance(absl::Seconds(70));
    EXPECT_EQ(metrics_->history_events.value(), static_cast<int64_t>(History("task", name).size()))
        << "fault at call " << call;
    EXPECT_EQ(metrics_->executions_started.value(), 1) << "fault at call " << call;
    EXPECT_EQ(metrics_->tasks_dispatched.value(), 1) << "fault at call " << call;
    return faulty.calls();
  }
};

TEST_P(FaultTest, LeavesTheSameHistory) {
  Deploy("task", kTask);
  const int64_t calls = RunWorkflow(0, "good");
  const std::vector<std::string> wanted = History("task", "good");
  ASSERT_EQ(Find("task", "good").status, core::Status::kSucceeded);
  for (int64_t call = 1; call <= calls; ++call) {
    const std::string name = "fault-" + std::to_string(call);
    RunWorkflow(call, name);
    EXPECT_EQ(Find("task", name).status, core::Status::kSucceeded) << "fault at call " << call;
    EXPECT_EQ(History("task", name), wanted) << "fault at call " << call;
  }
}

INSTANTIATE_TEST_SUITE_P(BeforeAndAfter, FaultTest, testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "ReplyLost" : "NothingWritten");
});

}  // namespace
}  // namespace pawl::engine
