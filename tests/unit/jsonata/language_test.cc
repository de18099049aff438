#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/jsonata/evaluation.h"

namespace pawl::jsonata {
namespace {

struct Row {
  std::string_view expression;
  std::string_view outcome;
};

constexpr std::string_view kOrders = R"({
  "orders": [
    {"id": 1, "items": [{"sku": "a", "price": 2, "qty": 3}, {"sku": "b", "price": 5, "qty": 1}]},
    {"id": 2, "items": [{"sku": "c", "price": 1, "qty": 10}]}
  ],
  "one": [7], "none": [], "nothing": null, "nested": [[1, 2], [3, [4]]]
})";

void Check(std::span<const Row> rows, std::string_view input) {
  for (const Row& row : rows) {
    EXPECT_EQ(OutcomeOf(row.expression, input), row.outcome) << row.expression;
  }
}

TEST(Language, SequencesOfOneAreTheirValueAndOfNoneNothing) {
  constexpr Row kRows[] = {
      {"orders.id", "[1,2]"},
      {"orders[0].id", "1"},
      {"orders[9].id", "undefined"},
      {"orders[id = 2].items.sku", "\"c\""},
      {"orders[id = 2].items.sku[]", "[\"c\"]"},
      {"one", "[7]"},
      {"one[0]", "7"},
      {"none", "[]"},
      {"none.x", "undefined"},
      {"nothing", "null"},
      {"nothing.x", "undefined"},
      {"missing = missing", "false"},
      {"[missing]", "[]"},
      {"{\"a\": missing, \"b\": nothing}", "{\"b\":null}"},
      {"nested", "[[1,2],[3,[4]]]"},
      {"nested.$", "[1,2,3,[4]]"},
      {"[[1]].$", "[1]"},
      {"orders.[id]", "[[1],[2]]"},
      {"[orders.id, 3]", "[1,2,3]"},
      {"[[orders.id], 3]", "[[1,2],3]"},
      {"orders.items[0].sku", "[\"a\",\"c\"]"},
      {"(orders.items)[0].sku", "\"a\""},
      {"orders.items[-1].sku", "[\"b\",\"c\"]"},
      {"orders.items[[0..1]].sku", "[\"a\",\"b\",\"c\"]"},
      {"$count(orders.items)", "3"},
      {"*[0][0].id", "1"},
      {"$count(**)", "23"},
      {"`orders`.'id'", "[1,2]"},
  };
  Check(kRows, kOrders);
}

TEST(Language, OperatorsCheckTheirTypes) {
  constexpr Row kRows[] = {
      {"1 + 2 * 3", "7"},
      {"7 % 4 - 1", "2"},
      {"-5 % 3", "-2"},
      {"1 / 4", "0.25"},
      {"1 + 'a'", "T2002"},
      {"null + 1", "T2001"},
      {"missing + 1", "undefined"},
      {"1 / 0 + 1", "D1001"},
      {"-'a'", "D1002"},
      {"1 < 'a'", "T2009"},
      {"true < 1", "T2010"},
      {"missing < 1", "undefined"},
      {"missing < null", "T2010"},
      {"'a' & 1 & null & missing & [1,{\"b\":true}]", "\"a1null[1,{\\\"b\\\":true}]\""},
      {"0.1 + 0.2 & ''", "\"0.3\""},
      {"1 in [1, 2]", "true"},
      {"'x' in 'x'", "true"},
      {"{\"a\": [1, 2]} = {\"a\": [1, 2]}", "true"},
      {"1 = 1.0", "true"},
      {"1 = '1'", "false"},
      {"missing and true", "false"},
      {"[0, 'a'] and true", "true"},
      {"[0] or {}", "false"},
      {"[1..3]", "[1,2,3]"},
      {"[3..1]", "[]"},
      {"[1.5..3]", "T2003"},
      {"[1..'3']", "T2004"},
      {"[0..10000000]", "D2014"},
      {"1 ? 2", "2"},
      {"0 ? 2", "undefined"},
      {"missing ?: 3", "3"},
      {"nothing ?? 3", "null"},
      {"missing ?? 3", "3"},
      {"null ?? 3", "null"},
  };
  Check(kRows, R"({"nothing": null})");
}

TEST(Language, GroupsSortsAndTransforms) {
  constexpr Row kRows[] = {
      {"orders.items{sku: price}", R"({"a":2,"b":5,"c":1})"},
      {"orders.items{'all': $sum(price)}", R"({"all":8})"},
      {"orders.items{qty > 2 ? 'many' : 'few': sku}", R"({"many":["a","c"],"few":"b"})"},
      {"orders{id: 1}", "T1003"},
      {"{'a': 1, 'a': 2}", "D1009"},
      {"orders.items^(price).sku", R"(["c","a","b"])"},
      {"orders.items^(>price, sku).sku", R"(["b","a","c"])"},
      {"[{'x': 1}, {'x': 'a'}]^(x)", "T2007"},
      {"[{'x': true}, {'x': 1}]^(x)", "T2008"},
      {"[{'x': 2}, {}, {'x': 1}]^(x).x", "[1,2]"},
      {"orders[0] ~> |items|{'total': price * qty}, ['price', 'qty']|",
       R"({"id":1,"items":[{"sku":"a","total":6},{"sku":"b","total":5}]})"},
      {"orders[0] ~> |$|{'id': 9}, 'items'|", R"({"id":9})"},
      {"orders[0] ~> |items|5|", "T2011"},
      {"orders[0] ~> |items|{}, 5|", "T2012"},
      {"(orders[0] ~> |**|{'seen': true}|).items.seen", "[true,true]"},
      {"( $x := orders[0]; $y := $x ~> |items|{'sku': 'z'}|; $x.items.sku )", R"(["a","b"])"},
  };
  Check(kRows, kOrders);
}

TEST(Language, JoinsPositionsAndParents) {
  constexpr Row kRows[] = {
      {"orders.items.{'of': %.id, 'sku': sku}",
       R"([{"of":1,"sku":"a"},{"of":1,"sku":"b"},{"of":2,"sku":"c"}])"},
      {"orders.items.sku.(%.%.id)", "[1,1,2]"},
      {"orders.items[%.id = 2].sku", "\"c\""},
      {"orders#$i.items.{'i': $i, 'sku': sku}",
       R"([{"i":0,"sku":"a"},{"i":0,"sku":"b"},{"i":1,"sku":"c"}])"},
      {"orders.items#$i[$i = 1].sku", "\"b\""},
      {"orders@$o.orders@$p[$o.id < $p.id].($o.id & $p.id)", "\"12\""},
      {"orders@$o.$o.items{$o.id & '': sku}", R"({"1":["a","b"],"2":"c"})"},
      {"%.x", "S0217"},
      {"orders[0]@$o", "S0215"},
      {"orders^(id)@$o", "S0216"},
      {"orders@$o.id@5", "S0214"},
  };
  Check(kRows, kOrders);
}

TEST(Language, FunctionsAreValues) {
  constexpr Row kRows[] = {
      {"( $f := function($x) { $x * 2 }; $f(4) )", "8"},
      {"( $y := 3; $f := function($x) { $x * $y }; ( $y := 4; $f(2) ) )", "6"},
      {"( $x := 1; ( $y := $x; $x := 2; $y & $x ) & $x )", "\"121\""},
      {"( $add := function($a, $b) { $a + $b }; $map([1, 2], $add(?, 10)) )", "[11,12]"},
      {"( $first := $substring(?, 0, 1); $first('xyz') )", "\"x\""},
      {"'a' ~> $uppercase", "\"A\""},
      {"'a' ~> $pad(3, '-')", "\"a--\""},
      {"( $both := $trim ~> $uppercase; $both('  a ') )", "\"A\""},
      {"$map([1, 2, 3], function($v, $i, $a) { $v + $i + $count($a) })", "[4,6,8]"},
      {"$reduce([1..5], function($a, $b) { $a * $b })", "120"},
      {"$reduce([1], function($a) { $a })", "D3050"},
      {"$sift({'a': 1, 'b': 2}, function($v) { $v > 1 })", R"({"b":2})"},
      {"$each({'a': 1}, function($v, $k) { $k & $v })", "\"a1\""},
      {"$sort(['b', 'a', 'c'], function($l, $r) { $l < $r })", R"(["c","b","a"])"},
      {"$single([1, 2, 3], function($v) { $v = 2 })", "2"},
      {"$single([1, 2, 3], function($v) { $v > 1 })", "D3138"},
      {"$single([1], function($v) { $v > 1 })", "D3139"},
      {"missing()", "T1006"},
      {"sum([1])", "T1005"},
      {"sum(?)", "T1007"},
      {"missing(?)", "T1008"},
      {"1 ~> 2", "T2006"},
      {"$sum", "UNSUPPORTED_RESULT"},
      {"[$sum]", "UNSUPPORTED_RESULT"},
      {"$eval('1')", "T1006"},
      {"function($x) <n:n> { $x }('a')", "T0410"},
      {"function($x) <a<n>:n> { $x }(['a'])", "T0412"},
      {"('abc').$length()", "3"},
      {"5.$length()", "S0213"},
      {"(5).$length()", "T0411"},
      {"$length(1)", "T0410"},
      {"$length('a', 'b')", "T0410"},
  };
  Check(kRows, "");
}

TEST(Language, FunctionsThatArePartlyAppliedTakeTheArgumentsTheyHaveParametersFor) {
  constexpr Row kRows[] = {
      {"$power(?, 2, 'more')(3)", "9"},
      {"$reverse(?, 1)([1, 2])", "[2,1]"},
      {"$sort(?)([2, 1])", "[1,2]"},
      {"$single(?)([7])", "7"},
      {"$string(?)(1)", "\"1\""},
      {"$uppercase(?)(1)", "T0410"},
      {"$contains(?)('a')", "undefined"},
      {"$length(?)()", "undefined"},
      {"$zip([1, 2], ?)([3, 4])", "[[1,3],[2,4]]"},
  };
  Check(kRows, "\"context\"");
}

TEST(Language, FunctionsJoinedInAChainHandOnWhatAnExpressionWould) {
  constexpr Row kRows[] = {
      {"( $f := $map(?, $exists) ~> $type; $f([]) )", "undefined"},
      {"( $f := $filter(?, $boolean) ~> $type; $f([0, 1]) )", "\"number\""},
      {"( $f := $trim ~> $length; 'context'.$f() )", "undefined"},
      {"( $f := $append(1, ?) ~> $count; $f(2, 3) )", "2"},
  };
  Check(kRows, "");
  EXPECT_EQ(ErrorOf("( $h := $abs ~> $sqrt; $h('a') )").token, "f");
  EXPECT_EQ(ErrorOf("( $h := $number ~> $sqrt; $h(-1) )").token, "g");
}

TEST(Language, AConstructorThatGivesNoArrayHasNoItems) {
  constexpr Row kRows[] = {
      {"[orders][1].id", "undefined"},
      {"[orders][1].$", "undefined"},
      {"[orders].id", "[1,2]"},
      {"['ab'][0].$", R"(["a","b"])"},
      {"['', 1][0].$", "\"\""},
      {"([orders].none){'a': 1}.a", "undefined"},
      {"[orders][1]{'a': 1}.a", "undefined"},
      {"[orders]@$o.one", "7"},
  };
  Check(kRows, kOrders);
}

TEST(Language, DefaultOperatorsAreRefusedWhereStepFunctionsRefusesThem) {
  World world;
  world.options.default_operators = false;
  EXPECT_EQ(Outcome("1 ?? 2", world), "S0211");
  EXPECT_EQ(Outcome("1 ?: 2", world), "S0211");
  EXPECT_EQ(Outcome("1 ? 2 : 3", world), "2");
}

TEST(Language, BindingsComeFirst) {
  World world;
  world.bindings = R"({"states": {"input": {"a": 5}}, "count": 3})";
  EXPECT_EQ(Outcome("$states.input.a + $count", world), "8");
  EXPECT_EQ(Outcome("$count([1])", world), "T1006");
}

TEST(Language, KeysAreInTheOrderOfJavaScript) {
  EXPECT_EQ(OutcomeOf("$keys($)", R"({"b": 1, "10": 2, "9": 3, "01": 4})"),
            R"(["9","10","b","01"])");
}

TEST(Language, ErrorsTellWhereAndWhat) {
  JsonataError error = ErrorOf("1 + \"\xC3\xA4\" + 2");
  EXPECT_EQ(error.code, "T2002");
  EXPECT_EQ(error.token, "+");
  EXPECT_EQ(error.position, 3);
  EXPECT_EQ(error.message, "The right side of the \"+\" operator must evaluate to a number");

  error = ErrorOf("\"\xF0\x9F\x98\x80\" + 1");  // one character, two units
  EXPECT_EQ(error.position, 6);

  error = ErrorOf("$abs('a')");
  EXPECT_EQ(error.code, "T0410");
  EXPECT_EQ(error.message, "Argument 1 of function \"abs\" does not match function signature");

  error = ErrorOf("foo.(bar");
  EXPECT_EQ(error.code, "S0203");
  EXPECT_EQ(error.message, "Expected \")\" before end of expression");
  EXPECT_EQ(error.position, 8);

  error = ErrorOf("(1 1e3)");  // a literal is told by its value
  EXPECT_EQ(error.token, "1000");
  EXPECT_TRUE(error.token_is_literal);
  EXPECT_EQ(error.message, "Expected \")\", got 1000");

  error = ErrorOf("( $f := function() { $abs('a') }; $f() )");  // a call in tail position
  EXPECT_EQ(error.token, "abs");
  EXPECT_EQ(error.position, 25);

  error = ErrorOf("a.'b'[%.%.%]");
  EXPECT_EQ(error.code, "S0217");
  EXPECT_EQ(error.token, "string");

  error = ErrorOf("$error('no such order')");
  EXPECT_EQ(error.code, "D3137");
  EXPECT_EQ(error.message, "no such order");
}

}  // namespace
}  // namespace pawl::jsonata
