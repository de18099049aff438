// Lambda functions that workers serve.

#include "tests/support/faulty_store.h"
#include "tests/unit/engine/calls_fixture.h"

namespace pawl::engine {
namespace {

class FunctionsTest : public CallsTest {};

TEST_F(FunctionsTest, AFunctionIsServedByAWorker) {
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

TEST_F(FunctionsTest, AnInvocationByAWorkerHasTheShapeOfLambdas) {
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

TEST_F(FunctionsTest, AnInvocationThatAsksForItGetsTheEndOfTheLog) {
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

TEST_F(FunctionsTest, AVersionMayHaveWorkersOfItsOwn) {
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

TEST_F(FunctionsTest, AnEventIsAnExecutionThatInvokesTheFunction) {
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

TEST_F(FunctionsTest, ARepeatedEventInvokesTheFunctionOnce) {
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

TEST_F(FunctionsTest, ADryRunAsksNobody) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  Deploy("dry", R"({"StartAt": "T", "States": {"T": {"Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke", "ResultSelector": {"status.$": "$.StatusCode"},
    "Parameters": {"FunctionName": "f", "InvocationType": "DryRun"}, "End": true}}})");
  ASSERT_TRUE(Start(*node, "dry", "one").ok());
  EXPECT_EQ(Find("dry", "one").output, R"({"status":204})");
  EXPECT_TRUE(caller_.begun.empty());
}

TEST_F(FunctionsTest, AWorkerKeepsItsInvocationWithHeartbeats) {
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

TEST_F(FunctionsTest, AConfirmationAloneKeepsNoInvocation) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  PollFunction(*node);
  ASSERT_TRUE(Start(*node, "function", "one").ok());
  EXPECT_TRUE(Confirm(*node, tasks_.at(0).token).ok());
  PollFunction(*node);
  scheduler_.Advance(absl::Seconds(11));
  EXPECT_EQ(tasks_.size(), 2u);
}

TEST_F(FunctionsTest, TheLeaseOfAFunctionDelaysNoConfirmationOfAnActivity) {
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

TEST_F(FunctionsTest, AFunctionThatFailsFailsTheTaskUnderItsErrorsName) {
  auto node = CallingNode(&caller_, &store_, /*workers_serve=*/true);
  PollFunction(*node);
  ASSERT_TRUE(Start(*node, "invoke", "one").ok());
  node->CompleteTask(tasks_.at(0).token, {.error = Text("ValueError"), .cause = Text("{}")},
                     [](const absl::Status& status) { EXPECT_TRUE(status.ok()) << status; });
  Run();
  EXPECT_EQ(Find("invoke", "one").error, Text("ValueError"));
}

}  // namespace
}  // namespace pawl::engine
