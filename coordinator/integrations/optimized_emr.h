// The optimized integrations of EMR, whose actions and members have other names than the API's
// (docs.aws.amazon.com, "Create and manage Amazon EMR clusters with Step Functions"). Pure.

#ifndef PAWL_INTEGRATIONS_OPTIMIZED_EMR_H_
#define PAWL_INTEGRATIONS_OPTIMIZED_EMR_H_

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/base/outcome.h"
#include "coordinator/integrations/call.h"
#include "coordinator/integrations/optimized_actions.h"

namespace pawl::integrations {

inline constexpr std::string_view kEmr = "elasticmapreduce";

// Null: the action is that of the API.
const OptimizedAction* FindEmrAction(std::string_view action);

// The call that lists the parts of the cluster; nothing: `call` names none that must be looked up.
std::optional<Call> LookupCall(const Call& call);
// `call` with the number of the part that it names, found in what LookupCall's call returned.
Outcome<Call, CallFailure> WithFoundId(const Call& call, const std::string& listed);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_OPTIMIZED_EMR_H_
