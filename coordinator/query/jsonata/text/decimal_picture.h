// Reads and checks the picture strings of $formatNumber.

#ifndef PAWL_QUERY_JSONATA_TEXT_DECIMAL_PICTURE_H_
#define PAWL_QUERY_JSONATA_TEXT_DECIMAL_PICTURE_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/query/jsonata/error.h"
#include "coordinator/query/jsonata/text/picture_number.h"

namespace pawl::jsonata {

// One half of a picture: that of the numbers from zero up, or that of the negative ones.
struct SubPicture {
  std::u16string text;
  std::u16string prefix;
  std::u16string suffix;
  // Where grouping separators stand, in digits to their right, and in a fraction to their left.
  std::vector<double> integer_grouping;
  std::vector<double> fraction_grouping;
  double regular_grouping = 0;  // the distance when they stand at all its multiples, else 0
  double min_integer = 0;
  double scaling = 0;  // digits before the point of a mantissa
  double min_fraction = 0;
  double max_fraction = 0;
  double min_exponent = 0;  // 0: no exponent
};

// One or two. D3080 to D3093.
Result<std::vector<SubPicture>> ReadDecimalPicture(std::u16string_view picture,
                                                   const DecimalFormat& format);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_DECIMAL_PICTURE_H_
