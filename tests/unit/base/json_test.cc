#include "coordinator/base/json.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <random>
#include <string>

#include "coordinator/base/utf8.h"
#include "gtest/gtest.h"

namespace pawl {
namespace {

Json Parse(std::string_view text, JsonArena* arena) {
  absl::StatusOr<Json> value = ParseJson(text, arena);
  EXPECT_TRUE(value.ok()) << text << ": " << value.status();
  return value.ok() ? *value : Json();
}

struct TextCase {
  std::string name;
  std::string text;
  std::string written;  // empty: as `text`
};

template <typename Case>
std::string CaseName(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

class JsonText : public testing::TestWithParam<TextCase> {};

TEST_P(JsonText, IsWrittenAsJacksonWritesIt) {
  JsonArena arena;
  const std::string& wanted = GetParam().written.empty() ? GetParam().text : GetParam().written;
  EXPECT_EQ(WriteJson(Parse(GetParam().text, &arena)), wanted);
  EXPECT_TRUE(CheckJson(GetParam().text).ok());
}

INSTANTIATE_TEST_SUITE_P(
    Rules, JsonText,
    testing::Values(
        TextCase{"Null", "null"}, TextCase{"KeepsMemberOrder", R"({"b":1,"a":[true,false,null]})"},
        TextCase{"DropsBlanks", " { \"a\" : [ 1 , 2 ] }\r\n\t", R"({"a":[1,2]})"},
        TextCase{"LastDuplicateWinsAtThePlaceOfTheFirst", R"({"a":1,"b":2,"a":3})",
                 R"({"a":3,"b":2})"},
        TextCase{"EmptyContainers", R"([{},[],""])"},
        TextCase{"LargestInteger", "9223372036854775807"},
        TextCase{"SmallestInteger", "-9223372036854775808"},
        TextCase{"IntegersBeyondBecomeDoubles", "9223372036854775808", "9.223372036854776E18"},
        TextCase{"NegativeZeroIsAnInteger", "-0", "0"}, TextCase{"NegativeZeroPointZero", "-0.0"},
        TextCase{"DoubleKeepsItsFraction", "[1.0,1.5,100.0]"},
        TextCase{"ExponentMakesADouble", "[1e2,1E0]", "[100.0,1.0]"},
        TextCase{"PlainBelowTenMillion", "[9999999.0,1234567.8]"},
        TextCase{"ExponentFromTenMillion", "[10000000.0,1e21]", "[1.0E7,1.0E21]"},
        TextCase{"PlainFromAThousandth", "0.001"},
        TextCase{"ExponentBelowAThousandth", "[0.0001,1.25e-7]", "[1.0E-4,1.25E-7]"},
        TextCase{"ShortestDigits", "[0.1,0.30000000000000004,1e-300]",
                 "[0.1,0.30000000000000004,1.0E-300]"},
        TextCase{"TinyNumbersBecomeZero", "1e-400", "0.0"},
        TextCase{"EscapesWhatMustBe", R"("\"\\\b\f\n\r\t\u0001\u001f")",
                 R"("\"\\\b\f\n\r\t\u0001\u001F")"},
        TextCase{"LeavesTheRestAlone", R"("\/\u00e9\u007f\ud83d\ude00")",
                 "\"/\u00e9\x7f\U0001F600\""},
        TextCase{"LoneHighSurrogateStaysAnEscape", R"("a\ud800b")", R"("a\uD800b")"},
        TextCase{"LoneLowSurrogateStaysAnEscape", R"(["\udc00","\ud800\ud800"])",
                 R"(["\uDC00","\uD800\uD800"])"},
        TextCase{"BackslashBeforeUIsNoEscape", R"(["\\ud800","\ud800"])",
                 R"(["\\ud800","\uD800"])"}),
    CaseName<TextCase>);

class BadJson : public testing::TestWithParam<TextCase> {};

TEST_P(BadJson, IsRefused) {
  JsonArena arena;
  EXPECT_EQ(ParseJson(GetParam().text, &arena).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckJson(GetParam().text).code(), absl::StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BadJson,
    testing::Values(TextCase{"Empty", ""}, TextCase{"Blank", "  "}, TextCase{"TwoValues", "1 2"},
                    TextCase{"TrailingComma", "[1,]"}, TextCase{"NotANumber", "NaN"},
                    TextCase{"Infinity", "-Infinity"}, TextCase{"BeyondADouble", "[1E400]"},
                    TextCase{"LeadingZero", "01"}, TextCase{"SingleQuotes", "'a'"},
                    TextCase{"Comment", "1 // one"}, TextCase{"RawControlCharacter", "\"\n\""},
                    TextCase{"ZeroByteBehind", std::string("1\0 2", 4)},
                    TextCase{"ZeroByteInAString", std::string("\"a\0b\"", 5)},
                    TextCase{"StrayContinuationByte", "\"\x80\""},
                    TextCase{"OverlongForm", "\"\xC0\xAF\""},
                    TextCase{"RawSurrogate", "\"\xED\xA0\x80\""},
                    TextCase{"BeyondUnicode", "\"\xF4\x90\x80\x80\""},
                    TextCase{"CutCharacter", "\"\xE2\x82"}, TextCase{"UnclosedString", "\"abc"},
                    TextCase{"BadEscape", R"("\x")"}, TextCase{"BadHexDigit", R"("\u12g4")"}),
    CaseName<TextCase>);

TEST(Json, NestingBeyondTheLimitIsAnErrorAndNotACrash) {
  JsonArena arena;
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(ParseJson(nested(1000), &arena).ok());
  EXPECT_FALSE(ParseJson(nested(1001), &arena).ok());
  EXPECT_FALSE(CheckJson(nested(1001)).ok());
  EXPECT_FALSE(CheckJson(std::string(5'000'000, '[')).ok());
  EXPECT_TRUE(ParseJson(nested(100'000), &arena, {.depth = 1'000'000}).ok());
}

TEST(Json, DeepValuesAreWrittenAndComparedWithoutRecursion) {
  JsonArena arena;
  Json deep = Json::Int(1);
  Json other = Json::Int(1);
  for (int i = 0; i < 500'000; ++i) {
    deep = Json::Array({&deep, 1}, &arena);
    other = Json::Array({&other, 1}, &arena);
  }
  EXPECT_EQ(WriteJson(deep).size(), 1'000'001u);
  EXPECT_TRUE(JsonEquals(deep, other));
  EXPECT_EQ(JsonHash(deep), JsonHash(other));
}

TEST(Json, TextsBeyondTheByteLimitAreRefused) {
  JsonArena arena;
  EXPECT_TRUE(ParseJson("[1,2]", &arena, {.bytes = 5}).ok());
  EXPECT_FALSE(ParseJson("[1,2]", &arena, {.bytes = 4}).ok());
}

TEST(Json, FindsMembersOfSmallAndBigObjects) {
  for (const int count : {0, 1, 12, 13, 100, 10'000}) {
    JsonArena arena;
    std::string text = "{";
    for (int i = 0; i < count; ++i) {
      text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
    }
    Json object = Parse(text + "}", &arena);
    ASSERT_EQ(object.size(), static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(object.Find("k" + std::to_string(i)).as_int(), i);
    }
    EXPECT_TRUE(object.Find("other").is_undefined());
  }
}

TEST(Json, DuplicatesInBigObjectsLeaveWorkingLookups) {
  JsonArena arena;
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) {
    text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i % 40) + "\":" + std::to_string(i);
  }
  Json object = Parse(text + "}", &arena);
  ASSERT_EQ(object.size(), 40u);
  EXPECT_EQ(object.members()[3].key, "k3");
  EXPECT_EQ(object.Find("k3").as_int(), 963);
  EXPECT_TRUE(object.Find("k40").is_undefined());
}

TEST(Json, FindInOtherTypesGivesNothing) {
  JsonArena arena;
  EXPECT_TRUE(Parse("[1]", &arena).Find("a").is_undefined());
  EXPECT_TRUE(Json().Find("a").is_undefined());
}

TEST(Json, OutlivesTheTextItWasReadFrom) {
  JsonArena arena;
  std::string text = R"({"key":"value"})";
  Json value = Parse(text, &arena);
  text.assign(text.size(), 'x');
  EXPECT_EQ(value.Find("key").as_string(), "value");
}

struct NumberCase {
  std::string name;
  double value;
  std::string javascript;
};

class JavaScriptNumber : public testing::TestWithParam<NumberCase> {};

TEST_P(JavaScriptNumber, IsWrittenAsEcmaScriptWritesIt) {
  EXPECT_EQ(WriteJson(Json::Double(GetParam().value), NumberStyle::kJavaScript),
            GetParam().javascript);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, JavaScriptNumber,
    testing::Values(NumberCase{"WithoutEmptyFraction", 25.0, "25"},
                    NumberCase{"Fraction", 0.1, "0.1"}, NumberCase{"NegativeZero", -0.0, "0"},
                    NumberCase{"PlainBelowTenToThe21", 1e20, "100000000000000000000"},
                    NumberCase{"ExponentFromTenToThe21", 1e21, "1e+21"},
                    NumberCase{"PlainFromAMillionth", 0.000001, "0.000001"},
                    NumberCase{"ExponentBelow", 1.5e-7, "1.5e-7"},
                    NumberCase{"Mixed", -123.456, "-123.456"},
                    NumberCase{"Infinite", std::numeric_limits<double>::infinity(),
                               "\"Infinity\""}),
    CaseName<NumberCase>);

// The digits that std::to_chars gives are the shortest that read back, whatever the way to them.
TEST(Json, NumbersOfFewDigitsAndOfManyHaveTheShortestDigits) {
  const auto digits_of = [](std::string_view text) {
    std::string digits;
    for (const char c : text.substr(0, text.find_first_of("eE"))) {
      if (c >= '0' && c <= '9') digits.push_back(c);
    }
    digits.erase(0, digits.find_first_not_of('0'));
    digits.erase(digits.find_last_not_of('0') + 1);
    return digits;
  };
  std::mt19937_64 random(7);
  constexpr double kPowers[] = {1, 10, 100, 1000, 1e4, 1e5, 1e9, 1e15, 1e22};
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t bits = random();
    const double whole = static_cast<double>(bits >> (11 + bits % 52));
    double value = whole / kPowers[random() % std::size(kPowers)];
    if (i % 3 == 1) value = std::nextafter(value, 1e300);
    if (i % 3 == 2) value *= kPowers[random() % std::size(kPowers)];
    std::string written;
    AppendNumber(value, &written);
    char text[40];
    const auto end = std::to_chars(text, std::end(text), value, std::chars_format::scientific);
    ASSERT_EQ(digits_of(written), digits_of({text, static_cast<size_t>(end.ptr - text)}))
        << written;
    ASSERT_EQ(std::strtod(written.c_str(), nullptr), value) << written;
  }
}

// Whatever the number of digits, and wherever the point is.
TEST(Json, DecimalsAreReadAsTheNearestDouble) {
  std::mt19937_64 random(11);
  JsonArena arena;
  for (int i = 0; i < 100'000; ++i) {
    std::string text = std::to_string(random() >> (random() % 60));
    const size_t whole = 1 + random() % text.size();
    text = text.substr(0, whole) + "." + text.substr(whole) + std::to_string(random() % 1000);
    if (text[0] == '0') text.erase(1, text.find('.') - 1);
    if (random() % 4 == 0) text += "e" + std::to_string(static_cast<int>(random() % 40) - 20);
    if (random() % 2 == 0) text.insert(0, "-");
    const Json number = Parse(text, &arena);
    ASSERT_FALSE(number.is_int()) << text;
    ASSERT_EQ(number.as_double(), std::strtod(text.c_str(), nullptr)) << text;
  }
}

// What does not fit at once into the buffer behind WriteJson comes out whole.
TEST(Json, LongTextsAreWrittenWhole) {
  for (const size_t length : {2040, 2046, 2047, 2048, 2049, 5000}) {
    const std::string text =
        "[\"" + std::string(length, 'x') + "\",\"y\",\"" + std::string(length, 'z') + "\"]";
    JsonArena arena;
    std::string out = "before ";
    AppendJson(Parse(text, &arena), &out);
    EXPECT_EQ(out, "before " + text);
  }
}

TEST(Json, EscapesOfJavaScriptAreLowerCase) {
  std::string text;
  AppendJsonString("\x1F", &text, NumberStyle::kJavaScript);
  EXPECT_EQ(text, R"("\u001f")");
}

TEST(Json, WritingStopsAtTheByteLimit) {
  JsonArena arena;
  Json shared = Parse(R"(["0123456789"])", &arena);
  for (int i = 0; i < 60; ++i) {
    const Json twice[] = {shared, shared};
    shared = Json::Array(twice, &arena);
  }
  std::string text;
  EXPECT_FALSE(AppendJsonWithin(shared, 1000, &text));
  EXPECT_LT(text.size(), 1100u);
  text.clear();
  EXPECT_TRUE(AppendJsonWithin(Parse("[1]", &arena), 3, &text));
}

struct EqualsCase {
  std::string name;
  std::string a;
  std::string b;
  bool equal;
};

class JsonEqual : public testing::TestWithParam<EqualsCase> {};

TEST_P(JsonEqual, ComparesByValue) {
  JsonArena arena;
  Json a = Parse(GetParam().a, &arena);
  Json b = Parse(GetParam().b, &arena);
  EXPECT_EQ(JsonEquals(a, b), GetParam().equal);
  EXPECT_EQ(JsonEquals(b, a), GetParam().equal);
  if (GetParam().equal) {
    EXPECT_EQ(JsonHash(a), JsonHash(b));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rules, JsonEqual,
    testing::Values(EqualsCase{"IntegerAndDouble", "1", "1.0", true},
                    EqualsCase{"MemberOrderIsFree", R"({"a":1,"b":[2]})", R"({"b":[2.0],"a":1})",
                               true},
                    EqualsCase{"ElementOrderCounts", "[1,2]", "[2,1]", false},
                    EqualsCase{"TrueIsNotOne", "true", "1", false},
                    EqualsCase{"TextIsNotNumber", "\"1\"", "1", false},
                    EqualsCase{"OtherKey", R"({"a":null})", R"({"b":null})", false},
                    EqualsCase{"IntegersBeyondDoublePrecision", "9007199254740993",
                               "9007199254740992.0", false},
                    EqualsCase{"EmptyArrayIsNotEmptyObject", "[]", "{}", false}),
    CaseName<EqualsCase>);

// Makes values at random; equal seeds make equal values.
class RandomJson {
 public:
  RandomJson(uint64_t seed, JsonArena* arena) : random_(seed), arena_(arena) {}

  Json Make(int depth) {
    switch (Below(depth > 0 ? 8 : 6)) {
      case 0:
        return Json::Null();
      case 1:
        return Json::Bool(Below(2) == 1);
      case 2:
        return Json::Int(static_cast<int64_t>(random_()) >> Below(64));
      case 3:
        return Json::Double(
            std::ldexp(static_cast<double>(random_() >> 11), static_cast<int>(Below(600)) - 300));
      case 4:
      case 5:
        return Json::String(Text());
      case 6:
        return Array(depth);
      default:
        return Object(depth);
    }
  }

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }

  std::string_view Text() {
    std::string text;
    for (uint64_t i = Below(12); i > 0; --i) {
      const uint64_t bits = Below(4) == 0 ? Below(0x110000) : Below(0x100);
      AppendUtf8(static_cast<uint32_t>(bits), &text);  // surrogates included
      if (text.size() >= 3 && text[text.size() - 3] == '\xED') text.push_back('-');
    }
    return arena_->Copy(text);
  }

  Json Array(int depth) {
    std::vector<Json> items;
    for (uint64_t i = Below(8); i > 0; --i) items.push_back(Make(depth - 1));
    return Json::Array(items, arena_);
  }

  Json Object(int depth) {
    std::vector<JsonMember> members;
    for (uint64_t i = Below(20); i > 0; --i) members.push_back({Text(), Make(depth - 1)});
    return Json::Object(members, arena_);
  }

  std::mt19937_64 random_;
  JsonArena* arena_;
};

TEST(Json, RandomValuesComeBackFromTheirText) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    JsonArena arena;
    Json value = RandomJson(seed, &arena).Make(5);
    for (const NumberStyle style : {NumberStyle::kStates, NumberStyle::kJavaScript}) {
      const std::string text = WriteJson(value, style);
      ASSERT_EQ(FindInvalidUtf8(text), std::string_view::npos) << "seed " << seed;
      Json again = Parse(text, &arena);
      // JavaScript writes great doubles as integers, which come back with their zeros taken for
      // exact.
      if (style == NumberStyle::kStates) {
        ASSERT_TRUE(JsonEquals(value, again)) << "seed " << seed << "\n" << text;
      }
      ASSERT_EQ(WriteJson(again, style), text) << "seed " << seed;
      ASSERT_TRUE(CheckJson(text).ok()) << "seed " << seed;
    }
  }
}

TEST(Json, RandomDamageNeverCrashes) {
  std::mt19937_64 random(7);
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    JsonArena arena;
    std::string text = WriteJson(RandomJson(seed, &arena).Make(4));
    for (int i = 0; i < 10 && !text.empty(); ++i) {
      text[random() % text.size()] = static_cast<char>(random());
      const bool parsed = ParseJson(text, &arena).ok();
      ASSERT_EQ(parsed, CheckJson(text).ok()) << "seed " << seed << "\n" << text;
    }
  }
}

TEST(Utf8, OrderIsThatOfUtf16Units) {
  EXPECT_LT(CompareUtf16("a", "b"), 0);
  EXPECT_LT(CompareUtf16("a", "aa"), 0);
  EXPECT_EQ(CompareUtf16("\u00e9", "\u00e9"), 0);
  EXPECT_LT(CompareUtf16("\U0001F600", "\uFFFD"), 0);  // D83D before FFFD
  EXPECT_LT(CompareUtf16("\uD7FF", "\U0001F600"), 0);
}

TEST(Utf8, CountsUtf16Units) { EXPECT_EQ(CountUtf16("a\u00e9\u20ac\U0001F600"), 5u); }

TEST(Utf8, BadBytesAreReplaced) {
  EXPECT_EQ(ReplaceInvalidUtf8("a\x80"
                               "b\xC3"),
            "a\uFFFD"
            "b\uFFFD");
  EXPECT_EQ(MaskSurrogates("a\xED\xA0\x80"
                           "b\u20ac"),
            "a?b\u20ac");
}

}  // namespace
}  // namespace pawl
