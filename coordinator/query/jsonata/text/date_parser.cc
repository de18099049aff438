#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/text/date_picture.h"
#include "coordinator/query/jsonata/text/iso_date.h"
#include "coordinator/query/jsonata/text/js_date.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/js_regex.h"
#include "coordinator/query/jsonata/text/picture_date.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What was read, by component letter; a name that the calendar does not have is nothing.
using Components = std::map<char16_t, std::optional<double>>;

std::u16string Escaped(std::u16string_view literal) {
  constexpr std::u16string_view kSpecial = u".*+?^${}()|[]\\";
  std::u16string escaped;
  for (const char16_t unit : literal) {
    if (kSpecial.find(unit) != std::u16string_view::npos) escaped.push_back(u'\\');
    escaped.push_back(unit);
  }
  return escaped;
}

// The separator between the hours and the minutes of a zone, if its picture has one that repeats.
std::u16string_view ZoneSeparator(const DatePart& part) {
  return part.integer->regular ? std::u16string_view(part.integer->separators[0].text)
                               : std::u16string_view();
}

Result<std::u16string> PartPattern(const DatePart& part) {
  if (!part.literal.empty()) return Escaped(part.literal);
  if (part.component == u'Z' || part.component == u'z') {
    std::u16string pattern = part.component == u'z' ? u"GMT[-+][0-9]+" : u"[-+][0-9]+";
    const auto separator = ZoneSeparator(part);
    if (!separator.empty()) pattern.append(separator).append(u"[0-9]+");
    return pattern;
  }
  if (part.component == u'f') return std::u16string(u"[0-9]+");
  if (part.integer) return IntegerPattern(*part.integer);
  constexpr std::u16string_view kNamed = u"MxFP";
  if (part.component == 0 || kNamed.find(part.component) == std::u16string_view::npos) {
    std::string value;
    AppendJsonString(FromUtf16(std::u16string(part.component == 0 ? 0 : 1, part.component)), &value,
                     NumberStyle::kJavaScript);
    return MakeError("D3133", "only months and days have names, " + value + " has none", value);
  }
  return std::u16string(u"[a-zA-Z]+");
}

double ParseZone(std::u16string_view text, const DatePart& part) {
  if (part.component == u'z') text.remove_prefix(3);
  const auto separator = ZoneSeparator(part);
  double hours = 0;
  double minutes = 0;
  if (!separator.empty()) {
    const size_t at = text.find(separator);
    const auto split = at == std::u16string_view::npos ? ptrdiff_t{-1} : static_cast<ptrdiff_t>(at);
    hours = ParseIntPrefix(Substring(text, 0, split));
    minutes = ParseIntPrefix(Substring(text, split + 1, static_cast<ptrdiff_t>(text.size())));
  } else if (text.size() <= 3) {
    hours = ParseIntPrefix(text);
  } else {
    hours = ParseIntPrefix(text.substr(0, 3));
    minutes = ParseIntPrefix(text.substr(3));
  }
  return hours * 60 + minutes;
}

template <size_t N>
std::optional<double> FindName(const std::array<std::u16string_view, N>& names,
                               std::u16string_view text, const DatePart& part) {
  const double width = part.max_width.value_or(0);
  const bool cut = width != 0 && !std::isnan(width);
  std::optional<double> found;
  for (size_t i = 0; i < N; ++i) {
    // Of equal beginnings the last one counts.
    if (text == (cut ? Substring(names[i], 0, static_cast<ptrdiff_t>(width)) : names[i])) {
      found = static_cast<double>(i + 1);
    }
  }
  return found;
}

Result<std::optional<double>> ParsePart(const DatePart& part, std::u16string_view text) {
  using Value = std::optional<double>;
  if (part.component == u'Z' || part.component == u'z') return Value(ParseZone(text, part));
  if (part.component == u'f') {
    return Value(DecimalOf("0." + FromUtf16(text.substr(0, 3))) * 1000);
  }
  if (part.integer) {
    auto number = ParseInteger(text, *part.integer);
    if (!number.ok()) return number.error();
    return Value(*number);
  }
  if (part.component == u'F') return FindName(kDayNames, text, part);
  if (part.component == u'P') {
    if (text == u"am" || text == u"AM") return Value(0);
    return text == u"pm" || text == u"PM" ? Value(1) : Value();
  }
  return FindName(kMonthNames, text, part);
}

// Nothing when the text does not match the picture.
Result<std::optional<Components>> ReadComponents(const std::vector<DatePart>& parts,
                                                 std::string_view text) {
  using Found = std::optional<Components>;
  std::u16string pattern = u"^";
  for (const DatePart& part : parts) {
    auto one = PartPattern(part);
    if (!one.ok()) return one.error();
    pattern.append(u"(").append(*one).append(u")");
  }
  auto regex = Regex::Compile(pattern + u"$", true, false);
  if (!regex.ok()) return regex.error();
  const RegexSubject subject(text);
  RegexMatch match;
  auto matched = regex->Find(subject, 0, &match);
  if (!matched.ok()) return matched.error();
  if (!*matched) return Found();
  Components components;
  // A separator of a zone may bring groups of its own; the parts are still counted one by one.
  for (size_t i = 0; i < match.groups.size() && i < parts.size(); ++i) {
    if (!parts[i].literal.empty()) continue;
    const auto [begin, end] = match.groups[i];
    if (begin == RegexMatch::kUnset) return MakeError("", "a part of the picture took no part");
    auto value = ParsePart(parts[i], ToUtf16(subject.Slice(begin, end)));
    if (!value.ok()) return value.error();
    components[parts[i].component] = *value;
  }
  return Found(std::move(components));
}

class TimeBuilder {
 public:
  TimeBuilder(Components components, double now) : components_(std::move(components)), now_(now) {}

  Result<double> Build() {
    // The ways to name a day and a time of day, as bits over the letters.
    const unsigned date = Mask(u"YXMxWwdD");
    const bool by_month = Only(date, 0b10100001);
    const bool by_day = !by_month && Only(date, 0b10000010);
    const bool by_month_week = Only(date, 0b01010100);
    const bool by_week = !by_month_week && Only(date, 0b01001000);
    const unsigned time = Mask(u"PHhmsf");
    const bool half_days = !Only(time, 0b010111) && Only(time, 0b101111);
    std::u16string letters = by_day ? u"YD" : by_month_week ? u"XxwF" : by_week ? u"XWF" : u"YMD";
    letters += half_days ? u"Phmsf" : u"Hmsf";
    if (!Complete(letters) || by_month_week || by_week) {
      return MakeError("D3136", "the picture does not say enough to make a time of what it reads");
    }
    double month = Get(u'M') > 0 ? Get(u'M') - 1 : 0;
    double day = Get(u'D');
    if (by_day) {
      const DateFields date_of_day =
          FieldsOf(ClipTime(DateUtc(Get(u'Y'), 0) + (Get(u'd') - 1) * kMillisInADay));
      month = date_of_day.month;
      day = date_of_day.day;
    }
    double hour = Get(u'H');
    if (half_days) {
      hour = Get(u'h') == 12 ? 0 : Get(u'h');
      if (Get(u'P') == 1) hour += 12;
    }
    const double millis = DateUtc(Get(u'Y'), month, day, hour, Get(u'm'), Get(u's'), Get(u'f'));
    return millis - Zone() * 60'000;
  }

 private:
  double Get(char16_t letter) const {
    const auto found = components_.find(letter);
    return found == components_.end() ? kNaN : found->second.value_or(kNaN);
  }
  bool Has(char16_t letter) const {
    const auto found = components_.find(letter);
    return found != components_.end() && found->second.has_value();
  }
  // As JavaScript sees it: what is 0 or no number does not count.
  bool Says(char16_t letter) const { return Get(letter) != 0 && !std::isnan(Get(letter)); }

  unsigned Mask(std::u16string_view letters) const {
    unsigned mask = 0;
    for (const char16_t letter : letters) mask = mask << 1 | (Says(letter) ? 1 : 0);
    return mask;
  }
  static bool Only(unsigned mask, unsigned allowed) {
    return (mask & ~allowed) == 0 && (mask & allowed) != 0;
  }

  // Fills in what the picture leaves out: from now on the left, the least on the right. False when
  // there is a gap.
  bool Complete(std::u16string_view letters) {
    bool started = false;
    bool ended = false;
    for (const char16_t letter : letters) {
      if (Has(letter)) {
        if (ended) return false;
        started = true;
      } else if (started) {
        components_[letter] = letter == u'M' || letter == u'D' ? 1 : 0;
        ended = true;
      } else {
        components_[letter] = DateComponent(now_, letter);
      }
    }
    return true;
  }

  double Zone() const {
    if (Says(u'Z')) return Get(u'Z');
    return Says(u'z') ? Get(u'z') : 0;
  }

  Components components_;
  double now_;
};

}  // namespace

Result<std::optional<double>> ParseMillis(std::string_view text,
                                          std::optional<std::string_view> picture,
                                          double now_millis) {
  using Value = std::optional<double>;
  if (!picture) {
    const Value millis = ParseIsoDate(text);
    if (millis) return millis;
    std::string value;
    AppendJsonString(text, &value, NumberStyle::kJavaScript);
    return MakeError("D3110", "this is not a time in ISO 8601: " + value, value);
  }
  auto parts = ReadDatePicture(ToUtf16(*picture));
  if (!parts.ok()) return parts.error();
  auto components = ReadComponents(*parts, text);
  if (!components.ok()) return components.error();
  if (!*components || (*components)->empty()) return Value();
  auto millis = TimeBuilder(std::move(**components), now_millis).Build();
  if (!millis.ok()) return millis.error();
  return Value(*millis);
}

}  // namespace pawl::jsonata
