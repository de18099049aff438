// The limits that an execution begins with: they hold on every node, and no hand-out is stuck
// before a history that is full.

#include <gmock/gmock.h>

#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {
namespace {

using testing::ElementsAre;

constexpr int64_t kPayload = core::kAwsPayloadBytes;

// Two tasks of one activity at once.
constexpr char kTwoTasks[] = R"({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
  "Branches": [
    {"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
      "Resource": "arn:aws:states:us-east-1:000000000000:activity:work"}}},
    {"StartAt": "B", "States": {"B": {"Type": "Task", "End": true,
      "Resource": "arn:aws:states:us-east-1:000000000000:activity:work"}}}]}}})";

class LimitsTest : public EngineTest {
 protected:
  void ExpectFull(const std::string& machine, const std::string& name, int64_t last) {
    const store::ExecutionRecord record = Find(machine, name);
    EXPECT_EQ(record.status, core::Status::kFailed);
    ASSERT_TRUE(record.error && record.cause);
    EXPECT_EQ(record.error->view(), "States.Runtime");
    EXPECT_EQ(record.cause->view(), core::HistoryFullCause(last));
    EXPECT_EQ(History(machine, name).size(), static_cast<size_t>(last));
    EXPECT_THAT(closed_, ElementsAre(record.id));
  }
};

TEST_F(LimitsTest, HandOutThatHistoryHasNoRoomForEndsTheExecutionAndItsWorkerWaitsOn) {
  Deploy("M", kTask);
  auto node = MakeNode(&store_, {kPayload, 4});
  ASSERT_TRUE(Start(*node, "M", "full").ok());
  EXPECT_EQ(Find("M", "full").status, core::Status::kRunning);
  Poll(*node);
  scheduler_.Advance(absl::Seconds(2));
  ExpectFull("M", "full", 4);
  EXPECT_TRUE(tasks_.empty());
  auto other = MakeNode(&store_);
  ASSERT_TRUE(Start(*other, "M", "free").ok());
  scheduler_.Advance(absl::Seconds(2));
  EXPECT_EQ(tasks_.size(), 1u);
}

TEST_F(LimitsTest, TheSameWhereTheWorkerWaitsForTheStepThatSchedulesTheTask) {
  Deploy("M", kTask);
  auto node = MakeNode(&store_, {kPayload, 4});
  Poll(*node);
  ASSERT_TRUE(Start(*node, "M", "full").ok());
  scheduler_.Advance(absl::Seconds(2));
  ExpectFull("M", "full", 4);
  EXPECT_TRUE(tasks_.empty());
  EXPECT_EQ(metrics_->executions_closed[metrics::Ending::kFailed].value(), 1);
}

TEST_F(LimitsTest, OfTasksGivenWithTheirStepNoneIsWhenOneEndsTheExecution) {
  Deploy("M", kTwoTasks);
  // ExecutionStarted, 2 of the Parallel, 2 of each task; then room for one ActivityStarted.
  auto node = MakeNode(&store_, {kPayload, 9});
  Poll(*node, "w1");
  Poll(*node, "w2");
  ASSERT_TRUE(Start(*node, "M", "full").ok());
  scheduler_.Advance(absl::Seconds(2));
  ExpectFull("M", "full", 9);
  EXPECT_TRUE(tasks_.empty());
}

TEST_F(LimitsTest, ATaskThatWasGivenBeforeIsOverWhenTheHandOutOfItsSiblingEndsTheExecution) {
  Deploy("M", kTwoTasks);
  auto node = MakeNode(&store_, {kPayload, 9});
  ASSERT_TRUE(Start(*node, "M", "full").ok());
  Poll(*node, "w1");
  scheduler_.Advance(absl::Seconds(2));
  ASSERT_EQ(tasks_.size(), 1u);
  Poll(*node, "w2");
  scheduler_.Advance(absl::Seconds(2));
  ExpectFull("M", "full", 9);
  EXPECT_EQ(tasks_.size(), 1u);
  EXPECT_TRUE(absl::IsFailedPrecondition(Succeed(*node, tasks_[0].token)));
}

TEST_F(LimitsTest, HoldOnEveryNodeAsTheExecutionBeganWithThem) {
  Deploy("M", kTask);
  auto strict = MakeNode(&store_);
  auto generous = MakeNode(&store_, {4 * kPayload, 0});
  const std::string large = "\"" + std::string(2 * kPayload, 'x') + "\"";
  ASSERT_TRUE(Start(*generous, "M", "generous").ok());
  Poll(*strict);
  scheduler_.Advance(absl::Seconds(2));
  ASSERT_EQ(tasks_.size(), 1u);
  EXPECT_TRUE(Succeed(*strict, tasks_[0].token, large).ok());
  ASSERT_TRUE(Start(*strict, "M", "strict").ok());
  Poll(*generous);
  scheduler_.Advance(absl::Seconds(2));
  ASSERT_EQ(tasks_.size(), 2u);
  EXPECT_TRUE(Succeed(*generous, tasks_[1].token, large).ok());
  scheduler_.Advance(absl::Seconds(2));
  EXPECT_EQ(Find("M", "generous").status, core::Status::kSucceeded);
  EXPECT_EQ(Find("M", "generous").output.view(), large);
  EXPECT_EQ(Find("M", "strict").status, core::Status::kFailed);
  EXPECT_EQ(Find("M", "strict").error->view(), "States.DataLimitExceeded");
}

}  // namespace
}  // namespace pawl::engine
