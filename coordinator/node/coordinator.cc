#include "coordinator/node/coordinator.h"

#include <iostream>

#include "coordinator/base/log.h"
#include "coordinator/node/node.h"
#include "coordinator/process/stop_signal.h"

namespace pawl::node {

void ConfigureLog(const config::Settings& settings) {
  log::Level level = log::Level::kInfo;
  // The settings' table allows nothing else than levels.
  (void)log::ParseLevel(settings.log_level, &level);
  log::Configure(level, settings.log_format == "json" ? log::Format::kJson : log::Format::kLogfmt);
}

int RunCoordinator(const config::Flags& flags) {
  const StopSignal stop;
  const absl::StatusOr<config::Config> config = config::Load(flags);
  if (!config.ok()) {
    std::cerr << config.status().message() << "\n";
    return kExitUsage;
  }
  ConfigureLog(config->settings);
  const absl::Status status = RunNode(config->settings, stop, [](const Node&) {});
  if (status.ok() || absl::IsCancelled(status)) return 0;
  log::Error("node_failed", {{"reason", status}});
  return kExitFailed;
}

}  // namespace pawl::node
