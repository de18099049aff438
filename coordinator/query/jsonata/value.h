// What an evaluation handles: Json values, of which arrays remember how they came about, and
// functions.

#ifndef PAWL_QUERY_JSONATA_VALUE_H_
#define PAWL_QUERY_JSONATA_VALUE_H_

#include <cmath>
#include <cstdint>
#include <span>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/node.h"
#include "coordinator/query/jsonata/signature.h"

namespace pawl::jsonata {

// Marks of arrays. An array of the input has none of them.
inline constexpr uint8_t kSequence = 1;       // of results: one alone stands for itself, none is
                                              // undefined
inline constexpr uint8_t kKeepSingleton = 2;  // a sequence that stays an array even of one
inline constexpr uint8_t kConstructed = 4;    // made by `[]` in a path, not flattened into others
inline constexpr uint8_t kOuterWrapper = 8;   // around an input that is an array
inline constexpr uint8_t kStream = 16;        // of tuples
inline constexpr uint8_t kGrowable = 32;      // see Evaluator::Append

// Marks of undefined.
inline constexpr uint8_t kFailed = 1;    // no value: the evaluation has failed
inline constexpr uint8_t kUnbound = 2;   // in a slot: not bound yet
inline constexpr uint8_t kTailCall = 3;  // a call in tail position is still to be made
inline constexpr uint8_t kHole = 4;      // among the arguments of a partial application

// Mark of functions.
inline constexpr uint8_t kPassed = 1;  // as an argument of a call that is not in tail position

inline Json FailedValue() { return Json().WithMark(kFailed); }
inline bool Failed(Json value) { return value.is_undefined() && value.mark() == kFailed; }
inline bool IsUnbound(Json value) { return value.is_undefined() && value.mark() == kUnbound; }
inline bool IsTailCall(Json value) { return value.is_undefined() && value.mark() == kTailCall; }
inline bool IsHole(Json value) { return value.is_undefined() && value.mark() == kHole; }

inline bool IsSequence(Json value) { return value.is_array() && (value.mark() & kSequence) != 0; }
inline bool IsConstructed(Json value) {
  return value.is_array() && (value.mark() & kConstructed) != 0;
}
inline bool IsStream(Json value) { return value.is_array() && (value.mark() & kStream) != 0; }

// Numbers are JavaScript's doubles. Whole ones are kept as integers where those are exact.
inline Json Number(double number) {
  constexpr double kMaxExact = 9007199254740992.0;
  if (std::abs(number) <= kMaxExact) {
    const auto whole = static_cast<int64_t>(number);
    if (static_cast<double>(whole) == number && (whole != 0 || !std::signbit(number))) {
      return Json::Int(whole);
    }
  }
  return Json::Double(number);
}

// Variables that travel with a value through a path, the latest first.
struct Binding {
  int name;
  Json value;
  const Binding* next;
};

struct Tuple {
  Json at;
  const Binding* bindings = nullptr;
};

inline const Tuple& TupleOf(Json value) { return *static_cast<const Tuple*>(value.as_opaque()); }

struct Frame {
  const Frame* parent = nullptr;
  const Binding* tuple = nullptr;
  Json* slots = nullptr;
};

struct Builtin;

struct Function {
  enum class Kind : uint8_t { kBuiltin, kLambda, kPartial, kRegex, kNextMatch, kTransform, kChain };

  Kind kind = Kind::kBuiltin;
  int arity = 1;  // how many arguments a function that takes functions gives it at most
  const Signature* signature = nullptr;
  const Builtin* builtin = nullptr;
  const Node* node = nullptr;        // of a lambda or a transform
  const Frame* frame = nullptr;      // where that was written
  Json input;                        // and what the context was
  const Function* first = nullptr;   // of a partial application, or of a chain
  const Function* second = nullptr;  // of a chain
  std::span<const Json> arguments;   // of a partial application
  const Regex* regex = nullptr;
  Json text;         // of kNextMatch: what is searched
  size_t start = 0;  // from here, in UTF-16 units
  // Made by the evaluation, which notes on it under which name it was called last: whoever is given
  // the function to call has no other name for its failures. What is built in and never more than
  // called by its name is shared by all evaluations.
  bool own = true;
  mutable std::string_view called_as;
};

inline const Function* FunctionOf(Json value) {
  return static_cast<const Function*>(value.as_opaque());
}

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_VALUE_H_
