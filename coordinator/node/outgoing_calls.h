// What the settings say about calls to services outside.

#ifndef PAWL_NODE_OUTGOING_CALLS_H_
#define PAWL_NODE_OUTGOING_CALLS_H_

#include "absl/status/statusor.h"
#include "coordinator/base/clock.h"
#include "coordinator/config/settings.h"
#include "coordinator/integrations/caller.h"

namespace pawl::node {

// Reads the connections' file and the process's environment. INVALID_ARGUMENT, NOT_FOUND: with the
// setting that is wrong. `clock` must outlive the caller that is made with them.
absl::StatusOr<integrations::CallerOptions> OutgoingCalls(const config::Settings& settings,
                                                          const Clock* clock);

}  // namespace pawl::node

#endif  // PAWL_NODE_OUTGOING_CALLS_H_
