// Asks coordinators for their metrics: how many workers wait for tasks there.

#ifndef PAWL_CLI_POLLER_FACTS_H_
#define PAWL_CLI_POLLER_FACTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "cli/why_view.h"

namespace pawl::cli {

// Adds what `metrics`, an answer of /metrics, says to `facts`; false: it is none.
bool ReadPollers(std::string_view metrics, PollerFacts* facts);

// Of those `endpoints` that answer within two seconds each.
PollerFacts AskForPollers(const std::vector<std::string>& endpoints);

}  // namespace pawl::cli

#endif  // PAWL_CLI_POLLER_FACTS_H_
