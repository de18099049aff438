// The error of a path in a payload template that leads nowhere.

#ifndef PAWL_ASL_PATH_NOT_FOUND_H_
#define PAWL_ASL_PATH_NOT_FOUND_H_

#include <string_view>

#include "coordinator/asl/error.h"
#include "coordinator/query/environment.h"
#include "coordinator/query/jsonpath.h"

namespace pawl::asl {

// States.Runtime "The JSONPath '$.x' specified for the field 'k.$' could not be found in the input
// '{..}'" (reference/asl.md 12.3). A path into the Context object shows that object.
WorkflowError PathNotFound(const query::JsonPath& path, std::string_view field,
                           const query::Environment& environment);

}  // namespace pawl::asl

#endif  // PAWL_ASL_PATH_NOT_FOUND_H_
