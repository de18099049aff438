#include "coordinator/integrations/turns.h"

#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

constexpr Turns::Limits kLimits = {
    .under_way_per_target = 3, .looking_up_per_target = 2, .looking_up = 3};

TEST(Turns, OfOneTargetComeInOrder) {
  Turns turns(kLimits);
  turns.Add("a", 1);
  turns.Add("a", 2);
  EXPECT_EQ(turns.Next(), 1);
  EXPECT_EQ(turns.Next(), 2);
  EXPECT_EQ(turns.Next(), std::nullopt);
}

TEST(Turns, WaitForALookUpOfTheSameTarget) {
  Turns turns(kLimits);
  for (int i = 1; i <= 3; ++i) turns.Add("a", i);
  turns.Next();
  turns.Next();
  EXPECT_EQ(turns.Next(), std::nullopt);
  turns.LookedUp("a");
  EXPECT_EQ(turns.Next(), 3);
}

TEST(Turns, WaitForAnEndWhereAllAreUnderWay) {
  Turns turns(kLimits);
  for (int i = 1; i <= 4; ++i) {
    turns.Add("a", i);
    if (turns.Next()) turns.LookedUp("a");
  }
  EXPECT_EQ(turns.Next(), std::nullopt);
  turns.Ended("a", false);
  EXPECT_EQ(turns.Next(), 4);
}

TEST(Turns, OfOtherTargetsAreNotTaken) {
  Turns turns(kLimits);
  for (int i = 1; i <= 9; ++i) turns.Add("stuck", i);
  turns.Next();
  turns.Next();
  turns.Add("b", 10);
  EXPECT_EQ(turns.Next(), 10);
}

TEST(Turns, LookUpsAreFewAltogether) {
  Turns turns(kLimits);
  for (int i = 1; i <= 4; ++i) turns.Add(std::to_string(i), i);
  for (int i = 1; i <= 3; ++i) EXPECT_TRUE(turns.Next());
  EXPECT_EQ(turns.Next(), std::nullopt);
  turns.Ended("1", true);
  EXPECT_EQ(turns.Next(), 4);
}

TEST(Turns, GoFromTargetToTarget) {
  Turns turns({.under_way_per_target = 9});
  for (int i = 1; i <= 3; ++i) turns.Add("a", i);
  turns.Add("b", 4);
  EXPECT_EQ(turns.Next(), 1);
  EXPECT_EQ(turns.Next(), 4);
  EXPECT_EQ(turns.Next(), 2);
}

TEST(Turns, CanBeGivenUp) {
  Turns turns(kLimits);
  turns.Add("a", 1);
  turns.Add("a", 2);
  EXPECT_TRUE(turns.Remove("a", 1));
  EXPECT_FALSE(turns.Remove("a", 1));
  EXPECT_FALSE(turns.Remove("b", 1));
  EXPECT_EQ(turns.Next(), 2);
  turns.Ended("a", true);
  EXPECT_EQ(turns.Next(), std::nullopt);
}

}  // namespace
}  // namespace pawl::integrations
