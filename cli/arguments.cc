#include "cli/arguments.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  if (path == "-") {
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file || errno == EISDIR)
    return absl::NotFoundError(StrCat(path, ": ", std::strerror(errno)));
  return text;
}

absl::StatusOr<std::string> ReadJsonArgument(const std::string& argument, const char* what) {
  const bool is_file = argument == "-" || argument.starts_with('@');
  const absl::StatusOr<std::string> text =
      !is_file ? argument : ReadFile(argument == "-" ? argument : argument.substr(1));
  if (!text.ok()) return text.status();
  if (const absl::Status status = CheckJson(*text); !status.ok()) {
    return absl::InvalidArgumentError(
        StrCat(what, ": found no JSON, expected JSON, @FILE or -: ", status.message()));
  }
  return text;
}

}  // namespace pawl::cli
