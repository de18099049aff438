// The words that models have for protocols, types, places and formats.

#ifndef PAWL_INTEGRATIONS_AWS_MODEL_WORDS_H_
#define PAWL_INTEGRATIONS_AWS_MODEL_WORDS_H_

#include <optional>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/integrations/aws/model.h"

namespace pawl::aws {

// Nothing: one that is not known here.
std::optional<Protocol> ProtocolNamed(std::string_view name);
// Of a shape; where it does not say, its parts tell, as in aws-sdk 2's models.
ShapeType TypeOf(Json shape);
Location LocationNamed(std::string_view name);
TimestampFormat FormatNamed(std::string_view name);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_MODEL_WORDS_H_
