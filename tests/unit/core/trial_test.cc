#include "coordinator/core/trial.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "coordinator/asl/compile_state.h"
#include "tests/support/fake_world.h"

namespace pawl::core {
namespace {

constexpr absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// A trial with all that must outlive it.
struct Tested {
  asl::LoneState lone;
  FakeWorld world;
  std::unique_ptr<Trial> trial;

  const Observation& seen() const { return trial->seen(); }
};

struct Given {
  std::string input = "{}";
  std::optional<Mock> mock;
  std::string variables;
  std::optional<std::string> context;
  int64_t retries = 0;
  int64_t failed_iterations = 0;
  std::optional<std::string> read_items;
};

std::unique_ptr<Tested> Try(std::string_view state, const Given& given = {}) {
  auto tested = std::make_unique<Tested>();
  tested->lone = asl::CompileState(state, std::nullopt);
  if (!tested->lone.ok()) {
    ADD_FAILURE() << tested->lone.compiled.ErrorText();
    std::abort();  // what follows has nothing to look at
  }
  auto facts = std::make_shared<ExecutionFacts>();
  facts->execution_arn = "arn:aws:states:us-east-1:123456789012:express:m:e";
  facts->started_at = kNow;
  facts->input = Text(given.input);
  TrialOptions options{.facts = facts,
                       .variables = Text(given.variables),
                       .mock = given.mock,
                       .retries = given.retries,
                       .failed_iterations = given.failed_iterations};
  if (given.context) options.context = Text(*given.context);
  if (given.read_items) options.read_items = Text(*given.read_items);
  tested->trial = std::make_unique<Trial>(tested->lone.compiled.machine.get(), tested->lone.state,
                                          &tested->world, std::move(options));
  tested->trial->Begin(kNow, 7);
  return tested;
}

Mock Result(std::string_view json) { return {.result = Text(json)}; }
Mock Failure(std::string_view error) { return {.error = Text(error), .cause = Text("why")}; }

std::string Show(const std::optional<Text>& text) { return text ? text->str() : "-"; }

constexpr std::string_view kTask =
    R"({"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sqs:sendMessage","Parameters":{"a.$":"$.x"},)"
    R"("ResultSelector":{"r.$":"$.id"},"ResultPath":"$.got","OutputPath":"$.got","Next":"B"})";

TEST(Trial, PassGoesToTheStateThatIsNotThere) {
  const auto tested =
      Try(R"({"Type":"Pass","InputPath":"$.a","Next":"Later"})", {.input = R"({"a": {"b": 1}})"});
  EXPECT_EQ(tested->trial->status(), Trial::Status::kSucceeded);
  EXPECT_EQ(tested->seen().next, "Later");
  EXPECT_EQ(tested->seen().output.str(), R"({"b":1})");
  EXPECT_EQ(Show(tested->seen().after_input_path), R"({"b":1})");
}

TEST(Trial, AStateThatLeadsToItselfIsRunOnce) {
  const auto tested = Try(R"({"Type":"Wait","Seconds":99999999,"Next":"StateName"})");
  EXPECT_EQ(tested->trial->status(), Trial::Status::kSucceeded);
  EXPECT_EQ(tested->seen().next, "StateName");
}

TEST(Trial, EachPhaseOfATaskIsSeen) {
  const auto tested = Try(kTask, {.input = R"({"x":1})", .mock = Result(R"({"id":"m"})")});
  const Observation& seen = tested->seen();
  EXPECT_EQ(tested->trial->status(), Trial::Status::kSucceeded);
  EXPECT_EQ(Show(seen.after_parameters), R"({"a":1})");
  EXPECT_EQ(Show(seen.result), R"({"id":"m"})");
  EXPECT_EQ(Show(seen.after_result_selector), R"({"r":"m"})");
  EXPECT_EQ(Show(seen.after_result_path), R"({"x":1,"got":{"r":"m"}})");
  EXPECT_EQ(seen.output.str(), R"({"r":"m"})");
}

TEST(Trial, AFailureOnTheWayShowsWhatCameBefore) {
  const auto tested = Try(kTask, {.input = "{}", .mock = Result("{}")});
  EXPECT_EQ(tested->trial->status(), Trial::Status::kFailed);
  EXPECT_EQ(tested->seen().error, "States.Runtime");
  // The prefix with the state's name is for executions.
  EXPECT_FALSE(tested->seen().cause->starts_with("An error occurred")) << *tested->seen().cause;
  EXPECT_EQ(Show(tested->seen().after_input_path), "{}");
  EXPECT_EQ(Show(tested->seen().after_parameters), "-");
}

TEST(Trial, ATaskWithoutAMockWaitsForItsCall) {
  const auto tested = Try(kTask, {.input = R"({"x":1})"});
  ASSERT_NE(tested->trial->Call(), nullptr);
  EXPECT_EQ(tested->trial->Call()->input.str(), R"({"a":1})");
  tested->trial->ReturnCall(Text(R"({"id":5})"), kNow, 8);
  EXPECT_EQ(tested->trial->Call(), nullptr);
  EXPECT_EQ(tested->seen().output.str(), R"({"r":5})");
}

TEST(Trial, ACallThatIsNotWaitedForTimesOut) {
  const auto tested = Try(kTask, {.input = R"({"x":1})"});
  tested->trial->TimeOutCall(kNow + absl::Minutes(5), 8);
  EXPECT_EQ(tested->trial->status(), Trial::Status::kFailed);
  EXPECT_EQ(tested->seen().error, "States.Timeout");
}

struct FailureCase {
  const char* name;
  std::string_view handlers;  // Retry and Catch
  int64_t retries;
  Trial::Status status;
  std::optional<size_t> retry_index;
  std::optional<double> retry_seconds;
  std::optional<size_t> catch_index;
  std::string next;
};

class TrialFailureTest : public testing::TestWithParam<FailureCase> {};

TEST_P(TrialFailureTest, GoesWhereTheStateSendsIt) {
  const FailureCase& c = GetParam();
  const std::string state =
      StrCat(R"({"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sqs:sendMessage",)", c.handlers,
             R"("End":true})");
  const auto tested = Try(state, {.mock = Failure("Odd"), .retries = c.retries});
  EXPECT_EQ(tested->trial->status(), c.status);
  EXPECT_EQ(tested->seen().error, "Odd");
  EXPECT_EQ(tested->seen().cause, "why");
  EXPECT_EQ(tested->seen().retry_index, c.retry_index);
  EXPECT_EQ(tested->seen().retry_seconds, c.retry_seconds);
  EXPECT_EQ(tested->seen().catch_index, c.catch_index);
  EXPECT_EQ(tested->seen().next, c.next);
}

constexpr std::string_view kRetry =
    R"("Retry":[{"ErrorEquals":["Other"]},{"ErrorEquals":["Odd"],"IntervalSeconds":2,)"
    R"("MaxAttempts":4,"BackoffRate":3,"MaxDelaySeconds":20,"JitterStrategy":"FULL"}],)";
constexpr std::string_view kRetryAndCatch =
    R"("Retry":[{"ErrorEquals":["Odd"],"MaxAttempts":1}],)"
    R"("Catch":[{"ErrorEquals":["Other"],"Next":"A"},{"ErrorEquals":["States.ALL"],"Next":"B"}],)";

INSTANTIATE_TEST_SUITE_P(
    TestState, TrialFailureTest,
    testing::ValuesIn(std::vector<FailureCase>{
        // name, handlers, attempts before, status, retrier, delay, catcher, next
        {"NobodyTakesIt", "", 0, Trial::Status::kFailed, {}, {}, {}, ""},
        {"FirstAttempt", kRetry, 0, Trial::Status::kRetriable, 1, 2, {}, ""},
        {"TheDelayGrowsWithoutJitter", kRetry, 1, Trial::Status::kRetriable, 1, 6, {}, ""},
        {"TheDelayIsCut", kRetry, 3, Trial::Status::kRetriable, 1, 20, {}, ""},
        {"NoAttemptIsLeft", kRetry, 4, Trial::Status::kFailed, 1, {}, {}, ""},
        {"RetriedBeforeItIsCaught", kRetryAndCatch, 0, Trial::Status::kRetriable, 0, 1, {}, ""},
        {"CaughtAfterRetries", kRetryAndCatch, 1, Trial::Status::kCaughtError, 0, {}, 1, "B"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Trial, ACatcherThatFailsTellsItsOwnFailure) {
  const auto tested = Try(
      R"({"Type":"Task","QueryLanguage":"JSONata","Resource":"arn:aws:states:::aws-sdk:sqs:sendMessage",)"
      R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"B","Output":"{% $no.no + 'x' %}"}],)"
      R"("End":true})",
      {.mock = Failure("Odd")});
  EXPECT_EQ(tested->trial->status(), Trial::Status::kFailed);
  EXPECT_EQ(tested->seen().error, "States.QueryEvaluationError");
}

constexpr std::string_view kContextOutput =
    R"({"Type":"Pass","QueryLanguage":"JSONata","Output":"{% $states.context %}","End":true})";

TEST(Trial, AContextThatIsGivenIsTheWholeContext) {
  const auto tested = Try(kContextOutput, {.context = R"({"State":{}})"});
  EXPECT_EQ(tested->seen().output.str(), R"({"State":{}})");
}

TEST(Trial, AContextIsMadeUpWhereNoneIsGiven) {
  const auto tested = Try(kContextOutput, {.input = R"({"n":1})"});
  EXPECT_EQ(tested->seen().output.str(),
            R"({"Execution":{"Id":"arn:aws:states:us-east-1:123456789012:express:m:e",)"
            R"("Input":{"n":1},"StartTime":"2023-11-14T22:13:20Z","Name":"","RoleArn":null},)"
            R"("StateMachine":{"Id":"","Name":""},)"
            R"("State":{"Name":"StateName","EnteredTime":"2023-11-14T22:13:20Z"}})");
}

TEST(Trial, VariablesAreReadAndAssigned) {
  const auto tested =
      Try(R"({"Type":"Pass","Parameters":{"v.$":"$a"},"Assign":{"b":2},"End":true})",
          {.variables = R"({"a":1})"});
  EXPECT_EQ(tested->seen().output.str(), R"({"v":1})");
  EXPECT_EQ(tested->seen().variables.str(), R"({"a":1,"b":2})");
}

constexpr std::string_view kProcessor =
    R"("ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"End":true})";

TEST(Trial, AMapShowsWhatItsIterationsWouldGet) {
  const auto tested =
      Try(StrCat(R"({"Type":"Map","ItemsPath":"$.l","MaxConcurrency":3,)"
                 R"("ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value"},)",
                 kProcessor),
          {.input = R"({"l":["a","b, c"]})", .mock = Result(R"(["x"])")});
  const Observation& seen = tested->seen();
  EXPECT_EQ(tested->trial->status(), Trial::Status::kSucceeded);
  EXPECT_EQ(Show(seen.after_items_path), R"(["a", "b, c"])");
  EXPECT_EQ(Show(seen.after_item_selector), R"([{"i":0,"v":"a"},{"i":1,"v":"b, c"}])");
  EXPECT_EQ(seen.max_concurrency, 3);
  EXPECT_EQ(seen.output.str(), R"(["x"])");
}

TEST(Trial, WhatAReaderReadsIsPointedAtAndBatched) {
  const auto tested =
      Try(StrCat(R"({"Type":"Map","ItemReader":{"Resource":"arn:aws:states:::s3:getObject",)"
                 R"("ReaderConfig":{"InputType":"JSON","ItemsPointer":"/a~1b/0","MaxItems":3}},)"
                 R"("ItemBatcher":{"MaxItemsPerBatch":2,"BatchInput":{"k.$":"$.k"}},)",
                 kProcessor),
          {.input = R"({"k":9})", .mock = Result("[]"), .read_items = R"({"a/b":[[1,2,3,4]]})"});
  EXPECT_EQ(Show(tested->seen().after_items_pointer), "[1,2,3,4]");
  EXPECT_EQ(Show(tested->seen().after_item_batcher),
            R"([{"BatchInput":{"k":9},"Items":[1,2]},{"BatchInput":{"k":9},"Items":[3]}])");
}

TEST(Trial, BatchesHoldNoMoreBytesThanTheyMay) {
  const auto tested =
      Try(StrCat(R"({"Type":"Map","ItemBatcher":{"MaxInputBytesPerBatch":21},)", kProcessor),
          {.input = R"(["aaaa","bb","cccccccccccccccc"])", .mock = Result("[]")});
  EXPECT_EQ(Show(tested->seen().after_item_batcher),
            R"([{"Items":["aaaa"]},{"Items":["bb"]},{"Items":["cccccccccccccccc"]}])");
}

struct ToleranceCase {
  const char* name;
  std::string_view fields;
  int64_t failed;
  std::string error;    // empty: it succeeds
  std::string refusal;  // empty: it can be tested so
};

class TrialToleranceTest : public testing::TestWithParam<ToleranceCase> {};

TEST_P(TrialToleranceTest, IsAskedOfWhatHasFailed) {
  const ToleranceCase& c = GetParam();
  const auto tested =
      Try(StrCat(R"({"Type":"Map",)", c.fields, kProcessor),
          {.input = "[1,2,3,4]", .mock = Result("[1,2,3,4]"), .failed_iterations = c.failed});
  EXPECT_EQ(tested->trial->refusal(), c.refusal);
  EXPECT_EQ(tested->seen().error.value_or(""), c.error);
}

constexpr char kExceeded[] = "States.ExceedToleratedFailureThreshold";
INSTANTIATE_TEST_SUITE_P(
    TestState, TrialToleranceTest,
    testing::ValuesIn(std::vector<ToleranceCase>{
        {"WithoutALimitAllMayFail", "", 4, "", ""},
        {"AsManyAsAreTolerated", R"("ToleratedFailureCount":2,)", 2, "", ""},
        {"OneMore", R"("ToleratedFailureCount":2,)", 3, kExceeded, ""},
        {"AsLargeAPart", R"("ToleratedFailurePercentage":50,)", 2, "", ""},
        {"ALargerPart", R"("ToleratedFailurePercentage":50,)", 3, kExceeded, ""},
        {"MoreThanThereAre", "", 5, "",
         "Map iteration failure count must be less than or equal to the number of Map iterations"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Trial, AParallelSelectsFromWhatItsBranchesWouldGive) {
  const auto tested = Try(
      R"({"Type":"Parallel","Parameters":{"p":1},"ResultSelector":{"first.$":"$[0]"},"Branches":)"
      R"([{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}],"End":true})",
      {.mock = Result("[5]")});
  EXPECT_EQ(Show(tested->seen().after_parameters), R"({"p":1})");
  EXPECT_EQ(tested->seen().output.str(), R"({"first":5})");
}

}  // namespace
}  // namespace pawl::core
