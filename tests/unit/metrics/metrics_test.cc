#include "coordinator/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace pawl::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, AllFamiliesAreShownFromTheStart) {
  const std::string text = Metrics().Exposition();
  EXPECT_THAT(text, HasSubstr("# TYPE pawl_transitions_total counter\n"));
  EXPECT_THAT(text, HasSubstr("pawl_transitions_total{kind=\"hand_out\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE pawl_pollers gauge\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE pawl_commit_duration_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("pawl_store_connections_busy{pool=\"reads\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("pawl_executions_closed_total{status=\"timed_out\"} 0\n"));
}

TEST(Metrics, CountersOfALabelAreCountedApart) {
  Metrics metrics;
  metrics.tasks_ended[TaskEnding::kFailed].Add();
  metrics.tasks_ended[TaskEnding::kFailed].Add(2);
  metrics.tasks_ended[TaskEnding::kSucceeded].Add();
  const std::string text = metrics.Exposition();
  EXPECT_THAT(text, HasSubstr("pawl_tasks_ended_total{outcome=\"failed\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("pawl_tasks_ended_total{outcome=\"succeeded\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("pawl_tasks_ended_total{outcome=\"timed_out\"} 0\n"));
}

TEST(Metrics, LargeCountersKeepEveryDigit) {
  Metrics metrics;
  metrics.history_events.Add(123'456'789'012);
  EXPECT_THAT(metrics.Exposition(), HasSubstr("pawl_history_events_total 123456789012\n"));
}

TEST(Metrics, BucketsAreCumulativeAndBoundsBelongToThem) {
  Metrics metrics;
  metrics.timer_lag.Observe(absl::Milliseconds(1));
  metrics.timer_lag.Observe(absl::Milliseconds(2));
  metrics.timer_lag.Observe(absl::Hours(100));
  metrics.timer_lag.Observe(-absl::Seconds(1));
  const std::string text = metrics.Exposition();
  EXPECT_THAT(text, HasSubstr("pawl_timer_lag_seconds_count 4\n"));
  EXPECT_THAT(text, HasSubstr("pawl_timer_lag_seconds_bucket{le=\"0.001\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("pawl_timer_lag_seconds_bucket{le=\"21600\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("pawl_timer_lag_seconds_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, Not(HasSubstr("sum -")));
}

TEST(Metrics, CommitsAreCountedByWhatTheyReturned) {
  Metrics metrics;
  metrics.CommitReturned(absl::OkStatus(), absl::Milliseconds(1));
  metrics.CommitReturned(absl::AbortedError(""), absl::Milliseconds(1));
  metrics.CommitReturned(absl::UnknownError(""), absl::Milliseconds(1));
  metrics.CommitReturned(absl::InternalError(""), absl::Milliseconds(1));
  const std::string text = metrics.Exposition();
  for (const char* result : {"committed", "refused", "unknown", "unavailable"}) {
    EXPECT_THAT(text, HasSubstr(std::string("pawl_commits_total{result=\"") + result + "\"} 1\n"));
  }
  EXPECT_THAT(text, HasSubstr("pawl_commit_duration_seconds_count 4\n"));
}

TEST(Metrics, NothingIsLostBetweenThreads) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) {
        metrics.claims.Add();
        metrics.schedule_to_start.Observe(absl::Milliseconds(3));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(metrics.claims.value(), 40'000);
  EXPECT_EQ(metrics.schedule_to_start.count(1), 40'000);
}

}  // namespace
}  // namespace pawl::metrics
