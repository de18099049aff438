// Which resources a definition may name, and what their fields must be like.

#ifndef PAWL_ASL_RESOURCE_H_
#define PAWL_ASL_RESOURCE_H_

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/asl/compile.h"
#include "coordinator/asl/findings.h"
#include "coordinator/asl/task_resource.h"

namespace pawl::asl {

struct ResourceProblem {
  std::string message;
};

// All resources that AWS has, whether or not this version can carry them out; everything else is
// refused in AWS's words. `sdk_actions` as for CompileMachine.
Outcome<TaskResource, ResourceProblem> ParseResource(std::string_view resource, MachineType type,
                                                     const SdkActions* sdk_actions = nullptr);

// Reports members that an integration needs and that `parameters` lack, and those it does not have.
// Where there are no Parameters the state's input stands in for them, which nobody knows yet.
void CheckParameters(const TaskResource& resource, const Place& parameters, Findings* findings);

}  // namespace pawl::asl

#endif  // PAWL_ASL_RESOURCE_H_
