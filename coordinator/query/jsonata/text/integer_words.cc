#include "coordinator/query/jsonata/text/integer_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/query/jsonata/text/code_points.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

constexpr auto kCardinals = std::to_array<std::string_view>(
    {"Zero",     "One",     "Two",     "Three",     "Four",     "Five",    "Six",
     "Seven",    "Eight",   "Nine",    "Ten",       "Eleven",   "Twelve",  "Thirteen",
     "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"});
constexpr auto kOrdinals = std::to_array<std::string_view>(
    {"Zeroth",     "First",     "Second",    "Third",       "Fourth",     "Fifth",     "Sixth",
     "Seventh",    "Eighth",    "Ninth",     "Tenth",       "Eleventh",   "Twelfth",   "Thirteenth",
     "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth", "Nineteenth"});
// "Hundred" is among the tens where words are read, as in the reference implementation.
constexpr auto kTens = std::to_array<std::string_view>(
    {"Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety", "Hundred"});
constexpr auto kMagnitudes =
    std::to_array<std::string_view>({"Thousand", "Million", "Billion", "Trillion"});

// `after`: there are words before it.
std::string Words(double number, bool after, bool ordinal);

std::string BelowHundred(double number, bool after, bool ordinal) {
  std::string words = after ? " and " : "";
  const std::string_view tens = kTens[static_cast<size_t>(number / 10) - 2];
  const double rest = std::fmod(number, 10);
  if (rest > 0) return words.append(tens) + "-" + Words(rest, false, ordinal);
  if (ordinal) return words.append(tens.substr(0, tens.size() - 1)) + "ieth";
  return words.append(tens);
}

std::string WithRest(std::string words, double rest, bool ordinal) {
  if (rest > 0) return words + Words(rest, true, ordinal);
  return ordinal ? words + "th" : words;
}

std::string Words(double number, bool after, bool ordinal) {
  if (number <= 19) {
    const auto index = static_cast<size_t>(number);
    return std::string(after ? " and " : "").append(ordinal ? kOrdinals[index] : kCardinals[index]);
  }
  if (number < 100) return BelowHundred(number, after, ordinal);
  std::string words = after ? ", " : "";
  if (number < 1000) {
    words.append(kCardinals[static_cast<size_t>(number / 100)]).append(" Hundred");
    return WithRest(std::move(words), std::fmod(number, 100), ordinal);
  }
  const size_t magnitude = std::min(static_cast<size_t>(std::floor(std::log10(number) / 3)),
                                    kMagnitudes.size());  // trillions of trillions
  const double factor = std::pow(10, 3.0 * static_cast<double>(magnitude));
  const double count = std::floor(number / factor);
  words.append(Words(count, false, false)).append(" ").append(kMagnitudes[magnitude - 1]);
  return WithRest(std::move(words), number - count * factor, ordinal);
}

// In the order in which the reference implementation puts them into its regular expression.
const std::vector<std::pair<std::string, double>>& WordValues() {
  static const auto* const kValues = [] {
    auto* values = new std::vector<std::pair<std::string, double>>();
    for (size_t i = 0; i < kCardinals.size(); ++i)
      values->emplace_back(Lowercase(kCardinals[i]), i);
    for (size_t i = 0; i < kOrdinals.size(); ++i) values->emplace_back(Lowercase(kOrdinals[i]), i);
    for (size_t i = 0; i < kTens.size(); ++i) {
      const std::string word = Lowercase(kTens[i]);
      const double value = static_cast<double>(i + 2) * 10;
      values->emplace_back(word, value);
      values->emplace_back(word.substr(0, word.size() - 1) + "ieth", value);
    }
    values->emplace_back("hundredth", 100);
    for (size_t i = 0; i < kMagnitudes.size(); ++i) {
      const std::string word = Lowercase(kMagnitudes[i]);
      const double value = std::pow(10, 3.0 * static_cast<double>(i + 1));
      values->emplace_back(word, value);
      values->emplace_back(word + "th", value);
    }
    return values;
  }();
  return *kValues;
}

double ValueOf(std::u16string_view word) {
  static const auto* const kIndex =
      new std::unordered_map<std::string, double>(WordValues().begin(), WordValues().end());
  const auto found = kIndex->find(FromUtf16(word));
  return found == kIndex->end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

// How many units at `at` separate two words: ", " or " and " or one of " \-", in this order.
size_t SeparatorAt(std::u16string_view text, size_t at) {
  const auto space = [&](size_t i) { return i < text.size() && IsJsSpace(text[i]); };
  if (text[at] == u',') return space(at + 1) ? 2 : 0;
  if (text[at] == u'\\' || text[at] == u'-') return 1;
  if (!space(at)) return 0;
  return text.substr(at + 1, 3) == u"and" && space(at + 4) ? 5 : 1;
}

}  // namespace

std::string NumberToWords(double value, bool ordinal) { return Words(value, false, ordinal); }

double WordsToNumber(std::u16string_view text) {
  // Sums of what is below a magnitude; a hundred or more multiplies the last.
  std::vector<double> sums = {0};
  const auto add = [&sums](double value) {
    if (!(value < 100)) {
      sums.back() *= value;
    } else if (sums.back() >= 1000) {
      sums.push_back(value);
    } else {
      sums.back() += value;
    }
  };
  size_t start = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t length = SeparatorAt(text, at);
    if (length == 0) {
      ++at;
      continue;
    }
    add(ValueOf(text.substr(start, at - start)));
    at += length;
    start = at;
  }
  add(ValueOf(text.substr(start)));
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

std::string NumberWordsPattern() {
  std::string pattern = "(?:";
  for (const auto& [word, value] : WordValues()) pattern.append(word).append("|");
  return pattern + "and|[\\-, ])+";
}

}  // namespace pawl::jsonata
