// pawl-coordinator: one node. Flags and wiring, nothing else.

#include "CLI/CLI.hpp"
#include "coordinator/config/config.h"
#include "coordinator/node/coordinator.h"
#include "coordinator/node/node.h"
#include "coordinator/process/set_up.h"

int main(int argc, char** argv) {
  pawl::SetUpProcess();
  CLI::App app(
      "A node of Pawl: carries executions to their end and serves the AWS Step Functions API.",
      "pawl-coordinator");
  app.set_version_flag("--version", pawl::node::Version());
  app.footer(
      "\nA flag wins over its environment variable (in brackets), which wins over the "
      "configuration file, which "
      "wins over the default.");
  pawl::config::Flags flags;
  pawl::config::AddFlags(&app, &flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : pawl::node::kExitUsage;
  }
  return pawl::node::RunCoordinator(flags);
}
