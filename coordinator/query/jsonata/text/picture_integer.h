// $formatInteger and $parseInteger: digits, letters, roman numerals and words.

#ifndef PAWL_QUERY_JSONATA_TEXT_PICTURE_INTEGER_H_
#define PAWL_QUERY_JSONATA_TEXT_PICTURE_INTEGER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/query/jsonata/error.h"

namespace pawl::jsonata {

// Formats floor(value). D3130: the picture is a numbering sequence that nobody supports. D3131:
// digits of two scripts in one picture.
Result<std::string> FormatInteger(double value, std::string_view picture);

// The errors of FormatInteger. NaN when the text is no such number.
Result<double> ParseInteger(std::string_view text, std::string_view picture);

// A picture that has been read. Date pictures are made of these.
struct IntegerPicture {
  enum class Kind { kDecimal, kLetters, kRoman, kWords, kSequence };
  enum class Case { kLower, kUpper, kTitle };
  struct Separator {
    double position = 0;  // digits to its right
    std::u16string text;
  };

  Kind kind = Kind::kDecimal;
  Case letter_case = Case::kLower;
  bool ordinal = false;
  // Of decimal pictures. `regular`: one separator, repeated at every multiple of its position.
  char32_t zero = U'0';
  std::optional<double> mandatory_digits;
  double optional_digits = 0;
  bool regular = false;
  std::vector<Separator> separators;
  // How many digits to read where the next part of a date follows without anything between.
  std::optional<double> parse_width;
  // What a sequence starts with.
  std::u16string token;
};

Result<IntegerPicture> ReadIntegerPicture(std::u16string_view picture);
// `value` is an integer or NaN.
Result<std::u16string> FormatInteger(double value, const IntegerPicture& picture);
Result<double> ParseInteger(std::u16string_view text, const IntegerPicture& picture);
// A JavaScript regular expression for the texts that the picture describes.
Result<std::u16string> IntegerPattern(const IntegerPicture& picture);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_PICTURE_INTEGER_H_
