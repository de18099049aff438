#include "coordinator/base/clock.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "coordinator/base/strings.h"

namespace pawl {
namespace {

// Two clocks move apart by no more than this share of the time between samples; quartz crystals do
// better.
constexpr double kMaxDrift = 100e-6;

// Greater steps back are taken for a clock that was set.
constexpr absl::Duration kMaxStandstill = absl::Seconds(1);

// Reads texts of fixed form from left to right. Once something is missing, everything else is, too.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : left_(text) {}

  bool Skip(char c) {
    if (left_.empty() || left_.front() != c) return false;
    left_.remove_prefix(1);
    return true;
  }
  // Exactly `count` digits, as a number from `least` to `most`.
  std::optional<int> Digits(size_t count, int least, int most) {
    if (CountDigits() < count) return std::nullopt;
    int value = 0;
    std::from_chars(left_.data(), left_.data() + count, value);
    left_.remove_prefix(count);
    if (value < least || value > most) return std::nullopt;
    return value;
  }
  // One to nine digits of a fraction of a second.
  std::optional<absl::Duration> Fraction() {
    const size_t count = CountDigits();
    if (count == 0 || count > 9) return std::nullopt;
    std::string nanoseconds(left_.substr(0, count));
    nanoseconds.resize(9, '0');
    left_.remove_prefix(count);
    return absl::Nanoseconds(std::stol(nanoseconds));
  }
  bool at_end() const { return left_.empty(); }

 private:
  size_t CountDigits() const {
    const auto end =
        std::find_if(left_.begin(), left_.end(), [](char c) { return c < '0' || c > '9'; });
    return static_cast<size_t>(end - left_.begin());
  }

  std::string_view left_;
};

std::optional<absl::CivilDay> ReadDate(Scanner* scanner) {
  const auto year = scanner->Digits(4, 0, 9999);
  if (!year || !scanner->Skip('-')) return std::nullopt;
  const auto month = scanner->Digits(2, 1, 12);
  if (!month || !scanner->Skip('-')) return std::nullopt;
  const auto day = scanner->Digits(2, 1, 31);
  if (!day) return std::nullopt;
  const absl::CivilDay date(*year, *month, *day);
  if (date.day() != *day) return std::nullopt;  // the 31st of February becomes a day in March
  return date;
}

// Time of day without a zone.
std::optional<absl::Duration> ReadTimeOfDay(Scanner* scanner) {
  const auto hour = scanner->Digits(2, 0, 23);
  if (!hour || !scanner->Skip(':')) return std::nullopt;
  const auto minute = scanner->Digits(2, 0, 59);
  if (!minute || !scanner->Skip(':')) return std::nullopt;
  const auto second = scanner->Digits(2, 0, 59);
  if (!second) return std::nullopt;
  const absl::Duration whole = absl::Hours(*hour) + absl::Minutes(*minute) + absl::Seconds(*second);
  if (!scanner->Skip('.')) return whole;
  const auto fraction = scanner->Fraction();
  if (!fraction) return std::nullopt;
  return whole + *fraction;
}

// How far the zone is ahead of UTC.
std::optional<absl::Duration> ReadZone(Scanner* scanner) {
  if (scanner->Skip('Z')) return absl::ZeroDuration();
  const bool ahead = scanner->Skip('+');
  if (!ahead && !scanner->Skip('-')) return std::nullopt;
  const auto hours = scanner->Digits(2, 0, 18);  // Java's limit
  if (!hours || !scanner->Skip(':')) return std::nullopt;
  const auto minutes = scanner->Digits(2, 0, 59);
  if (!minutes) return std::nullopt;
  const absl::Duration offset = absl::Hours(*hours) + absl::Minutes(*minutes);
  return ahead ? offset : -offset;
}

std::optional<absl::Time> ReadTimestamp(std::string_view text) {
  Scanner scanner(text);
  const auto date = ReadDate(&scanner);
  if (!date || !scanner.Skip('T')) return std::nullopt;
  const auto time_of_day = ReadTimeOfDay(&scanner);
  if (!time_of_day) return std::nullopt;
  const auto zone = ReadZone(&scanner);
  if (!zone || !scanner.at_end()) return std::nullopt;
  return absl::FromCivil(*date, absl::UTCTimeZone()) + *time_of_day - *zone;
}

}  // namespace

absl::Time DatabaseClock::Now() const {
  absl::MutexLock lock(&mu_);
  const absl::Time now = sampled_ ? absl::UnixEpoch() + steady_() + offset_ : absl::Now();
  if (now >= told_ || told_ - now > kMaxStandstill) told_ = now;
  return told_;
}

void DatabaseClock::Sample(absl::Time database_now, absl::Duration asked, absl::Duration answered) {
  const absl::Duration error = answered - asked;
  const absl::Duration offset = database_now - absl::UnixEpoch() - answered;
  absl::MutexLock lock(&mu_);
  if (sampled_) {
    const absl::Duration drift = kMaxDrift * (answered - sampled_at_);
    const bool contradicts = offset > offset_ + error_ + drift || offset + error < offset_ - drift;
    if (error > error_ + drift && !contradicts) return;
  }
  sampled_ = true;
  offset_ = offset;
  error_ = error;
  sampled_at_ = answered;
}

absl::Duration DatabaseClock::SteadyNow() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

std::string FormatIso8601(absl::Time time) {
  const absl::CivilSecond civil = absl::ToCivilSecond(time, absl::UTCTimeZone());
  std::string text = absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d", civil.year(), civil.month(),
                                     civil.day(), civil.hour(), civil.minute(), civil.second());
  const absl::Duration below = time - absl::FromCivil(civil, absl::UTCTimeZone());
  const int64_t milliseconds = absl::ToInt64Milliseconds(below);
  if (milliseconds != 0) absl::StrAppendFormat(&text, ".%03d", milliseconds);
  text.push_back('Z');
  return text;
}

absl::StatusOr<absl::Time> ParseIso8601(std::string_view text) {
  const std::optional<absl::Time> time = ReadTimestamp(text);
  if (time) return *time;
  return absl::InvalidArgumentError(
      StrCat("'", text, "' is not an ISO-8601 date and time with offset"));
}

}  // namespace pawl
