// Whole numbers as letters (a, b, ... z, aa) and as roman numerals.

#ifndef PAWL_QUERY_JSONATA_TEXT_INTEGER_NUMERALS_H_
#define PAWL_QUERY_JSONATA_TEXT_INTEGER_NUMERALS_H_

#include <string>
#include <string_view>

namespace pawl::jsonata {

// Beyond this the reference implementation runs out of stack; it is one `m` for every thousand.
inline constexpr double kMaxRoman = 5'000'000;

// `first`: the letter of 1. Nothing for 0.
std::u16string Letters(double value, char16_t first);
double ParseLetters(std::u16string_view text, char16_t first);

// In lower case, up to kMaxRoman.
std::string Roman(double value);
// Of numerals in upper case; NaN when one is none.
double ParseRoman(std::u16string_view text);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_INTEGER_NUMERALS_H_
