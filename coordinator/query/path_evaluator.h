// Carries out compiled paths. Internal to the query folder.
//
// Errors:
//   NOT_FOUND            a definite way leads nowhere, in Jayway's words
//   INVALID_ARGUMENT     a filter on something that has no elements
//   FAILED_PRECONDITION  a function that cannot be applied
//   RESOURCE_EXHAUSTED   more work than a path may make

#ifndef PAWL_QUERY_PATH_EVALUATOR_H_
#define PAWL_QUERY_PATH_EVALUATOR_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/base/json.h"
#include "coordinator/query/path_program.h"

namespace pawl::query {

// How many nodes one evaluation may look at: `$..*..*..*` is short to write.
inline constexpr size_t kMaxVisits = 5'000'000;

// What an evaluation and all paths inside it share.
struct EvaluationContext {
  Json root;  // `$` in filters and arguments
  JsonArena* arena;
  size_t visits_left = kMaxVisits;
  // What paths on the root document gave, so that a filter asks once and not for each element.
  std::vector<std::pair<const PathProgram*, absl::StatusOr<Json>>> root_values;
};

// What a missing member means.
enum class Missing {
  kDefault,   // nothing is selected; on a definite way it is an error
  kNotFound,  // an error also where several nodes are selected: the test whether a path exists
};

// Applies `path` to `document`. A definite path gives its value, any other an array.
absl::StatusOr<Json> EvaluatePath(const PathProgram& path, Json document, Missing missing,
                                  EvaluationContext* context);

// Whether `item` passes.
absl::StatusOr<bool> EvaluateFilter(const Filter& filter, Json item, EvaluationContext* context);

// Applies the function of `step` to `subject`.
absl::StatusOr<Json> CallFunction(const Step& step, Json subject, EvaluationContext* context);

}  // namespace pawl::query

#endif  // PAWL_QUERY_PATH_EVALUATOR_H_
