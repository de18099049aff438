#include "coordinator/engine/world.h"

namespace pawl::engine {

bool NodeWorld::CarriesOut(const asl::TaskResource& integration) const {
  const std::string& service = integration.service;
  if (integration.pattern == asl::Pattern::kSync) return service == "states";
  return service == "lambda" || service == "http" || service == "states";
}

}  // namespace pawl::engine
