// JavaScript's Date, in UTC: milliseconds since 1970 as doubles, NaN for no time.

#ifndef PAWL_QUERY_JSONATA_TEXT_JS_DATE_H_
#define PAWL_QUERY_JSONATA_TEXT_JS_DATE_H_

namespace pawl::jsonata {

inline constexpr double kMillisInADay = 86'400'000;

// All are NaN when the time is.
struct DateFields {
  double year;
  double month;    // 0 to 11
  double day;      // 1 to 31
  double weekday;  // 1 to 7, Monday to Sunday
  double hour;
  double minute;
  double second;
  double milli;
};

// ECMA-262's TimeClip: whole milliseconds within 8.64e15 of 1970, else NaN.
double ClipTime(double millis);

DateFields FieldsOf(double millis);

// The time of these, of which each may be beyond its range. The full year counts.
double TimeOf(double year, double month, double day, double hour = 0, double minute = 0,
              double second = 0, double milli = 0);
// Date.UTC, for which the years 0 to 99 are 1900 to 1999.
double DateUtc(double year, double month, double day = 1, double hour = 0, double minute = 0,
               double second = 0, double milli = 0);

// The component of a date that XPath names with a letter: Y, M, D, d, F, W, w, X, x, H, h, m, s, f.
// NaN for all other letters.
double DateComponent(double millis, char16_t component);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_JS_DATE_H_
