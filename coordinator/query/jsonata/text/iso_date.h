// ISO 8601 as $toMillis takes it without a picture.

#ifndef PAWL_QUERY_JSONATA_TEXT_ISO_DATE_H_
#define PAWL_QUERY_JSONATA_TEXT_ISO_DATE_H_

#include <optional>
#include <string_view>

namespace pawl::jsonata {

// Nothing when the text does not look like `2018-02-01T10:00:00.123+01:00` or a part of it. NaN
// when it does, but V8's Date.parse makes no time of it. Where no zone is said it is UTC.
std::optional<double> ParseIsoDate(std::string_view text);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_ISO_DATE_H_
