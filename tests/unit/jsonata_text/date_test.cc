#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>

#include "coordinator/query/jsonata/text/js_date.h"
#include "coordinator/query/jsonata/text/picture_date.h"

namespace pawl::jsonata {
namespace {

constexpr double kNow = 1'709'212'455'678;   // 2024-02-29T13:14:15.678Z
constexpr double kTime = 1'521'801'216'617;  // 2018-03-23T10:33:36.617Z, a Friday

struct FormatCase {
  double millis;
  const char* picture;
  const char* timezone;  // null: none
  const char* wanted;    // a text, or the code of an error
};

class DateFormatTest : public testing::TestWithParam<FormatCase> {};

TEST_P(DateFormatTest, GivesTheTextOrTheError) {
  const auto& [millis, picture, timezone, wanted] = GetParam();
  const auto result = FormatMillis(
      millis, picture, timezone ? std::optional<std::string_view>(timezone) : std::nullopt);
  EXPECT_EQ(result.ok() ? *result : result.error().code, wanted) << picture;
}

INSTANTIATE_TEST_SUITE_P(
    Pictures, DateFormatTest,
    testing::Values(
        FormatCase{kTime, "[D1o] [MNn] [Y]", nullptr, "23rd March 2018"},
        FormatCase{kTime, "[FNn,3-3] [M01]/[D01]/[Y,2-2]", nullptr, "Fri 03/23/18"},
        FormatCase{kTime, "[h]:[m]:[s].[f001] [PN]", "+0530", "4:03:36.617 PM"},
        FormatCase{kTime, "[H01]:[m01] [Z]", "-0500", "05:33 -05:00"},
        FormatCase{kTime, "[H01][Z0101t]", "0000", "10Z"},
        FormatCase{kTime, "[z]", "+0100", "GMT+01:00"}, FormatCase{kTime, "[Z0]", "+0530", "+5:30"},
        FormatCase{kTime, "[YWw]", nullptr, "Two Thousand and Eighteen"},
        FormatCase{kTime, "[YI] [d] [W] [w] [F1] [X] [x]", nullptr, "MMXVIII 82 12 4 5 2018 3"},
        FormatCase{kTime, "[[literal]] [Y]", nullptr, "[literal] 2018"},
        FormatCase{1'104'537'600'000, "[X]-W[W]-[F1]", nullptr, "2004-W53-6"},
        FormatCase{kTime, "[YN]", nullptr, "D3133"}, FormatCase{kTime, "[Q]", nullptr, "D3132"},
        FormatCase{kTime, "[Z00000]", nullptr, "D3134"}, FormatCase{kTime, "[Y", nullptr, "D3135"},
        FormatCase{kTime, "[Y#]", nullptr, "D3130"},
        FormatCase{-62'167'219'200'001, "[Y0001]", nullptr, "-0001"}));

TEST(DateFormat, IsIso8601WithoutAPicture) {
  EXPECT_EQ(*FormatMillis(kTime, std::nullopt, std::nullopt), "2018-03-23T10:33:36.617Z");
  EXPECT_EQ(*FormatMillis(kTime, std::nullopt, "+0100"), "2018-03-23T11:33:36.617+01:00");
  EXPECT_EQ(*FormatMillis(-1, std::nullopt, std::nullopt), "1969-12-31T23:59:59.999Z");
}

struct ParseCase {
  const char* text;
  const char* picture;  // null: none
  std::optional<double> wanted;
};

class DateParseTest : public testing::TestWithParam<ParseCase> {};

TEST_P(DateParseTest, GivesTheTime) {
  const auto& [text, picture, wanted] = GetParam();
  const auto result =
      ParseMillis(text, picture ? std::optional<std::string_view>(picture) : std::nullopt, kNow);
  ASSERT_TRUE(result.ok()) << result.error().code;
  EXPECT_EQ(*result, wanted) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, DateParseTest,
    testing::Values(ParseCase{"2018-03-23T10:33:36.617Z", nullptr, kTime},
                    ParseCase{"2018-03-23T11:33:36.617+0100", nullptr, kTime},
                    ParseCase{"1970", nullptr, 0},
                    ParseCase{"2018-02-31", nullptr, 1'520'035'200'000},
                    // What is nearly ISO 8601 is read by V8's older rules.
                    ParseCase{"2018-0008", nullptr, 1'533'081'600'000},
                    ParseCase{"2018-01-0008", nullptr, 1'515'369'600'000},
                    ParseCase{"2018-08:08", nullptr, 1'533'686'400'000},
                    ParseCase{"2018-13:08", nullptr, 1'514'812'080'000},
                    ParseCase{"2018-24:00", nullptr, 1'514'851'200'000},
                    ParseCase{"2018.5-08:30", nullptr, 1'525'163'400'000},
                    ParseCase{"2018.5-0008", nullptr, 1'525'737'600'000},
                    ParseCase{"2018.5Z", nullptr, 1'525'132'800'000},
                    ParseCase{"0012-0008", nullptr, 1'007'769'600'000},
                    ParseCase{"0012-22", nullptr, 1'008'979'200'000},
                    ParseCase{"23rd March 2018", "[D1o] [MNn] [Y]", 1'521'763'200'000},
                    ParseCase{"10:33", "[H]:[m]", 1'709'202'780'000},
                    ParseCase{"2018-082", "[Y]-[d]", 1'521'763'200'000},
                    ParseCase{"12:05 am", "[h]:[m] [P]", 1'709'165'100'000},
                    ParseCase{"20180323", "[Y0001][M01][D01]", 1'521'763'200'000},
                    ParseCase{"MMXVIII", "[YI]", 1'514'764'800'000},
                    ParseCase{"two thousand and eighteen", "[Yw]", 1'514'764'800'000},
                    ParseCase{"no", "[Y]", std::nullopt}, ParseCase{"x", "x", std::nullopt}));

TEST(DateParse, SaysWhatIsMissing) {
  EXPECT_EQ(ParseMillis("no time", std::nullopt, kNow).error().code, "D3110");
  EXPECT_EQ(ParseMillis("10:3", "[H]:[s]", kNow).error().code, "D3136");
  EXPECT_EQ(ParseMillis("2018-12", "[X]-[W]", kNow).error().code, "D3136");
  EXPECT_EQ(ParseMillis("x", "[Cn]", kNow).error().code, "D3133");
}

TEST(DateParse, ADayThatNoCalendarHasIsNoTime) {
  for (const char* text : {"2018-00-10", "2018-24:01", "2018+0008", "2018-0530", "2018-01-08:30"}) {
    const auto result = ParseMillis(text, std::nullopt, kNow);
    ASSERT_TRUE(result.ok() && result->has_value()) << text;
    EXPECT_TRUE(std::isnan(**result)) << text;
  }
}

TEST(JsDate, EveryDayOfFourCenturiesIsReadBack) {
  for (double day = -150'000; day < 0; ++day) {
    const DateFields fields = FieldsOf(day * kMillisInADay);
    ASSERT_EQ(TimeOf(fields.year, fields.month, fields.day), day * kMillisInADay);
  }
}

}  // namespace
}  // namespace pawl::jsonata
