// $formatNumber: XPath picture strings for numbers, as the reference implementation reads them.

#ifndef PAWL_QUERY_JSONATA_TEXT_PICTURE_NUMBER_H_
#define PAWL_QUERY_JSONATA_TEXT_PICTURE_NUMBER_H_

#include <string>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/error.h"

namespace pawl::jsonata {

// What the third argument of $formatNumber may override. Each may be of any length; only those of
// one UTF-16 unit ever match a character of the picture.
struct DecimalFormat {
  std::u16string decimal_separator = u".";
  std::u16string grouping_separator = u",";
  std::u16string exponent_separator = u"e";
  std::u16string minus_sign = u"-";
  std::u16string percent = u"%";
  std::u16string per_mille = u"\u2030";
  std::u16string zero_digit = u"0";
  std::u16string digit = u"#";
  std::u16string pattern_separator = u";";
  // `infinity` and `NaN` are options too; no number that JSONata has is either.
};

// Reads the options object; names that mean nothing are ignored, as in the reference. An error
// without a code when an option that is used is not a string.
Result<DecimalFormat> ReadDecimalFormat(Json options);

// D3080 to D3093 when the picture is wrong.
Result<std::string> FormatNumber(double value, std::string_view picture,
                                 const DecimalFormat& format = {});

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_PICTURE_NUMBER_H_
