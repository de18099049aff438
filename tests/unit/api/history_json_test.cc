#include "coordinator/api/history_json.h"

#include <string>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "gtest/gtest.h"

namespace pawl::api {
namespace {

using core::EventType;
using core::HistoryEvent;

// An event with every field set, of which each type shows only its own.
HistoryEvent FullEvent(EventType type) {
  HistoryEvent event;
  event.id = 7;
  event.previous_id = 6;
  event.timestamp = absl::FromUnixMillis(1'790'218'585'123);
  event.type = type;
  event.name = Text("S");
  event.payload = Text(R"({"a": 1})");
  event.error = Text("E");
  event.cause = Text("C");
  event.resource = Text("arn:r");
  event.worker_name = Text("w");
  if (type != EventType::kActivityScheduled) event.role_arn = Text("arn:role");  // it has none
  event.location = Text("Output/a");
  event.timeout_seconds = 60;
  event.heartbeat_seconds = 10;
  event.length = 3;
  event.index = 2;
  event.redrive_count = 4;
  event.assigned = {{"x", Text("42")}};
  return event;
}

struct EventCase {
  EventType type;
  std::string details;          // what follows the type: `"<member>":{...}`, or nothing
  std::string without_payload;  // the same without execution data
};

constexpr char kCredentials[] = R"("taskCredentials":{"roleArn":"arn:role"})";
constexpr char kInput[] = R"("input":"{\"a\": 1}","inputDetails":{"truncated":false})";
constexpr char kOutput[] = R"("output":"{\"a\": 1}","outputDetails":{"truncated":false})";

std::string Wrap(const std::string& member, const std::string& fields) {
  return ",\"" + member + "EventDetails\":{" + fields + "}";
}

EventCase Failure(EventType type, const std::string& member) {
  const std::string details = Wrap(member, R"("error":"E","cause":"C")");
  return {type, details, details};
}
EventCase Success(EventType type, const std::string& member) {
  return {type, Wrap(member, kOutput), Wrap(member, "")};
}
EventCase Entered(EventType type) {
  return {type, Wrap("stateEntered", std::string(R"("name":"S",)") + kInput),
          Wrap("stateEntered", R"("name":"S")")};
}
EventCase Exited(EventType type) {
  return {
      type,
      Wrap("stateExited",
           std::string(R"("name":"S",)") + kOutput +
               R"(,"assignedVariables":{"x":"42"},"assignedVariablesDetails":{"truncated":false})"),
      Wrap("stateExited", R"("name":"S")")};
}
EventCase Iteration(EventType type, const std::string& member) {
  const std::string details = Wrap(member, R"("name":"S","index":2)");
  return {type, details, details};
}
EventCase Bare(EventType type) { return {type, "", ""}; }

class HistoryEventTest : public testing::TestWithParam<EventCase> {};

TEST_P(HistoryEventTest, ShowsTheDetailsOfItsType) {
  const std::string head = R"({"id":7,"previousEventId":6,"timestamp":1790218585.123,"type":")" +
                           std::string(core::EventTypeName(GetParam().type)) + "\"";
  std::string with;
  AppendHistoryEvent(FullEvent(GetParam().type), true, &with);
  EXPECT_EQ(with, head + GetParam().details + "}");
  EXPECT_TRUE(CheckJson(with).ok());

  std::string without;
  AppendHistoryEvent(FullEvent(GetParam().type), false, &without);
  EXPECT_EQ(without, head + GetParam().without_payload + "}");
}

INSTANTIATE_TEST_SUITE_P(
    AllTypes, HistoryEventTest,
    testing::ValuesIn(std::vector<EventCase>{
        {EventType::kExecutionStarted,
         Wrap("executionStarted", std::string(kInput) + R"(,"roleArn":"arn:role")"),
         Wrap("executionStarted", R"("roleArn":"arn:role")")},
        Success(EventType::kExecutionSucceeded, "executionSucceeded"),
        Failure(EventType::kExecutionFailed, "executionFailed"),
        Failure(EventType::kExecutionAborted, "executionAborted"),
        Failure(EventType::kExecutionTimedOut, "executionTimedOut"),
        {EventType::kExecutionRedriven, Wrap("executionRedriven", R"("redriveCount":4)"),
         Wrap("executionRedriven", R"("redriveCount":4)")},
        Entered(EventType::kPassStateEntered),
        Entered(EventType::kTaskStateEntered),
        Entered(EventType::kChoiceStateEntered),
        Entered(EventType::kWaitStateEntered),
        Entered(EventType::kSucceedStateEntered),
        Entered(EventType::kFailStateEntered),
        Entered(EventType::kParallelStateEntered),
        Entered(EventType::kMapStateEntered),
        Exited(EventType::kPassStateExited),
        Exited(EventType::kTaskStateExited),
        Exited(EventType::kChoiceStateExited),
        Exited(EventType::kWaitStateExited),
        Exited(EventType::kSucceedStateExited),
        Exited(EventType::kParallelStateExited),
        Exited(EventType::kMapStateExited),
        Bare(EventType::kTaskStateAborted),
        Bare(EventType::kWaitStateAborted),
        Bare(EventType::kParallelStateStarted),
        Bare(EventType::kParallelStateSucceeded),
        Bare(EventType::kParallelStateFailed),
        Bare(EventType::kParallelStateAborted),
        Bare(EventType::kMapStateSucceeded),
        Bare(EventType::kMapStateFailed),
        Bare(EventType::kMapStateAborted),
        {EventType::kMapStateStarted, Wrap("mapStateStarted", R"("length":3)"),
         Wrap("mapStateStarted", R"("length":3)")},
        Iteration(EventType::kMapIterationStarted, "mapIterationStarted"),
        Iteration(EventType::kMapIterationSucceeded, "mapIterationSucceeded"),
        Iteration(EventType::kMapIterationFailed, "mapIterationFailed"),
        Iteration(EventType::kMapIterationAborted, "mapIterationAborted"),
        {EventType::kActivityScheduled,
         Wrap("activityScheduled", std::string(R"("resource":"arn:r",)") + kInput +
                                       R"(,"timeoutInSeconds":60,"heartbeatInSeconds":10)"),
         Wrap("activityScheduled",
              R"("resource":"arn:r","timeoutInSeconds":60,"heartbeatInSeconds":10)")},
        {EventType::kActivityStarted, Wrap("activityStarted", R"("workerName":"w")"),
         Wrap("activityStarted", R"("workerName":"w")")},
        Success(EventType::kActivitySucceeded, "activitySucceeded"),
        Failure(EventType::kActivityFailed, "activityFailed"),
        Failure(EventType::kActivityTimedOut, "activityTimedOut"),
        {EventType::kLambdaFunctionScheduled,
         Wrap("lambdaFunctionScheduled",
              StrCat(R"("resource":"arn:r",)", kInput,
                     R"(,"timeoutInSeconds":60,"heartbeatInSeconds":10,)", kCredentials)),
         Wrap("lambdaFunctionScheduled",
              StrCat(R"("resource":"arn:r","timeoutInSeconds":60,"heartbeatInSeconds":10,)",
                     kCredentials))},
        Bare(EventType::kLambdaFunctionStarted),
        Success(EventType::kLambdaFunctionSucceeded, "lambdaFunctionSucceeded"),
        Failure(EventType::kLambdaFunctionFailed, "lambdaFunctionFailed"),
        Failure(EventType::kLambdaFunctionTimedOut, "lambdaFunctionTimedOut"),
        Failure(EventType::kLambdaFunctionScheduleFailed, "lambdaFunctionScheduleFailed"),
        Failure(EventType::kLambdaFunctionStartFailed, "lambdaFunctionStartFailed"),
        {EventType::kEvaluationFailed,
         Wrap("evaluationFailed", R"("error":"E","cause":"C","location":"Output/a","state":"S")"),
         Wrap("evaluationFailed", R"("error":"E","cause":"C","location":"Output/a","state":"S")")},
    }),
    [](const auto& info) { return std::string(core::EventTypeName(info.param.type)); });

struct AbsentCase {
  EventType type;
  std::string details;  // of an event that has nothing that it may do without
};

class AbsentFieldsTest : public testing::TestWithParam<AbsentCase> {};

TEST_P(AbsentFieldsTest, AreNoMembersAndTheDetailsStay) {
  HistoryEvent event;
  event.id = 7;
  event.previous_id = 6;
  event.timestamp = absl::FromUnixMillis(1'790'218'585'123);
  event.type = GetParam().type;
  event.name = Text("S");
  event.payload = Text("1");
  event.resource = Text("arn:r");
  std::string out;
  AppendHistoryEvent(event, true, &out);
  EXPECT_TRUE(out.ends_with(
      StrCat("\"", core::EventTypeName(GetParam().type), "\"", GetParam().details, "}")))
      << out;
}

INSTANTIATE_TEST_SUITE_P(
    Optional, AbsentFieldsTest,
    testing::ValuesIn(std::vector<AbsentCase>{
        {EventType::kExecutionFailed, Wrap("executionFailed", "")},
        {EventType::kExecutionAborted, Wrap("executionAborted", "")},
        {EventType::kActivityFailed, Wrap("activityFailed", "")},
        {EventType::kActivityTimedOut, Wrap("activityTimedOut", "")},
        {EventType::kActivityStarted, Wrap("activityStarted", "")},
        {EventType::kActivityScheduled,
         Wrap("activityScheduled",
              R"("resource":"arn:r","input":"1","inputDetails":{"truncated":false})")},
        {EventType::kPassStateExited,
         Wrap("stateExited", R"("name":"S","output":"1","outputDetails":{"truncated":false})")},
        {EventType::kMapStateStarted, Wrap("mapStateStarted", R"("length":0)")},
        {EventType::kMapIterationStarted, Wrap("mapIterationStarted", R"("name":"S","index":0)")},
    }),
    [](const auto& info) { return std::string(core::EventTypeName(info.param.type)); });

struct IntegrationCase {
  EventType type;
  std::string details;
};

class IntegrationEventTest : public testing::TestWithParam<IntegrationCase> {};

TEST_P(IntegrationEventTest, NamesTheTypeOfTheResourceAndTheRest) {
  HistoryEvent event;
  event.type = GetParam().type;
  event.payload = Text("{}");
  event.error = Text("E");
  event.resource = Text("arn:aws:states:::states:startExecution.sync:2");
  event.region = Text("us-east-1");
  event.task_token = Text("secret");
  std::string out;
  AppendHistoryEvent(event, true, &out);
  EXPECT_TRUE(out.ends_with(GetParam().details)) << out;
}

const std::string kSyncResource =
    R"(EventDetails":{"resourceType":"states","resource":"startExecution.sync:2")";

INSTANTIATE_TEST_SUITE_P(
    Types, IntegrationEventTest,
    testing::ValuesIn(std::vector<IntegrationCase>{
        {EventType::kTaskScheduled, StrCat(R"("taskScheduled)", kSyncResource,
                                           R"(,"region":"us-east-1","parameters":"{}"}})")},
        {EventType::kTaskStarted, StrCat(R"("taskStarted)", kSyncResource, "}}")},
        {EventType::kTaskSubmitted,
         StrCat(R"("taskSubmitted)", kSyncResource,
                R"(,"output":"{}","outputDetails":{"truncated":false}}})")},
        {EventType::kTaskSucceeded,
         StrCat(R"("taskSucceeded)", kSyncResource,
                R"(,"output":"{}","outputDetails":{"truncated":false}}})")},
        {EventType::kTaskFailed, StrCat(R"("taskFailed)", kSyncResource, R"(,"error":"E"}})")},
        {EventType::kTaskTimedOut, StrCat(R"("taskTimedOut)", kSyncResource, R"(,"error":"E"}})")},
        {EventType::kTaskSubmitFailed,
         StrCat(R"("taskSubmitFailed)", kSyncResource, R"(,"error":"E"}})")},
        {EventType::kTaskStartFailed,
         StrCat(R"("taskStartFailed)", kSyncResource, R"(,"error":"E"}})")},
    }),
    [](const auto& info) { return std::string(core::EventTypeName(info.param.type)); });

TEST(HistoryEvent, HidesParametersWithTheOtherData) {
  HistoryEvent event;
  event.type = EventType::kTaskScheduled;
  event.resource = Text("arn:aws:states:::lambda:invoke");
  event.payload = Text("secret");
  std::string out;
  AppendHistoryEvent(event, false, &out);
  EXPECT_EQ(out.find("secret"), std::string::npos) << out;
  EXPECT_EQ(out.find("parameters"), std::string::npos) << out;
}

TEST(HistoryEvent, LeavesOutWhatIsNotSet) {
  HistoryEvent event;
  event.id = 3;
  event.timestamp = absl::FromUnixSeconds(1'790'218'585);
  event.type = EventType::kExecutionAborted;
  std::string out;
  AppendHistoryEvent(event, true, &out);
  EXPECT_EQ(out, R"({"id":3,"previousEventId":0,"timestamp":1790218585,"type":"ExecutionAborted",)"
                 R"("executionAbortedEventDetails":{}})");
}

TEST(HistoryEvent, ShowsAnEmptyErrorThatWasGiven) {
  HistoryEvent event;
  event.type = EventType::kActivityFailed;
  event.error = Text("");
  std::string out;
  AppendHistoryEvent(event, true, &out);
  EXPECT_NE(out.find(R"("activityFailedEventDetails":{"error":""})"), std::string::npos);
}

}  // namespace
}  // namespace pawl::api
