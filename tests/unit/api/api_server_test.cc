// The whole API in one process: HTTP, the operations, the engine and the memory store.

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "coordinator/api/json_writer.h"
#include "coordinator/api/server.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/api/raw_client.h"
#include "tests/unit/api/thread_scheduler.h"

namespace pawl::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kPass[] = R"({"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}})";
constexpr char kWait[] =
    R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}})";
constexpr char kRole[] = "arn:aws:iam::000000000000:role/r";
constexpr char kPrefix[] = "arn:aws:states:us-east-1:000000000000:";

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

// An answer of the API, read.
struct Answer {
  int status = 0;
  std::string body;
  std::shared_ptr<JsonArena> arena = std::make_shared<JsonArena>();
  Json json;

  std::string Text(std::string_view member) const {
    const Json value = json.Find(member);
    return value.is_string() ? std::string(value.as_string()) : "";
  }
  // "StateMachineDoesNotExist"; empty for a success.
  std::string Code() const {
    const std::string type = Text("__type");
    return type.substr(type.find('#') + 1);
  }
};

Answer Read(const std::string& response) {
  Answer answer;
  if (response.size() > 12) answer.status = std::stoi(response.substr(9, 3));
  answer.body = std::string(RawClient::Body(response));
  auto json = ParseJson(answer.body, answer.arena.get());
  if (json.ok()) answer.json = *json;
  return answer;
}

std::string PostText(std::string_view target, std::string_view body) {
  return StrCat("POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-amz-json-1.0\r\n",
                "X-Amz-Target: ", target, "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

class ApiServerTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::Notification ready;
    engine_.Run([&](absl::Status status) {
      EXPECT_TRUE(status.ok()) << status;
      ready.Notify();
    });
    ready.WaitForNotification();
    server_ = std::make_unique<ApiServer>(ServerOptions{.listen = "127.0.0.1:0", .version = "test"},
                                          &store_, &engine_, &clock_);
    const auto port = server_->Start();
    ASSERT_TRUE(port.ok()) << port.status();
    port_ = *port;
  }
  void TearDown() override {
    server_->Stop();
    absl::Notification drained;
    engine_.Drain([&] { drained.Notify(); });
    drained.WaitForNotification();
  }

  std::string Exchange(const std::string& request) {
    RawClient client(port_);
    client.Send(request);
    return client.ReadResponse();
  }
  Answer Call(const std::string& operation, const std::string& body) {
    return Read(Exchange(PostText("AWSStepFunctions." + operation, body)));
  }

  // Creates a machine, gives its ARN.
  std::string Machine(const std::string& name, const std::string& definition = kPass) {
    const Answer made = Call("CreateStateMachine", CreateBody(name, definition));
    EXPECT_EQ(made.status, 200) << made.body;
    return made.Text("stateMachineArn");
  }
  static std::string CreateBody(const std::string& name, const std::string& definition,
                                const std::string& more = "") {
    return StrCat("{\"name\":\"", name, "\",\"definition\":", Quoted(definition), ",\"roleArn\":\"",
                  kRole, "\"", more, "}");
  }
  std::string Activity(const std::string& name) {
    return Call("CreateActivity", StrCat("{\"name\":\"", name, "\"}")).Text("activityArn");
  }
  std::string TaskMachine(const std::string& name, const std::string& activity) {
    return Machine(name, StrCat(R"({"StartAt":"T","States":{"T":{"Type":"Task","End":true,)",
                                "\"Resource\":\"", activity, "\"}}}"));
  }
  std::string Start(const std::string& machine, const std::string& name,
                    const std::string& input = "{}") {
    const Answer started =
        Call("StartExecution", StrCat("{\"stateMachineArn\":\"", machine, "\",\"name\":\"", name,
                                      "\",\"input\":", Quoted(input), "}"));
    EXPECT_EQ(started.status, 200) << started.body;
    return started.Text("executionArn");
  }
  Answer Describe(const std::string& execution) {
    return Call("DescribeExecution", StrCat("{\"executionArn\":\"", execution, "\"}"));
  }
  // Asks until the execution has ended.
  Answer Ended(const std::string& execution) {
    for (;;) {
      Answer answer = Describe(execution);
      if (answer.Text("status") != "RUNNING") return answer;
    }
  }

  FakeClock clock_;
  ThreadScheduler scheduler_;
  store::MemoryStore store_{
      Account{}, [this](absl::AnyInvocable<void()> job) { scheduler_.Run(std::move(job)); }};
  engine::Engine engine_{{.account = Account{}}, &store_, &clock_, &scheduler_};
  std::unique_ptr<ApiServer> server_;
  uint16_t port_ = 0;
};

TEST_F(ApiServerTest, CarriesAnActivityTaskFromStartToHistory) {
  const std::string activity = Activity("work");
  const std::string execution = Start(TaskMachine("m", activity), "one", R"({"n": 1})");
  EXPECT_EQ(execution, StrCat(kPrefix, "execution:m:one"));
  const Answer task =
      Call("GetActivityTask", StrCat(R"({"workerName":"w","activityArn":")", activity, "\"}"));
  EXPECT_EQ(task.Text("input"), R"({"n": 1})");
  const std::string token = StrCat("{\"taskToken\":\"", task.Text("taskToken"), "\"");
  EXPECT_EQ(Call("SendTaskHeartbeat", token + "}").body, "{}");
  EXPECT_EQ(Call("SendTaskSuccess", token + R"(,"output":"nonsense"})").Code(), "InvalidOutput");
  EXPECT_EQ(Call("SendTaskSuccess", token + R"(,"output":"[1]"})").body, "{}");

  const Answer described = Ended(execution);
  EXPECT_EQ(described.Text("status"), "SUCCEEDED");
  EXPECT_EQ(described.Text("output"), "[1]");
  const Answer again = Call("SendTaskSuccess", token + R"(,"output":"[1]"})");
  EXPECT_EQ(again.Code(), "TaskTimedOut");
  EXPECT_EQ(again.Text("message"), StrCat("Task Timed Out: '", activity, "'"));

  const Answer history =
      Call("GetExecutionHistory", StrCat("{\"executionArn\":\"", execution, "\"}"));
  EXPECT_EQ(history.json.Find("events").size(), 7u);
  EXPECT_THAT(history.body, HasSubstr(R"("activityStartedEventDetails":{"workerName":"w"})"));
}

TEST_F(ApiServerTest, PagesOfAHistoryJoinWithoutGaps) {
  const std::string execution = Start(Machine("m"), "one");
  Ended(execution);
  const auto ids_of_all_pages = [&](std::string_view order) {
    std::string ids, next;
    do {
      const Answer page =
          Call("GetExecutionHistory",
               StrCat("{", order, "\"maxResults\":3,\"executionArn\":\"", execution, "\"",
                      next.empty() ? "" : StrCat(",\"nextToken\":\"", next, "\""), "}"));
      for (const Json event : page.json.Find("events").items()) {
        StrAppend(&ids, event.Find("id").as_int(), " ");
      }
      next = page.Text("nextToken");
    } while (!next.empty());
    return ids;
  };
  EXPECT_EQ(ids_of_all_pages(""), "1 2 3 4 ");
  EXPECT_EQ(ids_of_all_pages("\"reverseOrder\":true,"), "4 3 2 1 ");
}

TEST_F(ApiServerTest, AHistoryOfARunningExecutionShowsWhatThereIs) {
  const std::string execution = Start(Machine("m", kWait), "one");
  const Answer history =
      Call("GetExecutionHistory", StrCat("{\"executionArn\":\"", execution, "\"}"));
  EXPECT_EQ(history.json.Find("events").size(), 2u);
  EXPECT_EQ(history.Text("nextToken"), "");
}

TEST_F(ApiServerTest, AHistoryWithoutExecutionDataKeepsErrorsAndCauses) {
  const std::string machine =
      Machine("m", R"({"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"C"}}})");
  const std::string execution = Start(machine, "one", R"({"secret":1})");
  Ended(execution);
  const std::string arn = StrCat("\"executionArn\":\"", execution, "\"}");
  EXPECT_THAT(Call("GetExecutionHistory", "{" + arn).body, HasSubstr("secret"));
  const std::string bare =
      Call("GetExecutionHistory", R"({"includeExecutionData":false,)" + arn).body;
  EXPECT_THAT(bare, testing::Not(HasSubstr("secret")));
  EXPECT_THAT(bare, HasSubstr(R"("stateEnteredEventDetails":{"name":"F"})"));
  EXPECT_THAT(bare, HasSubstr(R"("executionFailedEventDetails":{"error":"E","cause":"C"})"));
}

struct EndCase {
  std::string name;
  std::string fields;  // of the state F that ends it
  bool has_error;
  bool has_cause;
};

class EndTest : public ApiServerTest, public testing::WithParamInterface<EndCase> {};

TEST_P(EndTest, DescribeShowsWhatWasGivenAndNoOutput) {
  const std::string execution = Start(
      Machine("m",
              StrCat(R"({"StartAt":"F","States":{"F":{"Type":"Fail")", GetParam().fields, "}}}")),
      "one");
  const Answer described = Ended(execution);
  EXPECT_EQ(described.Text("status"), "FAILED");
  EXPECT_EQ(described.json.Find("error").is_string(), GetParam().has_error);
  EXPECT_EQ(described.json.Find("cause").is_string(), GetParam().has_cause);
  EXPECT_TRUE(described.json.Find("output").is_undefined());
  EXPECT_TRUE(described.json.Find("outputDetails").is_undefined());
  EXPECT_TRUE(described.json.Find("stopDate").is_number());
  EXPECT_TRUE(described.json.Find("redriveStatusReason").is_undefined());
  const std::string metadata =
      StrCat("{\"includedData\":\"METADATA_ONLY\",\"executionArn\":\"", execution, "\"}");
  EXPECT_TRUE(Call("DescribeExecution", metadata).json.Find("input").is_undefined());
}

INSTANTIATE_TEST_SUITE_P(Api, EndTest,
                         testing::ValuesIn(std::vector<EndCase>{
                             {"ErrorAndCause", R"(,"Error":"E","Cause":"C")", true, true},
                             {"ErrorAlone", R"(,"Error":"E")", true, false},
                             {"CauseAlone", R"(,"Cause":"C")", false, true},
                             {"Neither", "", false, false},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST_F(ApiServerTest, DescribeOfAStopWithoutWordsHasNone) {
  const std::string execution = Start(Machine("m", kWait), "one");
  const std::string arn = StrCat("{\"executionArn\":\"", execution, "\"}");
  Call("StopExecution", arn);
  const Answer described = Describe(execution);
  EXPECT_EQ(described.Text("status"), "ABORTED");
  EXPECT_TRUE(described.json.Find("error").is_undefined());
  EXPECT_TRUE(described.json.Find("cause").is_undefined());
  EXPECT_TRUE(described.json.Find("output").is_undefined());
  EXPECT_THAT(Call("GetExecutionHistory", arn).body,
              HasSubstr(R"("type":"ExecutionAborted","executionAbortedEventDetails":{}})"));
}

TEST_F(ApiServerTest, DescribeOfATimeOutHasNoErrorAndEndsOnTheSecond) {
  const std::string execution = Start(
      Machine("m", R"({"TimeoutSeconds":1,"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,)"
                   R"("End":true}}})"),
      "one");
  clock_.Advance(absl::Seconds(2));  // the scheduler fires a second from now all the same
  const Answer described = Ended(execution);
  EXPECT_EQ(described.Text("status"), "TIMED_OUT");
  EXPECT_TRUE(described.json.Find("error").is_undefined());
  EXPECT_TRUE(described.json.Find("cause").is_undefined());
  EXPECT_EQ(described.Text("redriveStatus"), "REDRIVABLE");
  EXPECT_DOUBLE_EQ(described.json.Find("stopDate").as_double(),
                   described.json.Find("startDate").as_double() + 1);
  const std::string arn = StrCat("{\"executionArn\":\"", execution, "\"}");
  EXPECT_THAT(Call("GetExecutionHistory", arn).body,
              HasSubstr(R"("executionTimedOutEventDetails":{"error":"States.Timeout"})"));
}

TEST_F(ApiServerTest, TokensHoldForTheirRequestOnly) {
  const std::string first = Start(Machine("m"), "one");
  const std::string second = Start(Machine("m"), "two");
  Ended(first);
  Ended(second);
  const std::string next =
      Call("GetExecutionHistory", StrCat("{\"maxResults\":1,\"executionArn\":\"", first, "\"}"))
          .Text("nextToken");
  ASSERT_NE(next, "");
  const std::string token = StrCat(",\"nextToken\":\"", next, "\"}");
  EXPECT_EQ(Call("GetExecutionHistory", StrCat("{\"executionArn\":\"", second, "\"", token)).Code(),
            "InvalidToken");
  EXPECT_EQ(Call("GetExecutionHistory",
                 StrCat("{\"reverseOrder\":true,\"executionArn\":\"", first, "\"", token))
                .Code(),
            "InvalidToken");
  EXPECT_EQ(Call("ListActivities", "{" + token.substr(1)).Code(), "InvalidToken");
  EXPECT_EQ(Call("GetExecutionHistory", StrCat("{\"executionArn\":\"", first, "\"", token)).status,
            200);
}

TEST_F(ApiServerTest, ListsComeInPagesByName) {
  for (const auto name : {"b", "a", "c"}) {
    Machine(name);
    Activity(name);
  }
  const Answer first = Call("ListStateMachines", R"({"maxResults":2})");
  EXPECT_EQ(first.json.Find("stateMachines").size(), 2u);
  EXPECT_EQ(first.json.Find("stateMachines").items()[0].Find("name").as_string(), "a");
  const Answer rest =
      Call("ListStateMachines", StrCat("{\"nextToken\":\"", first.Text("nextToken"), "\"}"));
  EXPECT_EQ(rest.json.Find("stateMachines").size(), 1u);
  EXPECT_EQ(rest.Text("nextToken"), "");
  const Answer activities = Call("ListActivities", R"({"maxResults":2})");
  EXPECT_EQ(activities.json.Find("activities").size(), 2u);
  EXPECT_NE(activities.Text("nextToken"), "");
}

TEST_F(ApiServerTest, ARepeatedCreationComparesTexts) {
  const std::string arn = Machine("m");
  EXPECT_EQ(Call("CreateStateMachine",
                 CreateBody("m", kPass, R"(,"loggingConfiguration":{"level":"OFF"})"))
                .Text("stateMachineArn"),
            arn);
  const Answer other = Call("CreateStateMachine", CreateBody("m", std::string(kPass) + " "));
  EXPECT_EQ(other.Text("message"), StrCat("State Machine Already Exists: '", arn, "'"));
  EXPECT_EQ(Call("CreateStateMachine",
                 CreateBody("m", kPass, R"(,"tracingConfiguration":{"enabled":true})"))
                .Code(),
            "StateMachineAlreadyExists");
}

TEST_F(ApiServerTest, AnUpdateMakesARevision) {
  const std::string arn = StrCat("{\"stateMachineArn\":\"", Machine("m"), "\"");
  EXPECT_EQ(Call("DescribeStateMachine", arn + "}").Text("revisionId"), "");
  const Answer updated =
      Call("UpdateStateMachine", StrCat(arn, ",\"definition\":", Quoted(kWait), "}"));
  EXPECT_EQ(updated.status, 200) << updated.body;
  const Answer described = Call("DescribeStateMachine", arn + "}");
  EXPECT_EQ(described.Text("revisionId"), updated.Text("revisionId"));
  EXPECT_EQ(described.Text("definition"), kWait);
  EXPECT_EQ(described.Text("roleArn"), kRole);
  EXPECT_EQ(Call("UpdateStateMachine", arn + "}").Code(), "MissingRequiredParameter");
}

TEST_F(ApiServerTest, StopKeepsWhatCameFirst) {
  const std::string execution = Start(Machine("m", kWait), "one");
  const std::string arn = StrCat("{\"executionArn\":\"", execution, "\"");
  const Answer first = Call("StopExecution", arn + R"(,"error":"E","cause":"C"})");
  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(Call("StopExecution", arn + R"(,"error":"other"})").body, first.body);
  const Answer described = Describe(execution);
  EXPECT_EQ(described.Text("status"), "ABORTED");
  EXPECT_EQ(described.Text("error"), "E");
  EXPECT_EQ(described.Text("redriveStatus"), "REDRIVABLE");
}

TEST_F(ApiServerTest, APollEndsWithItsClient) {
  const std::string activity = Activity("work");
  const std::string machine = TaskMachine("m", activity);
  const std::string poll =
      PostText("AWSStepFunctions.GetActivityTask", StrCat("{\"activityArn\":\"", activity, "\"}"));
  {
    RawClient leaving(port_);
    leaving.Send(poll);
  }
  // The task goes to the client that stays, whichever poll came first: one that has left is
  // forgotten, at the latest when its connection is found closed. So tasks are started until one
  // arrives.
  RawClient staying(port_);
  staying.Send(poll);
  Start(machine, "one");
  Start(machine, "two");
  EXPECT_NE(Read(staying.ReadResponse()).Text("taskToken"), "");
}

TEST_F(ApiServerTest, WhileDrainingPollsEndAtOnceAndTheNodeIsNotReady) {
  const std::string activity = Activity("work");
  EXPECT_THAT(Exchange("GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  server_->BeginDrain();
  EXPECT_EQ(Call("GetActivityTask", StrCat("{\"activityArn\":\"", activity, "\"}")).body, "{}");
  const std::string ready = Exchange("GET /readyz HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(ready, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(ready, HasSubstr("draining"));
  EXPECT_THAT(Exchange("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ApiServerTest, AnswersOnItsPathsAndNoOthers) {
  EXPECT_THAT(Exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("text/html"));
  const std::string metrics = Exchange("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(metrics, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(metrics, HasSubstr("\npawl_executions_started_total 0\n"));
  EXPECT_THAT(Exchange("GET /x HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Exchange("DELETE / HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(Exchange("DELETE /healthz HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("Allow: GET"));
}

TEST_F(ApiServerTest, AnswersCarryTheHeadersOfAws) {
  const std::string response = Exchange(PostText("AWSStepFunctions.ListActivities", "{}"));
  EXPECT_THAT(response, HasSubstr("Content-Type: application/x-amz-json-1.0\r\n"));
  EXPECT_THAT(response, HasSubstr("x-amzn-RequestId: "));
}

TEST_F(ApiServerTest, RefusesUnknownOperations) {
  for (const auto target :
       {"AWSStepFunctions.Nothing", "DynamoDB.ListTables", "", "CreateActivity"}) {
    const Answer answer = Read(Exchange(PostText(target, "{}")));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.Code(), "UnknownOperationException") << target;
  }
}

TEST_F(ApiServerTest, RefusesBodiesThatAreNoRequest) {
  for (const std::string body : {"", "nonsense", "{", "[]", "1", "{\"name\":\"\xff\"}",
                                 "{\"name\":\"a\"} x", "{\"name\":1}"}) {
    const Answer answer = Call("CreateActivity", body);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.Code(), "SerializationException") << body;
  }
  EXPECT_EQ(Call("CreateActivity", std::string(100'000, '[')).Code(), "SerializationException");
}

TEST_F(ApiServerTest, RefusesABodyOfTwoMegabytes) {
  EXPECT_EQ(Call("CreateActivity", std::string(2 << 20, ' ')).status, 413);
}

struct ErrorCase {
  std::string name;
  std::string operation;
  std::string body;
  std::string code;
  std::string message;  // empty: not looked at
};

class ErrorTest : public ApiServerTest, public testing::WithParamInterface<ErrorCase> {};

TEST_P(ErrorTest, HasTheNameAndTheWordsOfAws) {
  const Answer answer = Call(GetParam().operation, GetParam().body);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.Code(), GetParam().code) << answer.body;
  if (!GetParam().message.empty()) {
    EXPECT_EQ(answer.Text("message"), GetParam().message);
  }
}

std::string ArnBody(const std::string& member, const std::string& rest) {
  return StrCat("{\"", member, "\":\"", kPrefix, rest, "\"}");
}

INSTANTIATE_TEST_SUITE_P(
    Api, ErrorTest,
    testing::ValuesIn(std::vector<ErrorCase>{
        {"MachineToStart", "StartExecution", ArnBody("stateMachineArn", "stateMachine:x"),
         "StateMachineDoesNotExist",
         StrCat("State Machine Does Not Exist: '", kPrefix, "stateMachine:x'")},
        {"MachineToDescribe", "DescribeStateMachine", ArnBody("stateMachineArn", "stateMachine:x"),
         "StateMachineDoesNotExist", ""},
        {"MachineToList", "ListExecutions", ArnBody("stateMachineArn", "stateMachine:x"),
         "StateMachineDoesNotExist", ""},
        {"VersionToUpdate", "UpdateStateMachine", ArnBody("stateMachineArn", "stateMachine:x:2"),
         "StateMachineDoesNotExist",
         StrCat("State Machine Does Not Exist: '", kPrefix, "stateMachine:x:2'")},
        {"VersionToStart", "StartExecution", ArnBody("stateMachineArn", "stateMachine:x:2"),
         "StateMachineDoesNotExist",
         StrCat("State Machine Does Not Exist: '", kPrefix, "stateMachine:x:2'")},
        {"Execution", "DescribeExecution", ArnBody("executionArn", "execution:m:x"),
         "ExecutionDoesNotExist", StrCat("Execution Does Not Exist: '", kPrefix, "execution:m:x'")},
        {"ExecutionToStop", "StopExecution", ArnBody("executionArn", "execution:m:x"),
         "ExecutionDoesNotExist", ""},
        {"ExpressExecution", "DescribeExecution", ArnBody("executionArn", "express:m:x:u"),
         "InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'"},
        {"HistoryOfNothing", "GetExecutionHistory", ArnBody("executionArn", "execution:m:x"),
         "ExecutionDoesNotExist", ""},
        {"Activity", "DescribeActivity", ArnBody("activityArn", "activity:x"),
         "ActivityDoesNotExist", StrCat("Activity Does Not Exist: '", kPrefix, "activity:x'")},
        {"ActivityToPoll", "GetActivityTask", ArnBody("activityArn", "activity:x"),
         "ActivityDoesNotExist", ""},
        {"NotAnArn", "DescribeActivity", R"({"activityArn":"no_an_activity_arn"})", "InvalidArn",
         "Invalid Arn: 'Invalid ARN prefix: no_an_activity_arn'"},
        {"NoListOfBoth", "ListExecutions", R"({"stateMachineArn":"a","mapRunArn":"b"})",
         "ValidationException", ""},
        {"NoListOfNeither", "ListExecutions", "{}", "ValidationException", ""},
        {"ActivityName", "CreateActivity", R"({"name":"a b"})", "InvalidName",
         "Invalid Name: 'a b'"},
        {"TaskToken", "SendTaskSuccess", R"({"taskToken":"x","output":"not json"})", "InvalidToken",
         "Invalid Token: 'Invalid token'"},
        {"FailureToken", "SendTaskFailure", R"({"taskToken":"x"})", "InvalidToken", ""},
        {"HeartbeatToken", "SendTaskHeartbeat", R"({"taskToken":"x"})", "InvalidToken", ""},
        {"EmptyToken", "SendTaskHeartbeat", R"({"taskToken":""})", "ValidationException",
         "1 validation error detected: Value '' at 'taskToken' failed to satisfy constraint: "
         "Member must have length greater than or equal to 1"},
        {"OutputIsMissing", "SendTaskSuccess", R"({"taskToken":"x"})", "ValidationException",
         "1 validation error detected: Value at 'output' failed to satisfy constraint: "
         "Member must not be null"},
        {"PageToken", "ListStateMachines", R"({"nextToken":"x"})", "InvalidToken", ""},
        {"PageSize", "ListStateMachines", R"({"maxResults":1001})", "ValidationException", ""},
        {"InputIsEmpty", "StartExecution",
         StrCat("{\"input\":\"\",", ArnBody("stateMachineArn", "stateMachine:x").substr(1)),
         "InvalidExecutionInput",
         "Invalid State Machine Execution Input: 'Invalid execution input.'"},
        {"InputIsNotJson", "StartExecution",
         StrCat("{\"input\":\"not some json\",",
                ArnBody("stateMachineArn", "stateMachine:x").substr(1)),
         "InvalidExecutionInput",
         "Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON "
         "String, Number, Array, Object or token 'null', 'true' or 'false')'"},
        {"NothingButPublication", "UpdateStateMachine",
         StrCat("{\"publish\":true,", ArnBody("stateMachineArn", "stateMachine:x").substr(1)),
         "MissingRequiredParameter", ""},
    }),
    [](const auto& info) { return info.param.name; });

TEST_F(ApiServerTest, RefusesDefinitionsWithAllThatIsWrong) {
  const Answer answer = Call("CreateStateMachine", CreateBody("m", R"({"StartAt":"A"})"));
  EXPECT_EQ(answer.Text("message"),
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are "
            "required: [States] at /'");
  const Answer checked = Call("ValidateStateMachineDefinition", R"({"definition":"{}"})");
  EXPECT_EQ(checked.Text("result"), "FAIL");
  EXPECT_EQ(Call("ValidateStateMachineDefinition", StrCat("{\"definition\":", Quoted(kPass), "}"))
                .Text("result"),
            "OK");
}

TEST_F(ApiServerTest, DiagnosticsAreTruncatedWhereMoreWereFoundThanAskedFor) {
  // Two warnings, then two errors.
  const std::string definition = Quoted(
      R"({"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"a":"$.x","b":"$.y"},"Next":"B"},
          "B":{"Type":"Pass","Foo":1,"Bar":2,"End":true}}})");
  const auto validate = [&](const std::string& more) {
    return Call("ValidateStateMachineDefinition", StrCat("{\"definition\":", definition, more, "}"))
        .body;
  };
  const auto count = [](const std::string& body, const std::string& word) {
    size_t n = 0;
    for (size_t at = body.find(word); at != std::string::npos; at = body.find(word, at + 1)) ++n;
    return n;
  };
  struct Row {
    std::string more;
    size_t errors, warnings;
    bool truncated;
  };
  for (const Row& row : std::vector<Row>{
           {"", 2, 0, false},
           {R"(,"maxResults":2)", 2, 0, false},
           {R"(,"maxResults":1)", 1, 0, true},
           {R"(,"maxResults":0,"severity":"WARNING")", 2, 2, false},
           {R"(,"maxResults":4,"severity":"WARNING")", 2, 2, false},
           {R"(,"maxResults":3,"severity":"WARNING")", 1, 2, true},
       }) {
    const std::string body = validate(row.more);
    EXPECT_EQ(count(body, "\"ERROR\""), row.errors) << body;
    EXPECT_EQ(count(body, "\"WARNING\""), row.warnings) << body;
    EXPECT_EQ(count(body, "\"truncated\":true"), row.truncated ? 1u : 0u) << body;
    EXPECT_EQ(count(body, "\"result\":\"FAIL\""), 1u) << body;
  }
}

TEST_F(ApiServerTest, InputMayBeAsLargeAsTheNodeAllowsAndItsRefusalSaysHowMuch) {
  const std::string arn = Machine("m");
  const auto start = [&](const std::string& name, const std::string& text) {
    return Call("StartExecution", StrCat("{\"stateMachineArn\":\"", arn, "\",\"name\":\"", name,
                                         "\",\"input\":\"\\\"", text, "\\\"\"}"));
  };
  const auto twice = [](size_t n) {
    std::string text;
    while (n-- > 0) text += "\xC3\xA4";
    return text;
  };
  EXPECT_EQ(start("fits", std::string(262'142, 'x')).status, 200);
  EXPECT_EQ(start("long", std::string(262'143, 'x')).Text("message"),
            "1 validation error detected: Value at 'input' failed to satisfy constraint: Member "
            "must have length less than or equal to 262144");
  EXPECT_EQ(start("bytes", twice(131'072)).Text("message"),
            "Invalid State Machine Execution Input: 'Input is longer than the maximum of 262144 "
            "bytes in UTF-8.'");

  server_->Stop();
  server_ = std::make_unique<ApiServer>(
      ServerOptions{.listen = "127.0.0.1:0", .max_payload_bytes = 1'000'000, .version = "test"},
      &store_, &engine_, &clock_);
  const auto port = server_->Start();
  ASSERT_TRUE(port.ok()) << port.status();
  port_ = *port;
  EXPECT_EQ(start("large", std::string(999'998, 'x')).status, 200);
  EXPECT_EQ(start("larger", std::string(999'999, 'x')).Text("message"),
            "1 validation error detected: Value at 'input' failed to satisfy constraint: Member "
            "must have length less than or equal to 1000000");
  EXPECT_EQ(start("wide", twice(500'000)).Text("message"),
            "Invalid State Machine Execution Input: 'Input is longer than the maximum of 1000000 "
            "bytes in UTF-8.'");
  // Escaped, it takes twice its bytes in the request.
  std::string escaped;
  for (int i = 0; i < 499'000; ++i) escaped += R"(\\\\)";
  EXPECT_EQ(start("escaped", escaped).status, 200);
}

TEST_F(ApiServerTest, DeletingIsForgivingAndActivitiesAreGoneAtOnce) {
  EXPECT_EQ(Call("DeleteStateMachine", ArnBody("stateMachineArn", "stateMachine:x")).body, "{}");
  const std::string activity = StrCat("{\"activityArn\":\"", Activity("work"), "\"}");
  EXPECT_EQ(Call("DeleteActivity", activity).body, "{}");
  EXPECT_EQ(Call("DeleteActivity", activity).body, "{}");
  EXPECT_EQ(Call("GetActivityTask", activity).Code(), "ActivityDoesNotExist");
}

TEST_F(ApiServerTest, ListensForOtherMachinesOnlyWhenToldSo) {
  ApiServer open({.listen = "0.0.0.0:0"}, &store_, &engine_, &clock_);
  EXPECT_EQ(open.Start().status().code(), absl::StatusCode::kFailedPrecondition);
  ApiServer allowed({.listen = "0.0.0.0:0", .allow_unauthenticated = true}, &store_, &engine_,
                    &clock_);
  EXPECT_TRUE(allowed.Start().ok());
}

}  // namespace
}  // namespace pawl::api
