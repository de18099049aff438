// Values as text, by the rules of JavaScript's JSON.stringify as $string uses it: numbers with at
// most 15 significant digits, functions as empty strings, undefined as null within arrays and left
// out of objects.

#ifndef PAWL_QUERY_JSONATA_STRINGIFY_H_
#define PAWL_QUERY_JSONATA_STRINGIFY_H_

#include <cstddef>
#include <string>

#include "coordinator/base/json.h"

namespace pawl::jsonata {

// The members in the order in which JavaScript keeps them: those whose names are array indexes
// first, by number. Most objects have none; `members` itself is the result then.
std::span<const JsonMember> InOrder(std::span<const JsonMember> members, JsonArena* arena);

// Nothing for undefined. False, with what is there so far, when the text becomes longer than
// `max_bytes`. Safe for any depth. `infinite`, unless null, is set to a number in it that JSON does
// not have; such numbers become null.
bool AppendStringified(Json value, size_t max_bytes, std::string* out, bool pretty = false,
                       Json* infinite = nullptr);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_STRINGIFY_H_
