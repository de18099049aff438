#include "coordinator/asl/path_not_found.h"

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl::asl {

WorkflowError PathNotFound(const query::JsonPath& path, std::string_view field,
                           const query::Environment& environment) {
  const bool in_context = path.root() == query::JsonPath::Root::kContext && environment.context;
  const Json searched = in_context ? environment.context() : environment.input;
  return RuntimeError(StrCat("The JSONPath '", path.text(), "' specified for the field '", field,
                             "' could not be found in the input '",
                             searched.is_undefined() ? std::string() : WriteJson(searched), "'"));
}

}  // namespace pawl::asl
