#include "coordinator/query/jsonata/text/picture_number.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "coordinator/query/jsonata/text/decimal_picture.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/picture_limits.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

// The digits of a fixed-point number in the digits of the format.
std::u16string InDigits(std::string_view text, std::u16string_view zero_digit) {
  std::u16string digits;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit || zero_digit == u"0") {
      digits.push_back(static_cast<char16_t>(c));
    } else if (!zero_digit.empty()) {
      digits.push_back(static_cast<char16_t>(zero_digit[0] + (c - '0')));
    }
  }
  return digits;
}

std::u16string Repeat(std::u16string_view part, double count) {
  std::u16string repeated;
  for (; count > 0; --count) repeated.append(part);
  return repeated;
}

// What stands in the place of the point. JavaScript's replace() gives a meaning to `$`.
std::u16string PointReplacement(std::u16string_view separator, std::u16string_view before,
                                std::u16string_view after) {
  std::u16string replacement;
  for (size_t i = 0; i < separator.size(); ++i) {
    const char16_t next = i + 1 < separator.size() ? separator[i + 1] : u'\0';
    if (separator[i] != u'$' || (next != u'$' && next != u'&' && next != u'`' && next != u'\'')) {
      replacement.push_back(separator[i]);
      continue;
    }
    ++i;
    replacement.append(next == u'$'   ? std::u16string_view(u"$")
                       : next == u'&' ? std::u16string_view(u".")
                       : next == u'`' ? before
                                      : after);
  }
  return replacement;
}

void ReplacePoint(std::u16string_view separator, std::u16string* digits) {
  const size_t point = digits->find(u'.');
  if (point == std::u16string::npos) {
    digits->append(separator);
    return;
  }
  const std::u16string before = digits->substr(0, point);
  const std::u16string after = digits->substr(point + 1);
  *digits = before + PointReplacement(separator, before, after) + after;
}

void StripZeros(std::u16string_view zero, std::u16string* digits) {
  if (zero.size() != 1) return;
  const size_t first = digits->find_first_not_of(zero[0]);
  digits->erase(0, first == std::u16string::npos ? digits->size() : first);
  const size_t last = digits->find_last_not_of(zero[0]);
  digits->resize(last == std::u16string::npos ? 0 : last + 1);
}

// JavaScript's indexOf.
double IndexOf(std::u16string_view text, std::u16string_view part) {
  const size_t at = text.find(part);
  return at == std::u16string_view::npos ? -1 : static_cast<double>(at);
}

// Puts `separator` at `position`, counted as JavaScript's slice counts.
void Insert(double position, std::u16string_view separator, std::u16string* digits) {
  const auto at = static_cast<ptrdiff_t>(position);
  std::u16string changed(Slice(*digits, 0, at));
  changed.append(separator).append(Slice(*digits, at, static_cast<ptrdiff_t>(digits->size())));
  *digits = std::move(changed);
}

void Group(const SubPicture& picture, const DecimalFormat& format, std::u16string* digits) {
  double point = IndexOf(*digits, format.decimal_separator);
  if (picture.regular_grouping > 0) {
    const double groups = std::floor((point - 1) / picture.regular_grouping);
    for (double group = 1; group <= groups; ++group) {
      Insert(point - group * picture.regular_grouping, format.grouping_separator, digits);
    }
  } else {
    for (const double position : picture.integer_grouping) {
      Insert(point - position, format.grouping_separator, digits);
      ++point;
    }
  }
  point = IndexOf(*digits, format.decimal_separator);
  for (const double position : picture.fraction_grouping) {
    Insert(position + point + 1, format.grouping_separator, digits);
  }
}

struct Scaled {
  double mantissa;
  double exponent = 0;
};

Scaled Scale(double number, double integer_digits) {
  Scaled scaled{number};
  const double most = std::pow(10, integer_digits);
  const double least = std::pow(10, integer_digits - 1);
  if (number == 0 || !std::isfinite(number)) return scaled;
  while (std::fabs(scaled.mantissa) < least) {
    scaled.mantissa *= 10;
    --scaled.exponent;
  }
  while (std::fabs(scaled.mantissa) > most) {
    scaled.mantissa /= 10;
    ++scaled.exponent;
  }
  return scaled;
}

double Adjusted(double value, const SubPicture& picture, const DecimalFormat& format) {
  if (picture.text.find(format.percent) != std::u16string::npos) return value * 100;
  if (picture.text.find(format.per_mille) != std::u16string::npos) return value * 1000;
  return value;
}

// The digits with their separators, without prefix, suffix and exponent.
Result<std::u16string> Mantissa(double number, const SubPicture& picture,
                                const DecimalFormat& format) {
  auto fixed = ToFixed(std::fabs(Round(number, picture.max_fraction)),
                       static_cast<int>(picture.max_fraction));
  if (!fixed.ok()) return fixed.error();
  std::u16string digits = InDigits(*fixed, format.zero_digit);
  ReplacePoint(format.decimal_separator, &digits);
  StripZeros(format.zero_digit, &digits);
  const double point = IndexOf(digits, format.decimal_separator);
  const double fraction = static_cast<double>(digits.size()) - point - 1;
  digits = Repeat(format.zero_digit, picture.min_integer - point) + digits +
           Repeat(format.zero_digit, picture.min_fraction - fraction);
  Group(picture, format, &digits);
  const double end = IndexOf(digits, format.decimal_separator);
  const bool bare = picture.text.find(format.decimal_separator) == std::u16string::npos ||
                    end == static_cast<double>(digits.size()) - 1;
  if (bare && !digits.empty()) digits.pop_back();
  return digits;
}

}  // namespace

Result<DecimalFormat> ReadDecimalFormat(Json options) {
  DecimalFormat format;
  const std::pair<std::string_view, std::u16string*> names[] = {
      {"decimal-separator", &format.decimal_separator},
      {"grouping-separator", &format.grouping_separator},
      {"exponent-separator", &format.exponent_separator},
      {"minus-sign", &format.minus_sign},
      {"percent", &format.percent},
      {"per-mille", &format.per_mille},
      {"zero-digit", &format.zero_digit},
      {"digit", &format.digit},
      {"pattern-separator", &format.pattern_separator}};
  for (const auto& [name, member] : names) {
    const Json value = options.Find(name);
    if (value.is_undefined()) continue;
    if (!value.is_string()) {
      return MakeError("", "the option " + std::string(name) + " of $formatNumber is a string");
    }
    *member = ToUtf16(value.as_string());
    if (member->size() > kMaxOptionUnits) return PictureTooLong();
  }
  return format;
}

Result<std::string> FormatNumber(double value, std::string_view picture,
                                 const DecimalFormat& format) {
  auto pictures = ReadDecimalPicture(ToUtf16(picture), format);
  if (!pictures.ok()) return pictures.error();
  SubPicture& chosen = value >= 0 || pictures->size() == 1 ? pictures->front() : pictures->back();
  if (!(value >= 0) && pictures->size() == 1) chosen.prefix.insert(0, format.minus_sign);

  Scaled scaled{Adjusted(value, chosen, format)};
  if (chosen.min_exponent > 0) scaled = Scale(scaled.mantissa, chosen.scaling);
  auto text = Mantissa(scaled.mantissa, chosen, format);
  if (!text.ok()) return text.error();
  if (chosen.min_exponent > 0) {
    const std::u16string exponent =
        InDigits(NumberText(std::fabs(scaled.exponent)), format.zero_digit);
    text->append(format.exponent_separator);
    if (scaled.exponent < 0) text->append(format.minus_sign);
    text->append(
        Repeat(format.zero_digit, chosen.min_exponent - static_cast<double>(exponent.size())));
    text->append(exponent);
  }
  return FromUtf16(chosen.prefix + *text + chosen.suffix);
}

}  // namespace pawl::jsonata
