#include "coordinator/query/jsonata/text/decimal_picture.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>

#include "coordinator/query/jsonata/text/picture_limits.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

constexpr size_t kNone = std::u16string_view::npos;

struct Parts {
  std::u16string_view text;
  std::u16string_view prefix;
  std::u16string_view suffix;
  std::u16string_view active;
  std::u16string_view mantissa;
  std::optional<std::u16string_view> exponent;
  std::u16string_view integer;
  std::u16string_view fraction;
};

bool Is(char16_t c, std::u16string_view sign) { return sign.size() == 1 && sign[0] == c; }

bool IsDigit(char16_t c, const DecimalFormat& format) {
  if (format.zero_digit.empty()) return false;
  return static_cast<char16_t>(c - format.zero_digit[0]) < 10;
}

bool IsDigitOrOptional(char16_t c, const DecimalFormat& format) {
  return IsDigit(c, format) || Is(c, format.digit);
}

bool IsActive(char16_t c, const DecimalFormat& format) {
  return IsDigitOrOptional(c, format) || Is(c, format.decimal_separator) ||
         Is(c, format.exponent_separator) || Is(c, format.grouping_separator) ||
         Is(c, format.pattern_separator);
}

double CountDigits(std::u16string_view text, const DecimalFormat& format) {
  return static_cast<double>(
      std::count_if(text.begin(), text.end(), [&](char16_t c) { return IsDigit(c, format); }));
}

double CountAllDigits(std::u16string_view text, const DecimalFormat& format) {
  return static_cast<double>(std::count_if(
      text.begin(), text.end(), [&](char16_t c) { return IsDigitOrOptional(c, format); }));
}

bool OccursTwice(std::u16string_view text, std::u16string_view sign) {
  return text.find(sign) != text.rfind(sign);
}

bool Contains(std::u16string_view text, std::u16string_view sign) {
  return text.find(sign) != kNone;
}

// JavaScript's charAt, of which `sign` may be the empty result.
bool CharIs(std::u16string_view text, ptrdiff_t at, std::u16string_view sign) {
  const bool inside = at >= 0 && at < static_cast<ptrdiff_t>(text.size());
  return inside ? Is(text[static_cast<size_t>(at)], sign) : sign.empty();
}

std::vector<std::u16string_view> SplitPicture(std::u16string_view picture,
                                              std::u16string_view separator) {
  std::vector<std::u16string_view> pictures;
  if (separator.empty()) {
    for (size_t i = 0; i < picture.size(); ++i) pictures.push_back(picture.substr(i, 1));
    return pictures;
  }
  for (;;) {
    const size_t at = picture.find(separator);
    pictures.push_back(picture.substr(0, at));
    if (at == kNone) return pictures;
    picture.remove_prefix(at + separator.size());
  }
}

Parts SplitParts(std::u16string_view text, const DecimalFormat& format) {
  Parts parts;
  parts.text = text;
  const auto frames = [&](char16_t c) {
    return IsActive(c, format) && !Is(c, format.exponent_separator);
  };
  const auto first = std::find_if(text.begin(), text.end(), frames);
  const auto last = std::find_if(text.rbegin(), text.rend(), frames);
  if (first != text.end()) {
    parts.prefix = text.substr(0, static_cast<size_t>(first - text.begin()));
    parts.suffix = text.substr(static_cast<size_t>(last.base() - text.begin()));
  }
  parts.active =
      text.substr(parts.prefix.size(), text.size() - parts.prefix.size() - parts.suffix.size());
  // The exponent's place is counted from the start of the picture and then taken from that of the
  // active part: so does the reference implementation.
  const size_t exponent = text.find(format.exponent_separator, parts.prefix.size());
  if (exponent == kNone || exponent > text.size() - parts.suffix.size()) {
    parts.mantissa = parts.active;
  } else {
    const auto at = static_cast<ptrdiff_t>(exponent);
    parts.mantissa = Substring(parts.active, 0, at);
    parts.exponent = Substring(parts.active, at + 1, static_cast<ptrdiff_t>(parts.active.size()));
  }
  const size_t point = parts.mantissa.find(format.decimal_separator);
  parts.integer = parts.mantissa.substr(0, point);
  parts.fraction = point == kNone
                       ? parts.suffix
                       : parts.mantissa.substr(std::min(point + 1, parts.mantissa.size()));
  return parts;
}

struct Rule {
  std::string_view code;
  const char* says;
  bool (*broken)(const Parts& parts, const DecimalFormat& format);
};

bool TouchesPoint(const Parts& parts, const DecimalFormat& format) {
  const auto point = static_cast<ptrdiff_t>(parts.text.find(format.decimal_separator));
  return point >= 0 && (CharIs(parts.text, point - 1, format.grouping_separator) ||
                        CharIs(parts.text, point + 1, format.grouping_separator));
}

bool EndsInGrouping(const Parts& parts, const DecimalFormat& format) {
  return !Contains(parts.text, format.decimal_separator) &&
         CharIs(parts.integer, static_cast<ptrdiff_t>(parts.integer.size()) - 1,
                format.grouping_separator);
}

bool OptionalBehindDigit(const Parts& parts, const DecimalFormat& format) {
  const size_t optional = parts.integer.find(format.digit);
  return optional != kNone && CountDigits(parts.integer.substr(0, optional), format) > 0;
}

bool DigitBehindOptional(const Parts& parts, const DecimalFormat& format) {
  const size_t optional = parts.fraction.rfind(format.digit);
  return optional != kNone && CountDigits(parts.fraction.substr(optional), format) > 0;
}

bool HasPercent(const Parts& parts, const DecimalFormat& format) {
  return Contains(parts.text, format.percent);
}

bool HasPerMille(const Parts& parts, const DecimalFormat& format) {
  return Contains(parts.text, format.per_mille);
}

// In the order of the codes; of those that are broken the last one is reported.
constexpr Rule kRules[] = {
    {"D3081", "a picture has one decimal separator at most",
     [](const Parts& p, const DecimalFormat& f) {
       return OccursTwice(p.text, f.decimal_separator);
     }},
    {"D3082", "a picture has one percent sign at most",
     [](const Parts& p, const DecimalFormat& f) { return OccursTwice(p.text, f.percent); }},
    {"D3083", "a picture has one per-mille sign at most",
     [](const Parts& p, const DecimalFormat& f) { return OccursTwice(p.text, f.per_mille); }},
    {"D3084", "a picture does not have both a percent sign and a per-mille sign",
     [](const Parts& p, const DecimalFormat& f) { return HasPercent(p, f) && HasPerMille(p, f); }},
    {"D3085", "the mantissa of a picture has at least one digit or optional digit",
     [](const Parts& p, const DecimalFormat& f) { return CountAllDigits(p.mantissa, f) == 0; }},
    {"D3086", "a picture has no other characters between those that stand for digits",
     [](const Parts& p, const DecimalFormat& f) {
       return !std::all_of(p.active.begin(), p.active.end(),
                           [&f](char16_t c) { return IsActive(c, f); });
     }},
    {"D3087", "a picture has no grouping separator beside the decimal separator", TouchesPoint},
    {"D3088", "the integer part of a picture does not end in a grouping separator", EndsInGrouping},
    {"D3089", "a picture does not have two grouping separators side by side",
     [](const Parts& p, const DecimalFormat& f) {
       return Contains(p.text, f.grouping_separator + f.grouping_separator);
     }},
    {"D3090", "in the integer part of a picture optional digits come before digits",
     OptionalBehindDigit},
    {"D3091", "in the fraction of a picture digits come before optional digits",
     DigitBehindOptional},
    {"D3092", "a picture with a percent or per-mille sign has no exponent",
     [](const Parts& p, const DecimalFormat& f) {
       return p.exponent && !p.exponent->empty() && (HasPercent(p, f) || HasPerMille(p, f));
     }},
    {"D3093", "the exponent of a picture is made of digits",
     [](const Parts& p, const DecimalFormat& f) {
       return p.exponent && (p.exponent->empty() || CountDigits(*p.exponent, f) !=
                                                        static_cast<double>(p.exponent->size()));
     }},
};

std::vector<double> GroupingPositions(std::u16string_view part, std::u16string_view integer,
                                      bool to_left, const DecimalFormat& format) {
  std::vector<double> positions;
  size_t at = part.find(format.grouping_separator);
  while (at != kNone) {
    const std::u16string_view counted = to_left            ? part.substr(0, at)
                                        : at < part.size() ? part.substr(at)
                                                           : std::u16string_view();
    positions.push_back(CountAllDigits(counted, format));
    // Also for fractions the next one is looked for in the integer part, as in the reference.
    at = integer.find(format.grouping_separator, at + 1);
  }
  return positions;
}

double RegularDistance(const std::vector<double>& positions) {
  int64_t distance = 0;
  for (const double position : positions)
    distance = std::gcd(distance, static_cast<int64_t>(position));
  for (size_t i = 1; i <= positions.size(); ++i) {
    const auto wanted = static_cast<double>(static_cast<int64_t>(i) * distance);
    if (std::find(positions.begin(), positions.end(), wanted) == positions.end()) return 0;
  }
  return static_cast<double>(distance);
}

SubPicture Analyse(const Parts& parts, const DecimalFormat& format) {
  SubPicture picture;
  picture.text = parts.text;
  picture.prefix = parts.prefix;
  picture.suffix = parts.suffix;
  picture.integer_grouping = GroupingPositions(parts.integer, parts.integer, false, format);
  picture.fraction_grouping = GroupingPositions(parts.fraction, parts.integer, true, format);
  picture.regular_grouping = RegularDistance(picture.integer_grouping);
  picture.min_integer = CountDigits(parts.integer, format);
  picture.scaling = picture.min_integer;
  picture.min_fraction = CountDigits(parts.fraction, format);
  picture.max_fraction = CountAllDigits(parts.fraction, format);
  if (picture.min_integer == 0 && picture.max_fraction == 0) {
    if (parts.exponent) {
      picture.min_fraction = picture.max_fraction = 1;
    } else {
      picture.min_integer = 1;
    }
  }
  if (parts.exponent && picture.min_integer == 0 && Contains(parts.integer, format.digit)) {
    picture.min_integer = 1;
  }
  if (picture.min_integer == 0 && picture.min_fraction == 0) picture.min_fraction = 1;
  if (parts.exponent) picture.min_exponent = CountDigits(*parts.exponent, format);
  return picture;
}

}  // namespace

Result<std::vector<SubPicture>> ReadDecimalPicture(std::u16string_view picture,
                                                   const DecimalFormat& format) {
  if (picture.size() > kMaxNumberPictureUnits) return PictureTooLong();
  std::vector<Parts> all;
  const auto texts = SplitPicture(picture, format.pattern_separator);
  if (texts.size() > 2) return MakeError("D3080", "a picture has two sub-pictures at most");
  if (texts.empty()) return MakeError("", "the picture is empty");
  for (const std::u16string_view text : texts) all.push_back(SplitParts(text, format));
  std::vector<SubPicture> pictures;
  for (const Parts& parts : all) {
    const Rule* broken = nullptr;
    for (const Rule& rule : kRules) {
      if (rule.broken(parts, format)) broken = &rule;
    }
    if (broken != nullptr) return MakeError(broken->code, broken->says);
  }
  for (const Parts& parts : all) pictures.push_back(Analyse(parts, format));
  return pictures;
}

}  // namespace pawl::jsonata
