// The commands of `pawl`. Each function adds its subcommand to the program; the session must
// outlive the parsing.

#ifndef PAWL_CLI_COMMANDS_H_
#define PAWL_CLI_COMMANDS_H_

#include "CLI/CLI.hpp"
#include "cli/session.h"

namespace pawl::cli {

// cli/dev.cc, cli/node_commands.cc: what runs here.
void AddDev(CLI::App* app, Session* session);
void AddCoordinator(CLI::App* app, Session* session);
void AddMigrate(CLI::App* app, Session* session);
void AddConfig(CLI::App* app, Session* session);

// cli/doctor_command.cc, cli/why_command.cc: what a database and an execution suffer from.
void AddDoctor(CLI::App* app, Session* session);
void AddWhy(CLI::App* app, Session* session);

// cli/machine_commands.cc
void AddDeploy(CLI::App* app, Session* session);
void AddList(CLI::App* app, Session* session);
void AddDescribe(CLI::App* app, Session* session);

// cli/version_commands.cc
void AddVersion(CLI::App* app, Session* session);
void AddAlias(CLI::App* app, Session* session);

// cli/execution_commands.cc
void AddStart(CLI::App* app, Session* session);
void AddStop(CLI::App* app, Session* session);

// cli/redrive_command.cc
void AddRedrive(CLI::App* app, Session* session);

// cli/fork_command.cc
void AddFork(CLI::App* app, Session* session);

// cli/history_command.cc
void AddHistory(CLI::App* app, Session* session);

// cli/test_command.cc
void AddTestState(CLI::App* app, Session* session);

// cli/eval_command.cc: expressions, without a coordinator.
void AddEval(CLI::App* app, Session* session);

// cli/worker_commands.cc
void AddActivity(CLI::App* app, Session* session);
void AddTask(CLI::App* app, Session* session);

}  // namespace pawl::cli

#endif  // PAWL_CLI_COMMANDS_H_
