#include "coordinator/query/jsonata/text/legacy_date.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "coordinator/query/jsonata/text/js_date.h"
#include "coordinator/query/jsonata/text/js_number.h"

namespace pawl::jsonata {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kMaxDigits = 9;  // that count, behind leading zeros

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsDay(double number) { return number >= 1 && number <= 31; }
bool IsMonth(double number) { return number >= 1 && number <= 12; }

// V8 begins with the rules of ISO 8601, and goes on with older ones where they fail: a number with
// a colon behind it is an hour, the next one the minute, all others belong to the date, and the
// marks between them do not matter, but for a sign that does not follow a number.
class LegacyReader {
 public:
  explicit LegacyReader(std::string_view text) : text_(text) {}

  double Read() {
    ReadIsoDate();
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (IsDigit(c) ? !ReadNumber() : c == '+' || c == '-') return kNaN;
      if (!IsDigit(c)) ++at_;
    }
    return Time();
  }

 private:
  // As much of it as there is. A dash is taken even when what follows is no month or day.
  void ReadIsoDate() {
    AddToDate(TakeNumber());
    if (!Skip('-') || !TwoDigitsFollow(IsMonth)) return;
    AddToDate(TakeNumber());
    if (!Skip('-') || !TwoDigitsFollow(IsDay)) return;
    AddToDate(TakeNumber());
  }

  bool TwoDigitsFollow(bool (*fits)(double)) const {
    const std::string_view rest = text_.substr(at_);
    const size_t digits = std::find_if_not(rest.begin(), rest.end(), IsDigit) - rest.begin();
    return digits == 2 && fits(DecimalOf(rest.substr(0, 2)));
  }

  bool ReadNumber() {
    const double number = TakeNumber();
    if (Skip(':')) {
      if (hour_) return false;
      hour_ = number;
      return true;
    }
    if (hour_ && !minute_ && number <= 59) {
      minute_ = number;
      return true;
    }
    if (!AddToDate(number)) return false;
    Skip('-');
    return true;
  }

  double TakeNumber() {
    while (at_ < text_.size() && text_[at_] == '0') ++at_;
    const size_t start = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return at_ == start ? 0 : DecimalOf(text_.substr(start, std::min(at_ - start, kMaxDigits)));
  }

  bool Skip(char mark) {
    if (at_ == text_.size() || text_[at_] != mark) return false;
    ++at_;
    return true;
  }

  bool AddToDate(double number) {
    if (dates_ == date_.size()) return false;
    date_[dates_++] = number;
    return true;
  }

  // The month is first when that number can be a day; the years below 100 are those around 2000.
  double Time() {
    if (IsDay(date_[0])) std::rotate(date_.begin(), date_.begin() + 2, date_.end());
    const auto [year, month, day] = date_;
    if (!IsMonth(month) || !IsDay(day)) return kNaN;
    const double hour = hour_.value_or(0);
    const double minute = minute_.value_or(0);
    if (hour > 24 || (hour == 24 && minute > 0)) return kNaN;
    const double century = year > 99 ? 0 : year < 50 ? 2000 : 1900;
    return TimeOf(century + year, month - 1, day, hour, minute);
  }

  std::string_view text_;
  size_t at_ = 0;
  std::array<double, 3> date_ = {1, 1, 1};  // in the order of the text
  size_t dates_ = 0;
  std::optional<double> hour_;
  std::optional<double> minute_;
};

}  // namespace

double TimeOfLegacy(std::string_view text) { return LegacyReader(text).Read(); }

}  // namespace pawl::jsonata
