#include "coordinator/node/outgoing_calls.h"

#include <unistd.h>

#include <memory>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/config/config.h"

namespace pawl::node {
namespace {

absl::Status Of(std::string_view setting, const absl::Status& status) {
  return absl::Status(status.code(), StrCat(setting, ": ", FromAbsl(status.message())));
}

}  // namespace

absl::StatusOr<integrations::CallerOptions> OutgoingCalls(const config::Settings& settings,
                                                          const Clock* clock) {
  integrations::CallerOptions options{
      .clock = clock,
      .region = settings.region,
      .http_task_allow_plain = settings.http_task_allow_plain,
      .max_calls_per_target = settings.max_calls_per_target,
      .ca_file = settings.tls_ca_file,
  };
  const auto routes = integrations::LambdaRoutes::Parse(settings.lambda_endpoint,
                                                        settings.lambda_functions, settings.region);
  if (!routes.ok()) return Of("lambda_endpoint, lambda_functions", routes.status());
  options.lambda = *routes;
  const auto policy =
      integrations::EgressPolicy::Parse(settings.egress_allow, settings.egress_deny);
  if (!policy.ok()) return Of("egress_allow, egress_deny", policy.status());
  options.egress = *policy;
  const config::Environment environment = config::ProcessEnvironment();
  if (!settings.connections_file.empty()) {
    auto connections = integrations::Connections::Load(settings.connections_file, environment);
    if (!connections.ok()) return Of("connections_file", connections.status());
    options.connections = *std::move(connections);
  }
  if (!settings.tls_ca_file.empty() && access(settings.tls_ca_file.c_str(), R_OK) != 0) {
    return absl::NotFoundError(StrCat("tls_ca_file: ", settings.tls_ca_file, " cannot be read"));
  }
  options.sts_endpoint = settings.sts_endpoint;
  options.credentials = std::make_shared<integrations::CredentialSource>(environment);
  return options;
}

}  // namespace pawl::node
