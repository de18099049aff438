// Compiles the text of a JSONPath. Internal to the query folder.

#ifndef PAWL_QUERY_PATH_PARSER_H_
#define PAWL_QUERY_PATH_PARSER_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/base/json.h"
#include "coordinator/query/path_program.h"

namespace pawl::query {

// How deep filters, their brackets and arguments of functions may be nested.
inline constexpr int kMaxPathNesting = 32;
// How many steps that lead to several nodes one path may have: each multiplies the work.
inline constexpr int kMaxFanOut = 32;

// What all parts of one path share while it is compiled.
struct ParseContext {
  JsonArena* arena;  // holds the literals; must live as long as the program
  int nesting = 0;
  // Within a quoted name, `\"` in single quotes and `\'` in double ones keep their backslash.
  bool other_quotes_keep_backslash = false;
};

// `text` begins with `$` or `@`. INVALID_ARGUMENT when it is no path.
absl::StatusOr<PathProgram> ParsePath(std::string_view text, ParseContext* context);

// `text` is what stands between the brackets of `[?(...)]`.
absl::StatusOr<std::unique_ptr<Filter>> ParseFilter(std::string_view text, ParseContext* context);

// JSON as it may stand in a filter: strings also in single quotes, bare words are strings.
absl::StatusOr<Json> ParseLenientJson(std::string_view text, ParseContext* context);

}  // namespace pawl::query

#endif  // PAWL_QUERY_PATH_PARSER_H_
