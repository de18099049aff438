// A coordinator that breaks one rule of the flush barrier, by the number that it has in
// docs/decisions/0005-flush-barrier.md; 0 breaks none. For postgres_crash_test.py, which must
// notice. Its settings come from the environment, as those of pawl-coordinator do.

#include "CLI/CLI.hpp"
#include "coordinator/config/config.h"
#include "coordinator/node/coordinator.h"
#include "coordinator/process/set_up.h"

namespace {

pawl::node::TestFaults Break(int rule) {
  pawl::node::TestFaults faults;
  faults.barrier.barrier_writes_nothing = rule == 1;
  faults.barrier.returns_before_commit = rule == 2;
  faults.barrier.releases_what_came_meanwhile = rule == 3;
  faults.barrier.reads_are_not_held = rule == 4;
  faults.barrier.effects_outlive_the_session = rule == 5;
  if (rule == 7) {
    // Versions come again after a crash has taken some back.
    faults.draw_fence = [](const pawl::core::Execution& execution) {
      return pawl::Fence(execution.version + 1);
    };
  }
  return faults;
}

}  // namespace

int main(int argc, char** argv) {
  pawl::SetUpProcess();
  CLI::App app("A coordinator that breaks a rule.", "rule_breaker_coordinator");
  int rule = 0;
  app.add_option("--break-rule", rule, "its number")
      ->check(CLI::IsMember(std::set<int>{0, 1, 2, 3, 4, 5, 7}));
  pawl::config::Flags flags;
  pawl::config::AddFlags(&app, &flags);
  CLI11_PARSE(app, argc, argv);
  return pawl::node::RunCoordinator(flags, Break(rule));
}
