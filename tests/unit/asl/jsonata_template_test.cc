// Templates of JSONata: which texts are expressions, how failures are told, what all evaluations of
// a decision may take together (reference/asl.md 7).

#include "coordinator/asl/jsonata_template.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "coordinator/base/strings.h"

namespace pawl::asl {
namespace {

constexpr StatesMembers kAll = kStatesInput | kStatesContext | kStatesResult | kStatesErrorOutput;

class JsonataTemplateTest : public testing::Test {
 protected:
  // The outcome as text; the cause of a failure.
  std::string Evaluate(const std::string& definition, std::string_view wanted = {}) {
    std::vector<JsonataTemplate::Problem> problems;
    const std::optional<JsonataTemplate> form =
        JsonataTemplate::Compile(*ParseJson(definition, &arena_), "F", kAll, &problems);
    if (!form.has_value()) return problems.front().message;
    const Json bindings =
        *ParseJson(R"({"x":2,"states":{"input":{"n":1.0,"big":9007199254740993}}})", &arena_);
    const JsonataEnvironment environment{bindings, absl::UnixEpoch(), random_, &budget_};
    const Result<Json> value = wanted.empty() ? form->Evaluate(environment, &arena_)
                                              : form->Evaluate(environment, wanted, &arena_);
    if (value.ok()) return WriteJson(*value);
    EXPECT_EQ(value.error().error, "States.QueryEvaluationError");
    EXPECT_TRUE(value.error().evaluation_failed);
    EXPECT_TRUE(value.error().needs_prefix);
    location_ = value.error().location;
    return *value.error().cause;
  }

  JsonArena arena_;
  JsonataBudget budget_{262'144};
  RandomBits random_ = [] { return uint64_t{7}; };
  std::string location_;
};

std::string Failed(const std::string& expression, const std::string& field,
                   const std::string& how) {
  return StrCat("The JSONata expression '", expression, "' specified for the field '", field, "' ",
                how);
}

TEST_F(JsonataTemplateTest, TextsAreExpressionsBetweenTheirMarksAlone) {
  EXPECT_EQ(Evaluate(R"("{% $x %}")"), "2");
  EXPECT_EQ(Evaluate(R"("{%$x%}")"), "2");
  EXPECT_EQ(Evaluate(R"("{%\n  $x +\t1 %}")"), "3");
  EXPECT_EQ(Evaluate(R"({"a":[" {% $x %}","{% $x %} ","{% $x }","{%}","x {% $x %}"]})"),
            R"({"a":[" {% $x %}","{% $x %} ","{% $x }","{%}","x {% $x %}"]})");
  EXPECT_EQ(Evaluate(R"({"{% $x %}":[{"b":"{% $x %}"},1.0,null]})"),
            R"({"{% $x %}":[{"b":2},1.0,null]})");
  EXPECT_EQ(Evaluate(R"("{%%}")"), "Unexpected end of expression");
}

TEST_F(JsonataTemplateTest, NumbersAreWholeWhereTheirValueIs) {
  EXPECT_EQ(Evaluate(R"("{% $states.input %}")"), R"({"n":1,"big":9007199254740993})");
  EXPECT_EQ(Evaluate(R"("{% [3 / 2 * 2, 0.5, 1/0, -1/0] %}")"),
            R"([3,0.5,"Infinity","-Infinity"])");
  EXPECT_EQ(Evaluate(R"("{% {'a': [1e3]} %}")"), R"({"a":[1000]})");
}

TEST_F(JsonataTemplateTest, FailuresNameTheExpressionAndItsPlace) {
  EXPECT_EQ(Evaluate(R"({"a":{"b":["{% $nope %}"]}})"),
            Failed("$nope", "F/a/b[0]", "returned nothing (undefined)."));
  EXPECT_EQ(location_, "F/a/b[0]");
  EXPECT_EQ(Evaluate(R"("{% 'a' + 1 %}")"),
            Failed("'a' + 1", "F",
                   "threw an error during evaluation. T2001: The left side of the \"+\" operator "
                   "must evaluate to a number"));
  EXPECT_EQ(Evaluate(R"("{% $abs('a') %}")"),
            Failed("$abs('a')", "F",
                   "threw an error during evaluation. T0410: Argument 1 of function \"abs\" does "
                   "not match function signature"));
  EXPECT_EQ(Evaluate(R"("{% $randomSeeded(1) %}")"),
            Failed("$randomSeeded(1)", "F",
                   "threw an error during evaluation. T1006: Attempted to invoke a non-function"));
  EXPECT_EQ(Evaluate(R"("{% [function() { 1 }] %}")"),
            Failed("[function() { 1 }]", "F", "returned an unsupported result type."));
}

TEST_F(JsonataTemplateTest, FieldsAskForTypes) {
  const auto expected = [](const std::string& expression, const std::string& rest) {
    return Failed(expression, "F", "returned an unexpected result type. Expected " + rest);
  };
  EXPECT_EQ(Evaluate(R"("{% [1] %}")", "array"), "[1]");
  EXPECT_EQ(Evaluate(R"("{% 1 %}")", "array"),
            expected("1", "'array', but was 'number' for value: 1"));
  EXPECT_EQ(Evaluate(R"("{% 'a' %}")", "boolean"),
            expected("'a'", R"('boolean', but was 'string' for value: "a")"));
  EXPECT_EQ(Evaluate(R"("{% null %}")", "number"),
            expected("null", "'number', but was 'null' for value: null"));
  EXPECT_EQ(Evaluate(R"("{% {'a': true} %}")", "string"),
            expected("{'a': true}", R"('string', but was 'object' for value: {"a":true})"));
  EXPECT_EQ(Evaluate(R"("{% true %}")", "object"),
            expected("true", "'object', but was 'boolean' for value: true"));
}

TEST_F(JsonataTemplateTest, EvaluationsOfOneDecisionShareItsTime) {
  EXPECT_EQ(budget_.Limits().time, absl::Seconds(1));
  budget_.Spend(absl::Seconds(1), 0);
  EXPECT_EQ(budget_.Limits().time, absl::Milliseconds(500));
  EXPECT_EQ(Evaluate(R"("{% 1 %}")"), "1");
  EXPECT_FALSE(budget_.reached_limit());
  budget_.Spend(absl::Seconds(1), 0);
  EXPECT_EQ(Evaluate(R"("{% ($f := function() { $f() }; $f()) %}")"),
            Failed("($f := function() { $f() }; $f())", "F",
                   "threw an error during evaluation: Expression evaluation timeout: Check for "
                   "infinite loop"));
  EXPECT_TRUE(budget_.reached_limit());
}

TEST_F(JsonataTemplateTest, EvaluationsOfOneDecisionShareItsMemory) {
  const size_t one = budget_.Limits().memory_bytes;
  EXPECT_EQ(one, 2u * 6'990'256);
  budget_.Spend(absl::ZeroDuration(), 7 * one + one / 2);
  EXPECT_EQ(budget_.Limits().memory_bytes, one / 2);
  EXPECT_EQ(JsonataBudget(16u << 20).Limits().memory_bytes, 256u << 20);
}

}  // namespace
}  // namespace pawl::asl
