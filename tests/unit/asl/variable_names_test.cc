// Names of variables (reference/asl.md 8): Unicode identifiers of at most 80 characters, `states`
// reserved, none of an outer scope again.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"

namespace pawl::asl {
namespace {

struct NameCase {
  std::string name;
  std::string variable;
  std::string code;  // empty: accepted
};

class VariableName : public testing::TestWithParam<NameCase> {};

// In both forms of a member of Assign.
TEST_P(VariableName, IsJudged) {
  for (const std::string suffix : {R"(":1)", R"(.$":"$")"}) {
    const CompileResult result = CompileMachine(
        StrCat(R"({"StartAt":"S","States":{"S":{"Type":"Pass","End":true,"Assign":{")",
               GetParam().variable, suffix, "}}}}"));
    if (GetParam().code.empty()) {
      EXPECT_EQ(result.ErrorText(), "");
    } else {
      ASSERT_EQ(result.diagnostics.size(), 1u);
      EXPECT_EQ(result.diagnostics[0].code, GetParam().code);
    }
  }
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

const std::string kInvalid = "INVALID_VARIABLE_NAME";

INSTANTIATE_TEST_SUITE_P(StatesLanguage, VariableName,
                         testing::ValuesIn(std::vector<NameCase>{
                             {"Letters", "aZ", ""},
                             {"DigitsBehindTheFirst", "a1", ""},
                             {"Underscores", "_a_", ""},
                             {"OtherLetters", "größe", ""},
                             {"OtherScripts", "名前", ""},
                             {"CombiningMarksBehindTheFirst", "e\xCC\x81", ""},
                             {"EightyCharacters", Repeated("é", 80), ""},
                             {"EightyOneCharacters", Repeated("é", 81), kInvalid},
                             {"DigitFirst", "1a", kInvalid},
                             {"MarkFirst", "\xCC\x81", kInvalid},
                             {"Empty", "", kInvalid},
                             {"Dot", "a.b", kInvalid},
                             {"Hyphen", "a-b", kInvalid},
                             {"Blank", "a b", kInvalid},
                             {"Dollar", "a$b", kInvalid},
                             {"Arrow", "a→b", kInvalid},
                             {"Emoji", "😀", kInvalid},
                             {"Reserved", "states", "RESERVED_VARIABLE_NAME"},
                             {"ReservedInOtherCaseIsFree", "States", ""},
                             {"ReservedIsNoPrefix", "states1", ""},
                         }),
                         [](const auto& info) { return info.param.name; });

// A state in a Map in a branch of a Parallel; more fields of the Parallel, and of that state.
std::string Nested(const std::string& outer, const std::string& inner) {
  return StrCat(
      R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,)", outer,
      R"("Branches":[{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":)",
      R"({"StartAt":"I","States":{"I":{"Type":"Pass",)", inner, R"("End":true}}}}}}]}}})");
}

TEST(VariableScope, AnOuterNameIsNotAssignedAtAnyDepth) {
  const std::string duplicate =
      "DUPLICATE_VARIABLE_NAME: The variable name 'v' was already defined in a parent scope. at "
      "/States/P/Branches[0]/States/M/ItemProcessor/States/I/Assign/v";
  EXPECT_EQ(CompileMachine(Nested(R"("Assign":{"v":1},)", R"("Assign":{"v":1},)")).ErrorText(),
            duplicate);
  EXPECT_EQ(CompileMachine(Nested(R"("Assign":{"v.$":"$"},)", R"("Assign":{"v":1},)")).ErrorText(),
            duplicate);
  EXPECT_EQ(CompileMachine(Nested(R"("Catch":[{"ErrorEquals":["E"],"Assign":{"v":1},"Next":"P"}],)",
                                  R"("Assign":{"v":1},)"))
                .ErrorText(),
            duplicate);
}

TEST(VariableScope, AnOuterNameMayBeReadInside) {
  EXPECT_EQ(
      CompileMachine(Nested(R"("Assign":{"v":1},)", R"("Parameters":{"x.$":"$v"},)")).ErrorText(),
      "");
}

TEST(VariableScope, OneScopeMayAssignANameAgain) {
  EXPECT_EQ(CompileMachine(R"({"StartAt":"A","States":{
      "A":{"Type":"Pass","Assign":{"v":1},"Next":"B"},
      "B":{"Type":"Choice","Choices":[{"Variable":"$v","IsNull":true,"Assign":{"v":2},"Next":"C"}],
           "Default":"C","Assign":{"v":3}},
      "C":{"Type":"Wait","Seconds":1,"Assign":{"v":4},"End":true}}})")
                .ErrorText(),
            "");
}

}  // namespace
}  // namespace pawl::asl
