#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/picture_integer.h"
#include "coordinator/query/jsonata/text/picture_number.h"

namespace pawl::jsonata {
namespace {

template <typename T>
std::string CodeOf(const Result<T>& result) {
  return result.ok() ? "no error" : result.error().code;
}

TEST(JsNumber, IsWrittenWithTheFewestDigits) {
  EXPECT_EQ(NumberText(0.1), "0.1");
  EXPECT_EQ(NumberText(-0.0), "0");
  EXPECT_EQ(NumberText(1e21), "1e+21");
  EXPECT_EQ(NumberText(123456789012345680000.0), "123456789012345680000");
  EXPECT_EQ(NumberText(1e-7), "1e-7");
  EXPECT_EQ(NumberText(-HUGE_VAL), "-Infinity");
}

TEST(JsNumber, HasFifteenDigitsInsideOfTexts) {
  EXPECT_EQ(At15Digits(0.1 + 0.2), 0.3);
  EXPECT_EQ(At15Digits(-664.6929931640625), -664.692993164063);  // an exact half
  EXPECT_EQ(At15Digits(9007199254740993.0), 9007199254740993.0);
}

TEST(JsNumber, IsReadInFourRadixes) {
  EXPECT_EQ(*ReadNumber("-12.5e1"), -125);
  EXPECT_EQ(*ReadNumber("0x1F"), 31);
  EXPECT_EQ(*ReadNumber("0o17"), 15);
  EXPECT_EQ(*ReadNumber("0b101"), 5);
  EXPECT_EQ(CodeOf(ReadNumber("")), "D3030");
  EXPECT_EQ(CodeOf(ReadNumber("1.")), "D3030");
  EXPECT_EQ(CodeOf(ReadNumber(" 1")), "D3030");
  EXPECT_EQ(CodeOf(ReadNumber("1e400")), "D3030");
  // The reference implementation's pattern is anchored at one end only.
  EXPECT_TRUE(std::isnan(*ReadNumber("0x1Fz")));
}

TEST(JsNumber, HexadecimalBeyond64BitsIsRoundedOnce) {
  EXPECT_EQ(*ReadNumber("0x20000000000001"), 9007199254740992.0);
  EXPECT_EQ(*ReadNumber("0x20000000000001000000000001"), std::ldexp(9007199254740994.0, 48));
}

TEST(JsNumber, RoundsHalvesToTheEvenDigit) {
  EXPECT_EQ(Round(2.5), 2);
  EXPECT_EQ(Round(3.5), 4);
  EXPECT_EQ(Round(-2.5), -2);
  EXPECT_EQ(Round(4.525, 2), 4.52);
  EXPECT_EQ(Round(1234, -2), 1200);
  EXPECT_FALSE(std::signbit(Round(-0.4)));
  EXPECT_TRUE(std::isnan(Round(1.5, 0.5)));
}

TEST(JsNumber, IsWrittenInOtherBases) {
  EXPECT_EQ(*FormatBase(100, 2), "1100100");
  EXPECT_EQ(*FormatBase(-2555, 16), "-9fb");
  EXPECT_EQ(*FormatBase(99.5, std::nullopt), "100");
  EXPECT_EQ(CodeOf(FormatBase(1, 1)), "D3100");
  EXPECT_EQ(CodeOf(FormatBase(1, 37)), "D3100");
}

TEST(JsNumber, FixedDigitsRoundAnExactHalfUp) {
  EXPECT_EQ(*ToFixed(0.5, 0), "1");
  EXPECT_EQ(*ToFixed(2.5, 0), "3");
  EXPECT_EQ(*ToFixed(9.5, 0), "10");
  EXPECT_EQ(*ToFixed(1.005, 2), "1.00");
  EXPECT_EQ(*ToFixed(1e21, 2), "1e+21");
  EXPECT_FALSE(ToFixed(1, 101).ok());
}

struct PictureCase {
  double value;
  const char* picture;
  const char* wanted;  // a text, or the code of an error
};

class NumberPictureTest : public testing::TestWithParam<PictureCase> {};

TEST_P(NumberPictureTest, GivesTheTextOrTheError) {
  const auto& [value, picture, wanted] = GetParam();
  const auto result = FormatNumber(value, picture);
  EXPECT_EQ(result.ok() ? *result : result.error().code, wanted) << picture;
}

INSTANTIATE_TEST_SUITE_P(
    Pictures, NumberPictureTest,
    testing::Values(PictureCase{12345.6, "#,###.00", "12,345.60"},
                    PictureCase{12345678.9, "9,999.99", "12,345,678.90"},
                    PictureCase{0.14, "01%", "14%"}, PictureCase{0.4857, "###.###‰", "485.7‰"},
                    PictureCase{-6, "000", "-006"}, PictureCase{-6, "#0;(#0)", "(6)"},
                    PictureCase{1234.5678, "00.000e0", "12.346e2"},
                    PictureCase{0.00000789, "0.0e00", "7.9e-06"}, PictureCase{0, "0.0e0", "0.0e0"},
                    PictureCase{0.5, "#", "0"}, PictureCase{20, "#;#;#", "D3080"},
                    PictureCase{20, "#.0.0", "D3081"}, PictureCase{20, "#0%%", "D3082"},
                    PictureCase{20, "#0‰‰", "D3083"}, PictureCase{20, "#0%‰", "D3084"},
                    PictureCase{20, ".e0", "D3085"}, PictureCase{20, "0+.e0", "D3086"},
                    PictureCase{20, "0,.e0", "D3087"}, PictureCase{20, "0,", "D3088"},
                    PictureCase{20, "0,,0", "D3089"}, PictureCase{20, "0#.e0", "D3090"},
                    PictureCase{20, "#0.#0e0", "D3091"}, PictureCase{20, "#0.0e0%", "D3092"},
                    PictureCase{20, "#0.0e0,0", "D3093"}));

TEST(NumberPicture, TakesDigitsAndSeparatorsFromTheOptions) {
  DecimalFormat format;
  format.zero_digit = u"\u245f";
  EXPECT_EQ(*FormatNumber(1234.5678, "⑟⑟.⑟⑟⑟e⑟", format), "①②.③④⑥e②");
  DecimalFormat german;
  german.decimal_separator = u",";
  german.grouping_separator = u".";
  EXPECT_EQ(*FormatNumber(1234567.891, "#.##0,00", german), "1.234.567,89");
}

TEST(NumberPicture, OptionsAreStrings) {
  JsonArena arena;
  const JsonMember members[] = {{"percent", Json::Int(5)}};
  EXPECT_FALSE(ReadDecimalFormat(Json::Object(members, &arena)).ok());
}

class IntegerPictureTest : public testing::TestWithParam<PictureCase> {};

TEST_P(IntegerPictureTest, GivesTheTextOrTheError) {
  const auto& [value, picture, wanted] = GetParam();
  const auto result = FormatInteger(value, picture);
  EXPECT_EQ(result.ok() ? *result : result.error().code, wanted) << picture;
}

INSTANTIATE_TEST_SUITE_P(
    Pictures, IntegerPictureTest,
    testing::Values(
        PictureCase{2789, "w", "two thousand, seven hundred and eighty-nine"},
        PictureCase{1e15, "w", "one thousand trillion"}, PictureCase{80, "Ww;o", "Eightieth"},
        PictureCase{-555, "W", "-FIVE HUNDRED AND FIFTY-FIVE"}, PictureCase{1999, "I", "MCMXCIX"},
        PictureCase{0, "i", ""}, PictureCase{27, "A", "AA"}, PictureCase{-28, "a", "-ab"},
        PictureCase{123.9, "000", "123"}, PictureCase{1234567, "#,##0", "1,234,567"},
        PictureCase{12345678, "#:###,##0", "12:345,678"}, PictureCase{112, "0;o", "112th"},
        PictureCase{122, "0;o", "122nd"}, PictureCase{123, "٠", "١٢٣"}, PictureCase{1e7, "I", ""},
        PictureCase{1, "#", "D3130"}, PictureCase{1, "0٠", "D3131"}));

TEST(IntegerPicture, IsReadBack) {
  EXPECT_EQ(*ParseInteger("two thousand, seven hundred and eighty-nine", "w"), 2789);
  EXPECT_EQ(*ParseInteger("mcmxcix", "i"), 1999);
  EXPECT_EQ(*ParseInteger("AA", "A"), 27);
  EXPECT_EQ(*ParseInteger("1,234,567", "#,##0"), 1234567);
  EXPECT_EQ(*ParseInteger("١٢٣", "٠"), 123);
  EXPECT_EQ(*ParseInteger("112th", "0;o"), 112);
  EXPECT_TRUE(std::isnan(*ParseInteger("no number", "w")));
  EXPECT_EQ(CodeOf(ParseInteger("1", "#")), "D3130");
}

}  // namespace
}  // namespace pawl::jsonata
