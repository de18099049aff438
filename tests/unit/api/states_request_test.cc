#include "coordinator/api/states_request.h"

#include <gtest/gtest.h>

#include "coordinator/base/json.h"

namespace pawl::api {
namespace {

integrations::Call WithParameters(std::string parameters) {
  return {.service = "states",
          .action = "startExecution",
          .parameters = std::move(parameters),
          .idempotency_key = "key"};
}

std::string Member(const std::string& text, std::string_view name) {
  JsonArena arena;
  return WriteJson(ParseJson(text, &arena)->Find(name));
}

TEST(StatesRequest, SerialisesItsInput) {
  const auto body =
      StartRequestBody(WithParameters(R"({"StateMachineArn":"arn","Name":"n","Input":{"a":[1]}})"));
  ASSERT_TRUE(body.ok());
  EXPECT_EQ(*body, R"({"stateMachineArn":"arn","name":"n","input":"{\"a\":[1]}"})");
}

TEST(StatesRequest, NoInputAndNullAreAnEmptyObject) {
  for (const char* parameters :
       {R"({"StateMachineArn":"arn"})", R"({"StateMachineArn":"arn","Input":null})"}) {
    EXPECT_EQ(Member(*StartRequestBody(WithParameters(parameters)), "input"), R"("{}")");
  }
}

TEST(StatesRequest, ANameThatIsNotGivenIsTheSameForEachRepetitionOfTheCall) {
  integrations::Call call = WithParameters(R"({"StateMachineArn":"arn"})");
  const std::string name = Member(*StartRequestBody(call), "name");
  EXPECT_EQ(name.size(), 38u);  // a UUID in quotation marks
  EXPECT_EQ(Member(*StartRequestBody(call), "name"), name);
  call.idempotency_key = "another";
  EXPECT_NE(Member(*StartRequestBody(call), "name"), name);
}

TEST(StatesRequest, WrongParametersAreRefusedInAwssWords) {
  const auto body = StartRequestBody(WithParameters(R"({"StateMachineArn":1,"Inputs":{}})"));
  ASSERT_FALSE(body.ok());
  EXPECT_EQ(body.error().error, "States.Runtime");
  EXPECT_NE(body.error().cause->find("The value for the field 'StateMachineArn' must be a STRING"),
            std::string::npos);
  EXPECT_NE(body.error().cause->find("The field \"Inputs\" is not supported by Step Functions"),
            std::string::npos);
}

TEST(StatesRequest, TheAnswerIsInTheNamesOfTheIntegration) {
  const Response response{.headers = {{"x-amzn-RequestId", "id"}},
                          .body = R"({"executionArn":"arn","startDate":1700000000.25})"};
  const auto result = StartResult(response, absl::FromUnixSeconds(1'700'000'000));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(Member(*result, "ExecutionArn"), R"("arn")");
  EXPECT_EQ(Member(*result, "StartDate"), "1700000000250");
  EXPECT_EQ(Member(*result, "SdkResponseMetadata"), R"({"RequestId":"id"})");
  EXPECT_NE(result->find(R"("Date":"Tue, 14 Nov 2023 22:13:20 GMT")"), std::string::npos);
}

TEST(StatesRequest, AnErrorOfTheApiIsTheTasks) {
  const Response response{
      .status = 400,
      .headers = {{"x-amzn-RequestId", "id"}},
      .body =
          R"({"__type":"StateMachineDoesNotExist","message":"State Machine Does Not Exist: 'x'"})"};
  const auto result = StartResult(response, absl::Now());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().error, "StepFunctions.StateMachineDoesNotExistException");
  EXPECT_EQ(*result.error().cause,
            "State Machine Does Not Exist: 'x' (Service: AWSStepFunctions; Status Code: 400; Error "
            "Code: StateMachineDoesNotExist; Request ID: id; Proxy: null)");
}

TEST(StatesRequest, WhatFailedWithinIsNoAnswer) {
  EXPECT_TRUE(IsPassingFailure({.status = 503}));
  EXPECT_FALSE(IsPassingFailure({.status = 400}));
}

}  // namespace
}  // namespace pawl::api
