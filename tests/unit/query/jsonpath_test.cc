#include "coordinator/query/jsonpath.h"

#include <string>

#include "gtest/gtest.h"

namespace pawl::query {
namespace {

constexpr char kOrder[] = R"({
  "id": "o-1", "total": 12.5, "none": null, "empty": {}, "list": [], "threshold": 2,
  "items": [{"sku": "a", "qty": 2, "tags": ["x", "y"], "dim": {"w": 1}},
            {"sku": "b", "qty": 0, "tags": [], "note": null},
            {"sku": "c", "qty": 10, "tags": ["y"], "dim": {"w": 3}},
            {"sku": "d", "qty": "7", "paid": true}],
  "meta": {"a.b": 1, "a'b": 3, "c\\\"d": 4, "é": 9, "😀": 10},
  "n": [5, 1, 4], "deep": [[1, 2], [3, [4]]]})";

Json Parse(std::string_view text, JsonArena* arena) {
  absl::StatusOr<Json> value = ParseJson(text, arena);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.value_or(Json());
}

// What the path gives on kOrder, or the error.
std::string Select(std::string_view text, Dialect dialect = Dialect::kStates) {
  JsonArena arena;
  absl::StatusOr<JsonPath> path = JsonPath::Compile(text, dialect);
  if (!path.ok()) return "invalid";
  absl::StatusOr<Json> value = path->EvaluateOn(Parse(kOrder, &arena), &arena);
  return value.ok() ? WriteJson(*value) : std::string(value.status().message());
}

struct SelectCase {
  std::string name;
  std::string path;
  std::string wanted;
};

std::string CaseName(const testing::TestParamInfo<SelectCase>& info) { return info.param.name; }

class Selection : public testing::TestWithParam<SelectCase> {};

TEST_P(Selection, GivesWhatStepFunctionsGives) {
  EXPECT_EQ(Select(GetParam().path), GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Definite, Selection,
    testing::Values(SelectCase{"Child", "$.id", "\"o-1\""},
                    SelectCase{"Bracket", "$['items'][0]['sku']", "\"a\""},
                    SelectCase{"DoubleQuotes", "$.meta[\"a.b\"]", "1"},
                    SelectCase{"EscapedQuote", R"($.meta['a\'b'])", "3"},
                    SelectCase{"OtherQuoteKeepsItsBackslash", R"($.meta['c\"d'])", "4"},
                    SelectCase{"BlanksInBrackets", "$[ 'id' ]", "\"o-1\""},
                    SelectCase{"UnicodeName", "$.meta.é", "9"},
                    SelectCase{"EscapedSurrogatePair", R"($.meta['\uD83D\uDE00'])", "10"},
                    SelectCase{"NegativeIndex", "$.items[-1].sku", "\"d\""},
                    SelectCase{"Null", "$.none", "null"},
                    SelectCase{"UnionOfNames", "$.items[1]['sku','note','no']",
                               R"({"sku":"b","note":null})"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Missing, Selection,
    testing::Values(
        SelectCase{"Leaf", "$.no", "No results for path: $['no']"},
        SelectCase{"OnTheWay", "$.no.such", "Missing property in path $['no']"},
        SelectCase{"BeyondTheEnd", "$.list[0]", "No results for path: $['list'][0]"},
        SelectCase{"BehindNull", "$.none[0]", "The path $['none'] is null"},
        SelectCase{"IndexInText", "$.id[0].x",
                   "Filter: [0]['x'] can only be applied to arrays. Current context is: o-1"},
        SelectCase{"IndexInObject", "$.items[3][0]",
                   "Filter: [0] can only be applied to arrays. Current context is: "
                   "{sku=d, qty=7, paid=true}"},
        SelectCase{"NameInArray", "$.list.x",
                   "Expected to find an object with property ['x'] in path $['list'] but found "
                   "'java.util.ArrayList'. This is not a json object according to the "
                   "JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'."},
        SelectCase{"IndefiniteGivesNothing", "$.no.such[1:5].x", "[]"},
        SelectCase{"SurrogatesAreMasked", R"($['\ud800'])", "No results for path: $['?']"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Several, Selection,
    testing::Values(SelectCase{"Wildcard", "$.items[*].sku", R"(["a","b","c","d"])"},
                    SelectCase{"DotWildcard", "$.items[0].dim.*", "[1]"},
                    SelectCase{"Slice", "$.items[1:3].sku", R"(["b","c"])"},
                    SelectCase{"SliceFromEnd", "$.items[-2:].sku", R"(["c","d"])"},
                    SelectCase{"SliceToEnd", "$.items[:-3].sku", R"(["a"])"},
                    SelectCase{"NegativeFirstBound", "$.n[-2:1]", "[1,4,5]"},
                    SelectCase{"HugeNegativeBound", "$.n[-2147483648:1]", "[5,1,4,5]"},
                    SelectCase{"StepIsAcceptedAndIgnored", "$.n[0:6:2]", "[5,1,4]"},
                    SelectCase{"RootWildcard", "$.*.w", "[]"},
                    SelectCase{"PropertiesKeepTheirOrder", "$.items[0].*",
                               R"(["a",2,["x","y"],{"w":1}])"},
                    SelectCase{"UnionOfIndexes", "$.items[0, 2, 9].sku", R"(["a","c"])"},
                    SelectCase{"Scan", "$..w", "[1,3]"},
                    SelectCase{"ScanIndexes", "$.deep..[0]", "[[1,2],1,3,4]"},
                    SelectCase{"ScanAll", "$.deep..*", "[[1,2],[3,[4]],1,2,3,[4],4]"},
                    SelectCase{"MissingInSome", "$.items[*].dim.w", "[1,3]"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Filters, Selection,
    testing::Values(
        SelectCase{"Exists", "$.items[?(@.dim)].sku", R"(["a","c"])"},
        SelectCase{"NullExists", "$.items[?(@.note)].sku", R"(["b"])"},
        SelectCase{"NotHoldsForMissingAndNull", "$.items[?(!@.note)].sku", R"(["a","b","c","d"])"},
        SelectCase{"Less", "$.items[?(@.qty < 5)].sku", R"(["a","b"])"},
        SelectCase{"NumberReadsText", "$.items[?(@.qty == '2')].sku", R"(["a"])"},
        SelectCase{"TextAndNumberHaveNoOrder", "$.items[?(@.qty > 5)].sku", R"(["c"])"},
        SelectCase{"SameTypeOnly", "$.items[?(@.qty === '7')].sku", R"(["d"])"},
        SelectCase{"MissingIsUnequal", "$.items[?(@.paid != true)].sku", R"(["a","b","c"])"},
        SelectCase{"AndBindsTighter", "$.items[?(@.sku == 'a' || @.sku == 'b' && @.qty > 1)].sku",
                   R"(["a"])"},
        SelectCase{"Brackets", "$.items[?((@.sku == 'a' || @.sku == 'b') && @.qty < 1)].sku",
                   R"(["b"])"},
        SelectCase{"Not", "$.items[?(!(@.sku == 'a'))].sku", R"(["b","c","d"])"},
        SelectCase{"RootPath", "$.items[?(@.qty == $.threshold)].sku", R"(["a"])"},
        SelectCase{"In", "$.items[?(@.sku in ['a','c'])].sku", R"(["a","c"])"},
        SelectCase{"NotIn", "$.items[?(@.sku nin ['a','c'])].sku", R"(["b","d"])"},
        SelectCase{"Contains", "$.items[?(@.tags contains 'y')].sku", R"(["a","c"])"},
        SelectCase{"SubsetOf", "$.items[?(@.tags subsetof ['y','z'])].sku", R"(["b","c"])"},
        SelectCase{"AnyOf", "$.items[?(@.tags anyof ['x'])].sku", R"(["a"])"},
        SelectCase{"NoneOf", "$.items[?(@.tags noneof ['x'])].sku", R"(["b","c"])"},
        SelectCase{"Size", "$.items[?(@.tags size 2)].sku", R"(["a"])"},
        SelectCase{"Empty", "$.items[?(@.tags empty true)].sku", R"(["b"])"},
        SelectCase{"Pattern", "$.items[?(@.sku =~ /[A-B]/i)].sku", R"(["a","b"])"},
        SelectCase{"PatternMatchesAll", "$.items[?(@.sku =~ //)].sku", "[]"},
        SelectCase{"List", "$.items[?(@.tags == ['x','y'])].sku", R"(["a"])"},
        SelectCase{"Nested", "$.items[?(@.tags[?(@ == 'x')] size 1)].sku", R"(["a"])"},
        SelectCase{"Self", "$.n[?(@ > 3)]", "[5,4]"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Functions, Selection,
    testing::Values(SelectCase{"Length", "$.items.length()", "4"},
                    SelectCase{"LengthOfEach", "$.items[*].tags.length()", "[2,0,1]"},
                    SelectCase{"LengthOfText", "$.id.length()", "null"},
                    SelectCase{"Min", "$.n.min()", "1.0"}, SelectCase{"Max", "$.n.max()", "5.0"},
                    SelectCase{"Sum", "$.n.sum()", "10.0"},
                    SelectCase{"Average", "$.n.first().avg(1, 3)", "2.0"},
                    SelectCase{"StandardDeviation", "$.stddev(1, 3)", "1.0"},
                    SelectCase{"ScanIsTheArgument", "$..w.sum()", "4.0"},
                    SelectCase{"MoreArguments", "$.sum(1, $.n.max())", "6.0"},
                    SelectCase{"Concat", R"($.concat($.id, "-", $.items[0].sku))", "\"o-1-a\""},
                    SelectCase{"Keys", "$.items[0].dim.keys()", R"(["w"])"},
                    SelectCase{"AppendThenSum", "$.n.append(10, 20).sum()", "40.0"},
                    SelectCase{"First", "$.n.first()", "5"}, SelectCase{"Last", "$.n.last()", "4"},
                    SelectCase{"Index", "$.n.index(-2)", "1"},
                    SelectCase{"NoNumbers", "$.list.sum()",
                               "Aggregation function attempted to calculate value using empty "
                               "array"},
                    SelectCase{"Unknown", "$.n.median()",
                               "Function with name: median does not exist."}),
    CaseName);

class BadPath : public testing::TestWithParam<SelectCase> {};

TEST_P(BadPath, IsRefused) {
  const absl::Status status = JsonPath::Compile(GetParam().path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BadPath,
    testing::Values(
        SelectCase{"Empty", ""}, SelectCase{"NoRoot", "items"}, SelectCase{"ItemAsRoot", "@.a"},
        SelectCase{"TrailingDot", "$.a."}, SelectCase{"ThreeDots", "$...a"},
        SelectCase{"Blank", "$.a b"}, SelectCase{"EmptyBrackets", "$.a[]"},
        SelectCase{"BareWord", "$[a]"}, SelectCase{"OpenQuote", "$['a"},
        SelectCase{"OpenSlice", "$.a[:]"}, SelectCase{"NumberTooBig", "$.a[9999999999]"},
        SelectCase{"LiteralFilter", "$.a[?(true)]"}, SelectCase{"SingleEquals", "$.a[?(@.b = 1)]"},
        SelectCase{"OpenFilter", "$.a[?(@.b]"}, SelectCase{"BadPattern", "$.a[?(@.b =~ /(/)]"},
        SelectCase{"Lookahead", "$.a[?(@.b =~ /(?=x)/)]"}, SelectCase{"OpenCall", "$.a.sum(1"},
        SelectCase{"FourDollars", "$$$.a"}),
    CaseName);

TEST(JsonPath, TooDeepNestingIsRefused) {
  std::string text = "@";
  for (int i = 0; i < 10'000; ++i) text = "@[?(" + text + ")]";
  text[0] = '$';
  EXPECT_FALSE(JsonPath::Compile(text).ok());
  const std::string brackets =
      "$[?(" + std::string(100'000, '(') + "@" + std::string(100'000, ')') + ")]";
  EXPECT_FALSE(JsonPath::Compile(brackets).ok());
  EXPECT_FALSE(
      JsonPath::Compile("$[?(@ == " + std::string(100'000, '[') + std::string(100'000, ']') + ")]")
          .ok());
}

TEST(JsonPath, LongPathsNeedNoStack) {
  std::string text = "$";
  for (int i = 0; i < 200'000; ++i) text += ".a";
  absl::StatusOr<JsonPath> path = JsonPath::Compile(text);
  ASSERT_TRUE(path.ok()) << path.status();
  JsonArena arena;
  EXPECT_FALSE(path->EvaluateOn(Parse("{}", &arena), &arena).ok());
}

TEST(JsonPath, WorkIsBounded) {
  JsonArena arena;
  std::string text = "[";
  for (int i = 0; i < 100; ++i) text += i > 0 ? ",[0,1,2,3,4,5,6,7,8,9]" : "[]";
  absl::StatusOr<JsonPath> path = JsonPath::Compile("$..[?(@..[?(@..[?(@..[?(@ == 1)])])])]");
  ASSERT_TRUE(path.ok()) << path.status();
  absl::Status status = path->EvaluateOn(Parse(text + "]", &arena), &arena).status();
  EXPECT_TRUE(status.ok() || absl::IsResourceExhausted(status)) << status;

  std::string scans = "$";
  for (int i = 0; i < 15; ++i) scans += "..*";
  path = JsonPath::Compile(scans);
  ASSERT_TRUE(path.ok()) << path.status();
  Json deep = Json::Int(1);
  for (int i = 0; i < 500; ++i) deep = Json::Array({&deep, 1}, &arena);
  EXPECT_TRUE(absl::IsResourceExhausted(path->EvaluateOn(deep, &arena).status()));
}

TEST(JsonPath, DocumentsOfAnyDepthAreScanned) {
  JsonArena arena;
  Json deep = Json::Int(1);
  for (int i = 0; i < 200'000; ++i) {
    const JsonMember member{"a", deep};
    deep = Json::Object({&member, 1}, &arena);
  }
  absl::StatusOr<JsonPath> path = JsonPath::Compile("$..b");
  ASSERT_TRUE(path.ok());
  absl::StatusOr<Json> value = path->EvaluateOn(deep, &arena);
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(value->size(), 0u);
}

TEST(JsonPath, JaywaysDialectPutsTheRootBeforeAndAsksForTheWay) {
  EXPECT_EQ(Select("id", Dialect::kJayway), "\"o-1\"");
  EXPECT_EQ(Select("$.no.such[*]", Dialect::kJayway), "Missing property in path $['no']");
}

TEST(JsonPath, TellsItsRoot) {
  EXPECT_EQ(JsonPath::Compile("$.a")->root(), JsonPath::Root::kInput);
  EXPECT_EQ(JsonPath::Compile("$$")->root(), JsonPath::Root::kContext);
  absl::StatusOr<JsonPath> variable = JsonPath::Compile("$größe[0].x");
  ASSERT_TRUE(variable.ok()) << variable.status();
  EXPECT_EQ(variable->root(), JsonPath::Root::kVariable);
  EXPECT_EQ(variable->variable(), "größe");
  EXPECT_EQ(variable->text(), "$größe[0].x");
}

TEST(JsonPath, EvaluatesOnItsRoot) {
  JsonArena arena;
  int asked = 0;
  Environment environment{Parse(R"({"a":1})", &arena),
                          [&] {
                            ++asked;
                            return Parse(R"({"State":{"Name":"S"}})", &arena);
                          },
                          Parse(R"({"x":{"a":[7]}})", &arena)};
  const auto evaluate = [&](const char* text) {
    absl::StatusOr<Json> value = JsonPath::Compile(text)->Evaluate(environment, &arena);
    return value.ok() ? WriteJson(*value) : std::string(value.status().message());
  };
  EXPECT_EQ(evaluate("$.a"), "1");
  EXPECT_EQ(evaluate("$x.a[0]"), "7");
  EXPECT_EQ(evaluate("$x"), R"({"a":[7]})");
  EXPECT_EQ(evaluate("$y.a"), "No results for path: $['y']");
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(evaluate("$$.State.Name"), "\"S\"");
  EXPECT_EQ(asked, 1);
}

TEST(JsonPath, KnowsReferencePaths) {
  for (const char* text : {"$", "$.a.b", "$['a b'][0].c", "$$.Execution.Id", "$x[1]"}) {
    EXPECT_EQ(JsonPath::Compile(text)->not_reference_reason(), "") << text;
  }
  for (const char* text : {"$.a[-1]", "$.a[*]", "$..a", "$.a[0,1]", "$.a[1:]", "$['a','b']",
                           "$.a[?(@.b)]", "$.a.length()"}) {
    EXPECT_NE(JsonPath::Compile(text)->not_reference_reason(), "") << text;
  }
}

struct ReplaceCase {
  std::string name;
  std::string path;
  std::string document;
  std::string wanted;
};

class Replacing : public testing::TestWithParam<ReplaceCase> {};

TEST_P(Replacing, PutsTheValueInPlace) {
  JsonArena arena;
  absl::StatusOr<Json> value =
      JsonPath::Compile(GetParam().path)
          ->Replace(Parse(GetParam().document, &arena), Json::Int(7), &arena);
  EXPECT_EQ(value.ok() ? WriteJson(*value) : std::string(value.status().message()),
            GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Replacing,
    testing::Values(ReplaceCase{"Root", "$", R"({"a":1})", "7"},
                    ReplaceCase{"NewMember", "$.b", R"({"a":1})", R"({"a":1,"b":7})"},
                    ReplaceCase{"ExistingMemberKeepsItsPlace", "$.a", R"({"a":1,"b":2})",
                                R"({"a":7,"b":2})"},
                    ReplaceCase{"MakesObjectsOnTheWay", "$.b.c.d", R"({"a":1})",
                                R"({"a":1,"b":{"c":{"d":7}}})"},
                    ReplaceCase{"ExistingElement", "$.a[1].x", R"({"a":[0,{"y":1}]})",
                                R"({"a":[0,{"y":1,"x":7}]})"},
                    ReplaceCase{"ArraysDoNotGrow", "$.a[1]", R"({"a":[0]})",
                                R"(Unable to apply ReferencePath $.a[1] to input {"a":[0]})"},
                    ReplaceCase{"ThroughANumber", "$.child", "4",
                                "Unable to apply ReferencePath $.child to input 4"},
                    ReplaceCase{"NameIntoArray", "$.a.b", R"({"a":[]})",
                                R"(Unable to apply ReferencePath $.a.b to input {"a":[]})"}),
    [](const auto& info) { return info.param.name; });

TEST(JsonPath, ReplacingLeavesTheDocumentAlone) {
  JsonArena arena;
  Json document = Parse(R"({"a":{"b":1}})", &arena);
  ASSERT_TRUE(JsonPath::Compile("$.a.b")->Replace(document, Json::Int(2), &arena).ok());
  EXPECT_EQ(WriteJson(document), R"({"a":{"b":1}})");
}

}  // namespace
}  // namespace pawl::query
