// What the paths of a state can see while they are evaluated.

#ifndef PAWL_QUERY_ENVIRONMENT_H_
#define PAWL_QUERY_ENVIRONMENT_H_

#include <functional>

#include "coordinator/base/json.h"

namespace pawl::query {

// `$` is the state's data, `$$` the Context object, `$name` a workflow variable. The context is
// asked for only when a path needs it. `variables` is an object, or undefined when there are none.
struct Environment {
  Json input;
  std::function<Json()> context;
  Json variables;
};

}  // namespace pawl::query

#endif  // PAWL_QUERY_ENVIRONMENT_H_
