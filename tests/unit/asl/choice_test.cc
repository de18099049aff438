#include "coordinator/asl/choice.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace pawl::asl {
namespace {

Json Parse(std::string_view text, JsonArena* arena) {
  absl::StatusOr<Json> json = ParseJson(text, arena);
  EXPECT_TRUE(json.ok()) << text << ": " << json.status();
  return json.ok() ? *json : Json();
}

// "true", "false", or the error and its cause.
std::string Evaluate(std::string_view rule, std::string_view input) {
  JsonArena arena;
  Outcome<ChoiceRule, ChoiceRule::Problem> compiled = ChoiceRule::Compile(Parse(rule, &arena));
  if (!compiled.ok()) return compiled.error().message + " at " + compiled.error().pointer;
  query::Environment environment;
  environment.input = Parse(input, &arena);
  environment.context = [&] { return Parse(R"({"Execution":{"Name":"run"}})", &arena); };
  environment.variables = Parse(R"({"limit":10})", &arena);
  Result<bool> matches = compiled->Matches(environment, &arena);
  if (!matches.ok()) return *matches.error().error + ": " + *matches.error().cause;
  return *matches ? "true" : "false";
}

struct MatchCase {
  std::string name;
  std::string rule;
  std::string input;
  std::string wanted;
};

std::ostream& operator<<(std::ostream& out, const MatchCase& c) {
  return out << c.rule << " on " << c.input;
}

class ChoiceMatch : public testing::TestWithParam<MatchCase> {};

TEST_P(ChoiceMatch, DecidesAsTheReferenceSays) {
  EXPECT_EQ(Evaluate(GetParam().rule, GetParam().input), GetParam().wanted);
}

auto NameOf = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(
    Strings, ChoiceMatch,
    testing::ValuesIn(std::vector<MatchCase>{
        {"EqualMatches", R"({"Variable":"$.x","StringEquals":"a"})", R"({"x":"a"})", "true"},
        {"NothingIsTrimmed", R"({"Variable":"$.x","StringEquals":"a"})", R"({"x":"a "})", "false"},
        {"CaseCounts", R"({"Variable":"$.x","StringEquals":"a"})", R"({"x":"A"})", "false"},
        {"NumberIsNoString", R"({"Variable":"$.x","StringEquals":"1"})", R"({"x":1})", "false"},
        {"NullIsNoString", R"({"Variable":"$.x","StringEquals":""})", R"({"x":null})", "false"},
        {"LessThan", R"({"Variable":"$.x","StringLessThan":"b"})", R"({"x":"a"})", "true"},
        {"LessThanIsStrict", R"({"Variable":"$.x","StringLessThan":"a"})", R"({"x":"a"})", "false"},
        {"LessThanEqualsTakesEqual", R"({"Variable":"$.x","StringLessThanEquals":"a"})",
         R"({"x":"a"})", "true"},
        {"GreaterThan", R"({"Variable":"$.x","StringGreaterThan":"a"})", R"({"x":"b"})", "true"},
        {"GreaterThanEqualsTakesEqual", R"({"Variable":"$.x","StringGreaterThanEquals":"a"})",
         R"({"x":"a"})", "true"},
        {"PrefixComesFirst", R"({"Variable":"$.x","StringLessThan":"ab"})", R"({"x":"a"})", "true"},
        {"UpperCaseComesBeforeLowerCase", R"({"Variable":"$.x","StringLessThan":"a"})",
         R"({"x":"Z"})", "true"},
        {"SurrogatesComeBeforePrivateUse", R"({"Variable":"$.x","StringLessThan":"\uE000"})",
         R"({"x":"\uD83D\uDE00"})", "true"},
        {"SurrogatesComeAfterTheRest", R"({"Variable":"$.x","StringGreaterThan":"\uD7FF"})",
         R"({"x":"\uD83D\uDE00"})", "true"},
        {"PathTwinComparesWithTheInput", R"({"Variable":"$.x","StringEqualsPath":"$.y"})",
         R"({"x":"a","y":"a"})", "true"},
        {"PathTwinOfOtherTypeIsFalse", R"({"Variable":"$.x","StringEqualsPath":"$.y"})",
         R"({"x":"1","y":1})", "false"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Patterns, ChoiceMatch,
    testing::ValuesIn(std::vector<MatchCase>{
        {"WholeStringMustMatch", R"({"Variable":"$.x","StringMatches":"b"})", R"({"x":"abc"})",
         "false"},
        {"StarTakesAnything", R"({"Variable":"$.x","StringMatches":"log-*.txt"})",
         R"({"x":"log-a.txt.txt"})", "true"},
        {"StarTakesNothing", R"({"Variable":"$.x","StringMatches":"log-*.txt"})",
         R"({"x":"log-.txt"})", "true"},
        {"EndsDoNotOverlap", R"({"Variable":"$.x","StringMatches":"ab*ba"})", R"({"x":"aba"})",
         "false"},
        {"SeveralStars", R"({"Variable":"$.x","StringMatches":"*a*b*"})", R"({"x":"xxaxxbxx"})",
         "true"},
        {"OrderOfPiecesCounts", R"({"Variable":"$.x","StringMatches":"*a*b*"})", R"({"x":"xbxa"})",
         "false"},
        {"MiddleNeedsItsFailureFunction", R"({"Variable":"$.x","StringMatches":"*aab*"})",
         R"({"x":"aaab"})", "true"},
        {"StarAloneMatchesTheEmptyString", R"({"Variable":"$.x","StringMatches":"*"})",
         R"({"x":""})", "true"},
        {"EscapedStarIsAStar", R"({"Variable":"$.x","StringMatches":"a\\*"})", R"({"x":"a*"})",
         "true"},
        {"EscapedStarIsNoWildcard", R"({"Variable":"$.x","StringMatches":"a\\*"})", R"({"x":"ab"})",
         "false"},
        {"EscapedBackslash", R"({"Variable":"$.x","StringMatches":"a\\\\*"})", R"({"x":"a\\b"})",
         "true"},
        {"OtherBackslashStandsForItself", R"({"Variable":"$.x","StringMatches":"a\\b"})",
         R"({"x":"a\\b"})", "true"},
        {"QuestionMarkIsNoWildcard", R"({"Variable":"$.x","StringMatches":"a?"})", R"({"x":"ab"})",
         "false"},
        {"NumberDoesNotMatch", R"({"Variable":"$.x","StringMatches":"*"})", R"({"x":1})", "false"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Numbers, ChoiceMatch,
    testing::ValuesIn(std::vector<MatchCase>{
        {"IntegerEqualsDouble", R"({"Variable":"$.x","NumericEquals":0.0})", R"({"x":0})", "true"},
        {"DoubleEqualsInteger", R"({"Variable":"$.x","NumericEquals":0})", R"({"x":0.0})", "true"},
        {"MinusZeroEqualsZero", R"({"Variable":"$.x","NumericEquals":0})", R"({"x":-0.0})", "true"},
        {"LargeIntegersAreExact", R"({"Variable":"$.x","NumericEquals":9007199254740993})",
         R"({"x":9007199254740992})", "false"},
        {"NumericStringIsNoNumber", R"({"Variable":"$.x","NumericEquals":1})", R"({"x":"1"})",
         "false"},
        {"BooleanIsNoNumber", R"({"Variable":"$.x","NumericEquals":1})", R"({"x":true})", "false"},
        {"LessThan", R"({"Variable":"$.x","NumericLessThan":2})", R"({"x":1.5})", "true"},
        {"LessThanEquals", R"({"Variable":"$.x","NumericLessThanEquals":2})", R"({"x":2.0})",
         "true"},
        {"GreaterThan", R"({"Variable":"$.x","NumericGreaterThan":2})", R"({"x":2})", "false"},
        {"GreaterThanEquals", R"({"Variable":"$.x","NumericGreaterThanEquals":2})", R"({"x":2})",
         "true"},
        {"PathTwin", R"({"Variable":"$.x","NumericLessThanPath":"$.y"})", R"({"x":1,"y":2})",
         "true"},
        {"PathTwinOfAVariable", R"({"Variable":"$.x","NumericGreaterThanPath":"$limit"})",
         R"({"x":11})", "true"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    BooleansAndTimes, ChoiceMatch,
    testing::ValuesIn(std::vector<MatchCase>{
        {"BooleanEquals", R"({"Variable":"$.x","BooleanEquals":false})", R"({"x":false})", "true"},
        {"StringIsNoBoolean", R"({"Variable":"$.x","BooleanEquals":true})", R"({"x":"true"})",
         "false"},
        {"BooleanPathTwin", R"({"Variable":"$.x","BooleanEqualsPath":"$.y"})",
         R"({"x":true,"y":true})", "true"},
        {"InstantsAreComparedNotTexts",
         R"({"Variable":"$.x","TimestampEquals":"2020-01-01T00:00:00Z"})",
         R"({"x":"2020-01-01T02:00:00+02:00"})", "true"},
        {"FractionsCount", R"({"Variable":"$.x","TimestampGreaterThan":"2020-01-01T00:00:00Z"})",
         R"({"x":"2020-01-01T00:00:00.001Z"})", "true"},
        {"TimestampLessThanEquals",
         R"({"Variable":"$.x","TimestampLessThanEquals":"2020-01-01T00:00:00Z"})",
         R"({"x":"2020-01-01T00:00:00Z"})", "true"},
        {"TextThatIsNoTimestampIsFalse",
         R"({"Variable":"$.x","TimestampLessThan":"2020-01-01T00:00:00Z"})", R"({"x":"2019"})",
         "false"},
        {"PathTwinThatIsNoTimestampIsFalse", R"({"Variable":"$.x","TimestampEqualsPath":"$.x"})",
         R"({"x":"yesterday"})", "false"},
        {"TimestampPathTwin", R"({"Variable":"$.x","TimestampGreaterThanEqualsPath":"$.y"})",
         R"({"x":"2020-01-01T00:00:00Z","y":"2020-01-01T00:00:00+00:00"})", "true"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Types, ChoiceMatch,
    testing::ValuesIn(std::vector<MatchCase>{
        {"IsNull", R"({"Variable":"$.x","IsNull":true})", R"({"x":null})", "true"},
        {"IsNullFalseNegates", R"({"Variable":"$.x","IsNull":false})", R"({"x":1})", "true"},
        {"IsPresent", R"({"Variable":"$.x","IsPresent":true})", R"({"x":null})", "true"},
        {"IsPresentOfNothing", R"({"Variable":"$.x","IsPresent":true})", "{}", "false"},
        {"IsPresentFalseOfNothing", R"({"Variable":"$.x.y.z","IsPresent":false})", "{}", "true"},
        {"IsPresentOfAVariable", R"({"Variable":"$limit","IsPresent":true})", "{}", "true"},
        {"IsPresentOfNoVariable", R"({"Variable":"$unknown","IsPresent":true})", "{}", "false"},
        {"IsNumeric", R"({"Variable":"$.x","IsNumeric":true})", R"({"x":1.5})", "true"},
        {"IsNumericOfABoolean", R"({"Variable":"$.x","IsNumeric":true})", R"({"x":true})", "false"},
        {"IsString", R"({"Variable":"$.x","IsString":true})", R"({"x":""})", "true"},
        {"IsBoolean", R"({"Variable":"$.x","IsBoolean":true})", R"({"x":false})", "true"},
        {"IsTimestamp", R"({"Variable":"$.x","IsTimestamp":true})",
         R"({"x":"2020-01-01T00:00:00.5+01:00"})", "true"},
        {"IsTimestampNeedsAZone", R"({"Variable":"$.x","IsTimestamp":true})",
         R"({"x":"2020-01-01T00:00:00"})", "false"},
        {"IsTimestampOfANumber", R"({"Variable":"$.x","IsTimestamp":false})", R"({"x":1})", "true"},
    }),
    NameOf);

constexpr char kMissing[] =
    "States.Runtime: Invalid path '$.m': The choice state's condition path references an invalid "
    "value.";

INSTANTIATE_TEST_SUITE_P(
    RulesAndPaths, ChoiceMatch,
    testing::ValuesIn(std::vector<MatchCase>{
        {"MissingVariableFails", R"({"Variable":"$.m","StringEquals":"a"})", "{}", kMissing},
        {"MissingVariableFailsIsNull", R"({"Variable":"$.m","IsNull":true})", "{}", kMissing},
        {"MissingOperandFails", R"({"Variable":"$.x","StringEqualsPath":"$.m"})", R"({"x":"a"})",
         kMissing},
        {"RootIsAVariable", R"({"Variable":"$","StringEquals":"a"})", R"("a")", "true"},
        {"ContextObject", R"({"Variable":"$$.Execution.Name","StringEquals":"run"})", "{}", "true"},
        {"AndNeedsAll",
         R"({"And":[{"Variable":"$.x","NumericGreaterThan":0},{"Variable":"$.x","NumericLessThan":2}]})",
         R"({"x":1})", "true"},
        {"AndStopsAtTheFirstFalse",
         R"({"And":[{"Variable":"$.m","IsPresent":true},{"Variable":"$.m","StringEquals":"a"}]})",
         "{}", "false"},
        {"OrNeedsOne",
         R"({"Or":[{"Variable":"$.x","NumericEquals":1},{"Variable":"$.x","NumericEquals":2}]})",
         R"({"x":2})", "true"},
        {"OrStopsAtTheFirstTrue",
         R"({"Or":[{"Variable":"$.m","IsPresent":false},{"Variable":"$.m","StringEquals":"a"}]})",
         "{}", "true"},
        {"AndMeetsTheErrorFirst",
         R"({"And":[{"Variable":"$.m","StringEquals":"a"},{"Variable":"$.m","IsPresent":true}]})",
         "{}", kMissing},
        {"NotNegates", R"({"Not":{"Variable":"$.x","StringEquals":"a"}})", R"({"x":"b"})", "true"},
        {"NotKeepsTheError", R"({"Not":{"Variable":"$.m","StringEquals":"a"}})", "{}", kMissing},
        {"RulesNest",
         R"({"Or":[{"And":[{"Not":{"Variable":"$.x","IsNull":true}},{"Variable":"$.x","NumericEquals":3}]}]})",
         R"({"x":3})", "true"},
        {"NextAssignAndCommentAreOthers",
         R"({"Variable":"$.x","IsNull":true,"Next":"N","Assign":{},"Comment":"c"})",
         R"({"x":null})", "true"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    BadRules, ChoiceMatch,
    testing::ValuesIn(std::vector<MatchCase>{
        {"NoObject", "1", "{}", "Expected value of type Object at "},
        {"NoForm", R"({"Next":"N"})", "{}",
         "The object must have only one of the following fields, [And, Or, Not, Variable, "
         "Condition] at "},
        {"EmptyAnd", R"({"And":[]})", "{}", "Value cannot be empty at /And"},
        {"NestedNext", R"({"And":[{"Variable":"$","IsNull":true,"Next":"N"}]})", "{}",
         "Field 'Next' is not supported at /And[0]"},
        {"UnknownOperator", R"({"Variable":"$","StringEqual":"a","IsNull":true})", "{}",
         "Field 'StringEqual' is not supported at "},
        {"TypeTestHasNoPathTwin", R"({"Variable":"$","IsNullPath":"$","IsNull":true})", "{}",
         "Field 'IsNullPath' is not supported at "},
        {"PatternHasNoPathTwin", R"({"Variable":"$","StringMatchesPath":"$","IsNull":true})", "{}",
         "Field 'StringMatchesPath' is not supported at "},
        {"TwoOperators", R"({"Variable":"$","IsNull":true,"IsString":true})", "{}",
         "There should only be one of the following fields: [IsNull, IsString] at "},
        {"NoOperator", R"({"Variable":"$"})", "{}",
         "A comparison needs one operator next to 'Variable', such as 'StringEquals' at "},
        {"VariableWithoutDollar", R"({"Variable":"x","IsNull":true})", "{}",
         "Value is not a Reference Path: Reference path didn't start with '$' at /Variable"},
        {"OperandOfOtherType", R"({"Not":{"Variable":"$","StringEquals":1}})", "{}",
         "Expected value of type String at /Not/StringEquals"},
        {"OperandIsNoTimestamp", R"({"Variable":"$","TimestampEquals":"2020-01-01"})", "{}",
         "String does not match RFC3339 timestamp at /TimestampEquals"},
        {"TypeTestNeedsABoolean", R"({"Variable":"$","IsNull":"true"})", "{}",
         "Expected value of type Boolean at /IsNull"},
        {"ConditionIsJsonata", R"({"Condition":"{% true %}"})", "{}",
         "The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the "
         "'JSONata' QueryLanguage at "},
    }),
    NameOf);

TEST(Choice, IndefinitePathsAreNoVariables) {
  EXPECT_TRUE(Evaluate(R"({"Variable":"$.a[*]","IsNull":true})", "{}")
                  .starts_with("Value is not a Reference Path: "));
}

TEST(Choice, AllProblemsOfARuleAreFound) {
  JsonArena arena;
  std::vector<ChoiceRule::Problem> problems;
  Json rule = Parse(R"({"Or":[{"Variable":"x","StringEquals":1},{"Not":{}}]})", &arena);
  EXPECT_FALSE(ChoiceRule::Compile(rule, &problems).has_value());
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_EQ(problems[0].pointer, "/Or[0]/Variable");
  EXPECT_EQ(problems[1].pointer, "/Or[0]/StringEquals");
  EXPECT_EQ(problems[2].pointer, "/Or[1]/Not");
}

TEST(Choice, PatternsTakeLinearTime) {
  const std::string half(100'000, 'a');
  const std::string rule = R"({"Variable":"$","StringMatches":"*)" + half + "b*" + half + R"(c*"})";
  EXPECT_EQ(Evaluate(rule, "\"" + half + half + "\""), "false");
}

TEST(Choice, ARuleOutlivesItsDefinition) {
  std::optional<ChoiceRule> rule;
  {
    JsonArena arena;
    std::string text =
        R"({"Variable":"$.name","StringEquals":"some longer text than fits inline"})";
    rule = *ChoiceRule::Compile(Parse(text, &arena));
  }
  JsonArena arena;
  query::Environment environment;
  environment.input = Parse(R"({"name":"some longer text than fits inline"})", &arena);
  EXPECT_TRUE(*rule->Matches(environment, &arena));
}

}  // namespace
}  // namespace pawl::asl
