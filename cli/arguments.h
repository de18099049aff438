// Values of the command line that may stand elsewhere.

#ifndef PAWL_CLI_ARGUMENTS_H_
#define PAWL_CLI_ARGUMENTS_H_

#include <string>

#include "absl/status/statusor.h"

namespace pawl::cli {

// The whole file; "-" is standard input. NOT_FOUND.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// JSON text given as it is, as @FILE, or as - for standard input. NOT_FOUND; INVALID_ARGUMENT when
// it is no JSON; `what` names it in messages.
absl::StatusOr<std::string> ReadJsonArgument(const std::string& argument, const char* what);

}  // namespace pawl::cli

#endif  // PAWL_CLI_ARGUMENTS_H_
