#include "worker/process_environment.h"

#include <unistd.h>

#include <string_view>

#include "coordinator/base/strings.h"

namespace pawl::worker {

std::vector<std::string> EnvironmentWith(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!variables.contains(std::string(text.substr(0, text.find('=')))))
      entries.emplace_back(text);
  }
  for (const auto& [name, value] : variables) entries.push_back(StrCat(name, "=", value));
  return entries;
}

}  // namespace pawl::worker
