#include "coordinator/base/age_text.h"

#include "gtest/gtest.h"

namespace pawl {
namespace {

TEST(AgeText, TheTwoLargestUnitsAreShown) {
  EXPECT_EQ(AgeText(-absl::Seconds(3)), "0.0 s");
  EXPECT_EQ(AgeText(absl::Milliseconds(340)), "0.3 s");
  EXPECT_EQ(AgeText(absl::Milliseconds(9949)), "9.9 s");
  EXPECT_EQ(AgeText(absl::Milliseconds(9950)), "10 s");
  EXPECT_EQ(AgeText(absl::Milliseconds(59'499)), "59 s");
  EXPECT_EQ(AgeText(absl::Milliseconds(59'500)), "1 min 0 s");
  EXPECT_EQ(AgeText(absl::Minutes(125)), "2 h 5 min");
  EXPECT_EQ(AgeText(absl::Hours(76)), "3 d 4 h");
  EXPECT_EQ(AgeText(absl::InfiniteDuration()), "for ever");
}

}  // namespace
}  // namespace pawl
