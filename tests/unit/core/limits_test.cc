// What becomes of data that is larger than it may be: 256 KiB for what states pass on, 256 KiB for
// one Assign, 10 MiB for all variables.

#include <gtest/gtest.h>

#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "tests/support/fake_world.h"

namespace pawl::core {
namespace {

struct Ran {
  Execution execution;
  std::vector<std::string> events;  // "3 <2> PassStateExited", from the second on
};

// Runs until nothing is ready any more.
Ran RunMachine(const std::string& definition, std::string input) {
  const asl::CompileResult compiled = asl::CompileMachine(definition, asl::MachineType::kStandard);
  EXPECT_NE(compiled.machine, nullptr) << compiled.ErrorText();
  auto facts = std::make_shared<ExecutionFacts>();
  facts->input = Text(std::move(input));
  Ran ran;
  ran.execution.facts = facts;
  const auto exists = [](std::string_view) { return true; };
  const FakeWorld world(exists);
  std::vector<HistoryEvent> history =
      Begin(*compiled.machine, world, facts->started_at, 1, ran.execution).history;
  while (const Branch* ready = NextReady(ran.execution)) {
    auto taken = Advance(*compiled.machine, world, {Proceed{ready->id}, facts->started_at, 1},
                         ran.execution);
    std::move(taken->history.begin(), taken->history.end(), std::back_inserter(history));
  }
  for (const HistoryEvent& event : history) {
    if (event.id == 1) continue;
    ran.events.push_back(
        StrCat(event.id, " <", event.previous_id, "> ", EventTypeName(event.type)));
  }
  return ran;
}

// A JSON string with `characters` between its quotes.
std::string Long(size_t characters) { return StrCat("\"", std::string(characters, 'x'), "\""); }

std::string Machine(const std::string& states) {
  return StrCat(R"({"StartAt":"S","States":{)", states, "}}");
}

struct VariableCase {
  const char* name;
  std::string assign;
  size_t characters;  // of the input, a string
  std::string cause;  // empty: it fits
};

class VariableLimit : public testing::TestWithParam<VariableCase> {};

TEST_P(VariableLimit, CountsValuesAsText) {
  const VariableCase& c = GetParam();
  const Ran ran =
      RunMachine(Machine(StrCat(R"("S":{"Type":"Pass","Assign":{)", c.assign, R"(},"End":true})")),
                 Long(c.characters));
  if (c.cause.empty()) {
    EXPECT_EQ(ran.execution.status, Status::kSucceeded);
    return;
  }
  EXPECT_EQ(ran.execution.error->view(), "States.DataLimitExceeded");
  EXPECT_EQ(ran.execution.cause->view(), c.cause);
  EXPECT_EQ(ran.events,
            (std::vector<std::string>{"2 <0> PassStateEntered", "3 <0> EvaluationFailed",
                                      "4 <3> ExecutionFailed"}));
}

const std::string kAssignExceeds =
    "The Assign field exceeds the maximum variable assignment size by ";

INSTANTIATE_TEST_SUITE_P(StatesLanguage, VariableLimit,
                         testing::ValuesIn(std::vector<VariableCase>{
                             {"OneVariableOf256KiBFits", R"("v.$":"$")", 262'142, ""},
                             {"OneMoreByteDoesNot", R"("v.$":"$")", 262'143,
                              kAssignExceeds + "1 bytes."},
                             {"NamesDoNotCount", R"("along.$":"$","blong.$":"$")", 131'070, ""},
                             {"VariablesOfOneAssignAddUp", R"("a.$":"$","b.$":"$")", 131'071,
                              kAssignExceeds + "2 bytes."},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(AllVariables, TogetherHaveALimit) {
  std::string states;
  for (int i = 0; i <= 40; ++i) {
    const std::string name = i == 0 ? "S" : StrCat("S", i);
    const std::string next = i == 40 ? R"("End":true)" : StrCat(R"("Next":"S)", i + 1, "\"");
    StrAppend(&states, i == 0 ? "" : ",", "\"", name, R"(":{"Type":"Pass","Assign":{"v)", i,
              R"(.$":"$"},)", next, "}");
  }
  const Ran ran = RunMachine(Machine(states), Long(262'142));
  EXPECT_EQ(ran.execution.cause->view(),
            "Execution total variable size limit exceeded. State 'S40' assigned variables that "
            "exceed the total execution limit by 262144 bytes.");
  EXPECT_EQ(ran.events.back(), "84 <83> ExecutionFailed");
}

struct PayloadCase {
  const char* name;
  std::string state;  // "S"; its catcher leads to the state "Caught"
  std::vector<std::string> events;
};

class PayloadLimit : public testing::TestWithParam<PayloadCase> {};

TEST_P(PayloadLimit, IsAFailureThatIsCaughtByName) {
  const Ran ran = RunMachine(
      Machine(StrCat(R"("S":{)", GetParam().state,
                     R"(,"Catch":[{"ErrorEquals":["States.DataLimitExceeded"],"Next":"Caught"}],)"
                     R"("End":true},"Caught":{"Type":"Succeed"})")),
      StrCat(R"({"big":)", Long(140'000), R"(,"items":[1,)", Long(140'000), "]}"));
  EXPECT_EQ(ran.execution.status, Status::kSucceeded);
  EXPECT_TRUE(ran.execution.output.view().starts_with(R"({"Error":"States.DataLimitExceeded",)"));
  std::vector<std::string> wanted = GetParam().events;
  EXPECT_EQ(std::vector<std::string>(ran.events.begin(), ran.events.begin() + wanted.size()),
            wanted);
}

const std::string kTwice = R"({"a.$":"$.big","b.$":"$.big"})";

INSTANTIATE_TEST_SUITE_P(
    StatesLanguage, PayloadLimit,
    testing::ValuesIn(std::vector<PayloadCase>{
        {"ParametersOfATask",
         StrCat(R"("Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:a",)",
                R"("Parameters":)", kTwice),
         {"2 <0> TaskStateEntered", "3 <2> TaskStateExited"}},
        {"ResultOfAParallel",
         R"("Type":"Parallel","InputPath":"$.big","Branches":[
             {"StartAt":"A","States":{"A":{"Type":"Succeed"}}},
             {"StartAt":"B","States":{"B":{"Type":"Succeed"}}}])",
         {"2 <0> ParallelStateEntered", "3 <2> ParallelStateStarted", "4 <3> SucceedStateEntered",
          "5 <3> SucceedStateEntered", "6 <4> SucceedStateExited", "7 <5> SucceedStateExited",
          "8 <7> ParallelStateFailed", "9 <8> ParallelStateExited"}},
        {"InputOfAnIterationWhoseSiblingRuns",
         R"("Type":"Map","ItemsPath":"$.items",
            "ItemSelector":{"a.$":"$$.Map.Item.Value","b.$":"$$.Map.Item.Value"},
            "ItemProcessor":{"StartAt":"W","States":{
              "W":{"Type":"Wait","Seconds":9,"End":true}}})",
         {"2 <0> MapStateEntered", "3 <2> MapStateStarted", "4 <3> MapIterationStarted",
          "5 <4> WaitStateEntered", "6 <3> MapIterationAborted", "7 <3> WaitStateAborted",
          "8 <3> MapStateFailed", "9 <8> MapStateExited"}},
        {"AssignOfAParallel",
         R"("Type":"Parallel","Assign":{"a.$":"$[0]","b.$":"$[0]"},"InputPath":"$.big",
            "Branches":[{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}])",
         {"2 <0> ParallelStateEntered", "3 <2> ParallelStateStarted", "4 <3> SucceedStateEntered",
          "5 <4> SucceedStateExited", "6 <5> ParallelStateSucceeded", "7 <0> EvaluationFailed",
          "8 <7> ParallelStateFailed", "9 <8> ParallelStateExited"}},
    }),
    [](const auto& info) { return info.param.name; });

// A loop that puts its input one level deeper each time comes to an end before it makes something
// that no step can read.
TEST(NestingLimit, OfWhatStatesMakeIsThatOfInputs) {
  for (const char* deeper :
       {R"("S":{"Type":"Pass","Parameters":{"a.$":"$"},"Next":"C"})",
        R"("S":{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}],
            "Next":"C"})",
        R"("S":{"Type":"Pass","Assign":{"v":{"a.$":"$"}},"Next":"V"},
            "V":{"Type":"Pass","InputPath":"$v","Next":"C"})"}) {
    const Ran ran =
        RunMachine(Machine(StrCat(deeper, R"(,"C":{"Type":"Choice","Default":"S","Choices":[
            {"Variable":"$","IsNull":true,"Next":"Done"}]},"Done":{"Type":"Succeed"})")),
                   StrCat("[", Long(3'000), "]"));
    EXPECT_EQ(ran.execution.status, Status::kFailed);
    ASSERT_TRUE(ran.execution.error.has_value());
    EXPECT_EQ(ran.execution.error->view(), "States.DataLimitExceeded") << deeper;
    EXPECT_GT(ran.execution.last_event_id, 3'990);
  }
}

// 50,000 times 200 KB, if it were written.
TEST(PayloadLimitOfATemplate, IsFoundWithoutWritingWhatExceedsIt) {
  std::string members;
  for (int i = 0; i < 50'000; ++i) StrAppend(&members, i == 0 ? "" : ",", "\"", i, R"(.$":"$")");
  for (const char* field : {"Parameters", "Assign"}) {
    const Ran ran = RunMachine(Machine(StrCat(R"("S":{"Type":"Pass",")", field, R"(":{"a":{)",
                                              members, R"(}},"End":true})")),
                               Long(200'000));
    EXPECT_EQ(ran.execution.error->view(), "States.DataLimitExceeded");
  }
}

// 3,000 times 250 KB, as one call and as many.
TEST(EvaluationLimit, IsAFailureLikeThatOfTooLargeData) {
  std::string calls, members;
  for (int i = 0; i < 3'000; ++i) {
    StrAppend(&calls, i == 0 ? "" : ",", "States.Format('{}{}',$,$)");
    StrAppend(&members, i == 0 ? "" : ",", "\"", i, R"x(.$":"States.Format('{}{}',$,$)")x");
  }
  for (const std::string& fields : {StrCat(R"("a.$":"States.Array()", calls, ")\""), members}) {
    const Ran ran = RunMachine(
        Machine(StrCat(R"("S":{"Type":"Pass","Parameters":{)", fields, R"(},"End":true})")),
        Long(125'000));
    EXPECT_EQ(ran.execution.error->view(), "States.DataLimitExceeded");
    EXPECT_NE(ran.execution.cause->view().find("256 MiB"), std::string_view::npos);
  }
}

TEST(ErrorLimit, LongNamesAndCausesAreCutByCharacters) {
  std::string wide;
  for (int i = 0; i < 40'000; ++i) wide += "\xC3\xA4";
  const Ran ran = RunMachine(Machine(R"("S":{"Type":"Fail","ErrorPath":"$","CausePath":"$"})"),
                             StrCat("\"", wide, "\""));
  EXPECT_EQ(ran.execution.error->view(), wide.substr(0, 2 * 256));
  EXPECT_EQ(ran.execution.cause->view(), wide.substr(0, 2 * 32'768));
}

TEST(PayloadLimitOfACatcher, OfWhatACatcherPassesOnIsNotCaughtAgain) {
  const Ran ran = RunMachine(Machine(R"("S":{"Type":"Parallel","End":true,
                  "Branches":[{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E"}}}],
                  "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"Caught"}]},
                 "Caught":{"Type":"Succeed"})"),
                             StrCat(R"({"big":)", Long(262'140), "}"));
  EXPECT_EQ(ran.execution.status, Status::kFailed);
  EXPECT_EQ(ran.execution.error->view(), "States.DataLimitExceeded");
}

}  // namespace
}  // namespace pawl::core
