// POSSIBLY_UNDEFINED_VARIABLE: where a variable may be read before anything has assigned it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "coordinator/asl/compile.h"

namespace pawl::asl {
namespace {

struct FlowCase {
  std::string name;
  std::string states;  // from "S" on
  std::vector<std::string> wanted;
};

std::ostream& operator<<(std::ostream& out, const FlowCase& c) { return out << c.states; }

class PossiblyUndefined : public testing::TestWithParam<FlowCase> {};

TEST_P(PossiblyUndefined, IsWarnedOfWhereItIsRead) {
  const CompileResult result =
      CompileMachine(R"({"StartAt":"S","States":{)" + GetParam().states + "}}");
  EXPECT_EQ(result.ErrorText(), "");
  std::vector<std::string> found;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    EXPECT_EQ(diagnostic.severity, Diagnostic::Severity::kWarning);
    EXPECT_EQ(diagnostic.code, "POSSIBLY_UNDEFINED_VARIABLE");
    found.push_back(diagnostic.message + " " + diagnostic.location.value_or("nowhere"));
  }
  EXPECT_EQ(found, GetParam().wanted);
}

const std::string kX = "Variable 'x' is possibly not defined. ";
// Reads $x.
const std::string kReadAtR = R"("R":{"Type":"Pass","InputPath":"$x","End":true})";

INSTANTIATE_TEST_SUITE_P(
    StatesLanguage, PossiblyUndefined,
    testing::ValuesIn(std::vector<FlowCase>{
        {"AssignedBefore", R"("S":{"Type":"Pass","Assign":{"x":1},"Next":"R"},)" + kReadAtR, {}},
        {"NeverAssigned",
         R"("S":{"Type":"Pass","Next":"R"},)" + kReadAtR,
         {kX + "/States/R/InputPath"}},
        {"AssignedByTheStateThatReadsIt",
         R"("S":{"Type":"Pass","InputPath":"$x","Assign":{"x":1},"End":true})",
         {kX + "/States/S/InputPath"}},
        {"AssignedOnOneWayOnly",
         R"("S":{"Type":"Choice","Default":"R",
             "Choices":[{"Variable":"$.a","IsNull":true,"Assign":{"x":1},"Next":"R"}]},)" +
             kReadAtR,
         {kX + "/States/R/InputPath"}},
        {"AssignedOnBothWays",
         R"("S":{"Type":"Choice","Assign":{"x":2},"Default":"R",
             "Choices":[{"Variable":"$.a","IsNull":true,"Assign":{"x":1},"Next":"R"}]},)" +
             kReadAtR,
         {}},
        {"ACatcherDoesNotAssignWhatItsStateDoes",
         R"("S":{"Type":"Parallel","Branches":[{"StartAt":"E","States":{"E":{"Type":"Succeed"}}}],
             "Assign":{"x":1},"Catch":[{"ErrorEquals":["E"],"Next":"R"}],"Next":"R"},)" +
             kReadAtR,
         {kX + "/States/R/InputPath"}},
        {"ACatcherAssigns",
         R"("S":{"Type":"Parallel","Branches":[{"StartAt":"E","States":{"E":{"Type":"Succeed"}}}],
             "Assign":{"x":1},"Catch":[{"ErrorEquals":["E"],"Assign":{"x.$":"$.Error"},"Next":"R"}],
             "Next":"R"},)" +
             kReadAtR,
         {}},
        {"AssignedInALoopThatMayBeginElsewhere",
         R"("S":{"Type":"Pass","Next":"R0"},
            "R0":{"Type":"Choice","Default":"A","Choices":[
              {"Variable":"$x","IsPresent":true,"Next":"Z"}]},
            "A":{"Type":"Pass","Assign":{"x":1},"Next":"R0"},"Z":{"Type":"Succeed"})",
         {kX + "/States/R0/Choices[0]/Variable"}},
        {"ReadInTemplatesAndCalls",
         R"json("S":{"Type":"Pass","Parameters":{"a":{"b.$":"States.Format('{} $y', $x)"},
             "c":"no $z"},"End":true})json",
         {kX + "/States/S/Parameters"}},
        {"TheContextObjectIsNoVariable",
         R"("S":{"Type":"Pass","Parameters":{"a.$":"$$.State.Name","b.$":"$.x"},"End":true})",
         {}},
        {"ReadInsideABranch",
         R"("S":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"R","States":{)" + kReadAtR +
             "}}]}",
         {kX + "/States/S/Branches[0]/States/R/InputPath"}},
        {"AssignedAroundABranch",
         R"("S":{"Type":"Pass","Assign":{"x":1},"Next":"P"},
            "P":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"R","States":{)" +
             kReadAtR + "}}}",
         {}},
        {"AssignedInsideABranchBefore",
         R"("S":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{
              "A":{"Type":"Pass","Assign":{"x":1},"Next":"R"},)" +
             kReadAtR + "}}]}",
         {}},
        {"AssignedInASiblingOnly",
         R"("S":{"Type":"Parallel","End":true,"Branches":[
              {"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"x":1},"End":true}}},
              {"StartAt":"R","States":{)" +
             kReadAtR + "}}]}",
         {kX + "/States/S/Branches[1]/States/R/InputPath"}},
        {"EachFieldAndVariableOnce",
         R"("S":{"Type":"Pass","InputPath":"$x.a","Parameters":{"a.$":"$x","b.$":"$x",
             "c.$":"$w"},"End":true})",
         {kX + "/States/S/InputPath", "Variable 'w' is possibly not defined. /States/S/Parameters",
          kX + "/States/S/Parameters"}},
    }),
    [](const auto& info) { return info.param.name; });

TEST(PossiblyUndefinedVariables, AreNotLookedForWhereThereAreErrors) {
  const CompileResult result = CompileMachine(
      R"({"StartAt":"S","States":{"S":{"Type":"Pass","InputPath":"$x","Next":"Nowhere"},
          "E":{"Type":"Succeed"}}})");
  for (const Diagnostic& diagnostic : result.diagnostics) {
    EXPECT_EQ(diagnostic.severity, Diagnostic::Severity::kError) << diagnostic.code;
  }
}

// As long as a definition may be, made of nothing but variables.
TEST(PossiblyUndefinedVariables, AreFoundInTimeHoweverManyThereAre) {
  std::string states;
  constexpr int kStates = 9000;
  for (int i = 0; i < kStates; ++i) {
    const std::string n = std::to_string(i);
    states += "\"S" + n + R"(":{"Type":"Pass","InputPath":"$v)" + n + R"(","Assign":{"w)" + n +
              R"(":1},"Next":"S)" + std::to_string(i + 1) + "\"},";
  }
  const std::string definition = R"({"StartAt":"S0","States":{)" + states + "\"S" +
                                 std::to_string(kStates) + R"(":{"Type":"Succeed"}}})";
  ASSERT_LT(definition.size(), 1u << 20);
  EXPECT_TRUE(CompileMachine(definition).ok());
}

}  // namespace
}  // namespace pawl::asl
