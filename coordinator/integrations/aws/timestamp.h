// Times as AWS's protocols and Step Functions write them. Pure.

#ifndef PAWL_INTEGRATIONS_AWS_TIMESTAMP_H_
#define PAWL_INTEGRATIONS_AWS_TIMESTAMP_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "coordinator/base/json.h"
#include "coordinator/integrations/aws/model.h"

namespace pawl::aws {

// "2026-01-01T00:00:00Z", with 3, 6 or 9 digits behind a point where there is a fraction: as Java's
// Instant writes itself, and Step Functions shows times in results of aws-sdk integrations.
std::string InstantText(absl::Time time);

// As a request has it. `format` must not be kUnset. Seconds since 1970 have a fraction only where
// there is one.
std::string FormatTimestamp(absl::Time time, TimestampFormat format);

// ISO 8601 with any offset, RFC 822, or seconds since 1970, as text or as a number. Nothing: it is
// none of these.
std::optional<absl::Time> ParseTimestamp(std::string_view text);
std::optional<absl::Time> ParseTimestamp(Json value);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_TIMESTAMP_H_
