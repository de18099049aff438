// How things look on a terminal: tables, times, colours, indented JSON.

#ifndef PAWL_CLI_PRINT_H_
#define PAWL_CLI_PRINT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/base/json.h"

namespace pawl::cli {

// Rows under a heading, columns two spaces apart, nothing behind the last one. Cells are one line.
std::string Table(const std::vector<std::string>& heading,
                  const std::vector<std::vector<std::string>>& rows);

// "2026-01-01 12:00:00.123", local time, of the API's timestamps (seconds, with a fraction); "-"
// when `seconds` is no number.
std::string LocalTime(Json seconds);
// Only "12:00:00.123".
std::string LocalTimeOfDay(Json seconds);

// With two spaces for each level, without a line end behind it.
std::string IndentedJson(Json value);

// `text` on one line of at most `max` characters; what is cut off shows as "...".
std::string OneLine(std::string_view text, size_t max);

enum class Colour { kNone, kDim, kRed, kGreen, kYellow, kBlue };
// `text` in that colour when standard output is a terminal and NO_COLOR is not set.
std::string Coloured(Colour colour, std::string_view text);
// The colour of an execution's status: green, red, yellow while it runs.
std::string ColouredStatus(std::string_view status);
// The terminal's columns; 0 when standard output is none.
size_t TerminalWidth();

}  // namespace pawl::cli

#endif  // PAWL_CLI_PRINT_H_
