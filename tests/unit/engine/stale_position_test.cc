// A node whose position in memory is older than what another one has written since.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/faulty_store.h"
#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {
namespace {

constexpr char kOneAfterTheOther[] = R"({"StartAt": "One", "States": {
  "One": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work",
          "Next": "Two"},
  "Two": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work",
          "End": true}}})";

class StalePositionTest : public EngineTest {
 protected:
  StalePositionTest() {
    Deploy("two", kOneAfterTheOther);
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
  a_->StopExecution("two", "e", std::nullopt, std::nullopt,
                    [](auto stopped) { ASSERT_TRUE(stopped.ok()) << stopped.status(); });
  scheduler_.Advance(absl::Milliseconds(1001));
  EXPECT_TRUE(absl::IsFailedPrecondition(Beat(*b_, tasks_.at(0).token)));
}

TEST_F(StalePositionTest, AHeartbeatThatNeedNotBeWrittenIsNotReadForEither) {
  ASSERT_TRUE(Beat(*b_, tasks_.at(0).token).ok());
  scheduler_.Advance(absl::Milliseconds(500));
  latency_ = absl::Hours(1);  // the store does not answer now
  EXPECT_TRUE(Beat(*b_, tasks_.at(0).token).ok());
}

// A store whose starts are answered late.
class LateStarts : public testing_support::FaultyStore {
 public:
  LateStarts(store::Store* inner, Scheduler* scheduler)
      : FaultyStore(inner), inner_(*inner), scheduler_(*scheduler) {}

  void StartExecution(const store::StartRequest& request,
                      store::Callback<store::StartResult> done) override {
    inner_.StartExecution(request, [this, done = std::move(done)](auto result) mutable {
      scheduler_.RunAfter(absl::Seconds(3),
                          [done = std::move(done), result]() mutable { done(std::move(result)); });
    });
  }

 private:
  store::Store& inner_;
  Scheduler& scheduler_;
};

class LateStartTest : public EngineTest {};

TEST_F(LateStartTest, AStartThatIsAnsweredAfterItsExecutionWasClaimedDisturbsNothing) {
  Deploy("pass", R"({"StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "T"},
    "T": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:work",
          "End": true}}})");
  LateStarts late(&store_, &scheduler_);
  auto node = MakeNode(&late);
  Poll(*node);
  absl::StatusOr<Started> started = absl::InternalError("not answered");
  node->StartExecution("pass", "e", Text("{}"), [&](auto answer) { started = answer; });
  scheduler_.Advance(absl::Milliseconds(1500));
  latency_ = absl::Milliseconds(900);  // the claim's steps are under way when the answer comes
  scheduler_.Advance(absl::Seconds(5));
  latency_ = absl::ZeroDuration();
  scheduler_.Advance(absl::Seconds(2));
  ASSERT_TRUE(started.ok()) << started.status();
  ASSERT_EQ(tasks_.size(), 1u);
  EXPECT_TRUE(Succeed(*node, tasks_.at(0).token).ok());
  EXPECT_EQ(Find("pass", "e").status, core::Status::kSucceeded);
}

}  // namespace
}  // namespace pawl::engine
