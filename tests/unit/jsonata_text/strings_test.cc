#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "coordinator/query/jsonata/text/code_points.h"
#include "coordinator/query/jsonata/text/uri_text.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kHigh[] = "\xED\xA0\xBD";  // the halves of 😀
constexpr char kLow[] = "\xED\xB8\x80";
constexpr size_t kMax = 1'000;

TEST(Utf16, HalvesOfAPairJoinWhenTheyMeet) {
  std::string text = kHigh;
  AppendText(kLow, &text);
  EXPECT_EQ(text, "😀");
  EXPECT_EQ(FromUtf16(ToUtf16("aé中😀")), "aé中😀");
  EXPECT_EQ(FromUtf16(ToUtf16(kHigh).append(ToUtf16(kLow))), "😀");
}

TEST(CodePoints, CountCharacters) {
  EXPECT_EQ(Length("a😀é"), 3u);
  EXPECT_EQ(Length(kHigh), 1u);
}

TEST(CodePoints, SubstringCountsFromEitherEnd) {
  EXPECT_EQ(SubstringByCodePoints("h😀llo", 1, 2), "😀l");
  EXPECT_EQ(SubstringByCodePoints("hello", -3, std::nullopt), "llo");
  EXPECT_EQ(SubstringByCodePoints("hello", -9, 2), "he");
  EXPECT_EQ(SubstringByCodePoints("hello", 1.9, 1.9), "el");
  EXPECT_EQ(SubstringByCodePoints("hello", 9, 2), "");
  EXPECT_EQ(SubstringByCodePoints("hello", 0, 1e300), "hello");
  EXPECT_EQ(SubstringByCodePoints("hello", 1, -1), "");
}

TEST(CodePoints, BeforeAndAfterAToken) {
  EXPECT_EQ(SubstringBefore("a-b-c", "-"), "a");
  EXPECT_EQ(SubstringAfter("a-b-c", "-"), "b-c");
  EXPECT_EQ(SubstringBefore("abc", "x"), "abc");
  EXPECT_EQ(SubstringAfter("😀", kHigh), kLow);
  EXPECT_TRUE(Contains("😀", kLow));
}

TEST(CodePoints, CaseIsUnicodes) {
  EXPECT_EQ(Uppercase("straße ŉ"), "STRASSE ʼN");
  EXPECT_EQ(Lowercase("ΑΣ ΑΣΑ İ"), "ας ασα i̇");
  EXPECT_EQ(Uppercase(std::string("é") + kHigh), std::string("É") + kHigh);
}

TEST(CodePoints, TrimJoinsSpaces) {
  EXPECT_EQ(Trim("\t a \r\n b  "), "a b");
  EXPECT_EQ(Trim(" \n"), "");
  EXPECT_EQ(Trim("\u00a0a"), "\u00a0a");
}

TEST(CodePoints, PadsToAWidth) {
  EXPECT_EQ(*Pad("foo", 5, "", kMax), "foo  ");
  EXPECT_EQ(*Pad("foo", -5.9, "#", kMax), "##foo");
  EXPECT_EQ(*Pad("foo", 8, "-+", kMax), "foo-+-+-");
  EXPECT_EQ(*Pad("😀", 3, "é😀", kMax), "😀é😀");
  EXPECT_EQ(*Pad("", 3, std::string(kLow) + kHigh, kMax), std::string(kLow) + "😀😀");
  EXPECT_EQ(Pad("foo", 2e9, "#", kMax).error().code, kTooLongCode);
  EXPECT_EQ(Pad("foo", -1e300, "#", kMax).error().code, kTooLongCode);
}

TEST(CodePoints, Splits) {
  EXPECT_THAT(*Split("a,b,", ",", std::nullopt), ElementsAre("a", "b", ""));
  EXPECT_THAT(*Split("a,b,c", ",", 2.9), ElementsAre("a", "b"));
  EXPECT_THAT(*Split("a😀", "", std::nullopt), ElementsAre("a", kHigh, kLow));
  EXPECT_THAT(*Split("", "", std::nullopt), IsEmpty());
  EXPECT_THAT(*Split("", ",", std::nullopt), ElementsAre(""));
  EXPECT_THAT(*Split("a,b", ",", 0), IsEmpty());
  EXPECT_EQ(Split("a", ",", -1).error().code, "D3020");
}

TEST(CodePoints, ReplacesPlainText) {
  EXPECT_EQ(*Replace("a.a.a", "a", "$0", 2, kMax), "$0.$0.a");
  EXPECT_EQ(*Replace("aaa", "aa", "b", std::nullopt, kMax), "ba");
  EXPECT_EQ(Replace("a", "", "b", std::nullopt, kMax).error().code, "D3010");
  EXPECT_EQ(Replace("a", "a", "b", -1, kMax).error().code, "D3011");
  EXPECT_EQ(
      Replace(std::string(100, 'a'), "a", std::string(100, 'b'), std::nullopt, kMax).error().code,
      kTooLongCode);
}

TEST(UriText, EncodesAllButWhatUrlsAreMadeOf) {
  EXPECT_EQ(*EncodeUrl("https://x.org/?q=é b&c#d"), "https://x.org/?q=%C3%A9%20b&c#d");
  EXPECT_EQ(*EncodeUrlComponent("?x=te st-_.!~*'()"), "%3Fx%3Dte%20st-_.!~*'()");
  EXPECT_EQ(EncodeUrl(kHigh).error().code, "D3140");
  EXPECT_EQ(EncodeUrlComponent(kLow).error().message,
            R"(Malformed URL passed to $encodeUrlComponent(): "\ude00")");
}

TEST(UriText, DecodesValidUtf8Only) {
  EXPECT_EQ(*DecodeUrlComponent("%3Fq%3d%f0%9f%98%80"), "?q=😀");
  EXPECT_EQ(*DecodeUrl("%3Fq%3d%C3%A9"), "%3Fq%3dé");
  for (const char* bad : {"%", "%4", "%zz", "%ff", "%c3", "%c3%28", "%c0%80", "%ed%a0%80"}) {
    EXPECT_EQ(DecodeUrl(bad).error().code, "D3140") << bad;
  }
}

TEST(UriText, Base64IsOfLowBytes) {
  EXPECT_EQ(EncodeBase64("hello:world"), "aGVsbG86d29ybGQ=");
  EXPECT_EQ(EncodeBase64("é"), "6Q==");
  EXPECT_EQ(DecodeBase64("6Q=="), "é");
  EXPECT_EQ(DecodeBase64("a GV\nsbG8"), "hello");
  EXPECT_EQ(DecodeBase64("-_-_"), "\u00fb\u00ff\u00bf");
  EXPECT_EQ(DecodeBase64("YQ==YQ=="), "a");
}

}  // namespace
}  // namespace pawl::jsonata
