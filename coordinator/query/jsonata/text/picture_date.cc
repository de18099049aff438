#include "coordinator/query/jsonata/text/picture_date.h"

#include <cmath>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/text/code_points.h"
#include "coordinator/query/jsonata/text/date_picture.h"
#include "coordinator/query/jsonata/text/js_date.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

constexpr std::u16string_view kNumbers = u"YMDdFWwXxHhms";
constexpr std::u16string_view kIsoPicture =
    u"[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";

struct Offset {
  double hours = 0;
  double minutes = 0;

  double Shown() const { return hours * 100 + minutes; }
};

// The reference implementation's arithmetic, negative offsets with minutes included: "-0530" is six
// hours less thirty minutes the wrong way, -06:30.
Offset ReadOffset(std::string_view timezone) {
  const double number = ParseIntPrefix(ToUtf16(timezone));
  return {std::floor(number / 100), std::fmod(number, 100)};
}

JsonataError NoName(char16_t component) {
  const std::string value = "\"" + FromUtf16(std::u16string(1, component)) + "\"";
  return MakeError("D3133", "only months and days have names, " + value + " has none", value);
}

Result<std::u16string> FormatName(const DatePart& part, double number) {
  const bool month = part.component == u'M' || part.component == u'x';
  if (!month && part.component != u'F') return NoName(part.component);
  if (std::isnan(number)) {
    // JavaScript's `undefined` is printed, or asked for a method that it does not have.
    if (part.names != DatePart::Names::kTitle || part.has_width) {
      return MakeError("", "a date that is no date has no names");
    }
    return std::u16string(u"undefined");
  }
  std::u16string name(month ? kMonthNames[static_cast<size_t>(number) - 1]
                            : kDayNames[static_cast<size_t>(number) - 1]);
  if (part.names != DatePart::Names::kTitle) {
    const std::string text = FromUtf16(name);
    name = ToUtf16(part.names == DatePart::Names::kUpper ? Uppercase(text) : Lowercase(text));
  }
  if (part.max_width && static_cast<double>(name.size()) > *part.max_width) {
    name.resize(*part.max_width < 0 ? 0 : static_cast<size_t>(*part.max_width));
  }
  return name;
}

Result<std::u16string> FormatNumberPart(const DatePart& part, double millis) {
  double number = DateComponent(millis, part.component);
  if (part.component == u'f') {
    if (!part.integer) return MakeError("", "fractional seconds have no names");
    return FormatInteger(number, *part.integer);
  }
  if (part.component == u'Y' && part.year_digits != -1) {
    number = std::fmod(number, std::pow(10, part.year_digits));
  }
  if (part.names != DatePart::Names::kNone) return FormatName(part, number);
  return FormatInteger(number, *part.integer);
}

Result<std::u16string> FormatZoneDigits(const DatePart& part, const Offset& offset) {
  if (part.integer->regular) return FormatInteger(offset.Shown(), *part.integer);
  const double digits = part.integer->mandatory_digits.value_or(0);
  if (digits == 3 || digits == 4) return FormatInteger(offset.Shown(), *part.integer);
  if (digits != 1 && digits != 2) {
    return MakeError("D3134", "a time zone is written with at most four digits",
                     part.integer->mandatory_digits ? NumberText(digits) : "");
  }
  auto hours = FormatInteger(offset.hours, *part.integer);
  if (!hours.ok() || offset.minutes == 0) return hours;
  auto minutes = FormatInteger(offset.minutes, "00");
  return *hours + u":" + ToUtf16(*minutes);
}

Result<std::u16string> FormatZone(const DatePart& part, const Offset& offset) {
  auto digits = FormatZoneDigits(part, offset);
  if (!digits.ok()) return digits;
  if (offset.Shown() == 0 && part.traditional) return std::u16string(u"Z");
  std::u16string zone = part.component == u'z' ? u"GMT" : u"";
  if (offset.Shown() >= 0) zone.push_back(u'+');
  return zone + *digits;
}

Result<std::u16string> FormatPart(const DatePart& part, double millis, const Offset& offset) {
  switch (part.component) {
    case u'P': {
      const bool afternoon = FieldsOf(millis).hour >= 12;
      if (part.names == DatePart::Names::kUpper) return std::u16string(afternoon ? u"PM" : u"AM");
      return std::u16string(afternoon ? u"pm" : u"am");
    }
    case u'C':
    case u'E':
      return std::u16string(u"ISO");
    case u'Z':
    case u'z':
      return FormatZone(part, offset);
    default:
      if (kNumbers.find(part.component) == std::u16string_view::npos && part.component != u'f') {
        return std::u16string(u"undefined");  // a letter that means nothing, but has a width or so
      }
      return FormatNumberPart(part, millis);
  }
}

// What almost every date is written as, without reading the picture.
std::string FormatIso(double millis) {
  const DateFields date = FieldsOf(millis);
  const int parts[] = {static_cast<int>(date.year),   static_cast<int>(date.month) + 1,
                       static_cast<int>(date.day),    static_cast<int>(date.hour),
                       static_cast<int>(date.minute), static_cast<int>(date.second),
                       static_cast<int>(date.milli)};
  const int widths[] = {4, 2, 2, 2, 2, 2, 3};
  constexpr char kBehind[] = "--T::.Z";
  std::string text(24, '0');
  char* at = text.data();
  for (int i = 0; i < 7; ++i) {
    int rest = parts[i];
    for (int digit = widths[i] - 1; digit >= 0; --digit, rest /= 10) {
      at[digit] = static_cast<char>('0' + rest % 10);
    }
    at += widths[i];
    *at++ = kBehind[i];
  }
  return text;
}

}  // namespace

Result<std::string> FormatMillis(double millis, std::optional<std::string_view> picture,
                                 std::optional<std::string_view> timezone) {
  Offset offset;
  if (timezone) offset = ReadOffset(*timezone);
  const double local = ClipTime(millis + (60 * offset.hours + offset.minutes) * 60 * 1000);
  if (!picture && offset.Shown() == 0 && local >= 0 && local < TimeOf(10'000, 0, 1)) {
    return FormatIso(local);
  }
  auto parts = ReadDatePicture(picture ? ToUtf16(*picture) : std::u16string(kIsoPicture));
  if (!parts.ok()) return parts.error();
  std::u16string text;
  for (const DatePart& part : *parts) {
    if (!part.literal.empty()) {
      text.append(part.literal);
      continue;
    }
    auto formatted = FormatPart(part, local, offset);
    if (!formatted.ok()) return formatted.error();
    text.append(*formatted);
  }
  return FromUtf16(text);
}

}  // namespace pawl::jsonata
