// pawl: the command line. Exit codes: cli/session.h.

#include "CLI/CLI.hpp"
#include "cli/commands.h"
#include "cli/session.h"
#include "coordinator/node/node.h"
#include "coordinator/process/set_up.h"

namespace {

constexpr char kFooter[] = R"(
First steps:
  pawl dev                                        a node with a database of its own, for this machine
  pawl deploy order.asl.json --activities         in another terminal
  pawl start order --input '{"id": 4711}' --name 4711
  pawl history order/4711 --follow

Exit codes: 0 done, 1 the operation or the execution failed, 2 wrong usage, 3 no coordinator (or
database) answered.)";

}  // namespace

int main(int argc, char** argv) {
  using namespace pawl::cli;
  pawl::SetUpProcess();
  CLI::App app("Durable workflows in the Amazon States Language, on PostgreSQL.", "pawl");
  app.require_subcommand(1);
  app.set_version_flag("--version", pawl::node::Version());
  app.footer(kFooter);
  Session session;
  AddDev(&app, &session);
  AddCoordinator(&app, &session);
  AddMigrate(&app, &session);
  AddConfig(&app, &session);
  AddDoctor(&app, &session);
  AddWhy(&app, &session);
  AddDeploy(&app, &session);
  AddStart(&app, &session);
  AddDescribe(&app, &session);
  AddHistory(&app, &session);
  AddList(&app, &session);
  AddStop(&app, &session);
  AddRedrive(&app, &session);
  AddFork(&app, &session);
  AddActivity(&app, &session);
  AddTask(&app, &session);
  AddTestState(&app, &session);
  AddEval(&app, &session);
  AddAlias(&app, &session);
  AddVersion(&app, &session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return session.exit_code();
}
