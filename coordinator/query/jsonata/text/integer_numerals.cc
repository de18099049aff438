#include "coordinator/query/jsonata/text/integer_numerals.h"

#include <array>
#include <cmath>
#include <limits>

namespace pawl::jsonata {
namespace {

struct Numeral {
  int value;
  std::string_view text;
};
constexpr auto kNumerals = std::to_array<Numeral>({{1000, "m"},
                                                   {900, "cm"},
                                                   {500, "d"},
                                                   {400, "cd"},
                                                   {100, "c"},
                                                   {90, "xc"},
                                                   {50, "l"},
                                                   {40, "xl"},
                                                   {10, "x"},
                                                   {9, "ix"},
                                                   {5, "v"},
                                                   {4, "iv"},
                                                   {1, "i"}});

}  // namespace

std::u16string Letters(double value, char16_t first) {
  std::u16string reversed;
  while (value > 0) {
    reversed.push_back(static_cast<char16_t>(std::fmod(value - 1, 26) + first));
    value = std::floor((value - 1) / 26);
  }
  return {reversed.rbegin(), reversed.rend()};
}

std::string Roman(double value) {
  std::string roman;
  for (const Numeral& numeral : kNumerals) {
    for (; value >= numeral.value; value -= numeral.value) roman.append(numeral.text);
  }
  return roman;
}

double ParseLetters(std::u16string_view text, char16_t first) {
  double value = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const double letter = static_cast<double>(text[text.size() - 1 - i]) - first + 1;
    value += letter * std::pow(26, static_cast<double>(i));
  }
  return value;
}

double ParseRoman(std::u16string_view text) {
  double total = 0;
  int largest = 1;
  for (size_t i = text.size(); i-- > 0;) {
    int value = 0;
    for (const Numeral& numeral : kNumerals) {
      const bool same = numeral.text.size() == 1 &&
                        text[i] == static_cast<char16_t>(numeral.text[0] - ('a' - 'A'));
      if (same) value = numeral.value;
    }
    if (value == 0) return std::numeric_limits<double>::quiet_NaN();
    if (value < largest) {
      total -= value;
    } else {
      largest = value;
      total += value;
    }
  }
  return total;
}

}  // namespace pawl::jsonata
