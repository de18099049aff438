// The options that pawl-worker has in all of its forms.

#ifndef PAWL_WORKER_ARGUMENTS_H_
#define PAWL_WORKER_ARGUMENTS_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"

namespace pawl::worker {

inline constexpr int kUsageExitCode = 2;

struct CommonArguments {
  std::vector<std::string> coordinators = {"127.0.0.1:8084"};
  std::string name;
  std::string drain_timeout = "inf";
  std::string log_level = "info";
};

void AddCommonOptions(CLI::App* app, CommonArguments* arguments);

// What follows reports what is wrong by CLI11's exception, as its own checks do.
void CheckCommon(const CommonArguments& arguments);
absl::Duration ParseLength(const std::string& option, const std::string& text);
void ConfigureLog(const CommonArguments& arguments);

}  // namespace pawl::worker

#endif  // PAWL_WORKER_ARGUMENTS_H_
