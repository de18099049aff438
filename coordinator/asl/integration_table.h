// Which integrations there are, and what their Parameters may have (reference/integrations.md 4 to
// 7, 10 and 11).

#ifndef PAWL_ASL_INTEGRATION_TABLE_H_
#define PAWL_ASL_INTEGRATION_TABLE_H_

#include <span>
#include <string_view>

#include "coordinator/asl/sdk_services.h"
#include "coordinator/asl/task_resource.h"

namespace pawl::asl {

// Whether AWS has this action of this service with this pattern. `resource` is an integration. Of
// `aws-sdk` every action that looks like one is taken to be there, unless `sdk_actions` says more.
bool IsKnownIntegration(const TaskResource& resource, const SdkActions* sdk_actions = nullptr);

struct IntegrationMember {
  std::string_view name;
  bool required = false;
};

// The members that Parameters or Arguments can have; empty where they are not known, and anything
// is taken.
std::span<const IntegrationMember> MembersOf(const TaskResource& resource);

}  // namespace pawl::asl

#endif  // PAWL_ASL_INTEGRATION_TABLE_H_
