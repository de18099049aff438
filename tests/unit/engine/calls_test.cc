// Calls that coordinators make, callbacks, and functions that workers serve.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/base/json.h"
#include "tests/support/fake_caller.h"
#include "tests/support/faulty_store.h"
#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {
namespace {

using integrations::CallFailure;
using integrations::CallResult;
using testing::ElementsAre;
using testing_support::FakeCaller;

constexpr char kHttp[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:states:::http:invoke", "TimeoutSeconds": 300,
  "Parameters": {"ApiEndpoint": "https://example.com", "Method": "GET"}, "End": true}}})";

constexpr char kCallback[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "HeartbeatSeconds": 20,
  "Parameters": {"FunctionName": "f", "Payload.$": "$$.Task.Token"}, "End": true}}})";

constexpr char kInvoke[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:states:::lambda:invoke",
  "Parameters": {"FunctionName": "f:prod", "Payload.$": "$"}, "End": true}}})";

constexpr char kFunction[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:lambda:us-east-1:000000000000:function:f", "End": true}}})";

constexpr char kChild[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:states:::states:startExecution",
  "Parameters": {"StateMachineArn.$": "$.machine", "Input": {"n": 1}}, "End": true}}})";

class CallsTest : public EngineTest {
 protected:
  CallsTest() {
    Deploy("http", kHttp);
    Deploy("callback", kCallback);
    Deploy("invoke", kInvoke);
    Deploy("function", kFunction);
    Deploy("child", kChild);
    Deploy("pass", R"({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}})");
  }

  std::unique_ptr<Engine> CallingNode(FakeCaller* caller, store::Store* store,
                                      bool workers_serve = false, int64_t max_calls = 100) {
    metrics_ = std::make_shared<metrics::Metrics>();
    auto node = std::make_unique<Engine>(
        Options{.caller = caller,
                .max_calls = max_calls,
                // One version has workers of its own.
                .served_function =
                    [workers_serve](std::string_view function) {
                      if (!workers_serve) return std::string();
                      const bool own = function == "f:beta";
                      return std::string(own ? function : function.substr(0, function.find(':')));
                    },
                .metrics = metrics_},
        store, &clock_, &scheduler_);
    node->Run([](absl::Status status) { ASSERT_TRUE(status.ok()) << status; });
    Run();
    return node;
  }
  std::unique_ptr<Engine> CallingNode(FakeCaller* caller) { return CallingNode(caller, &store_); }

  // The token that the Payload of a call of kCallback is.
  static std::string TokenIn(const integrations::Call& call) {
    JsonArena arena;
    return std::string(ParseJson(call.parameters, &arena)->Find("Payload").as_string());
  }

  void PollFunction(Engine& node, std::string_view function = "f") {
    node.PollFunction(function, Text("w"), absl::InfiniteFuture(), [this](auto task) {
      if (task.ok() && *task) tasks_.push_back(**task);
    });
    Run();
  }

  absl::Status Heartbeat(Engine& node, const std::string& token) {
    absl::Status answer = absl::InternalError("not answered");
    node.HeartbeatTask(token, [&](absl::Status status) { answer = status; });
    Run();
    return answer;
  }

  FakeCaller caller_;
};

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

TEST_F(CallsTest, AFunctionIsServedByAWorker) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  PollFunction(*node);
  ASSERT_TRUE(Start(*node, "function", "one", R"({"n":1})").ok());
  ASSERT_EQ(tasks_.size(), 1u);
  EXPECT_EQ(tasks_[0].input, R"({"n":1})");
  ASSERT_TRUE(tasks_[0].invocation.has_value());
  EXPECT_EQ(tasks_[0].invocation->function, "f");
  EXPECT_EQ(tasks_[0].invocation->function_arn, "arn:aws:lambda:us-east-1:000000000000:function:f");
  EXPECT_TRUE(Succeed(*node, tasks_[0].token, R"({"m":2})").ok());
  EXPECT_EQ(Find("function", "one").output, R"({"m":2})");
  EXPECT_TRUE(caller_.begun.empty());
}

TEST_F(CallsTest, AnInvocationByAWorkerHasTheShapeOfLambdas) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  PollFunction(*node);
  ASSERT_TRUE(Start(*node, "invoke", "one", R"({"n":1})").ok());
  ASSERT_EQ(tasks_.size(), 1u);
  EXPECT_EQ(tasks_[0].input, R"({"n":1})");
  EXPECT_EQ(tasks_[0].invocation->function_arn,
            "arn:aws:lambda:us-east-1:000000000000:function:f:prod");
  EXPECT_TRUE(Succeed(*node, tasks_[0].token, R"({"m": 2})").ok());
  JsonArena arena;
  const std::string output = Find("invoke", "one").output.str();
  const Json result = *ParseJson(output, &arena);
  EXPECT_EQ(WriteJson(result.Find("Payload")), R"({"m":2})");
  EXPECT_EQ(WriteJson(result.Find("StatusCode")), "200");
  EXPECT_EQ(result.Find("SdkResponseMetadata").Find("RequestId").as_string(),
            tasks_[0].invocation->request_id);
}

TEST_F(CallsTest, AnInvocationThatAsksForItGetsTheEndOfTheLog) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  Deploy("tail", R"({"StartAt": "T", "States": {"T": {"Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f", "LogType": "Tail"}, "End": true}}})");
  PollFunction(*node);
  ASSERT_TRUE(Start(*node, "tail", "one").ok());
  ASSERT_EQ(tasks_.size(), 1u);
  EXPECT_TRUE(tasks_[0].invocation->wants_log);
  node->CompleteTask(tasks_[0].token,
                     {.succeeded = true, .output = Text("1"), .log_tail = "some\xff"},
                     [](const absl::Status& status) { EXPECT_TRUE(status.ok()) << status; });
  Run();
  JsonArena arena;
  const std::string output = Find("tail", "one").output.str();
  const Json result = *ParseJson(output, &arena);
  EXPECT_EQ(result.Find("LogResult").as_string(), "c29tZf8=");
  EXPECT_EQ(result.Find("SdkHttpMetadata").Find("HttpHeaders").Find("X-Amz-Log-Result").as_string(),
            "c29tZf8=");
}

TEST_F(CallsTest, AVersionMayHaveWorkersOfItsOwn) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  Deploy("beta", R"({"StartAt": "T", "States": {"T": {"Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f", "Qualifier": "beta"}, "End": true}}})");
  Deploy("beta-arn", R"({"StartAt": "T", "States": {"T": {"Type": "Task",
    "Resource": "arn:aws:lambda:us-east-1:000000000000:function:f:beta", "End": true}}})");
  PollFunction(*node);
  ASSERT_TRUE(Start(*node, "beta", "one").ok());
  ASSERT_TRUE(Start(*node, "beta-arn", "one").ok());
  EXPECT_TRUE(tasks_.empty());
  PollFunction(*node, "f:beta");
  PollFunction(*node, "f:beta");
  ASSERT_EQ(tasks_.size(), 2u);
  for (const ActivityTask& task : tasks_) {
    EXPECT_EQ(task.invocation->function, "f:beta");
    EXPECT_EQ(task.invocation->function_arn,
              "arn:aws:lambda:us-east-1:000000000000:function:f:beta");
  }
}

TEST_F(CallsTest, AnEventIsAnExecutionThatInvokesTheFunction) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  Deploy("event", R"({"StartAt": "T", "States": {"T": {"Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f:7",
      "InvocationType": "Event", "ClientContext": "e30=", "Payload.$": "$"}, "End": true}}})");
  ASSERT_TRUE(Start(*node, "event", "one", R"({"n":1.0})").ok());
  JsonArena arena;
  const std::string output = Find("event", "one").output.str();
  const Json result = *ParseJson(output, &arena);
  EXPECT_EQ(WriteJson(result.Find("StatusCode")), "202");
  EXPECT_EQ(result.Find("Payload").as_string(), "");
  EXPECT_TRUE(result.Find("ExecutedVersion").is_undefined());
  // Nobody waits for the function, which is run all the same, and again when it fails.
  const std::string id(result.Find("SdkResponseMetadata").Find("RequestId").as_string());
  PollFunction(*node);
  ASSERT_EQ(tasks_.size(), 1u);
  EXPECT_EQ(tasks_[0].input, R"({"n":1.0})");
  EXPECT_EQ(tasks_[0].invocation->function_arn,
            "arn:aws:lambda:us-east-1:000000000000:function:f:7");
  EXPECT_EQ(tasks_[0].invocation->client_context, "{}");
  node->CompleteTask(tasks_[0].token, {.error = Text("Oops")},
                     [](const absl::Status& status) { EXPECT_TRUE(status.ok()) << status; });
  PollFunction(*node);
  scheduler_.Advance(absl::Seconds(59));
  EXPECT_EQ(tasks_.size(), 1u);
  scheduler_.Advance(absl::Seconds(1));
  ASSERT_EQ(tasks_.size(), 2u);
  EXPECT_TRUE(Succeed(*node, tasks_[1].token).ok());
  EXPECT_EQ(Find("pawl-lambda-events", id).status, core::Status::kSucceeded);
  // The machine is there now.
  ASSERT_TRUE(Start(*node, "event", "two").ok());
  EXPECT_EQ(Find("event", "two").status, core::Status::kSucceeded);
}

TEST_F(CallsTest, ARepeatedEventInvokesTheFunctionOnce) {
  testing_support::FaultyStore faulty(&store_);
  auto node = CallingNode(&caller_, &faulty, /*workers_serve=*/true);
  Deploy("event", R"({"StartAt": "T", "States": {"T": {"Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f", "InvocationType": "Event"}, "End": true}}})");
  // The start of the event is written, and nobody learns of it.
  faulty.FailAfter(faulty.calls() + 3);
  ASSERT_TRUE(Start(*node, "event", "one").ok());
  for (int i = 0; i < 3; ++i) PollFunction(*node);
  scheduler_.Advance(absl::Seconds(5));
  EXPECT_EQ(Find("event", "one").status, core::Status::kSucceeded);
  EXPECT_EQ(tasks_.size(), 1u);
}

TEST_F(CallsTest, ADryRunAsksNobody) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  Deploy("dry", R"({"StartAt": "T", "States": {"T": {"Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke", "ResultSelector": {"status.$": "$.StatusCode"},
    "Parameters": {"FunctionName": "f", "InvocationType": "DryRun"}, "End": true}}})");
  ASSERT_TRUE(Start(*node, "dry", "one").ok());
  EXPECT_EQ(Find("dry", "one").output, R"({"status":204})");
  EXPECT_TRUE(caller_.begun.empty());
}

TEST_F(CallsTest, AWorkerKeepsItsInvocationWithHeartbeats) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  PollFunction(*node);
  ASSERT_TRUE(Start(*node, "function", "one").ok());
  ASSERT_EQ(tasks_.size(), 1u);
  EXPECT_TRUE(Confirm(*node, tasks_[0].token).ok());
  PollFunction(*node);
  for (int i = 0; i < 20; ++i) {
    scheduler_.Advance(absl::Seconds(5));
    ASSERT_TRUE(Heartbeat(*node, tasks_[0].token).ok());
  }
  EXPECT_EQ(tasks_.size(), 1u);
  // Its worker is gone: somebody else gets it, with the same token.
  scheduler_.Advance(absl::Seconds(61));
  ASSERT_EQ(tasks_.size(), 2u);
  EXPECT_EQ(tasks_[1].token, tasks_[0].token);
  EXPECT_EQ(tasks_[1].invocation->request_id, tasks_[0].invocation->request_id);
  EXPECT_TRUE(Succeed(*node, tasks_[1].token).ok());
}

TEST_F(CallsTest, AConfirmationAloneKeepsNoInvocation) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  PollFunction(*node);
  ASSERT_TRUE(Start(*node, "function", "one").ok());
  EXPECT_TRUE(Confirm(*node, tasks_.at(0).token).ok());
  PollFunction(*node);
  scheduler_.Advance(absl::Seconds(11));
  EXPECT_EQ(tasks_.size(), 2u);
}

TEST_F(CallsTest, TheLeaseOfAFunctionDelaysNoConfirmationOfAnActivity) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  Deploy("task", kTask);
  PollFunction(*node);
  ASSERT_TRUE(Start(*node, "function", "one").ok());
  Poll(*node);  // confirms what it gets
  ASSERT_TRUE(Start(*node, "task", "two").ok());
  ASSERT_EQ(tasks_.size(), 2u);
  Poll(*node);
  scheduler_.Advance(absl::Seconds(5));
  EXPECT_EQ(tasks_.size(), 2u);
}

TEST_F(CallsTest, AFunctionThatFailsFailsTheTaskUnderItsErrorsName) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  PollFunction(*node);
  ASSERT_TRUE(Start(*node, "invoke", "one").ok());
  node->CompleteTask(tasks_.at(0).token, {.error = Text("ValueError"), .cause = Text("{}")},
                     [](const absl::Status& status) { EXPECT_TRUE(status.ok()) << status; });
  Run();
  EXPECT_EQ(Find("invoke", "one").error, Text("ValueError"));
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
