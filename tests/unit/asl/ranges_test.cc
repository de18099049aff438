// The ranges of the numbers of a definition (reference/asl.md 1, 10, 11 and 13): their ends are
// taken, what is beyond is not.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"

namespace pawl::asl {
namespace {

struct RangeCase {
  std::string name;
  std::string before;  // the definition up to the number
  std::string after;
  std::string location;
  int64_t min;
  std::optional<int64_t> max;
};

std::string ErrorsWith(const RangeCase& c, const std::string& number) {
  return CompileMachine(StrCat(c.before, number, c.after)).ErrorText();
}

class Range : public testing::TestWithParam<RangeCase> {};

TEST_P(Range, IncludesItsEnds) {
  const RangeCase& c = GetParam();
  EXPECT_EQ(ErrorsWith(c, StrCat(c.min)), "");
  EXPECT_EQ(ErrorsWith(c, StrCat(c.min - 1)),
            StrCat("SCHEMA_VALIDATION_FAILED: Minimum value is ", c.min, " at ", c.location));
  if (!c.max) return;
  EXPECT_EQ(ErrorsWith(c, StrCat(*c.max)), "");
  EXPECT_EQ(ErrorsWith(c, StrCat(*c.max + 1)),
            StrCat("SCHEMA_VALIDATION_FAILED: Maximum value is ", *c.max, " at ", c.location));
}

const std::string kTask =
    R"({"StartAt":"S","States":{"S":{"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:a","End":true,)";
const std::string kRetry = kTask + R"("Retry":[{"ErrorEquals":["E"],)";
const std::string kRetryEnd = "}]}}}";
const std::string kRetryAt = "/States/S/Retry[0]/";

INSTANTIATE_TEST_SUITE_P(
    StatesLanguage, Range,
    testing::ValuesIn(std::vector<RangeCase>{
        {"TimeoutSecondsOfTheMachine", R"({"TimeoutSeconds":)",
         R"(,"StartAt":"S","States":{"S":{"Type":"Succeed"}}})", "/TimeoutSeconds", 1, 99'999'999},
        {"TimeoutSeconds", kTask + R"("TimeoutSeconds":)", "}}}", "/States/S/TimeoutSeconds", 1,
         99'999'999},
        {"HeartbeatSeconds", kTask + R"("HeartbeatSeconds":)", "}}}", "/States/S/HeartbeatSeconds",
         1, 99'999'999},
        {"Seconds", R"({"StartAt":"S","States":{"S":{"Type":"Wait","End":true,"Seconds":)", "}}}",
         "/States/S/Seconds", 0, 99'999'999},
        {"MaxConcurrency",
         R"({"StartAt":"S","States":{"S":{"Type":"Map","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}},"End":true,"MaxConcurrency":)",
         "}}}", "/States/S/MaxConcurrency", 0, std::nullopt},
        {"IntervalSeconds", kRetry + R"("IntervalSeconds":)", kRetryEnd,
         kRetryAt + "IntervalSeconds", 1, 99'999'999},
        {"MaxAttempts", kRetry + R"("MaxAttempts":)", kRetryEnd, kRetryAt + "MaxAttempts", 0,
         99'999'999},
        {"BackoffRate", kRetry + R"("BackoffRate":)", kRetryEnd, kRetryAt + "BackoffRate", 1,
         std::nullopt},
        {"MaxDelaySeconds", kRetry + R"("MaxDelaySeconds":)", kRetryEnd,
         kRetryAt + "MaxDelaySeconds", 1, 31'622'400},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Range, BackoffRateMayHaveAFraction) {
  EXPECT_EQ(CompileMachine(kRetry + R"("BackoffRate":1.0001)" + kRetryEnd).ErrorText(), "");
  EXPECT_NE(CompileMachine(kRetry + R"("BackoffRate":0.9999)" + kRetryEnd).ErrorText(), "");
  EXPECT_NE(CompileMachine(kRetry + R"("IntervalSeconds":1.5)" + kRetryEnd).ErrorText(), "");
}

TEST(Range, HeartbeatSecondsAreLessThanTimeoutSeconds) {
  const auto errors = [](int heartbeat) {
    return CompileMachine(
               StrCat(kTask, R"("TimeoutSeconds":5,"HeartbeatSeconds":)", heartbeat, "}}}"))
        .ErrorText();
  };
  EXPECT_EQ(errors(4), "");
  EXPECT_NE(errors(5), "");
  EXPECT_NE(errors(6), "");
}

}  // namespace
}  // namespace pawl::asl
