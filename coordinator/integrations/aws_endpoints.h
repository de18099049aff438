// Where the services of AWS are: at their own hosts, at one endpoint for all, or each at its own.

#ifndef PAWL_INTEGRATIONS_AWS_ENDPOINTS_H_
#define PAWL_INTEGRATIONS_AWS_ENDPOINTS_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "coordinator/integrations/url.h"

namespace pawl::integrations {

struct AwsTarget {
  Url base;                 // without a query; its path is "/" or a prefix of all paths
  std::string region;       // of signatures
  bool is_aws_own = false;  // a host of AWS's: S3 puts buckets before it, others their prefixes
};

// Immutable, thread-safe.
class AwsEndpoints {
 public:
  AwsEndpoints() : AwsEndpoints("us-east-1") {}
  // AWS's own hosts.
  explicit AwsEndpoints(std::string region) : region_(std::move(region)) {}

  //   endpoint   "aws", or a URL for all services
  //   services   "s3=http://127.0.0.1:9000,dynamodb=aws": others than the endpoint says; services
  //              are named as in a Resource, of either integration: "eventbridge" or "events"
  // INVALID_ARGUMENT: with the part that is not so.
  static absl::StatusOr<AwsEndpoints> Parse(std::string_view endpoint, std::string_view services,
                                            std::string region);

  // Where `service` is unless `services` has said it.
  void Default(const std::string& service, const std::string& url) {
    services_.emplace(service, url);
  }

  // `service` as its models are called; its model's endpoint prefix is how AWS's hosts begin.
  AwsTarget Of(std::string_view endpoint_prefix, std::string_view service) const;
  const std::string& region() const { return region_; }

 private:
  AwsTarget OwnHost(std::string_view endpoint_prefix) const;

  std::string region_;
  std::string endpoint_;                         // empty: AWS's own
  std::map<std::string, std::string> services_;  // likewise
};

// "amazonaws.com", "amazonaws.com.cn": the end of the names of a region's hosts.
std::string_view DnsSuffix(std::string_view region);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_AWS_ENDPOINTS_H_
