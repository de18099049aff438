#include "coordinator/integrations/aws/timestamp.h"

#include <cmath>
#include <cstdint>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "coordinator/base/strings.h"

namespace pawl::aws {
namespace {

// Beyond these no service's time lies, and nothing overflows.
constexpr double kMostSeconds = 253402300799.0;  // 9999-12-31T23:59:59Z

// ".5" as ".500": thousands of seconds, or thousands of those.
std::string Fraction(int64_t nanoseconds) {
  if (nanoseconds == 0) return "";
  char digits[16];
  std::snprintf(digits, sizeof(digits), ".%09lld", static_cast<long long>(nanoseconds));
  std::string text = digits;
  while (text.ends_with("000")) text.resize(text.size() - 3);
  return text;
}

struct Parts {
  absl::Time whole;  // without the fraction
  int64_t nanoseconds;
};

Parts Split(absl::Time time) {
  const absl::Time whole = absl::FromUnixSeconds(absl::ToUnixSeconds(time));
  return {whole, absl::ToInt64Nanoseconds(time - whole)};
}

std::optional<absl::Time> FromSeconds(double seconds) {
  if (!std::isfinite(seconds) || std::abs(seconds) > kMostSeconds) return std::nullopt;
  // To the millisecond, as the SDK reads them; a double does not hold much more.
  return absl::FromUnixMillis(static_cast<int64_t>(std::llround(seconds * 1000)));
}

}  // namespace

std::string InstantText(absl::Time time) {
  const Parts parts = Split(time);
  return StrCat(absl::FormatTime("%E4Y-%m-%dT%H:%M:%S", parts.whole, absl::UTCTimeZone()),
                Fraction(parts.nanoseconds), "Z");
}

std::string FormatTimestamp(absl::Time time, TimestampFormat format) {
  switch (format) {
    case TimestampFormat::kUnix: {
      const Parts parts = Split(time);
      if (parts.nanoseconds == 0 || time < absl::UnixEpoch()) {
        return StrCat(absl::ToUnixSeconds(time));
      }
      return StrCat(absl::ToUnixSeconds(time), Fraction(parts.nanoseconds));
    }
    case TimestampFormat::kRfc822:
      return absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", time, absl::UTCTimeZone());
    case TimestampFormat::kIso8601:
    case TimestampFormat::kUnset:
      break;
  }
  return InstantText(time);
}

std::optional<absl::Time> ParseTimestamp(std::string_view text) {
  absl::Time time;
  std::string error;
  const absl::string_view stripped = absl::StripAsciiWhitespace(ToAbsl(text));
  for (const char* format : {"%E4Y-%m-%dT%H:%M:%E*S%Ez", "%E4Y-%m-%dT%H:%M:%E*S",
                             "%a, %d %b %E4Y %H:%M:%S GMT", "%E4Y-%m-%d"}) {
    if (absl::ParseTime(format, stripped, absl::UTCTimeZone(), &time, &error)) return time;
  }
  double seconds = 0;
  if (absl::SimpleAtod(stripped, &seconds)) return FromSeconds(seconds);
  return std::nullopt;
}

std::optional<absl::Time> ParseTimestamp(Json value) {
  if (value.is_number()) return FromSeconds(value.as_double());
  if (value.is_string()) return ParseTimestamp(value.as_string());
  return std::nullopt;
}

}  // namespace pawl::aws
