// Evaluates expressions in one line, for tables of cases.

#ifndef PAWL_TESTS_UNIT_JSONATA_EVALUATION_H_
#define PAWL_TESTS_UNIT_JSONATA_EVALUATION_H_

#include <string>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/jsonata.h"

namespace pawl::jsonata {

struct World {
  std::string_view input;     // JSON; empty: undefined
  std::string_view bindings;  // JSON; empty: none
  Limits limits;
  CompileOptions options;
  absl::Time now = absl::UnixEpoch();
};

// The outcome as JSON text, "undefined", or the code of the error.
inline std::string Outcome(std::string_view expression, const World& world = {}) {
  JsonArena arena;
  const auto parse = [&](std::string_view text) {
    return text.empty() ? Json() : ParseJson(text, &arena).value();
  };
  const Result<Expression> compiled = Expression::Compile(expression, world.options);
  if (!compiled.ok()) return compiled.error().code;
  Inputs inputs;
  inputs.input = parse(world.input);
  inputs.bindings = parse(world.bindings);
  inputs.now = world.now;
  uint64_t calls = 0;
  inputs.random = [&calls] { return ++calls * 0x9E3779B97F4A7C15u; };
  const Result<Json> value = compiled->Evaluate(inputs, world.limits, &arena);
  if (!value.ok()) return value.error().code;
  return value->is_undefined() ? "undefined" : WriteJson(*value, NumberStyle::kJavaScript);
}

inline std::string OutcomeOf(std::string_view expression, std::string_view input) {
  World world;
  world.input = input;
  return Outcome(expression, world);
}

inline JsonataError ErrorOf(std::string_view expression, std::string_view input = "") {
  JsonArena arena;
  const Result<Expression> compiled = Expression::Compile(expression);
  if (!compiled.ok()) return compiled.error();
  Inputs inputs;
  if (!input.empty()) inputs.input = ParseJson(input, &arena).value();
  const Result<Json> value = compiled->Evaluate(inputs, Limits(), &arena);
  return value.ok() ? JsonataError() : value.error();
}

}  // namespace pawl::jsonata

#endif  // PAWL_TESTS_UNIT_JSONATA_EVALUATION_H_
