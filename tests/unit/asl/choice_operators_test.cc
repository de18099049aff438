// Every operator of a Choice (reference/asl.md 10.4) against smaller, equal and greater values, by
// literal and by path, and against values of every other type: then it is false, and no error.

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/asl/choice.h"
#include "coordinator/base/strings.h"

namespace pawl::asl {
namespace {

// "true", "false", or what is wrong.
std::string Evaluate(const std::string& rule, const std::string& input) {
  JsonArena arena;
  Outcome<ChoiceRule, ChoiceRule::Problem> compiled = ChoiceRule::Compile(*ParseJson(rule, &arena));
  if (!compiled.ok()) return compiled.error().message;
  query::Environment environment;
  environment.input = *ParseJson(input, &arena);
  Result<bool> matches = compiled->Matches(environment, &arena);
  if (!matches.ok()) return *matches.error().cause;
  return *matches ? "true" : "false";
}

// Values of one family in ascending order, as JSON.
struct Family {
  std::string_view prefix;  // of the names of its operators
  std::vector<std::string> ascending;
  std::vector<std::string> foreign;  // values that are none of it
};

const std::string kTime = "\"2020-01-01T00:00:00Z\"";

const Family kFamilies[] = {
    {"String", {R"("a")", R"("b")", R"("c")"}, {"null", "true", "1", "[]", "{}", R"(["b"])"}},
    {"Numeric", {"-1", "2", "2.5"}, {"null", "true", R"("2")", "[]", "{}", "[2]"}},
    {"Boolean", {"false", "true"}, {"null", "1", R"("true")", "[]", "{}", "[true]"}},
    {"Timestamp",
     {R"("2020-01-01T00:00:00+01:00")", kTime, R"("2019-12-31T23:59:59-02:00")"},
     {"null", "true", "1577836800", R"("2020-01-01")", R"("2020-01-01T00:00:00")", "[]", "{}"}},
};

const Family& FamilyOf(std::string_view op) {
  for (const Family& family : kFamilies) {
    if (op.starts_with(family.prefix)) return family;
  }
  ADD_FAILURE() << op;
  return kFamilies[0];
}

struct OperatorCase {
  std::string name;
  bool if_less, if_equal, if_greater;
};

std::ostream& operator<<(std::ostream& out, const OperatorCase& c) { return out << c.name; }

class Operator : public testing::TestWithParam<OperatorCase> {};

std::string ByLiteral(const std::string& op, const std::string& value, const std::string& operand) {
  return Evaluate(StrCat(R"({"Variable":"$.x",")", op, "\":", operand, "}"),
                  StrCat(R"({"x":)", value, "}"));
}

std::string ByPath(const std::string& op, const std::string& value, const std::string& operand) {
  return Evaluate(StrCat(R"({"Variable":"$.x",")", op, R"(Path":"$.y"})"),
                  StrCat(R"({"x":)", value, R"(,"y":)", operand, "}"));
}

TEST_P(Operator, ComparesByLiteralAndByPath) {
  const OperatorCase& c = GetParam();
  const std::vector<std::string>& values = FamilyOf(c.name).ascending;
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t j = 0; j < values.size(); ++j) {
      const bool wanted = i < j ? c.if_less : (i == j ? c.if_equal : c.if_greater);
      const std::string text = wanted ? "true" : "false";
      EXPECT_EQ(ByLiteral(c.name, values[i], values[j]), text) << values[i] << " " << values[j];
      EXPECT_EQ(ByPath(c.name, values[i], values[j]), text) << values[i] << " " << values[j];
    }
  }
}

TEST_P(Operator, IsFalseWhereTypesDiffer) {
  const Family& family = FamilyOf(GetParam().name);
  for (const std::string& foreign : family.foreign) {
    EXPECT_EQ(ByLiteral(GetParam().name, foreign, family.ascending[1]), "false") << foreign;
    EXPECT_EQ(ByPath(GetParam().name, foreign, family.ascending[1]), "false") << foreign;
    EXPECT_EQ(ByPath(GetParam().name, family.ascending[1], foreign), "false") << foreign;
    if (family.prefix == "String") continue;
    // Nor are two values of another type compared.
    EXPECT_EQ(ByPath(GetParam().name, foreign, foreign), "false") << foreign;
  }
}

TEST_P(Operator, FailsWhereAPathFindsNothing) {
  const std::string value = FamilyOf(GetParam().name).ascending[0];
  const std::string cause =
      "Invalid path '$.m': The choice state's condition path references an invalid value.";
  EXPECT_EQ(Evaluate(StrCat(R"({"Variable":"$.m",")", GetParam().name, "\":", value, "}"), "{}"),
            cause);
  EXPECT_EQ(Evaluate(StrCat(R"({"Variable":"$.x",")", GetParam().name, R"(Path":"$.m"})"),
                     StrCat(R"({"x":)", value, "}")),
            cause);
}

INSTANTIATE_TEST_SUITE_P(StatesLanguage, Operator,
                         testing::ValuesIn(std::vector<OperatorCase>{
                             {"StringEquals", false, true, false},
                             {"StringLessThan", true, false, false},
                             {"StringGreaterThan", false, false, true},
                             {"StringLessThanEquals", true, true, false},
                             {"StringGreaterThanEquals", false, true, true},
                             {"NumericEquals", false, true, false},
                             {"NumericLessThan", true, false, false},
                             {"NumericGreaterThan", false, false, true},
                             {"NumericLessThanEquals", true, true, false},
                             {"NumericGreaterThanEquals", false, true, true},
                             {"BooleanEquals", false, true, false},
                             {"TimestampEquals", false, true, false},
                             {"TimestampLessThan", true, false, false},
                             {"TimestampGreaterThan", false, false, true},
                             {"TimestampLessThanEquals", true, true, false},
                             {"TimestampGreaterThanEquals", false, true, true},
                         }),
                         [](const auto& info) { return info.param.name; });

struct TypeCase {
  std::string name;
  std::vector<std::string> members;  // of kAll that are of the type
};

const std::vector<std::string> kAll = {"null", "true",  "false", "0",  "-1.5",
                                       "\"\"", "\"1\"", kTime,   "[]", "{}"};

class TypeTest : public testing::TestWithParam<TypeCase> {};

TEST_P(TypeTest, HoldsForTheTypeAndFalseNegates) {
  const TypeCase& c = GetParam();
  for (const std::string& value : kAll) {
    bool member = false;
    for (const std::string& other : c.members) member = member || other == value;
    EXPECT_EQ(ByLiteral(c.name, value, "true"), member ? "true" : "false") << value;
    EXPECT_EQ(ByLiteral(c.name, value, "false"), member ? "false" : "true") << value;
  }
}

INSTANTIATE_TEST_SUITE_P(StatesLanguage, TypeTest,
                         testing::ValuesIn(std::vector<TypeCase>{
                             {"IsNull", {"null"}},
                             {"IsPresent", kAll},
                             {"IsNumeric", {"0", "-1.5"}},
                             {"IsString", {"\"\"", "\"1\"", kTime}},
                             {"IsBoolean", {"true", "false"}},
                             {"IsTimestamp", {kTime}},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(TypeTest, OnlyIsPresentTakesAPathThatFindsNothing) {
  const std::string cause =
      "Invalid path '$.x': The choice state's condition path references an invalid value.";
  for (const char* op : {"IsNull", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp"}) {
    EXPECT_EQ(Evaluate(StrCat(R"({"Variable":"$.x",")", op, "\":false}"), "{}"), cause) << op;
  }
  EXPECT_EQ(Evaluate(R"({"Variable":"$.x","IsPresent":false})", "{}"), "true");
}

}  // namespace
}  // namespace pawl::asl
