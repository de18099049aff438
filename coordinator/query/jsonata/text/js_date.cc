#include "coordinator/query/jsonata/text/js_date.h"

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>

namespace pawl::jsonata {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMaxTime = 8.64e15;

// Days from 1970-01-01 to the first of the month, in the proleptic Gregorian calendar. The year is
// taken to begin in March, so that the leap day is its last.
int64_t DaysToMonth(int64_t year, int64_t month) {
  year += month < 2 ? -1 : 0;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * ((month + 10) % 12) + 2) / 5;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

struct YearMonth {
  double year;
  double month;

  YearMonth Plus(double months) const {
    const double total = year * 12 + month + months;
    return {std::floor(total / 12), total - std::floor(total / 12) * 12};
  }
};

// The Monday that begins the week with the month's first Thursday.
double StartOfFirstWeek(YearMonth at) {
  const double first = DateUtc(at.year, at.month);
  const double weekday = FieldsOf(first).weekday;
  return first + (weekday > 4 ? 8 - weekday : 1 - weekday) * kMillisInADay;
}

double WeeksFrom(double start, double day) { return (day - start) / (kMillisInADay * 7) + 1; }

// The week within a period that begins at `at` and is `months` long, of which `most` weeks are
// sure.
double WeekIn(YearMonth at, double months, double day, double most) {
  double week = WeeksFrom(StartOfFirstWeek(at), day);
  if (week > most) {
    if (day >= StartOfFirstWeek(at.Plus(months))) week = 1;
  } else if (week < 1) {
    week = WeeksFrom(StartOfFirstWeek(at.Plus(-months)), day);
  }
  return std::floor(week);
}

// The period, `months` long, to which the week of `millis` belongs.
YearMonth PeriodOfWeek(YearMonth at, double months, double millis) {
  if (millis < StartOfFirstWeek(at)) return at.Plus(-months);
  if (millis >= StartOfFirstWeek(at.Plus(months))) return at.Plus(months);
  return at;
}

}  // namespace

double ClipTime(double millis) {
  if (!(std::fabs(millis) <= kMaxTime)) return kNaN;
  return std::trunc(millis) + 0;
}

DateFields FieldsOf(double millis) {
  if (std::isnan(millis)) return {kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN, kNaN};
  const auto days = static_cast<int64_t>(std::floor(millis / kMillisInADay));
  const auto rest = static_cast<int64_t>(millis) - days * static_cast<int64_t>(kMillisInADay);
  const int64_t shifted = days + 719'468;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const int64_t day_of_era = shifted - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t from_march = (5 * day_of_year + 2) / 153;
  const int64_t month = (from_march + 2) % 12;
  const int64_t weekday = ((days + 3) % 7 + 7) % 7 + 1;
  DateFields fields;
  fields.year = static_cast<double>(year_of_era + era * 400 + (month < 2 ? 1 : 0));
  fields.month = static_cast<double>(month);
  fields.day = static_cast<double>(day_of_year - (153 * from_march + 2) / 5 + 1);
  fields.weekday = static_cast<double>(weekday);
  fields.hour = static_cast<double>(rest / 3'600'000);
  fields.minute = static_cast<double>(rest / 60'000 % 60);
  fields.second = static_cast<double>(rest / 1'000 % 60);
  fields.milli = static_cast<double>(rest % 1'000);
  return fields;
}

double TimeOf(double year, double month, double day, double hour, double minute, double second,
              double milli) {
  // Beyond these nothing is a time any more, and they fit an integer.
  for (const double part : {year, month, day, hour, minute, second, milli}) {
    if (!(std::fabs(part) < 1e18)) return kNaN;
  }
  const double years = std::trunc(year) + std::floor(std::trunc(month) / 12);
  if (std::fabs(years) > 400'000) return kNaN;
  const double months = std::trunc(month) - std::floor(std::trunc(month) / 12) * 12;
  const auto days =
      static_cast<double>(DaysToMonth(static_cast<int64_t>(years), static_cast<int64_t>(months)));
  const double time = std::trunc(hour) * 3'600'000 + std::trunc(minute) * 60'000 +
                      std::trunc(second) * 1'000 + std::trunc(milli);
  return ClipTime((days + std::trunc(day) - 1) * kMillisInADay + time);
}

double DateUtc(double year, double month, double day, double hour, double minute, double second,
               double milli) {
  const double whole = std::trunc(year);
  if (whole >= 0 && whole <= 99) year = 1900 + whole;
  return TimeOf(year, month, day, hour, minute, second, milli);
}

double DateComponent(double millis, char16_t component) {
  const DateFields date = FieldsOf(millis);
  const YearMonth this_year{date.year, 0};
  const YearMonth this_month{date.year, date.month};
  switch (component) {
    case u'Y':
      return date.year;
    case u'M':
      return date.month + 1;
    case u'D':
      return date.day;
    case u'd':
      return (DateUtc(date.year, date.month, date.day) - DateUtc(date.year, 0)) / kMillisInADay + 1;
    case u'F':
      return date.weekday;
    case u'W':
      return WeekIn(this_year, 12, DateUtc(date.year, date.month, date.day), 52);
    case u'w':
      return WeekIn(this_month, 1, DateUtc(date.year, date.month, date.day), 4);
    case u'X':
      return PeriodOfWeek(this_year, 12, millis).year;
    case u'x':
      return PeriodOfWeek(this_month, 1, millis).month + 1;
    case u'H':
      return date.hour;
    case u'h':
      return std::fmod(date.hour, 12) == 0 ? 12 : std::fmod(date.hour, 12);
    case u'm':
      return date.minute;
    case u's':
      return date.second;
    case u'f':
      return date.milli;
    default:
      return kNaN;
  }
}

}  // namespace pawl::jsonata
