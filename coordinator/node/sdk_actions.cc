#include "coordinator/node/sdk_actions.h"

#include "absl/status/status.h"
#include "coordinator/base/log.h"
#include "coordinator/integrations/aws_sdk_call.h"

namespace pawl::node {

bool CatalogueActions::Has(std::string_view service, std::string_view action) const {
  if (!models_->HasService(service)) return models_->empty() || asl::IsSdkService(service);
  const absl::StatusOr<aws::OperationRef> ref = models_->Find(service, action);
  if (ref.ok()) return !integrations::IsUnsupported(*ref->model, *ref->operation, service);
  log::Warn("aws_action_unknown",
            {{"service", service}, {"action", action}, {"why", ref.status()}});
  // A model that cannot be read says nothing about the action.
  return !absl::IsNotFound(ref.status());
}

}  // namespace pawl::node
