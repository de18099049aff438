// From texts to numbers.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The value of `c` as a digit of some radix up to 36; 36 when it is none.
int DigitValue(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'z') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'Z') return static_cast<int>(c - 'A') + 10;
  return 36;
}

// Digits of a radix of 2 to the power of `bits`, rounded to the nearest double once. NaN when a
// character is no such digit, or there is none.
double PowerOfTwoRadix(std::string_view digits, int bits) {
  if (digits.empty()) return kNaN;
  // The first 64 significant bits, whether anything but zeros follows, and how many bits follow.
  uint64_t head = 0;
  bool rest = false;
  int dropped = 0;
  for (const char c : digits) {
    const int value = DigitValue(static_cast<unsigned char>(c));
    if (value >= 1 << bits) return kNaN;
    for (int bit = bits - 1; bit >= 0; --bit) {
      const bool set = ((value >> bit) & 1) != 0;
      if (head >> 63 != 0) {
        rest = rest || set;
        if (dropped < 5000) ++dropped;
      } else {
        head = head << 1 | (set ? 1 : 0);
      }
    }
  }
  // The last bit of the 64 is far below a double's: it can say "and a little more" for all behind.
  return std::ldexp(static_cast<double>(head | (rest ? 1 : 0)), dropped);
}

// Whether all of `text` is -?digits[.digits][e[+-]digits].
bool IsPlainDecimal(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t start = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i > start;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (!digits()) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

// from_chars leaves the value alone when it is out of range: too large or too small.
double OutOfRange(std::string_view text) {
  const size_t e = text.find_first_of("eE");
  const bool negative = text.starts_with('-');
  bool small = e != std::string_view::npos && e + 1 < text.size() && text[e + 1] == '-';
  if (e == std::string_view::npos) {
    const size_t start = text.find_first_not_of("-0");
    small = start != std::string_view::npos && text[start] == '.';
  } else if (small) {
    // A long mantissa with a small negative exponent may still be too large.
    const size_t point = std::min(text.find('.'), e);
    const size_t lead = text.find_first_not_of("-0");
    int exponent = 0;
    const auto read = std::from_chars(text.data() + e + 1, text.data() + text.size(), exponent);
    if (read.ec == std::errc() && lead < point)
      small = static_cast<int>(point - lead) + exponent < 0;
  } else {
    const size_t first = text.find_first_not_of("-0.");
    small = false;
    const size_t point = text.find('.');
    if (first >= e) {
      small = true;
    } else if (point != std::string_view::npos && first > point) {
      int exponent = 0;
      const char* start = text.data() + e + 1 + (text[e + 1] == '+' ? 1 : 0);
      const auto read = std::from_chars(start, text.data() + text.size(), exponent);
      if (read.ec == std::errc()) small = exponent < static_cast<int>(first - point);
    }
  }
  const double magnitude = small ? 0 : kInfinity;
  return negative ? -magnitude : magnitude;
}

std::string_view TrimJs(std::string_view text) {
  size_t begin = 0;
  size_t end = 0;
  bool started = false;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    if (IsJsSpace(NextCodePoint(text, &at))) continue;
    if (!started) begin = start;
    started = true;
    end = at;
  }
  return started ? text.substr(begin, end - begin) : std::string_view();
}

// Whether the pattern of the reference implementation for other radixes is found in `text`. Its
// anchors bind to the first and the last alternative only.
bool LooksLikeRadix(std::string_view text) {
  const auto digit_within = [](char c, int radix) {
    return DigitValue(static_cast<unsigned char>(c)) < radix;
  };
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != '0') continue;
    const char letter = static_cast<char>(text[i + 1] | 0x20);
    if (letter == 'x' && i == 0 && digit_within(text[i + 2], 16)) return true;
    if (letter == 'o' && digit_within(text[i + 2], 8)) return true;
    if (letter == 'b' && text.find_first_not_of("01", i + 2) == std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

double DecimalOf(std::string_view digits) {
  double value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return read.ec == std::errc::result_out_of_range ? OutOfRange(digits) : value;
}

double NumberOf(std::string_view text) {
  text = TrimJs(text);
  if (text.empty()) return 0;
  if (text.size() > 2 && text[0] == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    if (letter == 'x') return PowerOfTwoRadix(text.substr(2), 4);
    if (letter == 'o') return PowerOfTwoRadix(text.substr(2), 3);
    if (letter == 'b') return PowerOfTwoRadix(text.substr(2), 1);
  }
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  if (text == "Infinity") return negative ? -kInfinity : kInfinity;
  // JavaScript takes ".5" and "5." as well.
  std::string plain(text);
  if (plain.starts_with('.') && plain.size() > 1 && IsDigit(plain[1])) plain.insert(0, 1, '0');
  const size_t point = plain.find('.');
  if (point != std::string::npos && point > 0 &&
      (point + 1 == plain.size() || plain[point + 1] == 'e' || plain[point + 1] == 'E')) {
    plain.erase(point, 1);
  }
  if (plain.starts_with('-') || !IsPlainDecimal(plain)) return kNaN;
  const double value = DecimalOf(plain);
  return negative ? -value : value;
}

double ParseIntPrefix(std::u16string_view text) {
  size_t i = 0;
  while (i < text.size() && IsJsSpace(text[i])) ++i;
  bool negative = false;
  if (i < text.size() && (text[i] == u'-' || text[i] == u'+')) negative = text[i++] == u'-';
  int radix = 10;
  if (i + 1 < text.size() && text[i] == u'0' && (text[i + 1] == u'x' || text[i + 1] == u'X')) {
    radix = 16;
    i += 2;
  }
  std::string digits;
  for (; i < text.size() && DigitValue(text[i]) < radix; ++i) {
    digits.push_back(static_cast<char>(text[i]));
  }
  if (digits.empty()) return kNaN;
  const double value = radix == 16 ? PowerOfTwoRadix(digits, 4) : DecimalOf(digits);
  return negative ? -value : value;
}

Result<double> ReadNumber(std::string_view text) {
  if (IsPlainDecimal(text)) {
    const double value = DecimalOf(text);
    if (std::isfinite(value)) return value;
  }
  if (LooksLikeRadix(text)) return NumberOf(text);
  std::string value;
  AppendJsonString(text, &value, NumberStyle::kJavaScript);
  return MakeError("D3030", "this text is not a number: " + value, value);
}

}  // namespace pawl::jsonata
