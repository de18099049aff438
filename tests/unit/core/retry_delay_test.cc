// How long a retrier waits (reference/asl.md 11.1), as the core sets the time of the next attempt.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "tests/support/fake_world.h"

namespace pawl::core {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(0);

bool Exists(std::string_view) { return true; }

// The wait after each of the failures of a task, `seed` deciding what is random.
std::vector<absl::Duration> Delays(const std::string& retrier, int failures, uint64_t seed) {
  const asl::CompileResult compiled = asl::CompileMachine(
      StrCat(R"({"StartAt":"S","States":{"S":{"Type":"Task","End":true,"Resource":)",
             R"("arn:aws:states:us-east-1:123456789012:activity:a","Retry":[{"ErrorEquals":["E"],)",
             retrier, "}]}}}"));
  EXPECT_NE(compiled.machine, nullptr) << compiled.ErrorText();
  auto facts = std::make_shared<ExecutionFacts>();
  facts->input = Text("{}");
  facts->started_at = kStart;
  Execution execution;
  execution.facts = facts;
  const FakeWorld world(Exists);
  absl::Time now = kStart;
  Begin(*compiled.machine, world, now, seed, execution);
  std::vector<absl::Duration> delays;
  for (int i = 0; i < failures; ++i) {
    EXPECT_TRUE(StartTask(BranchId(0), Text("w"), now, execution).ok());
    const int64_t nonce = execution.Find(BranchId(0))->task->nonce;
    const Event failed{TaskFailed{BranchId(0), nonce, Text("E"), std::nullopt}, now, ++seed};
    EXPECT_TRUE(Advance(*compiled.machine, world, failed, execution).ok());
    delays.push_back(NextDue(execution) - now);
    now += delays.back();
    EXPECT_TRUE(Advance(*compiled.machine, world, {TimerFired{}, now, ++seed}, execution).ok());
  }
  return delays;
}

struct DelayCase {
  std::string name;
  std::string retrier;
  std::vector<int> seconds;
};

class RetryDelay : public testing::TestWithParam<DelayCase> {};

TEST_P(RetryDelay, IsIntervalTimesRateToTheCounterUpToTheMaximum) {
  std::vector<absl::Duration> wanted;
  for (const int seconds : GetParam().seconds) wanted.push_back(absl::Seconds(seconds));
  EXPECT_EQ(Delays(GetParam().retrier, static_cast<int>(wanted.size()), 1), wanted);
}

INSTANTIATE_TEST_SUITE_P(
    StatesLanguage, RetryDelay,
    testing::ValuesIn(std::vector<DelayCase>{
        {"Defaults", R"("MaxAttempts":3)", {1, 2, 4}},
        {"Interval", R"("IntervalSeconds":3)", {3, 6, 12}},
        {"Rate", R"("IntervalSeconds":2,"BackoffRate":3)", {2, 6, 18}},
        {"RateOfOne", R"("IntervalSeconds":7,"BackoffRate":1)", {7, 7, 7}},
        {"MaximumDelay", R"("IntervalSeconds":3,"MaxDelaySeconds":10)", {3, 6, 10}},
        {"MaximumBelowTheInterval", R"("IntervalSeconds":9,"MaxDelaySeconds":4)", {4, 4, 4}},
        {"JitterOfNone", R"("IntervalSeconds":3,"JitterStrategy":"NONE")", {3, 6, 12}},
    }),
    [](const auto& info) { return info.param.name; });

TEST(RetryDelay, OfAFractionIsKept) {
  EXPECT_EQ(
      Delays(R"("BackoffRate":1.5)", 3, 1),
      (std::vector<absl::Duration>{absl::Seconds(1), absl::Seconds(1.5), absl::Seconds(2.25)}));
}

// A thousand draws: a uniform one has, but for one in 10^20, something in each tenth of the range.
TEST(RetryDelay, FullJitterIsUniformBetweenNothingAndTheDelay) {
  std::vector<int> tenths(10);
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const std::vector<absl::Duration> delays = Delays(
        R"("IntervalSeconds":10,"MaxDelaySeconds":20,"JitterStrategy":"FULL")", 3, seed * 1000);
    EXPECT_GE(delays[0], absl::ZeroDuration());
    EXPECT_LT(delays[0], absl::Seconds(10));
    EXPECT_LT(delays[2], absl::Seconds(20));  // the maximum holds before the draw
    tenths[static_cast<size_t>(absl::ToDoubleSeconds(delays[0]))]++;
  }
  EXPECT_GT(*std::ranges::min_element(tenths), 50);
  EXPECT_LT(*std::ranges::max_element(tenths), 200);
}

TEST(RetryDelay, ManyAttemptsOverflowNothing) {
  const std::vector<absl::Duration> delays =
      Delays(R"("IntervalSeconds":99999999,"BackoffRate":1e300,"MaxAttempts":5)", 5, 1);
  EXPECT_EQ(delays.back(), absl::Seconds(99'999'999));
}

}  // namespace
}  // namespace pawl::core
