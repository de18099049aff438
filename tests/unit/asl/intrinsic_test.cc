#include "coordinator/asl/intrinsic.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace pawl::asl {
namespace {

constexpr char kInput[] = R"json({
  "name": "Ann", "n": 1.5, "flag": true, "none": null, "list": [1, 2, 3, 2],
  "obj": {"a": 1, "b": []}, "items": [{"q": 1}, {"q": 2}], "dotted": {"a, b)": 5},
  "mixed": [1, 1.0, "1", {"x": 1, "y": 2}, {"y": 2, "x": 1}, null, null]})json";

RandomBits Counter() {
  return [next = uint64_t{0}]() mutable { return ++next << 56; };
}

// The result on kInput, or the cause of the error; "invalid" when it does not compile.
std::string Call(std::string_view text) {
  absl::StatusOr<Intrinsic> call = Intrinsic::Compile(text);
  if (!call.ok()) return "invalid";
  JsonArena arena;
  absl::StatusOr<Json> input = ParseJson(kInput, &arena);
  EXPECT_TRUE(input.ok()) << input.status();
  query::Environment environment{*input, [&] { return *input; }, Json()};
  Result<Json> value = call->Evaluate(environment, Counter(), "k.$", &arena);
  if (value.ok()) return WriteJson(*value);
  EXPECT_EQ(value.error().error, "States.Runtime");
  EXPECT_TRUE(value.error().needs_prefix);
  return *value.error().cause;
}

struct CallCase {
  std::string name;
  std::string call;
  std::string wanted;
};

std::string CaseName(const testing::TestParamInfo<CallCase>& info) { return info.param.name; }

class GoodCall : public testing::TestWithParam<CallCase> {};

TEST_P(GoodCall, Gives) { EXPECT_EQ(Call(GetParam().call), GetParam().wanted); }

INSTANTIATE_TEST_SUITE_P(
    Syntax, GoodCall,
    testing::Values(
        CallCase{"Literals", "States.Array(1, -2.5, 'a', true, false, null)",
                 R"([1,-2.5,"a",true,false,null])"},
        CallCase{"NoArguments", "States.Array( )", "[]"},
        CallCase{"BlanksAreFree", " States.Array ( 1 ,\n$.name ) ", R"([1,"Ann"])"},
        CallCase{"Escapes", R"(States.Array('it\'s', '\\', '\{\}'))", R"(["it's","\\","{}"])"},
        CallCase{"Nested", "States.ArrayLength(States.Array(1, States.Array(2, 3)))", "2"},
        CallCase{"PathWithCommaInQuotes", "States.Array($.dotted['a, b)'], 1)", "[5,1]"},
        CallCase{"PathWithFilter", "States.ArrayLength($.items[?(@.q > 1)])", "1"},
        CallCase{"ContextPath", "States.Array($$.name)", R"(["Ann"])"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Arrays, GoodCall,
    testing::Values(
        CallCase{"Partition", "States.ArrayPartition($.list, 3)", "[[1,2,3],[2]]"},
        CallCase{"PartitionRounds", "States.ArrayPartition($.list, 1.5)", "[[1,2],[3,2]]"},
        CallCase{"PartitionOfNothing", "States.ArrayPartition($.obj.b, 3)", "[]"},
        CallCase{"ContainsByValue", "States.ArrayContains($.items, $.items[1])", "true"},
        CallCase{"ContainsNotOtherType", "States.ArrayContains($.list, '1')", "false"},
        CallCase{"RangeIncludesItsEnd", "States.ArrayRange(1, 9, 2)", "[1,3,5,7,9]"},
        CallCase{"RangeDown", "States.ArrayRange(3, 1, -1)", "[3,2,1]"},
        CallCase{"RangeRounds", "States.ArrayRange(0.5, 2.4, 1)", "[1,2]"},
        CallCase{"GetItem", "States.ArrayGetItem($.list, 2)", "3"},
        CallCase{"Unique", "States.ArrayUnique($.mixed)", R"([1,"1",{"x":1,"y":2},null])"},
        CallCase{"Merge", "States.JsonMerge($.obj, $.items[0], false)", R"({"a":1,"b":[],"q":1})"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Texts, GoodCall,
    testing::Values(
        CallCase{"Encode", "States.Base64Encode('é')", "\"w6k=\""},
        CallCase{"Decode", "States.Base64Decode('w6k=')", "\"é\""},
        CallCase{"HashOfText", "States.Hash('input data', 'MD5')",
                 "\"812f45842bc6d66ee14572ce20db8e86\""},
        CallCase{"HashOfValueIsThatOfItsText", "States.Hash(States.Array(), 'MD5')",
                 "\"d751713988987e9331980363e24189ce\""},
        CallCase{"EmptyTextIsNull", "States.StringToJson('')", "null"},
        CallCase{"ToJson", R"(States.StringToJson('{"a":[1,-0]}'))", R"({"a":[1,0]})"},
        CallCase{"ToString", "States.JsonToString($.obj)", R"("{\"a\":1,\"b\":[]}")"},
        CallCase{"SplitAtEveryCharacter", "States.StringSplit('a.b+c', '.+')", R"(["a","b","c"])"},
        CallCase{"SplitAtWideCharacter", "States.StringSplit('a–b-c', '–')", R"(["a","b-c"])"},
        CallCase{"SplitDropsEmptyPieces", "States.StringSplit(',a,,', ',')", R"(["a"])"},
        CallCase{"SplitWithoutDelimiter", "States.StringSplit('abc', '')", R"(["abc"])"},
        CallCase{"Format", "States.Format('{} is {} {} {}', $.name, $.n, $.flag, null)",
                 "\"Ann is 1.5 true null\""},
        CallCase{"FormatEscapes", R"(States.Format('\{{}\} \\', 1))", R"("{1} \\")"},
        CallCase{"FormatPrintsObjectsAsJava", "States.Format('{}', $.obj)", "\"{a=1, b=[]}\""},
        CallCase{"LoneBraceIsText", "States.Format('{ }{', 1)",
                 "There was an error while evaluating the intrinsic function: "
                 "States.Format('{ }{', 1). Invalid arguments in States.Format"}),
    CaseName);

INSTANTIATE_TEST_SUITE_P(
    Numbers, GoodCall,
    testing::Values(CallCase{"AddRoundsEach", "States.MathAdd(1.49, 1.5)", "3"},
                    CallCase{"HalvesGoUp", "States.MathAdd(-1.5, -0.5)", "-1"},
                    CallCase{"LargestSum", "States.MathAdd(2147483646, 1)", "2147483647"},
                    CallCase{"RandomFromTheBits", "States.MathRandom(0, 256)", "1"},
                    CallCase{"RandomOfOne", "States.MathRandom(-3, -2)", "-3"},
                    CallCase{"Uuid", "States.UUID()", "\"00000000-0000-4001-8000-000000000002\""}),
    CaseName);

// The examples and rules of reference/asl.md 6.3.
INSTANTIATE_TEST_SUITE_P(
    Reference, GoodCall,
    testing::Values(
        CallCase{"ArrayOfNothing", "States.Array()", "[]"},
        CallCase{"ArrayKeepsNull", "States.Array(null, null)", "[null,null]"},
        CallCase{"LastChunkIsShorter", "States.ArrayPartition(States.Array(0, 1, 2, 3), 3)",
                 "[[0,1,2],[3]]"},
        CallCase{"ContainsAnArray",
                 "States.ArrayContains(States.Array(States.Array(1, 2, 3), 2), "
                 "States.Array(1, 2, 3))",
                 "true"},
        CallCase{"ContainsAnObject", "States.ArrayContains($.mixed, $.mixed[4])", "true"},
        CallCase{"RangeEndsAtOrBelowItsEnd", "States.ArrayRange(0, 10, 3)", "[0,3,6,9]"},
        CallCase{"RangeOfOne", "States.ArrayRange(1, 9, 9)", "[1]"},
        CallCase{"RangeOfAThousand", "States.ArrayLength(States.ArrayRange(1, 1000, 1))", "1000"},
        CallCase{"ItemsCountFromZero", "States.ArrayGetItem($.list, 0)", "1"},
        CallCase{"UniqueKeepsTheFirst", "States.ArrayUnique(States.Array(1, 2, 2, 3, 1))",
                 "[1,2,3]"},
        CallCase{"EncodeNothing", "States.Base64Encode('')", R"("")"},
        CallCase{"DecodeNothing", "States.Base64Decode('')", R"("")"},
        CallCase{"HashSha1", "States.Hash('', 'SHA-1')",
                 R"("da39a3ee5e6b4b0d3255bfef95601890afd80709")"},
        CallCase{"HashSha256", "States.Hash('', 'SHA-256')",
                 R"("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")"},
        CallCase{"HashOfNull", "States.Hash(null, 'MD5')", R"("37a6259cc0c1dae299a7866489dff0bd")"},
        CallCase{"MergeTakesTheSecond", "States.JsonMerge($.items[0], $.items[1], false)",
                 R"({"q":2})"},
        CallCase{"MergeIsShallow",
                 "States.JsonMerge($.obj, States.StringToJson('\\{\"b\":1\\}'), false)",
                 R"({"a":1,"b":1})"},
        CallCase{"BlankTextIsNull", "States.StringToJson('  ')", "null"},
        CallCase{"MinusZeroIsZero", "States.StringToJson('-0')", "0"},
        CallCase{"TextOfAnArray", "States.JsonToString(States.Array(1, 2, 'x'))",
                 R"("[1,2,\"x\"]")"},
        CallCase{"TextOfText", "States.JsonToString('x')", R"("\"x\"")"},
        CallCase{"AddRoundsBelowZero", "States.MathAdd(-1.5, -1.51)", "-3"},
        CallCase{"AddRoundsHalfOfMinusOneUp", "States.MathAdd(-0.5, 0.5)", "1"},
        CallCase{"AddRoundsMinusOneAndAHalfUp", "States.MathAdd(-1.5, 0)", "-1"},
        CallCase{"SmallestSum", "States.MathAdd(-2147483648, 0)", "-2147483648"},
        CallCase{"RandomRoundsItsEnds", "States.MathRandom(0.6, 1.5)", "1"},
        CallCase{"SplitOnlyDelimiters", "States.StringSplit(',,,,', ',')", "[]"},
        CallCase{"SplitAtEachOfSeveral", "States.StringSplit('This.is+a,test=string', '.+,=')",
                 R"(["This","is","a","test","string"])"},
        CallCase{"SplitTrimsNothing", "States.StringSplit(' ', ',')", R"([" "])"},
        CallCase{"FormatNull", "States.Format('x {}.', null)", R"("x null.")"},
        CallCase{"FormatTakesTextRaw", "States.Format('{}', 'a{}b')", "\"a{}b\""},
        CallCase{"FormatWithoutPlaces", "States.Format('x')", R"("x")"}),
    CaseName);

class BadArguments : public testing::TestWithParam<CallCase> {};

TEST_P(BadArguments, FailTheState) {
  EXPECT_EQ(Call(GetParam().call),
            "There was an error while evaluating the intrinsic function: " + GetParam().call +
                ". Invalid arguments in States." + GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BadArguments,
    testing::Values(
        CallCase{"PartitionOfText", "States.ArrayPartition($.name, 1)", "ArrayPartition"},
        CallCase{"PartitionByZero", "States.ArrayPartition($.list, 0)", "ArrayPartition"},
        CallCase{"LengthOfObject", "States.ArrayLength($.obj)", "ArrayLength"},
        CallCase{"ItemBeyondTheEnd", "States.ArrayGetItem($.list, 4)", "ArrayGetItem"},
        CallCase{"NegativeItem", "States.ArrayGetItem($.list, -1)", "ArrayGetItem"},
        CallCase{"StepOfZero", "States.ArrayRange(1, 2, 0)", "ArrayRange"},
        CallCase{"TooLongRange", "States.ArrayRange(1, 1001, 1)", "ArrayRange"},
        CallCase{"DeepMerge", "States.JsonMerge($.obj, $.obj, true)", "JsonMerge"},
        CallCase{"MergeOfArrays", "States.JsonMerge($.list, $.obj, false)", "JsonMerge"},
        CallCase{"EncodeNumber", "States.Base64Encode(1)", "Base64Encode"},
        CallCase{"DecodeBlanks", "States.Base64Decode('w6 k=')", "Base64Decode"},
        CallCase{"UnknownHash", "States.Hash('a', 'SHA-3')", "Hash"},
        CallCase{"BadJson", "States.StringToJson('{a}')", "StringToJson"},
        CallCase{"AddText", "States.MathAdd('1', 1)", "MathAdd"},
        CallCase{"SumBeyond32Bits", "States.MathAdd(2147483647, 1)", "MathAdd"},
        CallCase{"EmptyRandomRange", "States.MathRandom(2, 2)", "MathRandom"},
        CallCase{"SplitNumber", "States.StringSplit(1, ',')", "StringSplit"},
        CallCase{"TooFewForFormat", "States.Format('{} {}', 1)", "Format"},
        CallCase{"TooManyForFormat", "States.Format('{}', 1, 2)", "Format"},
        CallCase{"ContainsInText", "States.ArrayContains($.name, 'A')", "ArrayContains"},
        CallCase{"PartitionByText", "States.ArrayPartition($.list, '1')", "ArrayPartition"},
        CallCase{"PartitionBelowZero", "States.ArrayPartition($.list, -1)", "ArrayPartition"},
        CallCase{"RangeOfText", "States.ArrayRange('1', 2, 1)", "ArrayRange"},
        CallCase{"ItemOfObject", "States.ArrayGetItem($.obj, 0)", "ArrayGetItem"},
        CallCase{"LengthOfNull", "States.ArrayLength(null)", "ArrayLength"},
        CallCase{"UniqueOfText", "States.ArrayUnique('aa')", "ArrayUnique"},
        CallCase{"DecodeNumber", "States.Base64Decode(1)", "Base64Decode"},
        CallCase{"HashByNumber", "States.Hash('a', 1)", "Hash"},
        CallCase{"HashInOtherCase", "States.Hash('a', 'md5')", "Hash"},
        CallCase{"JsonOfNumber", "States.StringToJson(1)", "StringToJson"},
        CallCase{"SumBelow32Bits", "States.MathAdd(-2147483648, -1)", "MathAdd"},
        CallCase{"AddendBeyond32Bits", "States.MathAdd(2147483648, -1)", "MathAdd"},
        CallCase{"RandomOfText", "States.MathRandom('1', 2)", "MathRandom"},
        CallCase{"RandomSeedOfText", "States.MathRandom(1, 2, 'x')", "MathRandom"},
        CallCase{"SplitByNumber", "States.StringSplit('a', 1)", "StringSplit"},
        CallCase{"FormatOfNumber", "States.Format(1)", "Format"},
        CallCase{"InnerCallIsNamed", "States.Array(States.ArrayLength(1))", "ArrayLength"}),
    CaseName);

class BadCall : public testing::TestWithParam<CallCase> {};

TEST_P(BadCall, DoesNotCompile) {
  EXPECT_EQ(Intrinsic::Compile(GetParam().call).status().code(),
            absl::StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BadCall,
    testing::Values(
        CallCase{"Empty", ""}, CallCase{"NoCall", "text"}, CallCase{"Unknown", "States.Nothing(1)"},
        CallCase{"CaseMatters", "States.array(1)"}, CallCase{"OtherPrefix", "Fn.Array(1)"},
        CallCase{"Open", "States.Array(1"}, CallCase{"TrailingComma", "States.Array(1,)"},
        CallCase{"TextBehind", "States.Array(1) x"}, CallCase{"OpenString", "States.Array('a)"},
        CallCase{"DoubleQuotes", "States.Array(\"a\")"},
        CallCase{"BadEscape", R"(States.Array('\"'))"}, CallCase{"BareWord", "States.Array(abc)"},
        CallCase{"JsonLiteral", "States.Array([1])"}, CallCase{"BadPath", "States.Array($.a.)"},
        CallCase{"TooFew", "States.MathAdd(1)"}, CallCase{"TooMany", "States.UUID(1)"}),
    CaseName);

TEST(Intrinsic, NestsTenDeepAndNoDeeper) {
  const auto nested = [](int depth) {
    std::string text = "1";
    for (int i = 0; i < depth; ++i) text = "States.Array(" + text + ")";
    return text;
  };
  EXPECT_TRUE(Intrinsic::Compile(nested(10)).ok());
  EXPECT_FALSE(Intrinsic::Compile(nested(11)).ok());
  EXPECT_FALSE(Intrinsic::Compile(nested(10'000)).ok());
}

TEST(Intrinsic, SeededRandomIsTheSameEachTime) {
  const std::string first = Call("States.MathRandom(0, 1000000, 3)");
  EXPECT_EQ(Call("States.MathRandom(0, 1000000, 3)"), first);
  EXPECT_NE(Call("States.MathRandom(0, 1000000, 4)"), first);
}

TEST(Intrinsic, MissingPathNamesTheField) {
  const std::string cause = Call("States.Format('{}', $.no)");
  EXPECT_EQ(cause.find("The JSONPath '$.no' specified for the field 'k.$' could not be found in "
                       "the input '{\"name\":\"Ann\""),
            0u)
      << cause;
}

TEST(Intrinsic, VisitsPathsOfNestedCalls) {
  std::vector<std::string> seen;
  absl::StatusOr<Intrinsic> call =
      Intrinsic::Compile("States.Array($.a, States.Format('{}', $x), $$.b)");
  ASSERT_TRUE(call.ok()) << call.status();
  call->VisitPaths([&](const query::JsonPath& path) { seen.push_back(path.text()); });
  EXPECT_EQ(seen, (std::vector<std::string>{"$.a", "$x", "$$.b"}));
}

TEST(Intrinsic, InputBeyondTheLimitOfAwsFails) {
  const auto call = [](const std::string& before, const std::string& text,
                       const std::string& after) {
    return Call("States." + before + "('" + text + "'" + after + ")").front() == '"';
  };
  const std::string most(10'000, 'a');
  EXPECT_TRUE(call("Base64Encode", most, ""));
  EXPECT_FALSE(call("Base64Encode", most + "a", ""));
  EXPECT_TRUE(call("Base64Decode", most, ""));
  EXPECT_FALSE(call("Base64Decode", most + "aaaa", ""));
  EXPECT_TRUE(call("Hash", most, ", 'MD5'"));
  EXPECT_FALSE(call("Hash", most + "a", ", 'MD5'"));
}

TEST(Intrinsic, HashesAreAsLongAsTheirAlgorithmsSay) {
  for (const auto& [algorithm, digits] : {std::pair<std::string, size_t>{"MD5", 32},
                                          {"SHA-1", 40},
                                          {"SHA-256", 64},
                                          {"SHA-384", 96},
                                          {"SHA-512", 128}}) {
    const std::string hash = Call("States.Hash('x', '" + algorithm + "')");
    EXPECT_EQ(hash.size(), digits + 2) << algorithm;
    EXPECT_EQ(hash.find_first_not_of("\"0123456789abcdef"), std::string::npos) << hash;
  }
}

TEST(Intrinsic, RandomNumbersAreWithinTheirRangeAndReachItsEnds) {
  bool least = false, most = false;
  for (int seed = 0; seed < 200; ++seed) {
    const int value = std::stoi(Call("States.MathRandom(-2, 3, " + std::to_string(seed) + ")"));
    EXPECT_GE(value, -2);
    EXPECT_LT(value, 3);
    least = least || value == -2;
    most = most || value == 2;
  }
  EXPECT_TRUE(least);
  EXPECT_TRUE(most);
}

}  // namespace
}  // namespace pawl::asl
