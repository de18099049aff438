// Reads the picture strings of $fromMillis and $toMillis.

#ifndef PAWL_QUERY_JSONATA_TEXT_DATE_PICTURE_H_
#define PAWL_QUERY_JSONATA_TEXT_DATE_PICTURE_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/query/jsonata/error.h"
#include "coordinator/query/jsonata/text/picture_integer.h"

namespace pawl::jsonata {

// A literal, or a marker like `[Y0001]`.
struct DatePart {
  enum class Names { kNone, kLower, kUpper, kTitle };

  std::u16string literal;
  // The letter of a marker; 0 in literals.
  char16_t component = 0;
  // `n`, `N` or `Nn`: in words of the calendar.
  Names names = Names::kNone;
  // How a number is written; there is none for names and for what is no number.
  std::optional<IntegerPicture> integer;
  // Behind a comma; not there for `*`, NaN for what is no number.
  std::optional<double> max_width;
  bool has_width = false;
  // Y: the year is taken modulo ten to this power, unless it is -1.
  double year_digits = -1;
  // The letter `t` behind a time zone: `Z` for none.
  bool traditional = false;
};

// D3132, D3135 and the errors of integer pictures.
Result<std::vector<DatePart>> ReadDatePicture(std::u16string_view picture);

inline constexpr std::array<std::u16string_view, 12> kMonthNames = {
    u"January", u"February", u"March",     u"April",   u"May",      u"June",
    u"July",    u"August",   u"September", u"October", u"November", u"December"};
inline constexpr std::array<std::u16string_view, 7> kDayNames = {
    u"Monday", u"Tuesday", u"Wednesday", u"Thursday", u"Friday", u"Saturday", u"Sunday"};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_DATE_PICTURE_H_
