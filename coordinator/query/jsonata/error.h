// What a JSONata expression fails with: the reference implementation's codes and facts.

#ifndef PAWL_QUERY_JSONATA_ERROR_H_
#define PAWL_QUERY_JSONATA_ERROR_H_

#include <string>
#include <string_view>
#include <utility>

#include "coordinator/base/outcome.h"

namespace pawl::jsonata {

struct JsonataError {
  // "D3080", "T0410", ...; empty where the reference implementation throws a JavaScript exception
  // of its own (an invalid regular expression, a digit beyond Unicode), which has no code.
  std::string code;
  // One sentence for a reader.
  std::string message;
  // What the code's message speaks of: the name of a function or operator, or the offending text.
  std::string token;
  // The token is a number, true, false or null, as JSON text.
  bool token_is_literal = false;
  // Where in the expression, in UTF-16 units as the reference counts; -1 where the failing part
  // does not know. The evaluator fills it in.
  int position = -1;
  // The offending value as JSON text; empty when there is none.
  std::string value;
  std::string value2;
};

template <typename T>
using Result = Outcome<T, JsonataError>;

// Results that would be longer than the caller allows.
inline constexpr std::string_view kTooLongCode = "D2015";
// Work that would take longer than the caller allows.
inline constexpr std::string_view kTooSlowCode = "D1012";

inline JsonataError MakeError(std::string_view code, std::string message, std::string value = "") {
  JsonataError error;
  error.code = std::string(code);
  error.message = std::move(message);
  error.value = std::move(value);
  return error;
}

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_ERROR_H_
