// What a JSONPath is compiled to: steps, each of which leads from one node to others. Internal to
// the query folder. Immutable once compiled; may be used by any number of threads.

#ifndef PAWL_QUERY_PATH_PROGRAM_H_
#define PAWL_QUERY_PATH_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/base/json.h"
#include "re2/re2.h"

namespace pawl::query {

struct Filter;
struct PathProgram;

enum class Function : uint8_t {
  kAvg,
  kStddev,
  kSum,
  kMin,
  kMax,
  kConcat,
  kLength,
  kAppend,
  kKeys,
  kFirst,
  kLast,
  kIndex,
  kUnknown,  // Jayway notices only when it calls it, and so does AWS
};

// Either a path, evaluated on the root document, or a JSON value.
struct FunctionArgument {
  std::unique_ptr<PathProgram> path;
  Json value;
};

struct Step {
  enum class Kind : uint8_t { kNames, kIndexes, kSlice, kWildcard, kScan, kFilter, kFunction };

  Kind kind = Kind::kNames;
  // Whether this step leads to one node at most, and whether all steps before it do.
  bool definite = true;
  bool upstream_definite = true;

  std::vector<std::string> names;         // kNames
  char quote = '\'';                      // how the names are shown in messages
  std::vector<int32_t> indexes;           // kIndexes
  std::optional<int32_t> from, to;        // kSlice, `[from:to]`
  std::unique_ptr<Filter> filter;         // kFilter
  Function function = Function::kLength;  // kFunction
  std::string function_name;              // as written
  std::vector<FunctionArgument> arguments;

  bool is_single_name() const { return kind == Kind::kNames && names.size() == 1; }
  bool is_single_index() const { return kind == Kind::kIndexes && indexes.size() == 1; }
};

struct PathProgram {
  bool from_item = false;  // `@`, the item that a filter looks at; else `$`
  bool definite = true;
  // Only single names and indexes: evaluated without any list of results.
  bool simple = true;
  std::vector<Step> steps;

  bool ends_with_function() const {
    return !steps.empty() && steps.back().kind == Step::Kind::kFunction;
  }
};

enum class Comparison : uint8_t {
  kEquals,
  kNotEquals,
  kSameTypeEquals,
  kSameTypeNotEquals,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kMatches,
  kIn,
  kNotIn,
  kContains,
  kAll,
  kSize,
  kEmpty,
  kSubsetOf,
  kAnyOf,
  kNoneOf,
};

// One side of a comparison: a path, a regular expression, or (when neither is set) a value.
struct Operand {
  std::unique_ptr<PathProgram> path;
  std::unique_ptr<re2::RE2> pattern;
  Json value;
};

struct Filter {
  enum class Kind : uint8_t { kOr, kAnd, kNot, kExists, kMissing, kCompare };

  Kind kind = Kind::kExists;
  std::vector<std::unique_ptr<Filter>> children;  // kOr, kAnd, kNot
  Operand left;                                   // kExists and kMissing: a path
  Comparison comparison = Comparison::kEquals;
  Operand right;
};

// Fills in what follows from the steps: `definite`, `upstream_definite`, `simple`.
void Seal(PathProgram* path);

// The normal form of a step, as Jayway shows it in messages: `['a']`, `[0]`, `[*]`, `..`, `[?]`.
std::string StepText(const Step& step);
// The same of all steps from `first` on.
std::string StepsText(const PathProgram& path, size_t first);
// The whole path, with its root.
std::string PathText(const PathProgram& path);

}  // namespace pawl::query

#endif  // PAWL_QUERY_PATH_PROGRAM_H_
