#include "coordinator/query/jsonata/text/js_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "coordinator/base/json.h"

namespace pawl::jsonata {
namespace {

// Number.prototype.toString(radix) for integers: what a double cannot tell is written as zeros.
std::string IntegerInRadix(double value, int radix) {
  double integer = std::fabs(value);
  std::string reversed;
  while (integer / radix >= 9007199254740992.0) {  // 2^53, as V8 has it
    integer /= radix;
    reversed.push_back('0');
  }
  do {
    const double remainder = std::fmod(integer, radix);
    reversed.push_back("0123456789abcdefghijklmnopqrstuvwxyz"[static_cast<int>(remainder)]);
    integer = (integer - remainder) / radix;
  } while (integer > 0);
  if (value < 0) reversed.push_back('-');
  return {reversed.rbegin(), reversed.rend()};
}

// JavaScript's Math.round: halves up.
double RoundHalfUp(double value) {
  const double down = std::floor(value);
  return value - down >= 0.5 ? down + 1 : down;
}

// The number times ten to `exponent`, by moving the point in its text: multiplying would not be
// exact.
double ShiftPoint(double value, double exponent) {
  const std::string text = NumberText(value);
  const size_t e = text.find('e');
  double total = exponent;
  if (e != std::string::npos) total += NumberOf(std::string_view(text).substr(e + 1));
  return NumberOf(text.substr(0, e) + "e" + NumberText(total));
}

// One more in the last place of the digits, point left alone.
void IncrementDecimal(std::string* text) {
  for (size_t i = text->size(); i-- > 0;) {
    if ((*text)[i] == '.') continue;
    if ((*text)[i] != '9') {
      ++(*text)[i];
      return;
    }
    (*text)[i] = '0';
  }
  text->insert(0, 1, '1');
}

std::string FixedText(double value, int digits) {
  char buffer[1600];  // 309 digits before the point, 1074 behind it
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed, digits);
  return {buffer, end.ptr};
}

std::string ScientificText(double value, int digits) {
  char buffer[800];  // no double has more than 767 digits
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific, digits);
  return {buffer, end.ptr};
}

}  // namespace

std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return "0";
  std::string text;
  AppendNumber(value, &text, NumberStyle::kJavaScript);
  return text;
}

double At15Digits(double value) {
  if (!std::isfinite(value) || value == std::trunc(value)) return value;
  std::string text = ScientificText(std::fabs(value), 14);
  // As in ToFixed: an exact half is rounded up. One has a sixteenth digit, a 5, and no more.
  const std::string longer = ScientificText(std::fabs(value), 15);
  const size_t e = longer.find('e');
  if (longer[e - 1] == '5') {
    const std::string exact = ScientificText(std::fabs(value), 770);
    if (exact.find_first_not_of('0', e) == exact.find('e')) {
      std::string digits = longer.substr(0, e - 1);
      IncrementDecimal(&digits);
      text = digits + longer.substr(e);
    }
  }
  return std::copysign(DecimalOf(text), value);
}

Result<std::string> FormatBase(double value, std::optional<double> radix) {
  value = Round(value);
  const double rounded = radix ? Round(*radix) : 10;
  if (rounded < 2 || rounded > 36) {
    return MakeError("D3100",
                     "a number's base is at least 2 and at most 36, not " + NumberText(rounded),
                     NumberText(rounded));
  }
  if (std::isnan(rounded)) return MakeError("", "a number's base is at least 2 and at most 36");
  if (rounded == 10 || !std::isfinite(value)) return NumberText(value);
  return IntegerInRadix(value, static_cast<int>(rounded));
}

double Round(double value, double precision) {
  const bool shift = precision != 0 && !std::isnan(precision);
  if (shift) value = ShiftPoint(value, precision);
  double rounded = RoundHalfUp(value);
  if (std::fabs(rounded - value) == 0.5 && std::fabs(std::fmod(rounded, 2)) == 1) rounded -= 1;
  if (shift) rounded = ShiftPoint(rounded, -precision);
  return rounded == 0 ? 0 : rounded;  // no negative zero
}

Result<std::string> ToFixed(double value, int digits) {
  if (digits < 0 || digits > 100) {
    return MakeError("", "toFixed() digits argument must be between 0 and 100");
  }
  if (!std::isfinite(value) || std::fabs(value) >= 1e21) return NumberText(value);
  std::string text = FixedText(std::fabs(value), digits);
  // to_chars rounds an exact half to the even digit, JavaScript rounds it up.
  const std::string longer = FixedText(std::fabs(value), digits + 1);
  if (longer.back() == '5') {
    const std::string exact = FixedText(std::fabs(value), 1074);
    const size_t behind = exact.find('.') + 1 + static_cast<size_t>(digits) + 1;
    if (exact.find_first_not_of('0', behind) == std::string::npos) {
      text = longer.substr(0, longer.size() - 1);
      if (text.back() == '.') text.pop_back();
      IncrementDecimal(&text);
    }
  }
  if (std::signbit(value) && value != 0) text.insert(0, 1, '-');
  return text;
}

}  // namespace pawl::jsonata
