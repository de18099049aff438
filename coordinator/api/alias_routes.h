// The routing configuration of an alias, as requests and answers have it (reference/api.md 4.4).

#ifndef PAWL_API_ALIAS_ROUTES_H_
#define PAWL_API_ALIAS_ROUTES_H_

#include <string>
#include <vector>

#include "coordinator/api/aws_error.h"
#include "coordinator/api/request_schema.h"
#include "coordinator/base/account.h"
#include "coordinator/base/json.h"
#include "coordinator/base/outcome.h"
#include "coordinator/store/machines.h"

namespace pawl::api {

inline constexpr Member kRouteMembers[] = {
    {.name = "stateMachineVersionArn", .required = true, .least = 1, .most = 256},
    {.name = "weight", .type = MemberType::kInteger, .required = true, .most = 100}};

inline constexpr Member RoutingMember(bool required) {
  return {.name = "routingConfiguration",
          .type = MemberType::kStructureList,
          .required = required,
          .least = 1,
          .most = 2,
          .members = kRouteMembers,
          .item = "RoutingConfigurationListItem"};
}

struct Routing {
  std::string machine_name;
  std::vector<store::Route> routes;
};

// A list of one item or two, whose members have been checked: versions of one state machine of this
// account, distinct, with 100 as the sum of their weights. A ValidationException otherwise.
Outcome<Routing, AwsError> ReadRouting(const Account& account, Json list);

void AppendRouting(const Account& account, const store::Alias& alias, std::string* out);

}  // namespace pawl::api

#endif  // PAWL_API_ALIAS_ROUTES_H_
