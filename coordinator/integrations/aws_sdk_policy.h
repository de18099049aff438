// Which actions of AWS integrations may call: the operator's settings, since a definition that
// anybody can write acts with the node's own credentials. There is one for the generic integration
// (aws-sdk) and one for the optimized ones.

#ifndef PAWL_INTEGRATIONS_AWS_SDK_POLICY_H_
#define PAWL_INTEGRATIONS_AWS_SDK_POLICY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace pawl::integrations {

// Immutable, thread-safe.
class AwsSdkPolicy {
 public:
  // Nothing is allowed.
  AwsSdkPolicy() = default;
  static AwsSdkPolicy Everything();

  // A list with commas between its entries, each "service:action" or "machine/service:action", with
  // `*` for any number of any characters: "s3:get*,dynamodb:*,orders-*/sqs:sendMessage", "*:*", or
  // "*" for everything. INVALID_ARGUMENT with the entry that is none of these.
  static absl::StatusOr<AwsSdkPolicy> Parse(std::string_view list);

  // Names as in a Resource; the state machine by its ARN, of which the name counts.
  bool Allows(std::string_view state_machine_arn, std::string_view service,
              std::string_view action) const;

 private:
  struct Entry {
    std::string machine;
    std::string service;
    std::string action;
  };
  std::vector<Entry> entries_;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_AWS_SDK_POLICY_H_
