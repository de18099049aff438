// The texts of errors.

#ifndef PAWL_QUERY_JSONATA_MESSAGES_H_
#define PAWL_QUERY_JSONATA_MESSAGES_H_

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace pawl::jsonata {

// The message of a code, with `{{name}}` where a fact belongs; empty for a code without one.
std::string_view MessageOf(std::string_view code);

// The same with each `{{name}}` replaced by what `insert` has for the name; `{{{name}}}`, which the
// texts have where a value stands as it is, comes to it as `{name`.
std::string FillMessage(std::string_view code,
                        absl::FunctionRef<std::string(std::string_view name)> insert);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_MESSAGES_H_
