// What the generic integration, arn:aws:states:::aws-sdk:SERVICE:ACTION, can name.

#ifndef PAWL_ASL_SDK_SERVICES_H_
#define PAWL_ASL_SDK_SERVICES_H_

#include <string_view>

namespace pawl::asl {

// Whether AWS lists the service (reference/integrations.md 11.1): "dynamodb".
bool IsSdkService(std::string_view service);

// Which actions the services have, for definitions that are about to be stored. Thread-safe.
class SdkActions {
 public:
  virtual ~SdkActions() = default;

  // "dynamodb", "putItem". May read a file.
  virtual bool Has(std::string_view service, std::string_view action) const = 0;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_SDK_SERVICES_H_
