// What a call of an intrinsic function is compiled to, and the functions. Internal to the asl
// folder.

#ifndef PAWL_ASL_INTRINSIC_CALL_H_
#define PAWL_ASL_INTRINSIC_CALL_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/asl/intrinsic.h"
#include "coordinator/base/json.h"
#include "coordinator/query/jsonpath.h"

namespace pawl::asl {

// What a function needs beside its arguments.
struct FunctionContext {
  const RandomBits& random;
  JsonArena* arena;
};

using Arguments = std::span<const Json>;

// Nothing when the arguments are not acceptable.
using IntrinsicBody = std::optional<Json> (*)(Arguments arguments, const FunctionContext& context);

struct IntrinsicFunction {
  std::string_view name;  // without `States.`
  size_t least_arguments;
  size_t most_arguments;
  IntrinsicBody body;
};

// Null when there is none of that name.
const IntrinsicFunction* FindIntrinsic(std::string_view name);

// The groups of functions; each knows only its own names.
std::span<const IntrinsicFunction> ArrayFunctions();
std::span<const IntrinsicFunction> TextFunctions();
std::span<const IntrinsicFunction> NumberFunctions();

// `floor(x + 0.5)`, as AWS rounds; nothing when `value` is no number, or too big to be exact.
std::optional<int64_t> RoundedInteger(Json value);

struct CompiledCall {
  using Argument = std::variant<Json, query::JsonPath, std::unique_ptr<CompiledCall>>;

  const IntrinsicFunction* function;
  std::vector<Argument> arguments;
};

// INVALID_ARGUMENT when `text` is not a call. Literals live in `literals`.
absl::StatusOr<std::unique_ptr<CompiledCall>> ParseIntrinsic(std::string_view text,
                                                             JsonArena* literals);

}  // namespace pawl::asl

#endif  // PAWL_ASL_INTRINSIC_CALL_H_
