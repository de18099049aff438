// Calls that coordinators make, and callbacks.

#include "tests/support/faulty_store.h"
#include "tests/unit/engine/calls_fixture.h"

namespace pawl::engine {
namespace {

using integrations::CallFailure;
using integrations::CallResult;
using testing::ElementsAre;
using testing_support::FakeCaller;

TEST_F(CallsTest, ACallIsMadeAndItsResultIsTheTasks) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "http", "one").ok());
  ASSERT_EQ(caller_.begun.size(), 1u);
  const integrations::Call& call = caller_.begun[0];
  EXPECT_EQ(call.service, "http");
  EXPECT_EQ(call.action, "invoke");
  EXPECT_EQ(call.parameters, R"({"ApiEndpoint":"https://example.com","Method":"GET"})");
  EXPECT_EQ(call.execution_arn, Account().ExecutionArn("http", "one"));
  EXPECT_EQ(call.deadline, clock_.Now() + absl::Seconds(300));
  EXPECT_EQ(metrics_->calls_under_way.value(), 1);
  ASSERT_TRUE(caller_.Answer(0, CallResult(std::string(R"({"StatusCode":200})"))));
  Run();
  EXPECT_EQ(Find("http", "one").output, R"({"StatusCode":200})");
  EXPECT_THAT(History("http", "one"),
              ElementsAre("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted",
                          "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"));
  EXPECT_EQ(metrics_->calls_under_way.value(), 0);
  EXPECT_EQ(metrics_->pollers.value(), 0);
}

TEST_F(CallsTest, AFailureOfTheCallIsTheTasks) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "http", "one").ok());
  caller_.Answer(0, CallResult(CallFailure{"States.Http.StatusCode.403", "Forbidden"}));
  Run();
  EXPECT_EQ(Find("http", "one").error, Text("States.Http.StatusCode.403"));
  EXPECT_EQ(Find("http", "one").cause, Text("Forbidden"));
}

TEST_F(CallsTest, CallsWithoutACallerWaitForANodeThatHasOne) {
  auto none = MakeNode(&store_);
  ASSERT_TRUE(Start(*none, "http", "one").ok());
  EXPECT_TRUE(caller_.begun.empty());
  auto node = CallingNode(&caller_);
  scheduler_.Advance(absl::Seconds(2));
  ASSERT_EQ(caller_.begun.size(), 1u);
  caller_.Answer(0, CallResult(std::string("{}")));
  Run();
  EXPECT_EQ(Find("http", "one").status, core::Status::kSucceeded);
}

TEST_F(CallsTest, ACallOfANodeThatDiesIsMadeAgainByAnotherWithTheSameKey) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "http", "one").ok());
  scheduler_.Clear();  // the node has died
  FakeCaller other_caller;
  auto other = CallingNode(&other_caller);
  scheduler_.Advance(absl::Seconds(9));
  EXPECT_TRUE(other_caller.begun.empty());
  scheduler_.Advance(absl::Seconds(3));
  ASSERT_EQ(other_caller.begun.size(), 1u);
  EXPECT_EQ(other_caller.begun[0].idempotency_key, caller_.begun[0].idempotency_key);
  EXPECT_EQ(metrics_->calls_repeated.value(), 1);
  other_caller.Answer(0, CallResult(std::string(R"({"by":"other"})")));
  Run();
  // Whoever has the first one's answer after all comes too late.
  caller_.Answer(0, CallResult(std::string(R"({"by":"first"})")));
  Run();
  EXPECT_EQ(Find("http", "one").output, R"({"by":"other"})");
  EXPECT_THAT(History("http", "one"),
              ElementsAre("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted",
                          "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"));
}

TEST_F(CallsTest, ACallThatLastsIsLeftToWhoMakesIt) {
  auto a = CallingNode(&caller_);
  FakeCaller other_caller;
  auto b = CallingNode(&other_caller);
  ASSERT_TRUE(Start(*a, "http", "one").ok());
  scheduler_.Advance(absl::Seconds(280));
  EXPECT_EQ(caller_.begun.size() + other_caller.begun.size(), 1u);
  FakeCaller& has_it = caller_.begun.empty() ? other_caller : caller_;
  has_it.Answer(0, CallResult(std::string("{}")));
  Run();
  EXPECT_EQ(Find("http", "one").status, core::Status::kSucceeded);
}

TEST_F(CallsTest, LongCallsCostFewWrites) {
  testing_support::FaultyStore counted(&store_);
  auto node = CallingNode(&caller_, &counted);
  ASSERT_TRUE(Start(*node, "http", "one").ok());
  scheduler_.Advance(absl::Seconds(4));
  const auto renewals = [this] {
    return metrics_->transitions[metrics::TransitionKind::kQuiet].value();
  };
  EXPECT_LE(renewals(), 1);  // the claim that comes for nothing after a hand-out
  const int64_t before = renewals();
  scheduler_.Advance(absl::Seconds(60));
  EXPECT_LE(renewals() - before, 7);
  const int64_t after_a_minute = renewals();
  scheduler_.Advance(absl::Seconds(180));
  EXPECT_LE(renewals() - after_a_minute, 7);
}

TEST_F(CallsTest, ACallIsCancelledAtOnceWhenItsNodeEndsItsTask) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "http", "one").ok());
  ASSERT_TRUE(Start(*node, "http", "other").ok());
  node->StopExecution("http", "one", std::nullopt, std::nullopt, [](auto) {});
  Run();
  EXPECT_EQ(caller_.cancelled, 1);
  EXPECT_EQ(metrics_->calls_under_way.value(), 1);
  caller_.Answer(1, CallResult(std::string("{}")));
  Run();
  EXPECT_EQ(Find("http", "other").status, core::Status::kSucceeded);
}

TEST_F(CallsTest, ACallIsCancelledAtOnceWhenItsTaskTimesOut) {
  Deploy("catch", R"({"StartAt": "T", "States": {
    "T": {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "TimeoutSeconds": 3,
      "Parameters": {"ApiEndpoint": "https://example.com", "Method": "GET"}, "End": true,
      "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "W"}]},
    "W": {"Type": "Wait", "Seconds": 60, "End": true}}})");
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "catch", "one").ok());
  scheduler_.Advance(absl::Seconds(3));
  EXPECT_EQ(caller_.cancelled, 1);
  EXPECT_EQ(Find("catch", "one").status, core::Status::kRunning);
}

TEST_F(CallsTest, ACallIsNotCancelledBeforeTheStepThatEndsItsTaskIsOnDisk) {
  testing_support::FaultyStore held(&store_);
  auto node = CallingNode(&caller_, &held);
  ASSERT_TRUE(Start(*node, "http", "one").ok());
  held.HoldFlushes();
  node->StopExecution("http", "one", std::nullopt, std::nullopt, [](auto) {});
  Run();
  EXPECT_EQ(caller_.cancelled, 0);
  held.FinishFlushes();
  Run();
  EXPECT_EQ(caller_.cancelled, 1);
}

TEST_F(CallsTest, ACallIsCancelledWithTheNextRenewalWhenAnotherNodeEndsItsTask) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "http", "one").ok());
  auto other = MakeNode(&store_);
  other->StopExecution("http", "one", std::nullopt, std::nullopt, [](auto) {});
  Run();
  EXPECT_EQ(caller_.cancelled, 0);
  scheduler_.Advance(absl::Seconds(7));
  EXPECT_EQ(caller_.cancelled, 1);
}

TEST_F(CallsTest, NoMoreCallsAreTakenThanMayBeUnderWay) {
  auto node = CallingNode(&caller_, &store_, false, /*max_calls=*/2);
  for (const char* name : {"a", "b", "c", "d"}) ASSERT_TRUE(Start(*node, "http", name).ok());
  EXPECT_EQ(caller_.under_way(), 2u);
  caller_.Answer(0, CallResult(std::string("{}")));
  scheduler_.Advance(absl::Seconds(1));
  EXPECT_EQ(caller_.begun.size(), 3u);
}

TEST_F(CallsTest, AResultIsToldAgainUntilTheDatabaseTakesIt) {
  testing_support::FaultyStore faulty(&store_);
  auto node = CallingNode(&caller_, &faulty);
  ASSERT_TRUE(Start(*node, "http", "one").ok());
  for (int64_t call = 1; call <= 3; ++call) faulty.FailBefore(faulty.calls() + call);
  caller_.Answer(0, CallResult(std::string("{}")));
  scheduler_.Advance(absl::Seconds(3));
  EXPECT_EQ(Find("http", "one").status, core::Status::kSucceeded);
}

TEST_F(CallsTest, ANodeThatGoesDownWaitsForShortCallsAndGivesBackTheOthers) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "http", "short").ok());
  ASSERT_TRUE(Start(*node, "http", "long").ok());
  bool drained = false;
  node->Drain([&] { drained = true; });
  scheduler_.Advance(absl::Seconds(1));
  EXPECT_FALSE(drained);
  caller_.Answer(0, CallResult(std::string("{}")));
  scheduler_.Advance(absl::Seconds(5));
  EXPECT_TRUE(drained);
  EXPECT_EQ(Find("http", "short").status, core::Status::kSucceeded);
  EXPECT_EQ(caller_.cancelled, 1);
  FakeCaller other_caller;
  auto other = CallingNode(&other_caller);
  scheduler_.Advance(absl::Milliseconds(100));  // at once: no lease has to run out
  ASSERT_EQ(other_caller.begun.size(), 1u);
  other_caller.Answer(0, CallResult(std::string("{}")));
  Run();
  EXPECT_EQ(Find("http", "long").status, core::Status::kSucceeded);
}

TEST_F(CallsTest, ATokenThatACallHandsOutEndsTheTask) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "callback", "one").ok());
  const std::string token = TokenIn(caller_.begun.at(0));
  EXPECT_TRUE(node->IsToken(token));
  caller_.Answer(0, CallResult(std::string(R"({"StatusCode":200})")));
  scheduler_.Advance(absl::Seconds(18));
  EXPECT_TRUE(Heartbeat(*node, token).ok());
  scheduler_.Advance(absl::Seconds(18));
  EXPECT_TRUE(Succeed(*node, token, R"({"approved":true})").ok());
  EXPECT_EQ(Find("callback", "one").output, R"({"approved":true})");
  const absl::Status late = Succeed(*node, token);
  EXPECT_TRUE(absl::IsFailedPrecondition(late)) << late;
  EXPECT_EQ(late.message().find("arn:"), absl::string_view::npos) << late;
  EXPECT_THAT(
      History("callback", "one"),
      ElementsAre("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted",
                  "TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"));
}

TEST_F(CallsTest, ATokenThatIsFasterThanItsCallIsNotLost) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "callback", "one").ok());
  const std::string token = TokenIn(caller_.begun.at(0));
  EXPECT_TRUE(Succeed(*node, token, R"({"first":1})").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Succeed(*node, token, R"({"second":1})")));
  caller_.Answer(0, CallResult(std::string(R"({"StatusCode":200})")));
  Run();
  EXPECT_EQ(Find("callback", "one").output, R"({"first":1})");
  EXPECT_THAT(History("callback", "one"), testing::Contains("TaskSubmitted"));
}

TEST_F(CallsTest, ATokenCountsAlsoWhenTheNodeThatMadeTheCallHasDied) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "callback", "one").ok());
  scheduler_.Clear();
  FakeCaller other_caller;
  auto other = CallingNode(&other_caller);
  EXPECT_TRUE(Succeed(*other, TokenIn(caller_.begun.at(0)), "1").ok());
  scheduler_.Advance(absl::Seconds(6));
  EXPECT_EQ(Find("callback", "one").output, "1");
  EXPECT_THAT(History("callback", "one"), testing::Not(testing::Contains("TaskSubmitted")));
  EXPECT_TRUE(other_caller.begun.empty());
}

TEST_F(CallsTest, StartExecutionIsCarriedOutByTheClusterItself) {
  auto node = CallingNode(&caller_);
  const std::string machine = Account().StateMachineArn("pass");
  ASSERT_TRUE(Start(*node, "child", "one", R"({"machine":")" + machine + "\"}").ok());
  EXPECT_TRUE(caller_.begun.empty());
  const std::string output = Find("child", "one").output.str();
  JsonArena arena;
  const Json result = *ParseJson(output, &arena);
  const std::string child(result.Find("ExecutionArn").as_string());
  const std::string name = child.substr(child.rfind(':') + 1);
  EXPECT_EQ(Find("pass", name).output, R"({"n":1})");
  EXPECT_EQ(WriteJson(result.Find("StartDate")),
            std::to_string(absl::ToUnixMillis(Find("pass", name).started_at)));
}

TEST_F(CallsTest, StartExecutionIsRefusedBeforeItIsScheduled) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "child", "one", R"({"machine":7})").ok());
  EXPECT_EQ(Find("child", "one").error, Text("States.Runtime"));
  EXPECT_EQ(
      Find("child", "one").cause,
      Text("An error occurred while executing the state 'T' (entered at the event id #2). The "
           "Parameters '{\"StateMachineArn\":7,\"Input\":{\"n\":1}}' could not be used to "
           "start the Task: [The value for the field 'StateMachineArn' must be a STRING]"));
  EXPECT_THAT(History("child", "one"),
              ElementsAre("ExecutionStarted", "TaskStateEntered", "ExecutionFailed"));
}

TEST_F(CallsTest, StartExecutionOfNoMachineFailsAsAtAws) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "child", "one",
                    R"({"machine":"arn:aws:states:us-east-1:000000000000:stateMachine:none"})")
                  .ok());
  EXPECT_EQ(Find("child", "one").error, Text("StepFunctions.StateMachineDoesNotExistException"));
  EXPECT_THAT(Find("child", "one").cause->str(),
              testing::StartsWith("State Machine Does Not Exist: 'arn:aws:states:us-east-1:"
                                  "000000000000:stateMachine:none' (Service: AWSStepFunctions; "));
}

}  // namespace
}  // namespace pawl::engine
