#include "coordinator/engine/child_result.h"

#include <gtest/gtest.h>

namespace pawl::engine {
namespace {

store::ExecutionRecord Child(core::Status status) {
  store::ExecutionRecord child;
  child.machine_name = "m";
  child.name = "e";
  child.status = status;
  child.started_at = absl::FromUnixMillis(1'700'000'000'123);
  child.closed_at = absl::FromUnixMillis(1'700'000'001'456);
  child.input = Text(R"({"a": 1})");
  child.output = Text(R"(["b"])");
  return child;
}

TEST(ChildResult, TellsDataAsTextInOrderOfTheAlphabet) {
  const TaskResult result =
      ChildResult(Child(core::Status::kSucceeded), Account(), /*parsed=*/false);
  EXPECT_TRUE(result.succeeded);
  EXPECT_EQ(
      result.output.view(),
      R"({"ExecutionArn":"arn:aws:states:us-east-1:000000000000:execution:m:e","Input":"{\"a\": 1}",)"
      R"("InputDetails":{"Included":true},"Name":"e","Output":"[\"b\"]",)"
      R"("OutputDetails":{"Included":true},"StartDate":1700000000123,)"
      R"("StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m",)"
      R"("Status":"SUCCEEDED","StopDate":1700000001456})");
}

TEST(ChildResult, TellsDataAsJsonWhereTheTaskWantsItParsed) {
  const TaskResult result =
      ChildResult(Child(core::Status::kSucceeded), Account(), /*parsed=*/true);
  EXPECT_NE(result.output.view().find(R"("Input":{"a": 1},)"), std::string_view::npos);
  EXPECT_NE(result.output.view().find(R"("Output":["b"],)"), std::string_view::npos);
}

TEST(ChildResult, AChildThatFailedFailsTheTaskWithItsDescriptionAsTheCause) {
  store::ExecutionRecord child = Child(core::Status::kFailed);
  child.error = Text("Boom");
  child.cause = Text("it \"broke\"");
  const TaskResult result = ChildResult(child, Account(), /*parsed=*/true);
  EXPECT_FALSE(result.succeeded);
  EXPECT_EQ(result.error, Text("States.TaskFailed"));
  EXPECT_EQ(result.cause->view(),
            R"({"Cause":"it \"broke\"","Error":"Boom",)"
            R"("ExecutionArn":"arn:aws:states:us-east-1:000000000000:execution:m:e",)"
            R"("Input":"{\"a\": 1}","InputDetails":{"Included":true},"Name":"e",)"
            R"("StartDate":1700000000123,)"
            R"("StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m",)"
            R"("Status":"FAILED","StopDate":1700000001456})");
}

TEST(ChildResult, AChildThatWasStoppedWithoutReasonsHasNone) {
  const TaskResult result = ChildResult(Child(core::Status::kAborted), Account(), false);
  EXPECT_FALSE(result.succeeded);
  EXPECT_EQ(result.cause->view().find("Error"), std::string_view::npos);
  EXPECT_NE(result.cause->view().find(R"("Status":"ABORTED")"), std::string_view::npos);
}

TEST(ChildResult, TellsTheVersionAndTheAliasOfTheChild) {
  store::ExecutionRecord child = Child(core::Status::kSucceeded);
  child.origin = std::make_shared<core::Origin>(
      core::Origin{.version = 2, .alias = "live", .trace_header = "Root=1"});
  const TaskResult result = ChildResult(child, Account(), /*parsed=*/false);
  EXPECT_NE(
      result.output.view().find(
          R"("StateMachineAliasArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m:live",)"
          R"("StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m",)"
          R"("StateMachineVersionArn":"arn:aws:states:us-east-1:000000000000:stateMachine:m:2",)"
          R"("Status":"SUCCEEDED","StopDate":1700000001456,"TraceHeader":"Root=1"})"),
      std::string_view::npos);
}

}  // namespace
}  // namespace pawl::engine
