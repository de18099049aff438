#include "coordinator/node/outgoing_calls.h"

#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"
#include "coordinator/config/config.h"

namespace pawl::node {
namespace {

absl::Status Of(std::string_view setting, const absl::Status& status) {
  return absl::Status(status.code(), StrCat(setting, ": ", FromAbsl(status.message())));
}

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// This node, as it calls itself: where it listens on all addresses, by the loopback one.
std::string OwnUrl(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  std::string host = listen.substr(0, colon);
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  return StrCat("http://", host, listen.substr(colon));
}

absl::Status ReadAws(const config::Settings& settings, const config::Environment& environment,
                     integrations::CallerOptions* options) {
  const auto endpoints = integrations::AwsEndpoints::Parse(settings.aws_endpoint,
                                                           settings.aws_endpoints, settings.region);
  if (!endpoints.ok()) return Of("aws_endpoint, aws_endpoints", endpoints.status());
  options->aws_endpoints = *endpoints;
  // The state machines that definitions speak of are here.
  if (!settings.listen_http.empty()) {
    options->aws_endpoints.Default("sfn", OwnUrl(settings.listen_http));
  }
  const auto policy = integrations::AwsSdkPolicy::Parse(settings.aws_sdk_allow);
  if (!policy.ok()) return Of("aws_sdk_allow", policy.status());
  options->aws_sdk_policy = *policy;
  const auto integrations_policy =
      integrations::AwsSdkPolicy::Parse(settings.aws_integrations_allow);
  if (!integrations_policy.ok()) {
    return Of("aws_integrations_allow", integrations_policy.status());
  }
  options->aws_integrations_policy = *integrations_policy;
  const std::vector<std::string> folders =
      absl::StrSplit(settings.aws_models, ',', absl::SkipWhitespace());
  options->aws_models = std::make_shared<aws::Catalogue>(aws::Catalogue::Options{folders});
  options->aws_credentials = {environment, ReadFile};
  return absl::OkStatus();
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
  if (absl::Status status = ReadAws(settings, environment, &options); !status.ok()) return status;
  return options;
}

}  // namespace pawl::node
