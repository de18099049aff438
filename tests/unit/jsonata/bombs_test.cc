// Expressions that are made to hang, to exhaust memory or to overflow the stack.

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/unit/jsonata/evaluation.h"

namespace pawl::jsonata {
namespace {

std::string Repeated(std::string_view text, size_t times) {
  std::string repeated;
  for (size_t i = 0; i < times; ++i) repeated.append(text);
  return repeated;
}

// Limits small enough to be reached soon.
World Tight() {
  World world;
  world.limits.time = absl::Seconds(2);
  world.limits.depth = 300;
  world.limits.memory_bytes = 64u << 20;
  return world;
}

TEST(Bombs, NestingEndsInAnErrorOfTheParser) {
  EXPECT_EQ(Outcome(Repeated("(", 200'000)), "S0201");
  EXPECT_EQ(Outcome(Repeated("[", 200'000)), "S0201");
  EXPECT_EQ(Outcome(Repeated("-", 200'000) + "1"), "S0201");
  EXPECT_EQ(Outcome(Repeated("{'a':", 200'000)), "S0201");
  EXPECT_EQ(Outcome(Repeated("function(){", 200'000)), "S0201");
  EXPECT_EQ(Outcome("1" + Repeated("+1", 200'000)), "S0201");
  EXPECT_EQ(Outcome("a" + Repeated(".a", 200'000)), "S0201");
  EXPECT_EQ(Outcome("a" + Repeated("[0]", 200'000)), "S0201");
  EXPECT_EQ(Outcome(Repeated("(", 400) + "7" + Repeated(")", 400)), "7");
  EXPECT_EQ(Outcome("1" + Repeated("+1", 900)), "901");
}

TEST(Bombs, TailCallsDoNotDeepen) {
  const World world = Tight();
  EXPECT_EQ(Outcome("( $f := function($n) { $n = 0 ? 'done' : $f($n - 1) }; $f(20000) )", world),
            "\"done\"");
  EXPECT_EQ(Outcome("( $e := function($n) { $n = 0 ? true : $o($n - 1) };"
                    "  $o := function($n) { $n = 0 ? false : $e($n - 1) }; $o(6555) )",
                    world),
            "true");
}

TEST(Bombs, EveryOtherRecursionEnds) {
  const World world = Tight();
  EXPECT_EQ(Outcome("( $f := function($n) { $f($n + 1) + 1 }; $f(0) )", world), "U1001");
  EXPECT_EQ(Outcome("( $f := function() { $f() }; $f() )", world), "U1001");
  EXPECT_EQ(Outcome("( $l := function() { [1..1000].$l() }; $l() )", world), "U1001");
  EXPECT_EQ(Outcome("( $f := function($x) { $map([$x], $f) }; $f(1) )", world), "U1001");
  EXPECT_EQ(Outcome("( $g := function($x) { $x ~> $g ~> $g }; $g(1) )", world), "U1001");
}

TEST(Bombs, ATextThatGrowsPieceByPieceIsNotCopiedForEach) {
  const World world = Tight();
  EXPECT_EQ(
      Outcome("$length($reduce([1..20000], function($t, $n) { $t & 'ten chars.' }, ''))", world),
      "200000");
  EXPECT_EQ(
      Outcome("( $a := $join([1..200].('ab')); $b := $a & 'x'; $c := $b & 'y'; $d := $b & 'z';"
              "  $e := $c & $c; [$b, $c, $d, $e].$substringAfter($a) )",
              world),
      "[\"x\",\"xy\",\"xz\",\"xy" + Repeated("ab", 200) + "xy\"]");
}

TEST(Bombs, TheStackHoldsWhateverTheDepthAllows) {
  World world;
  world.limits.depth = 1'000'000'000;
  world.limits.stack_bytes = 1u << 20;
  std::string outcome;
  std::thread([&] {
    outcome = Outcome("( $f := function($n) { $f($n + 1) + 1 }; $f(0) )", world);
  }).join();
  EXPECT_EQ(outcome, "U1001");
}

TEST(Bombs, DeepDataIsNoTrap) {
  World world;
  world.limits.stack_bytes = 1u << 20;
  const auto folded = [&](std::string_view step, std::string_view start, std::string_view use) {
    return Outcome("( $d := $reduce([1..200000], function($a, $b) { " + std::string(step) + " }, " +
                       std::string(start) + ");" + std::string(use) + ")",
                   world);
  };
  const auto deep = [&](std::string_view use) { return folded("{'x': $a}", "1", use); };
  EXPECT_EQ(deep("$length($string($d))"), "1200001");
  for (std::string_view use : {"$count($d.**)", "$d = $merge([$d])", "$clone($d)", "$d"}) {
    const std::string outcome = deep(use);
    EXPECT_TRUE(outcome == "U1001" || outcome == "200001" || outcome == "true") << use << outcome;
  }
  const auto nested = [&](std::string_view use) { return folded("[[$a]]", "[1]", use); };
  for (std::string_view use : {"$boolean($d)", "$d.x", "$d.*", "$spread($d)", "$keys($d)"}) {
    EXPECT_EQ(nested(use), "U1001") << use;
  }
}

TEST(Bombs, MemoryHasABound) {
  const World world = Tight();
  EXPECT_EQ(Outcome("$pad('', 2000000000)", world), "U1001");
  EXPECT_EQ(Outcome("$pad('', -2e9, 'ab')", world), "U1001");
  EXPECT_EQ(Outcome("$reduce([1..60], function($a, $b) { $a & $a }, 'xxxxxxxx')", world), "U1001");
  EXPECT_EQ(Outcome("$reduce([1..60], function($a, $b) { $append($a, $a) }, [1])", world), "U1001");
  EXPECT_EQ(Outcome("$reduce([1..60], function($a, $b) { [$a, $a] }, [1])", world), "U1001");
  EXPECT_EQ(
      Outcome("$reduce([1..60], function($a, $b) { {'a': $a, 'b': $a} }, 1) ~> $string()", world),
      "U1001");
  EXPECT_EQ(Outcome("$replace($pad('', 100000, 'a'), 'a', $pad('', 100000))", world), "U1001");
  EXPECT_EQ(Outcome("$join($map([1..100000], function() { $pad('', 1000) }))", world), "U1001");
  EXPECT_EQ(Outcome("[1..9999999].[1..9999999]", world), "U1001");
  EXPECT_EQ(Outcome("[1..100000].([1..100000])", world), "U1001");
}

// A value of sixty small arrays may have 2^60 paths through it.
TEST(Bombs, SharedPartsAreNoTrap) {
  World world = Tight();
  world.limits.time = absl::Milliseconds(20);
  const auto doubled = [&](std::string_view start, std::string_view use) {
    return Outcome("( $d := $reduce([1..60], function($a, $b) { [[$a], [$a]] }, " +
                       std::string(start) + ");" + std::string(use) + ")",
                   world);
  };
  for (std::string_view start : {"[]", "1", "{'x': 1}"}) {
    for (std::string_view use :
         {"$d", "$string($d)", "$d.x", "$d.*", "$d.**", "$spread($d)", "$keys($d)", "$clone($d)",
          "$distinct([$d, $d])", "$d = [$d]", "$boolean($d)", "$d ~> |$|{}|", "$lookup($d, 'x')"}) {
      const std::string outcome = doubled(start, use);
      EXPECT_TRUE(outcome == "U1001" || outcome == "false" || outcome == "true")
          << start << use << outcome.substr(0, 100);
    }
  }
}

TEST(Bombs, LongTextsAndPicturesTakeBoundedTime) {
  const World world = Tight();
  constexpr std::string_view kText = "$pad('', 2000000, 'a')";
  const std::string part = "$pad('', 1000000, 'a') & 'b'";
  for (std::string_view use : {"$contains", "$substringBefore", "$substringAfter"}) {
    const std::string outcome =
        Outcome(std::string(use) + "(" + std::string(kText) + ", " + part + ")", world);
    EXPECT_TRUE(outcome == "false" || outcome.size() == 2'000'002) << use;
  }
  EXPECT_EQ(Outcome("$count($split(" + std::string(kText) + ", " + part + "))", world), "1");
  EXPECT_EQ(Outcome("$length($replace(" + std::string(kText) + ", " + part + ", 'c'))", world),
            "2000000");
  EXPECT_EQ(Outcome("$string($parseInteger($pad('', 1000000, '1,'), '#,##0'))", world), "D3001");
  for (std::string_view bomb :
       {"$formatInteger(1, $pad('', 400000, '0,') & '0')",
        "$formatInteger(1, $pad('', 400000, '#,') & '0')",
        "$formatNumber(1, $pad('', 400000, '0,') & '0')",
        "$formatNumber(1.5, $pad('', 400000, '#,') & '0.0')",
        "$formatNumber(1, '000,000', {'grouping-separator': $pad('', 1000000, ',')})",
        "$fromMillis(0, '[Y' & $pad('', 400000, '0,') & '0]')",
        "$fromMillis(0, $pad('', 400000, '[Y]'))",
        "$parseInteger('1', $pad('', 400000, '0,') & '0')",
        "$toMillis('1', $pad('', 400000, '[Y]'))"}) {
    EXPECT_EQ(Outcome(bomb, world), "U1001") << bomb;
  }
}

TEST(Bombs, TimeHasABound) {
  World world;
  world.limits.time = absl::Milliseconds(50);
  EXPECT_EQ(Outcome("( $f := function() { $f() }; $f() )", world), "U1001");
  EXPECT_EQ(Outcome("$map([1..3000], function() { $count([1..3000].$) })", world), "U1001");
  EXPECT_EQ(Outcome("$sort([1..100000], function($l, $r) { $sum([1..1000]) > 0 })", world),
            "U1001");
}

TEST(Bombs, WorkThatIsLargeButFairIsDone) {
  EXPECT_EQ(Outcome("$count([1..10000000])"), "10000000");
  EXPECT_EQ(Outcome("$map([1..100000], function($x) { $x * 2 })[99999]"), "200000");
  // Appending one by one, and flattening much at once, take linear time.
  EXPECT_EQ(Outcome("$count($reduce([1..200000], function($a, $b) { $append($a, $b) }, []))"),
            "200000");
  EXPECT_EQ(Outcome("( $d := {'n': [1..2e5].$string()}; $count($lookup($d, 'n')) )"), "200000");
  EXPECT_EQ(Outcome("$count($keys([1..200000]{$string($ % 2): $}))"), "2");
  EXPECT_EQ(Outcome("$count($distinct([1..100000]))"), "100000");
}

TEST(Bombs, AppendingLeavesWhatOthersSee) {
  EXPECT_EQ(
      Outcome("( $a := $append([1], 2); $b := $append($a, 3); $c := $append($a, 4);"
              "  $d := $append($c, 5); $e := $append($c, 6); [[$a], [$b], [$c], [$d], [$e]] )"),
      "[[1,2],[1,2,3],[1,2,4],[1,2,4,5],[1,2,4,6]]");
}

TEST(Bombs, RegularExpressionsTakeBoundedTime) {
  EXPECT_EQ(Outcome("$contains($pad('', 40, 'a') & '!', /^(a+)+$/)"), "false");
  EXPECT_EQ(Outcome("$match('abc', /x*/)"), "D1004");
}

TEST(Bombs, ManyThreadsShareAnExpression) {
  const Result<Expression> expression =
      Expression::Compile("$sum(items.(price * qty)) & $replace(name, /b+/, 'x')");
  ASSERT_TRUE(expression.ok());
  std::vector<std::thread> threads;
  std::vector<int> right(8);
  for (int& count : right) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        JsonArena arena;
        Inputs inputs;
        inputs.input =
            ParseJson(R"({"name":"abba","items":[{"price":2,"qty":3},{"price":1,"qty":1}]})",
                      &arena)
                .value();
        const Result<Json> value = expression->Evaluate(inputs, Limits(), &arena);
        count += value.ok() && value->is_string() && value->as_string() == "7axa";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, std::vector<int>(8, 200));
}

}  // namespace
}  // namespace pawl::jsonata
