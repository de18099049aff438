#include "coordinator/engine/pollers.h"

#include <gtest/gtest.h>

#include <map>

namespace pawl::engine {
namespace {

Poller Waiting(const std::string& activity, absl::Time deadline = absl::InfiniteFuture()) {
  return {0, activity, Text(), deadline, [](absl::StatusOr<std::optional<ActivityTask>>) {}};
}

TEST(Pollers, TheOneThatHasWaitedLongestIsTakenFirst) {
  Pollers pollers;
  const int64_t first = pollers.Add(Waiting("a"));
  pollers.Add(Waiting("a"));
  pollers.Add(Waiting("b"));
  EXPECT_EQ(pollers.Take("a")->id, first);
  EXPECT_EQ(pollers.Waiting("a"), 1);
}

TEST(Pollers, OneThatIsPutBackComesBeforeAllOthers) {
  Pollers pollers;
  const int64_t first = pollers.Add(Waiting("a"));
  pollers.Add(Waiting("a"));
  std::optional<Poller> taken = pollers.Take("a");
  pollers.PutBack(std::move(*taken));
  EXPECT_EQ(pollers.Take("a")->id, first);
}

TEST(Pollers, OneThatIsCancelledIsNeitherTakenNorAnswered) {
  Pollers pollers;
  pollers.Cancel(pollers.Add(Waiting("a")));
  EXPECT_FALSE(pollers.Take("a").has_value());
  const int64_t id = pollers.Add(Waiting("a"));
  ASSERT_TRUE(pollers.Take("a").has_value());
  pollers.Cancel(id);
  EXPECT_FALSE(pollers.Answer(id));
}

TEST(Pollers, OneThatIsCancelledWhileTakenIsNotPutBack) {
  Pollers pollers;
  const int64_t id = pollers.Add(Waiting("a"));
  std::optional<Poller> taken = pollers.Take("a");
  pollers.Cancel(id);
  pollers.PutBack(std::move(*taken));
  EXPECT_EQ(pollers.Waiting("a"), 0);
}

TEST(Pollers, OnlyThoseWhoseDeadlineHasComeExpire) {
  const absl::Time now = absl::FromUnixSeconds(1000);
  Pollers pollers;
  pollers.Add(Waiting("a", now + absl::Seconds(1)));
  const int64_t due = pollers.Add(Waiting("a", now));
  const std::vector<Poller> expired = pollers.RemoveExpired(now);
  ASSERT_EQ(expired.size(), 1u);
  EXPECT_EQ(expired[0].id, due);
  EXPECT_EQ(pollers.Waiting("a"), 1);
}

TEST(Pollers, NobodyWaitsAfterAllAreRemoved) {
  Pollers pollers;
  pollers.Add(Waiting("a"));
  pollers.Add(Waiting("b"));
  EXPECT_EQ(pollers.RemoveAll().size(), 2u);
  EXPECT_TRUE(pollers.Activities().empty());
}

TEST(Pollers, TheMetricsSayWhoWaitsForWhat) {
  const auto metrics = std::make_shared<metrics::Metrics>();
  Pollers pollers(metrics);
  using Values = std::map<std::string, double>;
  const int64_t first = pollers.Add(Waiting("a"));
  pollers.Add(Waiting("a"));
  pollers.Add(Waiting("b"));
  EXPECT_EQ(metrics->activity_pollers.values(), (Values{{"a", 2}, {"b", 1}}));
  std::optional<Poller> taken = pollers.Take("b");
  pollers.Cancel(first);
  EXPECT_EQ(metrics->activity_pollers.values(), (Values{{"a", 1}, {"b", 0}}));
  pollers.PutBack(std::move(*taken));
  EXPECT_EQ(metrics->activity_pollers.values(), (Values{{"a", 1}, {"b", 1}}));
  pollers.RemoveAll();
  EXPECT_EQ(metrics->activity_pollers.values(), (Values{{"a", 0}, {"b", 0}}));
  EXPECT_EQ(metrics->pollers.value(), 0);
}

}  // namespace
}  // namespace pawl::engine
