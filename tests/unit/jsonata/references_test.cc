// What an expression refers to outside of itself.

#include "coordinator/query/jsonata/references.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"

namespace pawl::jsonata {
namespace {

struct Case {
  std::string name;
  std::string expression;
  std::string variables;  // joined with blanks, in alphabetical order
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.expression; }

class FreeVariables : public testing::TestWithParam<Case> {};

TEST_P(FreeVariables, AreThoseThatNothingInTheExpressionBinds) {
  const References found = FindReferences(GetParam().expression, "states");
  std::vector<std::string> names(found.variables.begin(), found.variables.end());
  EXPECT_EQ(absl::StrJoin(names, " "), GetParam().variables);
}

INSTANTIATE_TEST_SUITE_P(Jsonata, FreeVariables,
                         testing::ValuesIn(std::vector<Case>{
                             {"Alone", "$a", "a"},
                             {"InAPath", "$a.b[$c].($d)", "a c d"},
                             {"Bound", "($a := 1; $a)", ""},
                             {"BoundLater", "($a; $a := 1)", "a"},
                             {"BoundByItself", "($a := $a + 1; $a)", "a"},
                             {"BoundInAnInnerBlock", "(($a := 1); $a)", "a"},
                             {"Parameter", "function($a, $b) { $a + $b + $c }(1, 2)", "c"},
                             {"OutsideOfTheFunction", "$map($a, function($a) { $a })", "a"},
                             {"Recursive", "($f := function($n) { $f($n) }; $f(1))", ""},
                             {"MutuallyRecursive",
                              "($f := function() { $g() }; $g := function() { $f() }; $f())", ""},
                             {"Focus", "$a@$b.c#$i[$i = $b]", "a"},
                             {"CalledBuiltin", "$sum([$a])", "a"},
                             {"CalledUnknown", "$nope(1)", "nope"},
                             {"PassedBuiltin", "$map([1], $string)", "string"},
                             {"Partial", "$substring(?, $a)", "a"},
                             {"Chain", "$a ~> $b ~> $sum", "a b sum"},
                             {"Sort", "$a^(>$b)", "a b"},
                             {"Group", "$a{$b: $c}", "a b c"},
                             {"Transform", "$a ~> |b|{'c': $d}, [$e]|", "a d e"},
                             {"Condition", "$a ? $b : $c", "a b c"},
                             {"InAString", "'$a'", ""},
                             {"InAComment", "/* $a */ 1", ""},
                             {"InAPattern", "/$a/", ""},
                             {"Members", "$states.input.a", ""},
                             {"TheWholeObject", "$states", "states"},
                             {"NoExpression", "$a )", ""},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(References, MembersOfTheObjectAreToldApart) {
  const References found =
      FindReferences("$states.input[0].b & $states.'context'.c & $lookup($x, 'y')", "states");
  EXPECT_THAT(found.members, testing::ElementsAre("context", "input"));
  EXPECT_FALSE(found.whole);
  EXPECT_TRUE(FindReferences("$keys($states)", "states").whole);
  EXPECT_TRUE(FindReferences("$states[0].input", "states").whole);
  EXPECT_TRUE(FindReferences("$states.*", "states").whole);
  EXPECT_FALSE(FindReferences("function($states) { $states.a }(1)", "states").whole);
}

TEST(References, NamesWithoutAContextAreFoundInTheOrderOfTheText) {
  const References found = FindReferences("b & $ & $f(a.c[d]) & $$.e & b", "states");
  EXPECT_THAT(found.without_context, testing::ElementsAre("b", "$", "a", "$$"));
}

TEST(References, TellWhatTheExpressionAssigns) {
  const References found = FindReferences("($a := 1; ($states := 2))", "states");
  EXPECT_THAT(found.assigned, testing::ElementsAre("a", "states"));
}

TEST(References, AnExpressionAsDeepAsTheParserAllowsIsWalked) {
  const std::string deep = std::string(900, '(') + "$a" + std::string(900, ')');
  EXPECT_THAT(FindReferences(deep, "states").variables, testing::ElementsAre("a"));
}

}  // namespace
}  // namespace pawl::jsonata
