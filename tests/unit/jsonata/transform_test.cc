#include <gtest/gtest.h>

#include <string_view>

#include "tests/unit/jsonata/evaluation.h"

namespace pawl::jsonata {
namespace {

struct TransformRow {
  std::string_view expression;
  std::string_view outcome;
};

// What an update has put at a second place is one object with what it took: the reference's
// outcomes.
TEST(Transform, AMatchChangesWhereverItStands) {
  constexpr std::string_view kInput = R"({"a": {"x": 1, "a": {"x": 2}}, "items": [{"y": 1}, {}]})";
  constexpr TransformRow kRows[] = {
      {R"($ ~> |**|{"b": a}|)",
       R"({"a":{"x":1,"a":{"x":2},"b":{"x":2}},"items":[{"y":1},{}],"b":{"x":1,"a":{"x":2},"b":{"x":2}}})"},
      {R"($ ~> |[$, a]|{"b": a, "n": 1}|)",
       R"({"a":{"x":1,"a":{"x":2},"b":{"x":2},"n":1},"items":[{"y":1},{}],"b":{"x":1,"a":{"x":2},"b":{"x":2},"n":1},"n":1})"},
      {R"($ ~> |[$, a]|{"k": {"o": [a]}, "n": 1}|)",
       R"({"a":{"x":1,"a":{"x":2},"k":{"o":[{"x":2}]},"n":1},"items":[{"y":1},{}],"k":{"o":[{"x":1,"a":{"x":2},"k":{"o":[{"x":2}]},"n":1}]},"n":1})"},
      {R"($ ~> |[$, a, a]|{"l": a, "n": $count($keys($))}|)",
       R"({"a":{"x":1,"a":{"x":2},"l":{"x":2},"n":4},"items":[{"y":1},{}],"l":{"x":1,"a":{"x":2},"l":{"x":2},"n":4},"n":2})"},
      {R"($ ~> |[$, a]|{"b": a}, "x"|)",
       R"({"a":{"a":{"x":2},"b":{"x":2}},"items":[{"y":1},{}],"b":{"a":{"x":2},"b":{"x":2}}})"},
      {R"($ ~> |[$, a]|{"b": a}, "a"|)", R"({"items":[{"y":1},{}],"b":{"x":1,"b":{"x":2}}})"},
      {R"($ ~> |[$, a, b]|{"b": a}|)",
       R"({"a":{"x":1,"a":{"x":2},"b":{"x":2}},"items":[{"y":1},{}],"b":{"x":1,"a":{"x":2},"b":{"x":2}}})"},
      {R"($ ~> |[$, $]|{"s": $}, "s"|)", R"({"a":{"x":1,"a":{"x":2}},"items":[{"y":1},{}]})"},
      {R"($ ~> |[$, items[0]]|{"copy": items, "n": 1}|)",
       R"({"a":{"x":1,"a":{"x":2}},"items":[{"y":1,"n":1},{}],"copy":[{"y":1,"n":1},{}],"n":1})"},
      {R"($ ~> |[$, items]|{"one": items[1], "y": 2}|)",
       R"({"a":{"x":1,"a":{"x":2}},"items":[{"y":2},{"y":2}],"one":{"y":2},"y":2})"},
  };
  for (const TransformRow& row : kRows) {
    EXPECT_EQ(OutcomeOf(row.expression, kInput), row.outcome) << row.expression;
  }
}

TEST(Transform, AnArrayThatWasAppendedToIsSearchedAgain) {
  EXPECT_EQ(
      OutcomeOf("$ ~> |[$, a, b]|($l := $append([0], a); {'l': $l, 'm': $append($l, b), 'n': 1})|",
                R"({"a": {}, "b": {}})"),
      R"({"a":{"l":[0],"m":[0],"n":1},"b":{"l":[0],"m":[0],"n":1},)"
      R"("l":[0,{"l":[0],"m":[0],"n":1}],)"
      R"("m":[0,{"l":[0],"m":[0],"n":1},{"l":[0],"m":[0],"n":1}],"n":1})");
}

// JavaScript has a circle there, and nothing to write it with.
TEST(Transform, AnObjectThatIsPutIntoItselfHasAnEnd) {
  EXPECT_EQ(OutcomeOf("$ ~> |$|{'s': $}|", R"({"a": 1})"), R"({"a":1,"s":{"a":1}})");
  EXPECT_EQ(OutcomeOf("$ ~> |[$, $]|{'s': [$]}|", "{}"), R"({"s":[{"s":[{}]}]})");
  EXPECT_EQ(OutcomeOf("$ ~> |[$v := $, a]|{'p': $v}|", R"({"a": {}})"), "U1001");
}

TEST(Transform, ACopyOfAnInputThatIsAnArrayIsThatArray) {
  EXPECT_EQ(OutcomeOf("$clone()", "[[]]"), "[[]]");
  EXPECT_EQ(OutcomeOf("$clone()", "[1,{\"a\":[]}]"), R"([1,{"a":[]}])");
}

}  // namespace
}  // namespace pawl::jsonata
