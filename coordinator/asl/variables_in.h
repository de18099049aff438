// The workflow variables that a path or a call of an intrinsic function reads.

#ifndef PAWL_ASL_VARIABLES_IN_H_
#define PAWL_ASL_VARIABLES_IN_H_

#include <set>
#include <string_view>

#include "coordinator/base/json.h"

namespace pawl::asl {

// Adds those in `$name`, without the `$`, but not in `$`, `$.x`, `$$.x` or what stands in quotes.
// The names refer to `expression`.
void AddVariablesIn(std::string_view expression, std::set<std::string_view>* names);

// Adds those that one field of a state reads, which is no field that holds states. The names refer
// to the text of `value`.
void AddVariablesOfField(std::string_view field, Json value, std::set<std::string_view>* names);

}  // namespace pawl::asl

#endif  // PAWL_ASL_VARIABLES_IN_H_
