#include "coordinator/asl/compile_state.h"

#include <gtest/gtest.h>

namespace pawl::asl {
namespace {

constexpr std::string_view kMachine =
    R"({"QueryLanguage":"JSONata","StartAt":"A","States":{)"
    R"("A":{"Type":"Pass","Next":"M"},)"
    R"("M":{"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED",)"
    R"("ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},)"
    R"("Next":"P"},)"
    R"("P":{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Fail"}}}],)"
    R"("End":true}}})";

TEST(CompileState, TargetsNeedNotBeThere) {
  const LoneState lone = CompileState(
      R"({"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"X"}],"Default":"X"})",
      std::nullopt);
  ASSERT_TRUE(lone.ok()) << lone.compiled.ErrorText();
  EXPECT_EQ(lone.state->as<ChoiceDetail>().rules[0].next->name, "X");
  EXPECT_EQ(lone.state->as<ChoiceDetail>().default_next,
            lone.state->as<ChoiceDetail>().rules[0].next);
}

TEST(CompileState, MistakesAreToldAtTheNameThatTheStateGets) {
  const LoneState lone = CompileState(R"({"Type":"Parallel","Branches":[],"End":true})", {});
  EXPECT_FALSE(lone.ok());
  EXPECT_EQ(lone.compiled.ErrorText(),
            "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches");
}

TEST(CompileState, TargetsWithinItsBranchesMustBeThere) {
  const LoneState lone = CompileState(
      R"({"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Next":"X"}}}],)"
      R"("End":true})",
      {});
  EXPECT_FALSE(lone.compiled.ok());
}

TEST(CompileState, StatesAreFoundAtAnyDepthInTheLanguageOfTheMachine) {
  for (const std::string_view name : {"A", "M", "I", "P", "B"}) {
    const LoneState lone = CompileState(kMachine, name);
    ASSERT_TRUE(lone.ok()) << name << ": " << lone.compiled.ErrorText();
    EXPECT_EQ(lone.state->name, name);
    EXPECT_EQ(lone.state->language, QueryLanguage::kJsonata);
  }
}

TEST(CompileState, AnUnknownNameIsNoMistakeOfTheDefinition) {
  const LoneState lone = CompileState(kMachine, "No");
  EXPECT_FALSE(lone.ok());
  EXPECT_TRUE(lone.compiled.ok());
}

TEST(CompileState, MistakesElsewhereInTheMachineAreTold) {
  const LoneState lone =
      CompileState(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"No"}}})", "A");
  EXPECT_FALSE(lone.compiled.ok());
}

TEST(CompileState, DistributedMapsStillCannotBeRun) { EXPECT_FALSE(CompileMachine(kMachine).ok()); }

}  // namespace
}  // namespace pawl::asl
