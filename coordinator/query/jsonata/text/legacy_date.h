// Days and times that are not quite ISO 8601, as V8's Date.parse takes them.

#ifndef PAWL_QUERY_JSONATA_TEXT_LEGACY_DATE_H_
#define PAWL_QUERY_JSONATA_TEXT_LEGACY_DATE_H_

#include <string_view>

namespace pawl::jsonata {

// Milliseconds since 1970, or NaN. For texts of digits, signs, colons, points and a Z that begin
// with a year of four digits, and are no day of ISO 8601. The time is UTC.
double TimeOfLegacy(std::string_view text);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_LEGACY_DATE_H_
