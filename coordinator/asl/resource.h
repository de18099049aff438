// What the Resource of a Task names.

#ifndef PAWL_ASL_RESOURCE_H_
#define PAWL_ASL_RESOURCE_H_

#include <optional>
#include <string_view>

#include "coordinator/asl/compile.h"
#include "coordinator/asl/machine.h"

namespace pawl::asl {

struct ResourceProblem {
  std::string message;
};

// Activity ARNs; everything else is refused in AWS's words, service integrations included.
Outcome<ActivityResource, ResourceProblem> ParseResource(std::string_view resource,
                                                         MachineType type);

}  // namespace pawl::asl

#endif  // PAWL_ASL_RESOURCE_H_
