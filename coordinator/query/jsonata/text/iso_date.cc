#include "coordinator/query/jsonata/text/iso_date.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "coordinator/query/jsonata/text/js_date.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/legacy_date.h"

namespace pawl::jsonata {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct IsoParts {
  double year = 0;
  std::optional<double> month;
  std::optional<double> day;
  bool has_time = false;
  double hour = 0;
  double minute = 0;
  double second = 0;
  std::string_view fraction;
  bool has_zone = false;
  double zone_hour = 0;
  double zone_minute = 0;
  bool zone_negative = false;
};

class IsoReader {
 public:
  explicit IsoReader(std::string_view text) : text_(text) {}

  // ^\d{4}(-[01]\d)?(-[0-3]\d)?(T[0-2]\d:[0-5]\d:[0-5]\d)?(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?$
  // Where a month could also be the beginning of a zone, the zone is tried when the month fails.
  std::optional<IsoParts> Read() {
    for (const int dates : {2, 1, 0}) {
      IsoParts parts;
      at_ = 0;
      if (ReadAll(dates, &parts)) return parts;
    }
    return std::nullopt;
  }

 private:
  bool ReadAll(int dates, IsoParts* parts) {
    if (text_.size() < 4 || !std::all_of(text_.begin(), text_.begin() + 4, IsDigit)) return false;
    parts->year = DecimalOf(text_.substr(0, 4));
    at_ = 4;
    // The month is the first that looks like one; a day alone is possible too.
    if (dates >= 1) {
      parts->month = TakeTwo('-', '1');
      if (dates == 2 || !parts->month) parts->day = TakeTwo('-', '3');
      if (!parts->month && !parts->day) return false;
      if (dates == 2 && !(parts->month && parts->day)) return false;
    }
    if (!ReadTime(parts)) return false;
    if (at_ < text_.size() && text_[at_] == '.') {
      const size_t start = ++at_;
      while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
      parts->fraction = text_.substr(start, at_ - start);
      if (parts->fraction.empty()) return false;
    }
    return ReadZone(parts) && at_ == text_.size();
  }

  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }

  // `mark` and two digits of which the first is at most `most`.
  std::optional<double> TakeTwo(char mark, char most) {
    const bool fits = at_ + 3 <= text_.size() && text_[at_] == mark && IsDigit(text_[at_ + 1]) &&
                      text_[at_ + 1] <= most && IsDigit(text_[at_ + 2]);
    if (!fits) return std::nullopt;
    at_ += 3;
    return DecimalOf(text_.substr(at_ - 2, 2));
  }

  bool ReadTime(IsoParts* parts) {
    if (at_ == text_.size() || text_[at_] != 'T') return true;
    const auto hour = TakeTwo('T', '2');
    const auto minute = TakeTwo(':', '5');
    const auto second = TakeTwo(':', '5');
    if (!hour || !minute || !second) return false;
    parts->has_time = true;
    parts->hour = *hour;
    parts->minute = *minute;
    parts->second = *second;
    return true;
  }

  bool ReadZone(IsoParts* parts) {
    if (at_ == text_.size()) return true;
    parts->has_zone = true;
    if (text_[at_] == 'Z') {
      ++at_;
      return true;
    }
    parts->zone_negative = text_[at_] == '-';
    const auto hour = TakeTwo(parts->zone_negative ? '-' : '+', '2');
    if (!hour) return false;
    std::string_view rest = text_.substr(at_);
    if (rest.starts_with(':')) rest.remove_prefix(1);
    if (rest.size() != 2 || rest[0] < '0' || rest[0] > '5' || !IsDigit(rest[1])) return false;
    parts->zone_hour = *hour;
    parts->zone_minute = DecimalOf(rest);
    at_ = text_.size();
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

// V8 reads nine digits of a fraction, which it counts behind the leading zeros when there are more.
double Millis(std::string_view fraction) {
  const auto length = static_cast<int>(std::min<size_t>(fraction.size(), 9));
  if (length == 0) return 0;
  fraction.remove_prefix(std::min(fraction.find_first_not_of('0'), fraction.size() - 1));
  return std::floor(DecimalOf(fraction.substr(0, 9)) * std::pow(10, 3) / std::pow(10, length));
}

double TimeOfParts(const IsoParts& parts, std::string_view text) {
  const double month = parts.month.value_or(1);
  const double day = parts.day.value_or(1);
  const bool is_date =
      month >= 1 && month <= 12 && day >= 1 && day <= 31 && (parts.month || !parts.day);
  if (!parts.has_time && (!is_date || !parts.fraction.empty() || parts.has_zone)) {
    return TimeOfLegacy(text);
  }
  if (!is_date) return kNaN;
  const double milli = Millis(parts.fraction);
  const bool midnight = parts.hour == 24 && parts.minute == 0 && parts.second == 0 && milli == 0;
  if (parts.hour > 23 && !midnight) return kNaN;
  if (parts.zone_hour > 23) return kNaN;
  const double zone = (parts.zone_hour * 60 + parts.zone_minute) * (parts.zone_negative ? -1 : 1);
  return TimeOf(parts.year, month - 1, day, parts.hour, parts.minute - zone, parts.second, milli);
}

}  // namespace

std::optional<double> ParseIsoDate(std::string_view text) {
  const auto parts = IsoReader(text).Read();
  if (!parts) return std::nullopt;
  return TimeOfParts(*parts, text);
}

}  // namespace pawl::jsonata
