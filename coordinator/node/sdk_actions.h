// What aws-sdk integrations may name, by the models that are there.

#ifndef PAWL_NODE_SDK_ACTIONS_H_
#define PAWL_NODE_SDK_ACTIONS_H_

#include <memory>
#include <utility>

#include "coordinator/asl/sdk_services.h"
#include "coordinator/integrations/aws/catalogue.h"

namespace pawl::node {

class CatalogueActions : public asl::SdkActions {
 public:
  explicit CatalogueActions(std::shared_ptr<aws::Catalogue> models) : models_(std::move(models)) {}

  // Of a service without a model, which newer models would have, AWS's list says whether there is
  // such a service; its actions are not known, and any is taken.
  bool Has(std::string_view service, std::string_view action) const override;

 private:
  const std::shared_ptr<aws::Catalogue> models_;
};

}  // namespace pawl::node

#endif  // PAWL_NODE_SDK_ACTIONS_H_
