#include "cli/redrive_selection.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace pawl::cli {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'769'860'800);  // 2026-01-31T12:00:00Z

struct MomentCase {
  std::string name;
  std::string text;
  std::optional<absl::Time> time;  // nothing: refused
};

class ReadMomentTest : public testing::TestWithParam<MomentCase> {};

TEST_P(ReadMomentTest, TakesTimesAndHowLongAgoTheyWere) {
  const absl::StatusOr<absl::Time> read = ReadMoment(GetParam().text, kNow, "--since");
  ASSERT_EQ(read.ok(), GetParam().time.has_value()) << read.status();
  if (read.ok()) {
    EXPECT_EQ(*read, *GetParam().time);
  } else {
    EXPECT_TRUE(absl::IsInvalidArgument(read.status()));
  }
}

INSTANTIATE_TEST_SUITE_P(Moments, ReadMomentTest,
                         testing::ValuesIn(std::vector<MomentCase>{
                             {"Minutes", "90m", kNow - absl::Minutes(90)},
                             {"HoursAndMinutes", "1h30m", kNow - absl::Minutes(90)},
                             {"Now", "0", kNow},
                             {"Utc", "2026-01-31T11:59:59.250Z", kNow - absl::Milliseconds(750)},
                             {"WithAnOffset", "2026-01-31T13:00:00+01:00", kNow},
                             {"ToCome", "-5m", std::nullopt},
                             {"Words", "yesterday", std::nullopt},
                             {"ADayAlone", "2026-01-31", std::nullopt},
                             {"Nothing", "", std::nullopt},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(MomentText, IsReadAsItWas) {
  const absl::Time time = kNow + absl::Milliseconds(7);
  EXPECT_EQ(MomentText(time), "2026-01-31T12:00:00.007Z");
  EXPECT_EQ(*ReadMoment(MomentText(time), kNow, "--until"), time);
}

}  // namespace
}  // namespace pawl::cli
