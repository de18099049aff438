// A node whose position in memory is older than what another one has written since.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {
namespace {

constexpr char kTwoTasks[] = R"({"StartAt": "One", "States": {
  "One": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work",
          "Next": "Two"},
  "Two": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work",
          "End": true}}})";

class StalePositionTest : public EngineTest {
 protected:
  StalePositionTest() {
    Deploy("two", kTwoTasks);
    a_ = MakeNode(&store_);
    b_ = MakeNode(&store_);
    Poll(*a_);
    EXPECT_TRUE(Start(*a_, "two", "e").ok());
  }

  absl::Status Beat(Engine& node, const std::string& token) {
    absl::Status answer = absl::InternalError("not answered");
    node.HeartbeatTask(token, [&](absl::Status status) { answer = status; });
    Run();
    return answer;
  }

  std::unique_ptr<Engine> a_, b_;
};

TEST_F(StalePositionTest, ACompletionOfALaterTaskIsNotRefused) {
  ASSERT_TRUE(Beat(*b_, tasks_.at(0).token).ok());  // the other node reads the position
  Poll(*a_);
  ASSERT_TRUE(Succeed(*a_, tasks_.at(0).token).ok());
  EXPECT_TRUE(Succeed(*b_, tasks_.at(1).token).ok());
  EXPECT_EQ(Find("two", "e").status, core::Status::kSucceeded);
}

TEST_F(StalePositionTest, AHeartbeatIsRefusedSoonAfterAnotherNodeHasEndedTheTask) {
  ASSERT_TRUE(Beat(*b_, tasks_.at(0).token).ok());
  a_->StopExecution("two", "e", std::nullopt, std::nullopt, [](auto stopped) {
    ASSERT_TRUE(stopped.ok()) << stopped.status();
  });
  scheduler_.Advance(absl::Milliseconds(1001));
  EXPECT_TRUE(absl::IsFailedPrecondition(Beat(*b_, tasks_.at(0).token)));
}

TEST_F(StalePositionTest, AHeartbeatThatNeedNotBeWrittenIsNotReadForEither) {
  ASSERT_TRUE(Beat(*b_, tasks_.at(0).token).ok());
  scheduler_.Advance(absl::Milliseconds(500));
  latency_ = absl::Hours(1);  // the store does not answer now
  EXPECT_TRUE(Beat(*b_, tasks_.at(0).token).ok());
}

}  // namespace
}  // namespace pawl::engine
