// Real handlers of Node and Python in real processes: what each way to end gives to the task.

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "coordinator/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/lambda/environments.h"
#include "worker/lambda/function.h"

namespace pawl::worker {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr char kId[] = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

FunctionOptions Function(const std::string& handler, absl::Duration timeout = absl::Seconds(20)) {
  absl::StatusOr<FunctionOptions> function = HandlerFunction(
      "f", absl::StrCat(PAWL_HANDLERS, "/", handler), {.region = "eu-west-1", .memory_mb = 256});
  EXPECT_TRUE(function.ok()) << function.status();
  function->timeout = timeout;
  return *function;
}

TaskContext Task(const std::string& payload) {
  return TaskContext("token", "f", payload,
                     FunctionInvocation{.function = "f",
                                        .function_arn = "arn:f",
                                        .request_id = kId,
                                        .client_context = "{\"custom\":1}"});
}

std::string Shown(const TaskResult& result) {
  if (result.output() != nullptr) return *result.output();
  return absl::StrCat(result.failure()->error, ": ", result.failure()->cause);
}

std::string Invoke(Environments& environments, const std::string& payload) {
  TaskContext task(Task(payload).token(), "f", payload, *Task(payload).invocation());
  return Shown(environments(task));
}

std::string InvokeOnce(const FunctionOptions& function, const std::string& payload = "{}") {
  Environments environments(function, 1);
  return Invoke(environments, payload);
}

struct Case {
  std::string name;
  std::string handler;
  std::string payload;
  std::string wanted;  // what the outcome begins with
};

const Case kCases[] = {
    {"CallbackGivesTheResult", "behaviours.js:callback", R"({"value":[1]})", "[1]"},
    {"CallbackGivesAnError", "behaviours.js:callbackError", "{}",
     R"(RangeError: {"errorType":"RangeError","errorMessage":"no","trace":["RangeError: no","    at)"},
    {"CallbackNeedNotWait", "behaviours.js:callbackAtOnce", "{}", R"("at once")"},
    {"WithoutPromiseNorCallbackItIsNull", "behaviours.js:nothing", "{}", "null"},
    {"UndefinedIsNull", "behaviours.js:undefinedResult", "{}", "null"},
    {"ThrownAtOnce", "behaviours.js:thrown", "{}",
     R"(TypeError: {"errorType":"TypeError","errorMessage":"at once","trace":["TypeError: at once")"},
    {"ThrownText", "behaviours.js:text", "{}",
     R"(string: {"errorType":"string","errorMessage":"a text","trace":[]})"},
    {"ResultThatIsNoJson", "behaviours.js:circular", "{}",
     R"(Runtime.MarshalError: {"errorType":"Runtime.MarshalError")"},
    {"RejectionThatNobodyHandles", "behaviours.js:unhandled", "{}",
     R"(Runtime.UnhandledPromiseRejection: {"errorType":"Runtime.UnhandledPromiseRejection",)"
     R"("errorMessage":"Error: nobody cares")"},
    {"Exit", "behaviours.js:exit", R"({"code":3})",
     R"(Runtime.ExitError: {"errorType":"Runtime.ExitError","errorMessage":"RequestId: )"
     R"(8476a536-e9f4-11e8-9739-2dfe598c3fcd Error: Runtime exited with error: exit status 3"})"},
    {"ExitWithoutAReason", "behaviours.js:exit", R"({"code":0})",
     R"(Runtime.ExitError: {"errorType":"Runtime.ExitError","errorMessage":"RequestId: )"
     R"(8476a536-e9f4-11e8-9739-2dfe598c3fcd Error: Runtime exited without providing a reason"})"},
    {"Killed", "behaviours.js:kill", "{}",
     R"(Runtime.ExitError: {"errorType":"Runtime.ExitError","errorMessage":"RequestId: )"
     R"(8476a536-e9f4-11e8-9739-2dfe598c3fcd Error: Runtime exited with error: signal: killed"})"},
    {"LargestResponse", "behaviours.js:big", R"({"size":6291554})", "\"xxx"},
    {"ResponseTooLarge", "behaviours.js:big", R"({"size":6291555})",
     R"(Function.ResponseSizeTooLarge: {"errorType":"Function.ResponseSizeTooLarge",)"
     R"("errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 )"
     R"(bytes)."})"},
    {"MissingHandler", "behaviours.js:none", "{}",
     R"(Runtime.HandlerNotFound: {"errorType":"Runtime.HandlerNotFound","errorMessage":)"
     R"("behaviours.none is undefined or not exported","trace":[]})"},
    {"MissingModule", "bad_import.js", "{}",
     R"(Runtime.ImportModuleError: {"errorType":"Runtime.ImportModuleError","errorMessage":"Error: )"
     R"(Cannot find module './no-such-module')"},
    {"BadSyntax", "bad_syntax.js", "{}",
     R"(Runtime.UserCodeSyntaxError: {"errorType":"Runtime.UserCodeSyntaxError")"},
    {"ErrorOfOnesOwn", "errors.js:fail", "{}",
     R"(CustomError: {"errorType":"CustomError","errorMessage":"This is a custom error!","trace":)"
     R"(["CustomError: This is a custom error!")"},
    {"ModuleOfTheNewKind", "greater.mjs", R"({"generatedRandomNumber":7})",
     R"({"msg":"greater","of":7})"},

    {"PythonNothing", "behaviours.py:nothing", "{}", "null"},
    {"PythonThrown", "behaviours.py:thrown", "{}",
     "ValueError: {\"errorMessage\": \"ünfit\", \"errorType\": \"ValueError\", \"requestId\": "
     "\"8476a536-e9f4-11e8-9739-2dfe598c3fcd\", \"stackTrace\": [\"  File "},
    {"PythonResultThatIsNoJson", "behaviours.py:unwritable", "{}",
     R"(Runtime.MarshalError: {"errorMessage": "Unable to marshal response: Object of type set is )"
     R"(not JSON serializable")"},
    {"PythonExit", "behaviours.py:leave", R"({"code":1})",
     R"(Runtime.ExitError: {"errorType":"Runtime.ExitError","errorMessage":"RequestId: )"
     R"(8476a536-e9f4-11e8-9739-2dfe598c3fcd Error: Runtime exited with error: exit status 1"})"},
    {"PythonResponseTooLarge", "behaviours.py:big", R"({"size":6291555})",
     "Function.ResponseSizeTooLarge: "},
    {"PythonMissingHandler", "behaviours.py:none", "{}",
     R"(Runtime.HandlerNotFound: {"errorMessage": "Handler 'none' missing on module 'behaviours'")"},
    {"PythonMissingModule", "bad_import.py", "{}",
     R"(Runtime.ImportModuleError: {"errorMessage": "Unable to import module 'bad_import': No )"
     R"(module named 'no_such_module'")"},
    {"PythonBadSyntax", "bad_syntax.py", "{}",
     R"(Runtime.UserCodeSyntaxError: {"errorMessage": "Syntax error in module 'bad_syntax')"},
    {"PythonErrorOfTheModule", "bad_start.py", "{}", R"(KeyError: {"errorMessage": "'not there'")"},
    {"PythonErrorOfOnesOwn", "errors.py:fail", "{}",
     R"(CustomError: {"errorMessage": "This is a custom error!", "errorType": "CustomError")"},
};

class LambdaHandlerTest : public testing::TestWithParam<Case> {};

TEST_P(LambdaHandlerTest, EndsAsOnLambda) {
  const std::string shown = InvokeOnce(Function(GetParam().handler), GetParam().payload);
  EXPECT_EQ(shown.substr(0, GetParam().wanted.size()), GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(Handlers, LambdaHandlerTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(LambdaHandlers, LearnAllAboutTheirInvocation) {
  EXPECT_THAT(
      InvokeOnce(Function("behaviours.js:echo"), R"({"ü": 1})"),
      MatchesRegex(R"(\{"event":\{"ü":1\},"calls":1,"id":"8476a536-e9f4-11e8-9739-2dfe598c3fcd",)"
                   R"("arn":"arn:f","name":"f","memory":"256","client":\{"custom":1\},)"
                   R"("remaining":[0-9]+,"region":"eu-west-1","handler":"behaviours.echo",)"
                   R"("root":true\})"));
  EXPECT_THAT(
      InvokeOnce(Function("behaviours.py"), R"({"ü": 1})"),
      MatchesRegex(
          R"(\{"event": \{"ü": 1\}, "calls": 1, "id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",)"
          R"( "arn": "arn:f", "name": "f", "memory": "256", "remaining": [0-9]+,)"
          R"( "region": "eu-west-1", "handler": "behaviours.lambda_handler",)"
          R"( "root": true\})"));
}

TEST(LambdaHandlers, KeepTheirProcess) {
  for (const char* handler : {"behaviours.js:echo", "behaviours.py"}) {
    Environments environments(Function(handler), 1);
    JsonArena arena;
    for (int64_t call = 1; call <= 3; ++call) {
      const std::string shown = Invoke(environments, "{}");
      const auto result = ParseJson(shown, &arena);
      ASSERT_TRUE(result.ok()) << shown;
      EXPECT_EQ(result->Find("calls").as_int(), call);
    }
  }
}

TEST(LambdaHandlers, GiveTheEndOfWhatTheyPrintToWhoWantsIt) {
  for (const char* handler : {"behaviours.js:print", "behaviours.py:print_text"}) {
    Environments environments(Function(handler), 1);
    FunctionInvocation invocation = *Task("{}").invocation();
    EXPECT_EQ(Invoke(environments, R"({"before":1,"text":"of another"})"), R"("$LATEST")");
    invocation.wants_log = true;
    TaskContext task("token", "f", R"({"before":3,"text":"the end"})", invocation);
    EXPECT_THAT(
        environments(task).log_tail(),
        MatchesRegex(absl::StrCat("START RequestId: ", kId, " Version: .LATEST\nxxx\nthe end\n",
                                  "END RequestId: ", kId, "\nREPORT RequestId: ", kId,
                                  "\tDuration: [0-9.]+ ms\t\n")));
    TaskContext long_task("token", "f", R"({"before":100000,"text":"the end"})", invocation);
    const std::string log = environments(long_task).log_tail();
    EXPECT_EQ(log.size(), kLogTailBytes);
    EXPECT_THAT(log, StartsWith("xxx"));
    EXPECT_THAT(log, HasSubstr("x\nthe end\nEND RequestId: "));
  }
}

TEST(LambdaHandlers, LearnTheirVersion) {
  const absl::StatusOr<FunctionOptions> function =
      HandlerFunction("f:prod", absl::StrCat(PAWL_HANDLERS, "/behaviours.py:print_text"), {});
  ASSERT_TRUE(function.ok());
  EXPECT_EQ(InvokeOnce(*function, R"({"before":1,"text":""})"), R"("prod")");
  EXPECT_EQ(function->variables.at("AWS_LAMBDA_FUNCTION_NAME"), "f");
}

TEST(LambdaHandlers, GetANewProcessAfterAnEnd) {
  Environments environments(Function("behaviours.js:exit"), 1);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Invoke(environments, R"({"code":3})"), StartsWith("Runtime.ExitError"));
  }
}

TEST(LambdaHandlers, ThatTakeTooLongAreEnded) {
  for (const char* handler : {"errors.js:sleep", "errors.py:sleep"}) {
    Environments environments(Function(handler, absl::Milliseconds(1500)), 1);
    EXPECT_EQ(Invoke(environments, R"({"seconds":60})"),
              "Sandbox.Timedout: {\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: "
              "8476a536-e9f4-11e8-9739-2dfe598c3fcd Error: Task timed out after 1.50 seconds\"}");
    // The next one has a new process.
    EXPECT_THAT(Invoke(environments, R"({"seconds":0})"), HasSubstr("slept"));
  }
}

TEST(LambdaHandlers, ThatNobodyWaitsForAreEnded) {
  Environments environments(Function("behaviours.js:child"), 1);
  TaskContext task("token", "f", "{}", *Task("{}").invocation());
  std::jthread canceller([&] { task.Cancel(); });
  EXPECT_TRUE(environments(task).left_open());
}

TEST(LambdaHandlers, OfCommandsSpeakTheRuntimeApi) {
  // A custom runtime in a few lines of shell, as Lambda's documentation has one.
  const std::string script = R"(
while true; do
  headers=$(mktemp)
  event=$(curl -sS -D "$headers" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next")
  id=$(grep -i Lambda-Runtime-Aws-Request-Id "$headers" | tr -d '[:space:]' | cut -d: -f2)
  rm "$headers"
  curl -sS -o /dev/null "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" \
    -d "[\"$_HANDLER\",$event]"
done)";
  Environments environments(CommandFunction("f", {"sh", "-c", script}, "my.handler", {}), 1);
  EXPECT_EQ(Invoke(environments, R"({"n":1})"), R"(["my.handler",{"n":1}])");
  EXPECT_EQ(Invoke(environments, R"({"n":2})"), R"(["my.handler",{"n":2}])");
}

TEST(LambdaHandlers, OfCommandsThatCannotBeStarted) {
  EXPECT_THAT(InvokeOnce(CommandFunction("f", {"/no/such/command"}, "", {})),
              StartsWith("Runtime.InvalidEntrypoint: "));
}

TEST(LambdaHandlers, ThatNeverAskForAnInvocationTimeOut) {
  FunctionOptions function = CommandFunction("f", {"sleep", "60"}, "", {});
  function.init_timeout = function.timeout = absl::Milliseconds(200);
  EXPECT_THAT(InvokeOnce(function), HasSubstr("Task timed out after 0.20 seconds"));
}

TEST(LambdaHandlers, RunAtOnce) {
  constexpr int kCount = 4;
  Environments environments(Function("behaviours.js:echo"), kCount);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kCount; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 5; ++call) {
        EXPECT_THAT(Invoke(environments, "{}"), StartsWith("{\"event\":{}"));
      }
    });
  }
}

TEST(LambdaHandlers, AreFilesOfKnownKinds) {
  EXPECT_EQ(HandlerFunction("f", "a.rb", {}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(HandlerFunction("f", "/no/such.js", {}).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace pawl::worker
