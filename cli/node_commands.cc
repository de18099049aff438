// coordinator, migrate, config: a node and its database.

#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "coordinator/config/config.h"
#include "coordinator/node/coordinator.h"
#include "coordinator/store/migrate.h"

namespace pawl::cli {

void AddCoordinator(CLI::App* app, Session* session) {
  auto* command =
      app->add_subcommand("coordinator", "Run a node on a PostgreSQL of yours (pawl-coordinator)");
  auto flags = std::make_shared<config::Flags>();
  config::AddFlags(command, flags.get());
  command->footer(
      "\nExample:\n  pawl coordinator --database-url postgresql://pawl@db.example/pawl");
  session->OnRun(command, [=]() -> int { return node::RunCoordinator(*flags); });
}

void AddMigrate(CLI::App* app, Session* session) {
  auto* command = app->add_subcommand("migrate", "Bring the database's schema to this version's");
  auto flags = std::make_shared<config::Flags>();
  config::AddFlags(command, flags.get());
  command->footer("\nExample:\n  pawl migrate --database-url postgresql://pawl@db.example/pawl");
  session->OnRun(command, [=]() -> int {
    const absl::StatusOr<config::Config> config = config::Load(*flags);
    if (!config.ok()) return session->FailUsage(config.status().message());
    node::ConfigureLog(config->settings);
    const std::string shown = config::MaskPassword(config->settings.database_url);
    if (const absl::Status status = store::Migrate(config->settings.database_url); !status.ok()) {
      std::cerr << "pawl: " << shown << ": " << status.message() << "\n";
      return absl::IsUnavailable(status) ? kUnreachable : kFailed;
    }
    std::cout << "the schema of " << shown << " is up to date\n";
    return kOk;
  });
}

void AddConfig(CLI::App* app, Session* session) {
  auto* command =
      app->add_subcommand("config", "Show the settings in force and where each comes from");
  auto flags = std::make_shared<config::Flags>();
  auto output = std::make_shared<std::string>("table");
  config::AddFlags(command, flags.get());
  command->add_option("-o,--format", *output, "table, or json for scripts")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->footer(
      "\nA flag wins over its environment variable (in brackets), which wins over the "
      "configuration file, which "
      "wins over the default.");
  session->OnRun(command, [=]() -> int {
    const absl::StatusOr<config::Config> config = config::Load(*flags);
    if (!config.ok()) return session->FailUsage(config.status().message());
    std::cout << (*output == "json" ? config::ShowJson(*config) : config::ShowTable(*config));
    return kOk;
  });
}

}  // namespace pawl::cli
