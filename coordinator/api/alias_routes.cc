#include "coordinator/api/alias_routes.h"

#include <fmt/format.h>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/json_writer.h"

namespace pawl::api {
namespace {

AwsError WrongRouting(std::string_view rule, const std::vector<std::string>& received) {
  return ValidationException(fmt::format("{}. Received: [{}]", rule, fmt::join(received, ", ")),
                             "INVALID_ROUTING_CONFIGURATION");
}

}  // namespace

Outcome<Routing, AwsError> ReadRouting(const Account& account, Json list) {
  Routing routing;
  std::vector<std::string> arns, weights;
  bool versions = true, same_machine = true, distinct = true;
  int64_t sum = 0;
  for (const Json item : list.items()) {
    arns.emplace_back(item.Find("stateMachineVersionArn").as_string());
    const int64_t weight = item.Find("weight").as_int();
    weights.push_back(std::to_string(weight));
    sum += weight;
    const auto arn = ReadVersionArn(account, arns.back());
    if (!arn.ok()) {
      versions = false;
      continue;
    }
    const int64_t number = *VersionNumber(arn->qualifier);
    for (const store::Route& other : routing.routes) distinct &= other.version != number;
    same_machine &= routing.routes.empty() || routing.machine_name == arn->name;
    routing.machine_name = arn->name;
    routing.routes.push_back({number, weight});
  }
  if (!versions) {
    return WrongRouting("Routing configuration must contain state machine version ARNs", arns);
  }
  if (!same_machine) {
    return WrongRouting("Routing configuration must contain versions of one state machine", arns);
  }
  if (!distinct) {
    return WrongRouting("Routing configuration must contain distinct state machine version ARNs",
                        arns);
  }
  if (sum != 100) {
    return WrongRouting("Sum of routing configuration weights must equal 100", weights);
  }
  return routing;
}

void AppendRouting(const Account& account, const store::Alias& alias, std::string* out) {
  *out += '[';
  for (const store::Route& route : alias.routes) {
    if (&route != &alias.routes.front()) *out += ',';
    ObjectWriter(out)
        .Text("stateMachineVersionArn",
              account.QualifiedArn(alias.machine_name, std::to_string(route.version)))
        .Int("weight", route.weight)
        .Close();
  }
  *out += ']';
}

}  // namespace pawl::api
