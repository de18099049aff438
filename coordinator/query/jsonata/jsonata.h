// JSONata: expressions that query and transform JSON. The behaviour is that of the reference
// implementation, version 2.2.2, without $eval, and with the functions that Step Functions adds:
// $partition, $range, $hash, $random with a seed, $uuid, $parse.
//
//   Result<Expression> expression = Expression::Compile("$sum(items.(price * qty))");
//   Result<Json> sum = expression->Evaluate(inputs, Limits(), &arena);

#ifndef PAWL_QUERY_JSONATA_JSONATA_H_
#define PAWL_QUERY_JSONATA_JSONATA_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/time/time.h"
#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/error.h"

namespace pawl::jsonata {

// The code of an outcome that is a function, or has one in it.
inline constexpr std::string_view kUnsupportedResult = "UNSUPPORTED_RESULT";
// The code of every limit that was reached.
inline constexpr std::string_view kLimitReached = "U1001";

// What one evaluation may take. Beyond any of them it ends with U1001.
struct Limits {
  absl::Duration time = absl::Seconds(10);
  // Evaluations within evaluations; a call in tail position does not deepen.
  int depth = 2500;
  // Of the arena, and of what is being put together for it.
  size_t memory_bytes = 768u << 20;
  // Of the thread's stack, however deep that is.
  size_t stack_bytes = 4u << 20;
};

// What an evaluation sees of the world.
struct Inputs {
  Json input;                          // `$` and `$$`; may be undefined
  Json bindings;                       // an object: variables by their names, without the `$`
  absl::Time now = absl::UnixEpoch();  // $now(), $millis()
  std::function<uint64_t()> random = nullptr;  // 64 random bits; without it $random() is 0
  // Numbers in the outcome that JSON does not have become null, as JavaScript writes them. Without
  // it they stay.
  bool null_for_infinity = false;
};

struct CompileOptions {
  // The operators `?:` and `??` of JSONata 2.1. Without them they are S0211, as in Step Functions.
  bool default_operators = true;
};

struct Program;

// A compiled expression. Immutable: copies share the program, and any number of threads may
// evaluate it at once.
class Expression {
 public:
  // Codes S0xxx, with the position and the token.
  static Result<Expression> Compile(std::string_view text, const CompileOptions& options = {});

  // Undefined when the expression gives nothing. The value refers to the arena, to what `inputs`
  // has and to the program: it is valid as long as all three live. Never blocks; recurses on the
  // stack of the thread within the limits.
  Result<Json> Evaluate(const Inputs& inputs, const Limits& limits, JsonArena* arena) const;

 private:
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

  std::shared_ptr<const Program> program_;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_JSONATA_H_
