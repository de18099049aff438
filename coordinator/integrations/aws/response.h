// What a service answered, as Step Functions gives it to a state machine (reference/integrations.md
// 3 and 11). Pure.

#ifndef PAWL_INTEGRATIONS_AWS_RESPONSE_H_
#define PAWL_INTEGRATIONS_AWS_RESPONSE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/integrations/aws/model.h"
#include "coordinator/integrations/aws/wire.h"

namespace pawl::aws {

// How results show members and times.
struct ResultStyle {
  // Of optimized integrations: milliseconds since 1970 as a number, in the place of ISO 8601.
  bool epoch_milliseconds = false;
  // Likewise: members are called as the model calls them, with a capital letter
  // ("MD5OfMessageBody", "BOOL"), in the place of the keys (PascalCase, names.h).
  bool model_names = false;
};

// JSON text: an object with Step Functions' keys, in their order, `{}` when nothing came. Members
// that are null or absent are left out; bytes are text where they are UTF-8, and base64 where they
// are not. INVALID_ARGUMENT when the body is not what the protocol has.
absl::StatusOr<std::string> ReadResult(const ServiceModel& model, const Operation& operation,
                                       const WireResponse& response, const ResultStyle& style = {});

// The service's own number of the request; nothing: the response does not say.
std::optional<std::string> RequestIdOf(const ServiceModel& model, const WireResponse& response);

// Whether the status says that the operation failed.
inline bool IsFailure(const WireResponse& response) { return response.status >= 300; }

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_RESPONSE_H_
