#include "coordinator/engine/world.h"

#include "coordinator/engine/start_execution_call.h"
#include "coordinator/integrations/optimized_services.h"

namespace pawl::engine {

bool NodeWorld::CarriesOut(const asl::TaskResource& integration) const {
  const std::string& service = integration.service;
  if (integration.pattern == asl::Pattern::kSync) {
    if (service == "states") return true;
    return caller_ != nullptr && caller_->RunsJobs(service, integration.action);
  }
  // Whether there is a model, too, is for whoever makes the call to say: folders differ by node.
  if (service.starts_with("aws-sdk:")) return true;
  if (integrations::FindOptimizedService(service) != nullptr) return true;
  return service == "lambda" || service == "http" || service == "states" || service == "apigateway";
}

std::optional<std::string> NodeWorld::RefusalOf(const asl::TaskResource& integration,
                                                Json parameters) const {
  if (integration.service == "states") return StartExecutionRefusal(parameters);
  if (caller_ == nullptr) return std::nullopt;
  return caller_->RefusalOf(integration.service, integration.action, parameters);
}

}  // namespace pawl::engine
