// Which database a command looks into, without a coordinator: the one that is named, or that of a
// `pawl dev` that runs here.

#ifndef PAWL_CLI_DATABASE_H_
#define PAWL_CLI_DATABASE_H_

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "coordinator/config/config.h"

namespace pawl::cli {

struct Database {
  std::string url;
  std::string shown;  // the same without its password
  config::Settings settings;
};

// Adds --database-url, --config and --data-dir; they write to what is returned, which must outlive
// the parsing.
std::shared_ptr<config::Flags> AddDatabaseOptions(CLI::App* command);

// Of --database-url, PAWL_DATABASE_URL or the configuration file; where none says, of the `pawl
// dev` whose data folder is --data-dir; else the default. INVALID_ARGUMENT, NOT_FOUND: the settings
// are wrong.
absl::StatusOr<Database> FindDatabase(const config::Flags& flags);

// Writes "pawl: ..." about the database to standard error and gives the exit code for it.
int FailDatabase(const Database& database, const absl::Status& status);

}  // namespace pawl::cli

#endif  // PAWL_CLI_DATABASE_H_
