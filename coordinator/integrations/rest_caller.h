// Carries out calls that are HTTP requests of a definition's own making (rest_call.h).

#ifndef PAWL_INTEGRATIONS_REST_CALLER_H_
#define PAWL_INTEGRATIONS_REST_CALLER_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "coordinator/base/clock.h"
#include "coordinator/integrations/aws_sdk_caller.h"
#include "coordinator/integrations/aws_sdk_policy.h"
#include "coordinator/integrations/rest_call.h"

namespace pawl::integrations {

// On the client's thread but for what says otherwise.
class RestCaller {
 public:
  struct Parts {
    const Clock* clock;
    RestOptions options;
    AwsSdkPolicy policy;  // of optimized integrations
    AwsSdkCaller* aws;    // has the credentials
  };
  // What `parts` names must outlive it; it must outlive the client's thread.
  explicit RestCaller(Parts parts) : parts_(std::move(parts)) {}

  void Begin(Call call, AwsSdkCaller::Way way);

  // As Caller::RefusalOf. On any thread.
  std::optional<std::string> RefusalOf(std::string_view service, std::string_view action,
                                       Json parameters) const;

 private:
  const Parts parts_;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_REST_CALLER_H_
