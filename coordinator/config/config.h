// Reads the settings: a flag wins over an environment variable, which wins over the configuration
// file, which wins over the default. The same word everywhere: --listen-http, PAWL_LISTEN_HTTP,
// `listen_http:`.
//
//   config::Flags flags;
//   config::AddFlags(&app, &flags);   // before the command line is parsed
//   absl::StatusOr<config::Config> config = config::Load(flags);
//
// The file is that of --config or PAWL_CONFIG, else /etc/pawl/pawl.yaml if it is there: a YAML
// mapping from setting to value. An unknown key or a bad value is an error that names the key,
// where it came from, what was found and what was expected; an empty environment variable counts as
// absent.

#ifndef PAWL_CONFIG_CONFIG_H_
#define PAWL_CONFIG_CONFIG_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "coordinator/config/settings.h"

namespace pawl::config {

// What was given on the command line, by the setting's name.
struct Flags {
  std::string file;                           // of --config
  std::map<std::string, std::string> values;  // absent or empty: not given
};

// Adds --config and a flag for each setting; they write to `flags`, which must outlive the parsing.
void AddFlags(CLI::App* app, Flags* flags);

// One setting as it is in force.
struct Value {
  const Setting* setting;
  std::string text;  // masked where it is a secret
  std::string
      source;  // "default", "flag --region", "environment PAWL_REGION", "/etc/pawl/pawl.yaml:3"
};

struct Config {
  Settings settings;
  std::vector<Value> values;  // in the table's order
};

using Environment = std::function<std::optional<std::string>(const std::string& variable)>;
// Of this process.
Environment ProcessEnvironment();

struct LoadOptions {
  Environment environment = ProcessEnvironment();
  std::string default_file = "/etc/pawl/pawl.yaml";
};

// INVALID_ARGUMENT as said above; NOT_FOUND: the file that was asked for cannot be read.
absl::StatusOr<Config> Load(const Flags& flags, const LoadOptions& options = {});

// For people: a line for each setting. And for scripts: {"listen_http": {"value": ..., "source":
// ...}, ...}.
std::string ShowTable(const Config& config);
std::string ShowJson(const Config& config);

}  // namespace pawl::config

#endif  // PAWL_CONFIG_CONFIG_H_
