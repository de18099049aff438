#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/unit/jsonata/evaluation.h"

namespace pawl::jsonata {
namespace {

// A function that is given to another to call has the name under which it was called last. The
// rules are the reference's.
struct Named {
  std::string_view rule;
  std::string_view expression;
  std::string_view token;
};

class NameOfAFailure : public testing::TestWithParam<Named> {};

TEST_P(NameOfAFailure, IsThatOfTheInnermostFunctionThatHasOne) {
  const JsonataError error = ErrorOf(GetParam().expression, R"({"a": 1})");
  EXPECT_EQ(error.code.substr(0, 3), "T04") << error.message;
  EXPECT_EQ(error.token, GetParam().token);
}

INSTANTIATE_TEST_SUITE_P(
    Jsonata, NameOfAFailure,
    testing::Values(
        Named{"NeverCalledByName", "$map([1], $uppercase)", "map"},
        Named{"CalledBefore", "$uppercase('x') & $map([1], $uppercase)", "uppercase"},
        Named{"CalledByAnother", "($f := $uppercase; $f('x'); $map([1], $uppercase))", "f"},
        Named{"CalledLater", "($map([1], $uppercase); $uppercase('x'))", "map"},
        Named{"OfAnotherFunction", "$lowercase('x') & $map([1], $uppercase)", "map"},
        Named{"Joined", "[$sum(1), $single([1], function($v) { 'x' ~> $sum })]", "sum"},
        Named{"OfALambda", "($f := function($x)<n:n>{1}; $f(1); $map(['x'], $f))", "f"},
        Named{"OfALambdaNeverCalled", "($f := function($x)<n:n>{1}; $map(['x'], $f))", "map"},
        Named{"AParameterIsNoName",
              "($g := function($h){[$h('x')]}; $g($uppercase); $map([1], $uppercase))", "map"},
        Named{"AnArgumentKeepsItsName",
              "($uppercase('x'); $g := function($h){[$h(1)]}; $g($uppercase))", "uppercase"},
        Named{"InTailPosition",
              "($f := $uppercase; $g := function($x){$f($x)}; $g('x'); $map([1], $uppercase))",
              "f"}),
    [](const testing::TestParamInfo<Named>& info) { return std::string(info.param.rule); });

// What JavaScript makes a text, or a number, of.
TEST(Callbacks, APatternIsGivenWhatJavaScriptMakesOfAValue) {
  struct Row {
    std::string_view expression;
    std::string_view outcome;
  };
  constexpr Row kRows[] = {
      {"$filter([$, 'a'], /a/)", "undefined"},
      {"$map([$], /.*/).match", "\"[object Object]\""},
      {"$map([[1, [2, null, $]]], /.*/).match", "\"1,2,,[object Object]\""},
      {"$reduce([null, 1], /./).match", "\"u\""},
      {"$reduce([0.1 + 0.2, 2], /.*/).match", "\"30000000000000004\""},
      {"$sift({'x': 'abc', '2': 'abc'}, /b/)", R"({"x":"abc"})"},  // searched from the third on
      {"$reduce(['a', true], /./)", "undefined"},
      {"$reduce(['ab', true], /./).match", "\"b\""},
      {"$reduce(['ab', '1'], /./).match", "\"b\""},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(OutcomeOf(row.expression, R"({"a": 1})"), row.outcome) << row.expression;
}

TEST(Callbacks, AFunctionThatStandsForAPatternSaysWhatItFound) {
  EXPECT_EQ(OutcomeOf("$match('a', function($s) { {'match': 1, 'start': 5, 'groups': []} })", ""),
            R"({"match":1,"index":5,"groups":[]})");
  EXPECT_EQ(OutcomeOf("$match('a', function($s) { {'end': 5, 'groups': ['x']} })", ""),
            R"({"groups":["x"]})");
  // From the second match back to the first.
  constexpr std::string_view kBackwards =
      "function($s) { {'match': 'bc', 'start': 1, 'end': 3, 'groups': [], 'next': function() {"
      "{'match': '', 'start': 0, 'end': 0, 'groups': [], 'next': function() { missing }} }} }";
  EXPECT_EQ(OutcomeOf("$replace('abc', " + std::string(kBackwards) + ", '-')", ""),
            R"("a-abc-abc")");
  EXPECT_EQ(OutcomeOf("$split('abc', " + std::string(kBackwards) + ")", ""),
            R"(["a","abc","abc"])");
}

TEST(Callbacks, AFunctionPassedOrPartlyAppliedHasNoContext) {
  EXPECT_EQ(OutcomeOf("(function($f) { [$f('a')] })($lookup)", R"({"a": 1})"), "[]");
  EXPECT_EQ(OutcomeOf("($f := $lookup; [$f('a')])", R"({"a": 1})"), "[1]");
  EXPECT_EQ(OutcomeOf("$sift(?)(function($v) { true })", R"({"a": 1})"), "T0411");
}

// What `$string()` takes for its argument where it is called at the end of a function that another
// function calls.
TEST(Callbacks, AFunctionGivenByATailCallHasTheContextItWasWrittenIn) {
  constexpr std::string_view kInput = R"({"a": 1})";
  EXPECT_EQ(OutcomeOf("$replace('a', /a/, function($m) { $string() })", kInput), "\"null\"");
  EXPECT_EQ(OutcomeOf("(function() { $replace('a', /a/, function($m) { $string() }) })()", kInput),
            R"("{\"a\":1}")");
  EXPECT_EQ(OutcomeOf("$map(?, function($v) { $string() })([1])", kInput), R"("{\"a\":1}")");
  EXPECT_EQ(OutcomeOf("function($v) { $string() = 'null' } ~> $sift()", kInput), "undefined");
}

}  // namespace
}  // namespace pawl::jsonata
