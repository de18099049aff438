#include "coordinator/engine/world.h"

namespace pawl::engine {

bool NodeWorld::CarriesOut(const asl::TaskResource& integration) const {
  if (integration.pattern == asl::Pattern::kSync) return false;
  const std::string& service = integration.service;
  return service == "lambda" || service == "http" || service == "states";
}

}  // namespace pawl::engine
