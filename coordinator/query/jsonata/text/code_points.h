// The string functions of JSONata that count characters, on plain strings.
//
// Positions and lengths are code points and arrive as JSONata's numbers, which may be negative,
// fractional or huge. Half a surrogate pair counts as one.

#ifndef PAWL_QUERY_JSONATA_TEXT_CODE_POINTS_H_
#define PAWL_QUERY_JSONATA_TEXT_CODE_POINTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/query/jsonata/error.h"

namespace pawl::jsonata {

size_t Length(std::string_view text);

// $substring; the result refers to `text`.
std::string_view SubstringByCodePoints(std::string_view text, double start,
                                       std::optional<double> length);

// The text itself when it does not contain `chars`.
std::string SubstringBefore(std::string_view text, std::string_view chars);
std::string SubstringAfter(std::string_view text, std::string_view chars);
bool Contains(std::string_view text, std::string_view token);

std::string Uppercase(std::string_view text);
std::string Lowercase(std::string_view text);
// Runs of spaces, tabs and line ends become one space, and none at either end.
std::string Trim(std::string_view text);

// To the left when the width is negative. kTooLongCode beyond `max_bytes`.
Result<std::string> Pad(std::string_view text, double width, std::string_view chars,
                        size_t max_bytes);

// With an empty separator the UTF-16 units one by one. D3020 when the limit is negative.
Result<std::vector<std::string>> Split(std::string_view text, std::string_view separator,
                                       std::optional<double> limit);

// Plain strings; `replacement` is taken as it is. D3010 when the pattern is empty, D3011 when the
// limit is negative, kTooLongCode beyond `max_bytes`.
Result<std::string> Replace(std::string_view text, std::string_view pattern,
                            std::string_view replacement, std::optional<double> limit,
                            size_t max_bytes);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_CODE_POINTS_H_
