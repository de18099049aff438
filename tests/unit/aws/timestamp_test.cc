#include "coordinator/integrations/aws/timestamp.h"

#include <string>

#include "gtest/gtest.h"

namespace pawl::aws {
namespace {

std::string Read(std::string_view text) {
  const auto time = ParseTimestamp(text);
  return time ? InstantText(*time) : "none";
}

TEST(Timestamp, IsReadInAnyForm) {
  EXPECT_EQ(Read("2026-01-01T00:00:00Z"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(Read("2026-01-01T02:00:00.5+02:00"), "2026-01-01T00:00:00.500Z");
  EXPECT_EQ(Read("2026-01-01T00:00:00.123456"), "2026-01-01T00:00:00.123456Z");
  EXPECT_EQ(Read("Thu, 01 Jan 2026 00:00:00 GMT"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(Read("1767225600.25"), "2026-01-01T00:00:00.250Z");
  for (const char* text : {"", "yesterday", "1e300", "nan"}) EXPECT_EQ(Read(text), "none");
}

TEST(Timestamp, IsWrittenAsTheProtocolHasIt) {
  const absl::Time time = absl::FromUnixMillis(1767225600500);
  EXPECT_EQ(FormatTimestamp(time, TimestampFormat::kIso8601), "2026-01-01T00:00:00.500Z");
  EXPECT_EQ(FormatTimestamp(time, TimestampFormat::kUnix), "1767225600.500");
  EXPECT_EQ(FormatTimestamp(time, TimestampFormat::kRfc822), "Thu, 01 Jan 2026 00:00:00 GMT");
  EXPECT_EQ(FormatTimestamp(absl::FromUnixSeconds(-5), TimestampFormat::kUnix), "-5");
}

}  // namespace
}  // namespace pawl::aws
