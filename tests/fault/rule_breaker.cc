// rule_breaker N: a coordinator with its settings from the environment, as pawl-coordinator, that
// breaks rule N of the flush barrier (docs/decisions/0005-flush-barrier.md); 0 breaks none.

#include <cstdlib>
#include <iostream>

#include "coordinator/config/config.h"
#include "coordinator/node/coordinator.h"
#include "coordinator/node/node.h"
#include "coordinator/process/set_up.h"
#include "coordinator/process/stop_signal.h"

namespace {

pawl::node::NodeFaults Break(int rule) {
  pawl::node::NodeFaults faults;
  faults.barrier.barrier_writes_nothing = rule == 1;
  faults.barrier.returns_before_commit = rule == 2;
  faults.barrier.releases_what_came_meanwhile = rule == 3;
  faults.barrier.reads_are_not_held = rule == 4;
  faults.barrier.effects_outlive_the_session = rule == 5;
  faults.fences_repeat = rule == 7;
  return faults;
}

}  // namespace

int main(int argc, char** argv) {
  pawl::SetUpProcess();
  const pawl::StopSignal stop;
  const absl::StatusOr<pawl::config::Config> config = pawl::config::Load({});
  if (argc != 2 || !config.ok()) {
    std::cerr << "usage: rule_breaker N, settings in the environment: " << config.status() << "\n";
    return 2;
  }
  pawl::node::ConfigureLog(config->settings);
  const absl::Status status = pawl::node::RunNode(
      config->settings, stop, [](const auto&) {}, Break(std::atoi(argv[1])));
  if (status.ok()) return 0;
  std::cerr << status << "\n";
  return 1;
}
