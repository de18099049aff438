// JSONPath as AWS Step Functions accepts it: the dialect of Jayway JsonPath with its default
// options (reference/asl.md 5). A path is compiled once and evaluated often; a compiled path is
// immutable and may be used by any number of threads. Work and memory of an evaluation are bounded.
// Regular expressions are RE2's: no look-around, no back-references. A value that comes out may
// refer to memory of the compiled path (its literals), besides that of the document and the arena.

#ifndef PAWL_QUERY_JSONPATH_H_
#define PAWL_QUERY_JSONPATH_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/base/json.h"
#include "coordinator/query/environment.h"

namespace pawl::query {

// In what Step Functions and Jayway's library differ.
enum class Dialect {
  // A path begins with `$`. An indefinite path over missing data gives `[]`. Within a quoted name
  // the backslash before the other kind of quote belongs to the name (recorded).
  kStates,
  // `$.` is put before other texts. There must be something up to where an indefinite path fans
  // out.
  kJayway,
};

class JsonPath {
 public:
  enum class Root { kInput, kContext, kVariable };  // `$`, `$$`, `$name`

  // INVALID_ARGUMENT with the reason when `text` is not a path.
  static absl::StatusOr<JsonPath> Compile(std::string_view text,
                                          Dialect dialect = Dialect::kStates);

  const std::string& text() const;
  Root root() const;
  // Of a path whose root is a variable: the name without `$`.
  const std::string& variable() const;
  // Whether the path names at most one node (only names and indexes). An indefinite path gives an
  // array.
  bool definite() const;
  // Why this is not a Reference Path (reference/asl.md 5.2), or empty when it is one.
  const std::string& not_reference_reason() const;

  // NOT_FOUND when a definite path has no match, with Jayway's words: "No results for path:
  // $['x']", "Missing property in path $['no']"; also when there is no such variable.
  // FAILED_PRECONDITION and INVALID_ARGUMENT when a function or a filter does not fit the data,
  // RESOURCE_EXHAUSTED when the path selects more than a path may.
  absl::StatusOr<Json> Evaluate(const Environment& environment, JsonArena* arena) const;
  // The same with `document` as the root, whatever the path's own root is.
  absl::StatusOr<Json> EvaluateOn(Json document, JsonArena* arena) const;

  // Gives a copy of `document` in which the node named by this Reference Path is `value`. Missing
  // objects on the way are made; an existing array element is replaced. FAILED_PRECONDITION when
  // the way leads through something that is neither ("States.ReferencePathConflict"). Only for
  // Reference Paths.
  absl::StatusOr<Json> Replace(Json document, Json value, JsonArena* arena) const;

 private:
  struct Program;
  explicit JsonPath(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace pawl::query

#endif  // PAWL_QUERY_JSONPATH_H_
