#include "coordinator/config/config.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "yaml-cpp/yaml.h"

namespace pawl::config {
namespace {

struct FileValue {
  std::string text;
  std::string source;
};
using FileValues = std::map<std::string, FileValue>;

const Setting* FindSetting(std::string_view name) {
  for (const Setting& setting : AllSettings()) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

std::string AllNames() {
  std::vector<std::string> names;
  for (const Setting& setting : AllSettings()) names.emplace_back(setting.name);
  return absl::StrJoin(names, ", ");
}

std::string At(const std::string& file, const YAML::Mark& mark) {
  return StrCat(file, ":", mark.line + 1);
}

absl::StatusOr<FileValues> ReadFile(const std::string& file) {
  FileValues values;
  const YAML::Node root = YAML::LoadFile(file);
  if (root.IsNull()) return values;
  if (!root.IsMap()) {
    return absl::InvalidArgumentError(
        StrCat(file, ": found no mapping, expected lines such as `listen_http: 127.0.0.1:8083`"));
  }
  for (const auto& entry : root) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "(not a word)";
    const std::string source = At(file, entry.first.Mark());
    if (FindSetting(key) == nullptr) {
      return absl::InvalidArgumentError(
          StrCat(source, ": found the unknown key '", key, "', expected one of ", AllNames()));
    }
    if (!entry.second.IsScalar()) {
      return absl::InvalidArgumentError(StrCat(
          source, ": ", key, ": found no single value, expected ", FindSetting(key)->expected));
    }
    if (!values.emplace(key, FileValue{entry.second.Scalar(), source}).second) {
      return absl::InvalidArgumentError(
          StrCat(source, ": found the key '", key, "' a second time"));
    }
  }
  return values;
}

// yaml-cpp reports by exceptions; they end here.
absl::StatusOr<FileValues> ReadFileOrStatus(const std::string& file) {
  try {
    return ReadFile(file);
  } catch (const YAML::BadFile&) {
    return absl::NotFoundError(StrCat(file, ": the configuration file cannot be read"));
  } catch (const YAML::Exception& e) {
    return absl::InvalidArgumentError(StrCat(At(file, e.mark), ": ", e.msg));
  }
}

absl::StatusOr<FileValues> ReadChosenFile(const Flags& flags, const LoadOptions& options) {
  if (!flags.file.empty()) return ReadFileOrStatus(flags.file);
  const std::optional<std::string> named = options.environment("PAWL_CONFIG");
  if (named && !named->empty()) return ReadFileOrStatus(*named);
  std::error_code ignored;
  if (!std::filesystem::exists(options.default_file, ignored)) return FileValues();
  return ReadFileOrStatus(options.default_file);
}

FileValue Choose(const Setting& setting, const Flags& flags, const Environment& environment,
                 const FileValues& file) {
  const std::string name(setting.name);
  if (const auto flag = flags.values.find(name);
      flag != flags.values.end() && !flag->second.empty()) {
    return {flag->second, StrCat("flag ", setting.Flag())};
  }
  if (const auto variable = environment(setting.Variable()); variable && !variable->empty()) {
    return {*variable, StrCat("environment ", setting.Variable())};
  }
  if (const auto entry = file.find(name); entry != file.end()) return entry->second;
  return {setting.default_value, "default"};
}

std::string Shown(const Setting& setting, const std::string& text) {
  return setting.is_secret ? MaskPassword(text) : text;
}

}  // namespace

void AddFlags(CLI::App* app, Flags* flags) {
  app->add_option("--config", flags->file,
                  "Configuration file (PAWL_CONFIG; default /etc/pawl/pawl.yaml if it is there)")
      ->type_name("FILE");
  for (const Setting& setting : AllSettings()) {
    std::string& value = flags->values[std::string(setting.name)];
    const std::string help = StrCat(std::string(setting.help), " (", setting.Variable(), "; ",
                                    setting.default_value, ")");
    CLI::Option* option = setting.is_switch ? app->add_flag(setting.Flag(), value, help)
                                            : app->add_option(setting.Flag(), value, help);
    option->group("Settings");
    if (!setting.is_switch) option->type_name("VALUE");
  }
}

Environment ProcessEnvironment() {
  return [](const std::string& variable) -> std::optional<std::string> {
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

absl::StatusOr<Config> Load(const Flags& flags, const LoadOptions& options) {
  absl::StatusOr<FileValues> file = ReadChosenFile(flags, options);
  if (!file.ok()) return file.status();

  Config config;
  for (const Setting& setting : AllSettings()) {
    const FileValue chosen = Choose(setting, flags, options.environment, *file);
    const std::string shown = Shown(setting, chosen.text);
    if (!setting.assign(chosen.text, &config.settings)) {
      return absl::InvalidArgumentError(StrCat(chosen.source, ": ", std::string(setting.name),
                                               ": found '", shown, "', expected ",
                                               setting.expected));
    }
    config.values.push_back({&setting, shown, chosen.source});
  }
  return config;
}

std::string ShowTable(const Config& config) {
  size_t name_width = 0;
  size_t text_width = 0;
  for (const Value& value : config.values) {
    name_width = std::max(name_width, value.setting->name.size());
    text_width = std::max(text_width, value.text.size());
  }
  std::string out;
  for (const Value& value : config.values) {
    StrAppend(&out, std::string(value.setting->name),
              std::string(name_width - value.setting->name.size() + 2, ' '), value.text,
              std::string(text_width - value.text.size() + 2, ' '), value.source, "\n");
  }
  return out;
}

std::string ShowJson(const Config& config) {
  std::string out = "{";
  for (const Value& value : config.values) {
    if (out.size() > 1) out.push_back(',');
    AppendJsonString(value.setting->name, &out);
    out.append(":{\"value\":");
    AppendJsonString(value.text, &out);
    out.append(",\"source\":");
    AppendJsonString(value.source, &out);
    out.push_back('}');
  }
  out.append("}\n");
  return out;
}

}  // namespace pawl::config
