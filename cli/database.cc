#include "cli/database.h"

#include <filesystem>
#include <iostream>
#include <optional>

#include "cli/session.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/private_cluster.h"

namespace pawl::cli {
namespace {

bool IsDefault(const config::Config& config, std::string_view name) {
  for (const config::Value& value : config.values) {
    if (value.setting->name == name) return value.source == "default";
  }
  return false;
}

}  // namespace

std::shared_ptr<config::Flags> AddDatabaseOptions(CLI::App* command) {
  auto flags = std::make_shared<config::Flags>();
  command
      ->add_option("--database-url", flags->values["database_url"],
                   "The database; else PAWL_DATABASE_URL, else that of the configuration file, "
                   "else that of a `pawl dev` that runs here")
      ->group("Database");
  command->add_option("--config", flags->file, "The configuration file; else PAWL_CONFIG")
      ->group("Database");
  command->add_option("--data-dir", flags->values["data_dir"], "The data folder of `pawl dev`")
      ->group("Database");
  return flags;
}

absl::StatusOr<Database> FindDatabase(const config::Flags& flags) {
  const absl::StatusOr<config::Config> config = config::Load(flags);
  if (!config.ok()) return config.status();
  Database database{.url = config->settings.database_url, .settings = config->settings};
  if (IsDefault(*config, "database_url")) {
    const std::string folder =
        std::filesystem::absolute(config->settings.data_dir).lexically_normal();
    const std::optional<std::string> running =
        store::PrivateCluster::UrlOfRunning(folder + "/postgres", "pawl");
    if (running) database.url = *running;
  }
  database.shown = config::MaskPassword(database.url);
  return database;
}

int FailDatabase(const Database& database, const absl::Status& status) {
  std::cerr << "pawl: " << database.shown << ": " << status.message() << "\n";
  if (!absl::IsUnavailable(status)) return kFailed;
  std::cerr << "pawl: is the database there? --database-url or PAWL_DATABASE_URL names another.\n";
  return kUnreachable;
}

}  // namespace pawl::cli
