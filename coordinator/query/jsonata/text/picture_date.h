// $fromMillis and $toMillis: XPath picture strings for dates and times.
//
// Times are milliseconds since 1970, as doubles, in UTC; local time, where JavaScript speaks of it,
// is UTC.

#ifndef PAWL_QUERY_JSONATA_TEXT_PICTURE_DATE_H_
#define PAWL_QUERY_JSONATA_TEXT_PICTURE_DATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/query/jsonata/error.h"

namespace pawl::jsonata {

// Without a picture ISO 8601 with milliseconds. `timezone` is `+hhmm` or `-hhmm`. D3132 to D3135
// and the errors of integer pictures when the picture is wrong.
Result<std::string> FormatMillis(double millis, std::optional<std::string_view> picture,
                                 std::optional<std::string_view> timezone);

// Without a picture ISO 8601, D3110 when it is not; the time is NaN for days that no calendar has.
// With a picture nothing when the text does not match it; what the picture leaves out to the left
// comes from `now_millis`. D3136 when the parts do not make a time, D3132 to D3135 and the errors
// of integer pictures when the picture is wrong.
Result<std::optional<double>> ParseMillis(std::string_view text,
                                          std::optional<std::string_view> picture,
                                          double now_millis);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_PICTURE_DATE_H_
