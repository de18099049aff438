// Whole numbers in English words, both ways, as $formatInteger and $parseInteger have them.

#ifndef PAWL_QUERY_JSONATA_TEXT_INTEGER_WORDS_H_
#define PAWL_QUERY_JSONATA_TEXT_INTEGER_WORDS_H_

#include <string>
#include <string_view>

namespace pawl::jsonata {

// "Two Hundred and Twelve"; as an ordinal "Two Hundred and Twelfth". `value` is at least 0.
std::string NumberToWords(double value, bool ordinal);

// The value of lower-case words; NaN when one of them is no number.
double WordsToNumber(std::u16string_view text);

// A JavaScript regular expression for a row of such words.
std::string NumberWordsPattern();

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_INTEGER_WORDS_H_
