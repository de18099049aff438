// Which workflow variables the states of a definition read, as Describe tells it (reference/api.md
// 6).

#ifndef PAWL_API_VARIABLE_REFERENCES_H_
#define PAWL_API_VARIABLE_REFERENCES_H_

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace pawl::api {

// For each state that reads any, those of nested levels included, the names without `$`.
// `definition` is one that was accepted; empty for any other. Reads paths and intrinsic functions.
std::map<std::string, std::set<std::string>> VariableReferences(std::string_view definition);

}  // namespace pawl::api

#endif  // PAWL_API_VARIABLE_REFERENCES_H_
