// The built-in functions.

#ifndef PAWL_QUERY_JSONATA_FUNCTIONS_H_
#define PAWL_QUERY_JSONATA_FUNCTIONS_H_

#include <optional>
#include <span>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/value.h"

namespace pawl::jsonata {

// The arguments of one call. What was not given is undefined.
struct CallArguments {
  std::span<const Json> values;
  Json operator[](size_t at) const { return at < values.size() ? values[at] : Json(); }
  size_t size() const { return values.size(); }
  std::string_view text(size_t at) const { return (*this)[at].as_string(); }
  // Nothing when the argument was not given.
  std::optional<double> number(size_t at) const {
    const Json value = (*this)[at];
    if (!value.is_number()) return std::nullopt;
    return value.as_double();
  }
};

using Implementation = Json (*)(Evaluator& evaluator, const CallArguments& arguments);

struct Builtin {
  std::string_view name;
  Implementation call;
  std::string_view signature;
  // How many parameters the reference's function declares before the first with a default: as many
  // arguments a function that takes functions gives it.
  int arity;
};

// Each file of functions has its table.
std::span<const Builtin> StringFunctions();
std::span<const Builtin> PatternFunctions();
std::span<const Builtin> NumberFunctions();
std::span<const Builtin> ArrayFunctions();
std::span<const Builtin> ObjectFunctions();
std::span<const Builtin> HigherOrderFunctions();
std::span<const Builtin> TimeFunctions();
std::span<const Builtin> StatesFunctions();

// Undefined when there is none of that name. Lives as long as the program that runs.
Json FindBuiltin(std::string_view name);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_FUNCTIONS_H_
