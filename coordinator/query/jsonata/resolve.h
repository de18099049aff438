// Gives every variable of a simplified tree its place: which frame out, which slot of it. What is
// bound nowhere in the expression is a global: a binding that comes with an evaluation, or a
// built-in function.

#ifndef PAWL_QUERY_JSONATA_RESOLVE_H_
#define PAWL_QUERY_JSONATA_RESOLVE_H_

#include <string_view>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/node.h"

namespace pawl::jsonata {

struct Resolution {
  struct Global {
    std::string_view name;
    bool as_value = false;  // it is not only called by its name
  };
  std::vector<Global> globals;  // by the index in Reference::global
  uint16_t root_slots = 0;      // of the outermost frame
};

Resolution Resolve(Node* root, JsonArena* arena);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_RESOLVE_H_
