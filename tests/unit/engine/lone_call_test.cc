#include "coordinator/engine/lone_call.h"

#include <gtest/gtest.h>

#include "tests/support/fake_caller.h"
#include "tests/support/manual_scheduler.h"

namespace pawl::engine {
namespace {

class LoneCallTest : public testing::Test {
 protected:
  void Make(std::string_view resource) {
    core::TaskAttempt task{.kind = asl::ResourceKind::kIntegration,
                           .resource = std::string(resource),
                           .input = Text(R"({"StateMachineArn":"none"})")};
    MakeLoneCall({&caller_, Account{}, &clock_, &scheduler_,
                  [](MachineRef, std::string, StartInput, ByTask, store::Callback<Started>) {}},
                 core::ExecutionFacts{}, task, nullptr, absl::Minutes(5), [this](auto result) {
                   ++told_;
                   result_ = std::move(result);
                 });
  }

  FakeClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  testing_support::ManualScheduler scheduler_{&clock_};
  testing_support::FakeCaller caller_;
  std::optional<integrations::CallResult> result_;
  int told_ = 0;
};

constexpr std::string_view kSend = "arn:aws:states:::sqs:sendMessage";

TEST_F(LoneCallTest, ItsResultIsToldOnceOnTheNodesThread) {
  Make(kSend);
  ASSERT_EQ(caller_.begun.size(), 1u);
  EXPECT_EQ(caller_.begun[0].deadline, clock_.Now() + absl::Minutes(5));
  caller_.Answer(0, std::string("{}"));
  EXPECT_EQ(told_, 0);
  scheduler_.RunReady();
  EXPECT_EQ(told_, 1);
  ASSERT_TRUE(result_ && result_->ok());
  scheduler_.Advance(absl::Minutes(6));
  EXPECT_EQ(told_, 1);
}

TEST_F(LoneCallTest, IsGivenUpAfterItsTime) {
  Make(kSend);
  scheduler_.Advance(absl::Minutes(5));
  EXPECT_EQ(told_, 1);
  EXPECT_FALSE(result_.has_value());
  EXPECT_EQ(caller_.cancelled, 1);
}

TEST_F(LoneCallTest, AResultThatComesWithTheTimeOutIsNotToldAgain) {
  Make(kSend);
  scheduler_.Advance(absl::Minutes(5) - absl::Milliseconds(1));
  caller_.Answer(0, std::string("{}"));
  scheduler_.Advance(absl::Minutes(1));
  EXPECT_EQ(told_, 1);
  EXPECT_TRUE(result_.has_value());
}

TEST_F(LoneCallTest, ExecutionsAreStartedHere) {
  Make("arn:aws:states:::states:startExecution");
  scheduler_.RunReady();
  EXPECT_TRUE(caller_.begun.empty());
  ASSERT_TRUE(result_ && !result_->ok());
  EXPECT_EQ(result_->error().error, "StepFunctions.StateMachineDoesNotExistException");
}

}  // namespace
}  // namespace pawl::engine
