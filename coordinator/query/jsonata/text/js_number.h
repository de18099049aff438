// Numbers as JavaScript reads, writes and rounds them.
//
// Numbers are doubles. Not every result is finite: `ReadNumber("0x1z")` is NaN as it is in the
// reference implementation. Who makes a value of it decides.

#ifndef PAWL_QUERY_JSONATA_TEXT_JS_NUMBER_H_
#define PAWL_QUERY_JSONATA_TEXT_JS_NUMBER_H_

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/query/jsonata/error.h"

namespace pawl::jsonata {

// Number.prototype.toString: the shortest digits that read back as the same number; "NaN",
// "Infinity", "-Infinity".
std::string NumberText(double value);

// What $string prints of a number inside a text: the number with at most 15 significant digits,
// integers as they are.
double At15Digits(double value);

// JavaScript's Number(text) and parseInt(text): NaN where they are.
double NumberOf(std::string_view text);
double ParseIntPrefix(std::u16string_view text);
// parseFloat of plain digits with an optional fraction and exponent, nothing else.
double DecimalOf(std::string_view digits);

// $number of a string. D3030 when it is no number.
Result<double> ReadNumber(std::string_view text);

// $formatBase. D3100 when the radix, rounded, is not within 2 and 36.
Result<std::string> FormatBase(double value, std::optional<double> radix);

// $round: to `precision` decimal places (negative ones too), halves to the even digit.
double Round(double value, double precision = 0);

// Number.prototype.toFixed: at most 100 digits behind the point, else an error without a code.
Result<std::string> ToFixed(double value, int digits);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_JS_NUMBER_H_
