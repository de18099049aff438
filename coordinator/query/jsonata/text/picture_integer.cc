#include "coordinator/query/jsonata/text/picture_integer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/text/code_points.h"
#include "coordinator/query/jsonata/text/integer_numerals.h"
#include "coordinator/query/jsonata/text/integer_words.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/picture_limits.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

// Of $parseInteger: the separators of a picture times the units of a text.
constexpr size_t kMaxRemovalSteps = 500'000'000;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The zeros of the scripts whose digits a picture may be made of: those that JSONata knows.
constexpr auto kZeros = std::to_array<char32_t>(
    {0x30,   0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
     0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0,
     0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
     0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10});

// The zero of the script that `digit` is of, or 0.
char32_t ZeroOf(char32_t digit) {
  for (const char32_t zero : kZeros) {
    if (digit >= zero && digit <= zero + 9) return zero;
  }
  return 0;
}

std::u16string Ascii(std::string_view text) { return {text.begin(), text.end()}; }

JsonataError Unsupported(const IntegerPicture& picture) {
  std::string value;
  AppendJsonString(FromUtf16(picture.token), &value, NumberStyle::kJavaScript);
  return MakeError("D3130",
                   "numbers as a sequence that starts with " + value + " are not supported", value);
}

// The distance at which one separator stands again and again, or 0 when it is not so.
double RegularDistance(const std::vector<IntegerPicture::Separator>& separators) {
  if (separators.empty()) return 0;
  int64_t distance = 0;
  for (const auto& separator : separators) {
    if (separator.text != separators[0].text) return 0;
    distance = std::gcd(distance, static_cast<int64_t>(separator.position));
  }
  for (size_t i = 1; i <= separators.size(); ++i) {
    const auto wanted = static_cast<double>(static_cast<int64_t>(i) * distance);
    if (std::none_of(separators.begin(), separators.end(),
                     [wanted](const auto& separator) { return separator.position == wanted; })) {
      return 0;
    }
  }
  return static_cast<double>(distance);
}

// Digits, `#` and separators, read from the right. False when digits of two scripts meet.
bool ReadDigits(std::u16string_view picture, IntegerPicture* read) {
  std::u32string code_points;
  for (size_t at = 0; at < picture.size();) code_points.push_back(NextCodePoint(picture, &at));
  char32_t zero = 0;
  double digits = 0;
  double mandatory = 0;
  for (size_t i = code_points.size(); i-- > 0;) {
    const char32_t c = code_points[i];
    if (const char32_t family = ZeroOf(c); family != 0) {
      if (zero != 0 && family != zero) return false;
      zero = family;
      ++digits;
      ++mandatory;
    } else if (c == U'#') {
      ++digits;
    } else {
      IntegerPicture::Separator separator{digits, {}};
      AppendCodePoint(c, &separator.text);
      read->separators.push_back(std::move(separator));
    }
  }
  if (mandatory == 0) {
    read->kind = IntegerPicture::Kind::kSequence;
    read->token = picture;
    return true;
  }
  read->zero = zero;
  read->mandatory_digits = mandatory;
  read->optional_digits = digits - mandatory;
  if (const double distance = RegularDistance(read->separators); distance > 0) {
    read->regular = true;
    read->separators = {{distance, read->separators[0].text}};
  }
  return true;
}

// Puts the separators of `picture` between the digits.
void Group(const IntegerPicture& picture, std::u16string* digits) {
  const auto insert = [digits](double position, std::u16string_view separator) {
    // A position left of all digits is taken the way JavaScript takes it.
    const ptrdiff_t at = static_cast<ptrdiff_t>(digits->size()) - static_cast<ptrdiff_t>(position);
    const std::u16string tail(Substr(*digits, at, static_cast<ptrdiff_t>(digits->size())));
    digits->resize(Substr(*digits, 0, at).size());
    digits->append(separator).append(tail);
  };
  if (picture.regular) {
    const auto& [distance, text] = picture.separators[0];
    for (double i = std::floor((static_cast<double>(digits->size()) - 1) / distance); i > 0; --i) {
      insert(i * distance, text);
    }
    return;
  }
  for (size_t i = picture.separators.size(); i-- > 0;) {
    insert(picture.separators[i].position, picture.separators[i].text);
  }
}

std::string_view OrdinalSuffix(std::u16string_view digits) {
  const bool teen = digits.size() > 1 && digits[digits.size() - 2] == u'1';
  if (!teen && digits.ends_with(u'1')) return "st";
  if (!teen && digits.ends_with(u'2')) return "nd";
  if (!teen && digits.ends_with(u'3')) return "rd";
  return "th";
}

std::u16string Digits(double value, const IntegerPicture& picture) {
  std::u16string digits = Ascii(NumberText(value));
  const double missing =
      picture.mandatory_digits.value_or(kNaN) - static_cast<double>(digits.size());
  if (missing > 0) digits.insert(0, static_cast<size_t>(missing), u'0');
  if (picture.zero != U'0') {
    for (char16_t& digit : digits) digit = static_cast<char16_t>(digit + picture.zero - U'0');
  }
  Group(picture, &digits);
  if (picture.ordinal) digits.append(Ascii(OrdinalSuffix(digits)));
  return digits;
}

void Remove(std::u16string_view part, std::u16string* text) {
  std::u16string left;
  size_t from = 0;
  for (size_t at = 0; (at = text->find(part, from)) != std::u16string::npos;) {
    left.append(*text, from, at - from);
    from = at + part.size();
  }
  *text = left.append(*text, from);
}

Result<double> ParseDigits(std::u16string_view text, const IntegerPicture& picture) {
  std::u16string digits(text);
  if (picture.ordinal) digits.resize(digits.size() < 2 ? 0 : digits.size() - 2);
  if (picture.regular) {
    // The reference implementation takes out commas here, whatever the picture's separator is.
    Remove(u",", &digits);
  } else {
    if (picture.separators.size() * digits.size() > kMaxRemovalSteps) {
      return MakeError(kTooSlowCode, "the text of this picture is too long");
    }
    for (const auto& separator : picture.separators) Remove(separator.text, &digits);
  }
  if (picture.zero != U'0') {
    for (char16_t& digit : digits) {
      const int64_t shifted = int64_t{digit} - picture.zero + U'0';
      if (shifted < 0) return MakeError("", "Invalid code point " + std::to_string(shifted));
      digit = static_cast<char16_t>(shifted);
    }
  }
  return ParseIntPrefix(digits);
}

}  // namespace

Result<IntegerPicture> ReadIntegerPicture(std::u16string_view picture) {
  using Kind = IntegerPicture::Kind;
  using Case = IntegerPicture::Case;
  if (picture.size() > kMaxNumberPictureUnits) return PictureTooLong();
  IntegerPicture read;
  const size_t semicolon = picture.rfind(u';');
  if (semicolon != std::u16string_view::npos) {
    read.ordinal = picture.substr(semicolon + 1).starts_with(u'o');
    picture = picture.substr(0, semicolon);
  }
  const auto simple = [&](Kind kind, Case letter_case) {
    read.kind = kind;
    read.letter_case = letter_case;
    return read;
  };
  if (picture == u"A") return simple(Kind::kLetters, Case::kUpper);
  if (picture == u"a") return simple(Kind::kLetters, Case::kLower);
  if (picture == u"I") return simple(Kind::kRoman, Case::kUpper);
  if (picture == u"i") return simple(Kind::kRoman, Case::kLower);
  if (picture == u"W") return simple(Kind::kWords, Case::kUpper);
  if (picture == u"Ww") return simple(Kind::kWords, Case::kTitle);
  if (picture == u"w") return simple(Kind::kWords, Case::kLower);
  if (!ReadDigits(picture, &read)) {
    return MakeError("D3131", "the digits of a picture are all of one script");
  }
  return read;
}

Result<std::u16string> FormatInteger(double value, const IntegerPicture& picture) {
  using Case = IntegerPicture::Case;
  const bool negative = value < 0;
  value = std::fabs(value);
  std::u16string text;
  switch (picture.kind) {
    case IntegerPicture::Kind::kLetters:
      text = Letters(value, picture.letter_case == Case::kUpper ? u'A' : u'a');
      break;
    case IntegerPicture::Kind::kRoman: {
      if (value > kMaxRoman) return MakeError("", "Maximum call stack size exceeded");
      const std::string roman = Roman(value);
      text = Ascii(picture.letter_case == Case::kUpper ? Uppercase(roman) : roman);
      break;
    }
    case IntegerPicture::Kind::kWords: {
      if (!std::isfinite(value)) return MakeError("", "Maximum call stack size exceeded");
      const std::string words = NumberToWords(value, picture.ordinal);
      text = Ascii(picture.letter_case == Case::kUpper   ? Uppercase(words)
                   : picture.letter_case == Case::kLower ? Lowercase(words)
                                                         : words);
      break;
    }
    case IntegerPicture::Kind::kDecimal:
      text = Digits(value, picture);
      break;
    case IntegerPicture::Kind::kSequence:
      return Unsupported(picture);
  }
  if (negative) text.insert(0, 1, u'-');
  return text;
}

Result<double> ParseInteger(std::u16string_view text, const IntegerPicture& picture) {
  const bool upper = picture.letter_case == IntegerPicture::Case::kUpper;
  switch (picture.kind) {
    case IntegerPicture::Kind::kLetters:
      return ParseLetters(text, upper ? u'A' : u'a');
    case IntegerPicture::Kind::kRoman:
      return ParseRoman(upper ? std::u16string(text) : ToUtf16(Uppercase(FromUtf16(text))));
    case IntegerPicture::Kind::kWords:
      return WordsToNumber(ToUtf16(Lowercase(FromUtf16(text))));
    case IntegerPicture::Kind::kDecimal:
      return ParseDigits(text, picture);
    case IntegerPicture::Kind::kSequence:
      break;
  }
  return Unsupported(picture);
}

Result<std::u16string> IntegerPattern(const IntegerPicture& picture) {
  const bool upper = picture.letter_case == IntegerPicture::Case::kUpper;
  switch (picture.kind) {
    case IntegerPicture::Kind::kLetters:
      return std::u16string(upper ? u"[A-Z]+" : u"[a-z]+");
    case IntegerPicture::Kind::kRoman:
      return std::u16string(upper ? u"[MDCLXVI]+" : u"[mdclxvi]+");
    case IntegerPicture::Kind::kWords:
      return Ascii(NumberWordsPattern());
    case IntegerPicture::Kind::kDecimal: {
      std::u16string pattern = u"[0-9]";
      const double width = picture.parse_width.value_or(0);
      pattern += width != 0 && !std::isnan(width) ? u"{" + Ascii(NumberText(width)) + u"}" : u"+";
      if (picture.ordinal) pattern += u"(?:th|st|nd|rd)";
      return pattern;
    }
    case IntegerPicture::Kind::kSequence:
      break;
  }
  return Unsupported(picture);
}

Result<std::string> FormatInteger(double value, std::string_view picture) {
  auto read = ReadIntegerPicture(ToUtf16(picture));
  if (!read.ok()) return read.error();
  auto text = FormatInteger(std::floor(value), *read);
  if (!text.ok()) return text.error();
  return FromUtf16(*text);
}

Result<double> ParseInteger(std::string_view text, std::string_view picture) {
  auto read = ReadIntegerPicture(ToUtf16(picture));
  if (!read.ok()) return read.error();
  return ParseInteger(ToUtf16(text), *read);
}

}  // namespace pawl::jsonata
