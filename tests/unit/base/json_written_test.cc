// Of a container that was read it is known whether its text is what would be written.

#include <random>
#include <string>
#include <vector>

#include "coordinator/base/json.h"
#include "gtest/gtest.h"

namespace pawl {
namespace {

// The same value, of which no text is known.
Json Rebuilt(Json value, JsonArena* arena) {
  if (value.is_array()) {
    std::vector<Json> items;
    for (const Json item : value.items()) items.push_back(Rebuilt(item, arena));
    return Json::Array(items, arena);
  }
  if (!value.is_object()) return value;
  std::vector<JsonMember> members;
  for (const JsonMember& member : value.members()) {
    members.push_back({member.key, Rebuilt(member.value, arena)});
  }
  return Json::Object(members, arena);
}

struct KeptCase {
  std::string name;
  std::string text;
  bool kept;
};

class WrittenText : public testing::TestWithParam<KeptCase> {};

TEST_P(WrittenText, IsKeptWhenItIsWhatWouldBeWritten) {
  JsonArena arena;
  const Json value = ParseJson(GetParam().text, &arena).value();
  EXPECT_EQ(value.written(), GetParam().kept ? GetParam().text : "");
  EXPECT_EQ(WriteJson(value), WriteJson(Rebuilt(value, &arena)));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, WrittenText,
    testing::Values(KeptCase{"Compact", R"({"a":[1,true,null,"x"],"b":{}})", true},
                    KeptCase{"ShortEscapes", R"(["\"\\\b\f\n\r\t"])", false},
                    KeptCase{"BeyondAscii", "[\"\u00e9\ud55c\"]", true},
                    KeptCase{"PlainDoubles", "[1.0,-0.0,0.5,0.001,9999999.5]", true},
                    KeptCase{"BlankInside", "[1, 2]", false},
                    KeptCase{"OtherEscape", R"(["\/"])", false},
                    KeptCase{"UnicodeEscape", R"(["\u001F"])", false},
                    KeptCase{"NameTwice", R"({"a":1,"a":2})", false},
                    KeptCase{"NameTwiceWithin", R"([[{"a":1,"a":2}]])", false},
                    KeptCase{"HalfAPair", R"([["a"],"\ud800"])", false},
                    KeptCase{"EscapedName", R"({"\n":1})", false},
                    KeptCase{"NegativeZero", "[-0]", false},
                    KeptCase{"ZeroAtTheEnd", "[1.50]", false}, KeptCase{"Exponent", "[1e5]", false},
                    KeptCase{"WrittenWithExponent", "[0.0001]", false},
                    KeptCase{"TenMillion", "[10000000.5]", false},
                    KeptCase{"MoreDigitsThanADoubleHas", "[0.30000000000000002]", false},
                    KeptCase{"IntegerBeyond64Bits", "[9223372036854775808]", false}),
    [](const testing::TestParamInfo<KeptCase>& info) { return info.param.name; });

TEST(WrittenText, IsThatOfEachContainerOfItsOwn) {
  JsonArena arena;
  const Json value = ParseJson(R"( {"a":[1],"b":[1 ],"c":{"d":[]} } )", &arena).value();
  EXPECT_EQ(value.written(), "");
  EXPECT_EQ(value.Find("a").written(), "[1]");
  EXPECT_EQ(value.Find("b").written(), "");
  EXPECT_EQ(value.Find("c").written(), R"({"d":[]})");
  EXPECT_EQ(WriteJson(value), R"({"a":[1],"b":[1],"c":{"d":[]}})");
}

TEST(WrittenText, IsNotThatOfJavaScript) {
  JsonArena arena;
  const Json value = ParseJson("[1.0]", &arena).value();
  EXPECT_EQ(value.written(), "[1.0]");
  EXPECT_EQ(WriteJson(value, NumberStyle::kJavaScript), "[1]");
}

// Makes texts at random, most of them such as WriteJson would write in most places.
class RandomText {
 public:
  explicit RandomText(uint64_t seed) : random_(seed) {}

  std::string Make(int depth) {
    static const char* const kScalars[] = {"0",           "-0",
                                           "17",          "1.5",
                                           "1.50",        "-0.0",
                                           "0.000",       "0.001",
                                           "0.0009",      "1e3",
                                           "1.0E7",       "12345678.0",
                                           "\"\"",        "\"plain\"",
                                           "\"\\n\\\"\"", "\"\\/\"",
                                           "\"\\u00e9\"", "\"\\u001F\"",
                                           "\"\\ud800\"", "true",
                                           "null",        "123456789012345678901"};
    const uint64_t kind = Below(depth > 0 ? 4 : 2);
    if (kind < 2) return kScalars[Below(std::size(kScalars))];
    std::string text = kind == 2 ? "[" : "{";
    const uint64_t count = Below(4);
    for (uint64_t i = 0; i < count; ++i) {
      if (i > 0) text += ",";
      if (kind == 3) text += "\"k" + std::to_string(Below(8)) + "\":";
      if (Below(20) == 0) text += " ";
      text += Make(depth - 1);
    }
    return text + (kind == 2 ? "]" : "}");
  }

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  std::mt19937_64 random_;
};

TEST(WrittenText, MakesNoDifferenceToWhatIsWritten) {
  for (uint64_t seed = 1; seed <= 5000; ++seed) {
    JsonArena arena;
    const std::string text = RandomText(seed).Make(4);
    const Json value = ParseJson(text, &arena).value();
    ASSERT_EQ(WriteJson(value), WriteJson(Rebuilt(value, &arena))) << "seed " << seed;
  }
}

}  // namespace
}  // namespace pawl
