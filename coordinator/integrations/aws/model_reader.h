// Reads a service's model from the JSON text that AWS's SDKs ship: botocore's service-2.json, where
// every shape has a name, or the apis/*.min.json of aws-sdk 2 for JavaScript, where most stand
// where they are used and types that follow from the rest are left out.

#ifndef PAWL_INTEGRATIONS_AWS_MODEL_READER_H_
#define PAWL_INTEGRATIONS_AWS_MODEL_READER_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/integrations/aws/model.h"

namespace pawl::aws {

// INVALID_ARGUMENT with what is wrong: not JSON, a protocol that is not known, a shape that is
// missing. Takes tens of milliseconds for the largest.
absl::StatusOr<std::shared_ptr<const ServiceModel>> ReadModel(std::string_view text);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_MODEL_READER_H_
