#include "worker/arguments.h"

#include "coordinator/base/log.h"
#include "worker/cluster.h"

namespace pawl::worker {

void AddCommonOptions(CLI::App* app, CommonArguments* arguments) {
  app->add_option("--coordinator", arguments->coordinators,
                  "HOST:PORT of a coordinator's gRPC port; several, or a name with several "
                  "addresses, are used in turn")
      ->envname("PAWL_COORDINATORS")
      ->delimiter(',')
      ->expected(1)
      ->take_all()
      ->capture_default_str();
  app->add_option("--name", arguments->name,
                  "The worker's name in histories (default: host and process)")
      ->envname("PAWL_WORKER_NAME");
  app->add_option("--drain-timeout", arguments->drain_timeout,
                  "How long tasks may go on after SIGTERM before they are ended; inf: no limit")
      ->capture_default_str();
  app->add_option("--log-level", arguments->log_level, "debug, info, warn or error")
      ->envname("PAWL_LOG_LEVEL")
      ->capture_default_str();
}

void CheckCommon(const CommonArguments& arguments) {
  if (const auto addresses = ParseAddresses(arguments.coordinators); !addresses.ok()) {
    throw CLI::ValidationError("--coordinator", std::string(addresses.status().message()));
  }
}

absl::Duration ParseLength(const std::string& option, const std::string& text) {
  absl::Duration length;
  if (absl::ParseDuration(text, &length) && length >= absl::ZeroDuration()) return length;
  throw CLI::ValidationError(option, "expected a length of time such as 500ms or 5s");
}

void ConfigureLog(const CommonArguments& arguments) {
  log::Level level;
  if (const absl::Status status = log::ParseLevel(arguments.log_level, &level); !status.ok()) {
    throw CLI::ValidationError("--log-level", std::string(status.message()));
  }
  log::Configure(level, log::Format::kLogfmt);
}

}  // namespace pawl::worker
