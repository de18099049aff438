#include "coordinator/asl/template.h"

#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace pawl::asl {
namespace {

uint64_t NoRandom() { return 0; }

// The template's value for the input {"a":1,"b":{"c":[2]}} and the context {"State":{"Name":"S"}}.
std::string Fill(std::string_view text) {
  JsonArena arena;
  absl::StatusOr<Json> definition = ParseJson(text, &arena);
  EXPECT_TRUE(definition.ok()) << definition.status();
  Outcome<Template, Template::Problem> compiled = Template::Compile(*definition);
  if (!compiled.ok()) return compiled.error().message;
  query::Environment environment{*ParseJson(R"({"a":1,"b":{"c":[2]}})", &arena),
                                 [&] { return *ParseJson(R"({"State":{"Name":"S"}})", &arena); },
                                 *ParseJson(R"({"v":{"w":3}})", &arena)};
  Result<Json> value = compiled->Evaluate(environment, NoRandom, &arena);
  return value.ok() ? WriteJson(*value) : value.error().cause.value_or("");
}

struct FillCase {
  std::string name;
  std::string text;
  std::string wanted;
};

class Filling : public testing::TestWithParam<FillCase> {};

TEST_P(Filling, Gives) { EXPECT_EQ(Fill(GetParam().text), GetParam().wanted); }

INSTANTIATE_TEST_SUITE_P(
    Rules, Filling,
    testing::Values(
        FillCase{"LiteralsStay", R"({"x":1,"y":"$.a"})", R"({"x":1,"y":"$.a"})"},
        FillCase{"ComputedKeysLoseTheirSuffix", R"({"x.$":"$.a","y":2})", R"({"x":1,"y":2})"},
        FillCase{"AtAnyDepth", R"({"p":{"q":[{"r.$":"$.b.c[0]"}]}})", R"({"p":{"q":[{"r":2}]}})"},
        FillCase{"StringsInArraysAreLiterals", R"(["$.a"])", R"(["$.a"])"},
        FillCase{"Context", R"({"s.$":"$$.State.Name"})", R"({"s":"S"})"},
        FillCase{"Variable", R"({"s.$":"$v.w"})", R"({"s":3})"},
        FillCase{"Call", R"js({"s.$":"States.MathAdd($.a, 1)"})js", R"({"s":2})"},
        FillCase{"IndefinitePathWithoutMatch", R"({"s.$":"$.no[*]"})", R"({"s":[]})"},
        FillCase{"MissingPath", R"({"s.$":"$.no"})",
                 "The JSONPath '$.no' specified for the field 's.$' could not be found in the "
                 "input '{\"a\":1,\"b\":{\"c\":[2]}}'"},
        FillCase{"MissingInContext", R"({"s.$":"$$.no"})",
                 "The JSONPath '$$.no' specified for the field 's.$' could not be found in the "
                 "input '{\"State\":{\"Name\":\"S\"}}'"},
        FillCase{"TheSuffixAloneIsALiteralKey", R"({".$":"$.a"})", R"({".$":"$.a"})"},
        FillCase{"OnlyTheSuffixIsDropped", R"({"a.b.$":"$.a"})", R"({"a.b":1})"},
        FillCase{"ObjectsInArraysAreComputed", R"([1,{"s.$":"$.a"},["$.a"]])",
                 R"([1,{"s":1},["$.a"]])"},
        FillCase{"EachPathKeepsItsType", R"({"a.$":"$.b","n.$":"$.b.c[0]","all.$":"$"})",
                 R"({"a":{"c":[2]},"n":2,"all":{"a":1,"b":{"c":[2]}}})"},
        FillCase{"KeysThatCollide", R"({"s.$":"$.a","s":1})", "The field 's' is defined twice"},
        FillCase{"NoPath", R"({"s.$":"text"})",
                 "The value for the field 's.$' must be a valid JSONPath or a valid intrinsic "
                 "function call"},
        FillCase{"NoText", R"({"s.$":1})",
                 "The value for the field 's.$' must be a valid JSONPath or a valid intrinsic "
                 "function call"}),
    [](const auto& info) { return info.param.name; });

TEST(Template, OutlivesItsDefinition) {
  std::optional<Template> compiled;
  {
    JsonArena arena;
    absl::StatusOr<Json> definition = ParseJson(R"({"k":"literal","x.$":"$"})", &arena);
    ASSERT_TRUE(definition.ok());
    Outcome<Template, Template::Problem> outcome = Template::Compile(*definition);
    ASSERT_TRUE(outcome.ok());
    compiled = *std::move(outcome);
  }
  JsonArena arena;
  Result<Json> value = compiled->Evaluate({Json::Int(1)}, NoRandom, &arena);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(WriteJson(*value), R"({"k":"literal","x":1})");
}

TEST(Template, VisitsEveryPath) {
  JsonArena arena;
  absl::StatusOr<Json> definition =
      ParseJson(R"js({"a.$":"$.x","b":[{"c.$":"States.Array($v)"}]})js", &arena);
  ASSERT_TRUE(definition.ok());
  Outcome<Template, Template::Problem> compiled = Template::Compile(*definition);
  ASSERT_TRUE(compiled.ok());
  std::vector<std::string> seen;
  compiled->VisitPaths([&](const query::JsonPath& path) { seen.push_back(path.text()); });
  EXPECT_EQ(seen, (std::vector<std::string>{"$.x", "$v"}));
}

}  // namespace
}  // namespace pawl::asl
