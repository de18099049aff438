// The texts of errors.

#ifndef PAWL_QUERY_JSONATA_MESSAGES_H_
#define PAWL_QUERY_JSONATA_MESSAGES_H_

#include <string_view>

namespace pawl::jsonata {

// The message of a code, with `{{name}}` where a fact belongs; empty for a code without one.
std::string_view MessageOf(std::string_view code);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_MESSAGES_H_
