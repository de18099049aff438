// The coordinator as a program: what `pawl-coordinator` and `pawl coordinator` both are.

#ifndef PAWL_NODE_COORDINATOR_H_
#define PAWL_NODE_COORDINATOR_H_

#include "coordinator/config/config.h"

namespace pawl::node {

// Exit codes of RunCoordinator.
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// Reads the settings, runs a node until SIGTERM or SIGINT, gives the process's exit code: 0 after a
// stop in good order, 1 when the node could not be started, 2 when a setting is wrong.
int RunCoordinator(const config::Flags& flags);

// Sets up the log as the settings say.
void ConfigureLog(const config::Settings& settings);

}  // namespace pawl::node

#endif  // PAWL_NODE_COORDINATOR_H_
