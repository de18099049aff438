#include "coordinator/integrations/aws_endpoints.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/optimized_services.h"

namespace pawl::integrations {
namespace {

// Services that have one host for all regions of a partition (botocore's endpoints.json).
struct GlobalHost {
  std::string_view partition_suffix;
  std::string_view endpoint_prefix;
  std::string_view host;
  std::string_view region;
};

constexpr std::string_view kAws = "amazonaws.com";
constexpr std::string_view kChina = "amazonaws.com.cn";

constexpr GlobalHost kGlobalHosts[] = {
    {kAws, "account", "account.us-east-1.amazonaws.com", "us-east-1"},
    {kAws, "billingconductor", "billingconductor.us-east-1.amazonaws.com", "us-east-1"},
    {kAws, "budgets", "budgets.amazonaws.com", "us-east-1"},
    {kAws, "ce", "ce.us-east-1.amazonaws.com", "us-east-1"},
    {kAws, "chime", "chime.us-east-1.amazonaws.com", "us-east-1"},
    {kAws, "cloudfront", "cloudfront.amazonaws.com", "us-east-1"},
    {kAws, "health", "global.health.amazonaws.com", "us-east-1"},
    {kAws, "iam", "iam.amazonaws.com", "us-east-1"},
    {kAws, "importexport", "importexport.amazonaws.com", "us-east-1"},
    {kAws, "networkmanager", "networkmanager.us-west-2.amazonaws.com", "us-west-2"},
    {kAws, "organizations", "organizations.us-east-1.amazonaws.com", "us-east-1"},
    {kAws, "route53", "route53.amazonaws.com", "us-east-1"},
    {kAws, "savingsplans", "savingsplans.amazonaws.com", "us-east-1"},
    {kAws, "shield", "shield.us-east-1.amazonaws.com", "us-east-1"},
    {kAws, "support", "support.us-east-1.amazonaws.com", "us-east-1"},
    {kAws, "waf", "waf.amazonaws.com", "us-east-1"},
    {kChina, "account", "account.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"},
    {kChina, "budgets", "budgets.amazonaws.com.cn", "cn-northwest-1"},
    {kChina, "ce", "ce.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"},
    {kChina, "cloudfront", "cloudfront.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"},
    {kChina, "iam", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
    {kChina, "organizations", "organizations.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"},
    {kChina, "route53", "route53.amazonaws.com.cn", "cn-northwest-1"},
    {kChina, "support", "support.cn-north-1.amazonaws.com.cn", "cn-north-1"},
};

Url Host(std::string_view host) {
  return {.scheme = "https", .host = std::string(host), .port = 443, .path = "/"};
}

// A URL without a query that ends in no slash but the only one; nothing: "aws".
absl::StatusOr<std::string> CheckEndpoint(std::string_view text) {
  if (text == "aws" || text.empty()) return std::string();
  const auto url = ParseUrl(text);
  if (!url || !url->query.empty()) {
    return absl::InvalidArgumentError(
        StrCat("found '", text, "', expected aws, or a URL without a query"));
  }
  return std::string(text);
}

AwsTarget Elsewhere(const std::string& endpoint, std::string region) {
  AwsTarget target{.base = *ParseUrl(endpoint), .region = std::move(region)};
  while (target.base.path.size() > 1 && target.base.path.ends_with('/'))
    target.base.path.pop_back();
  return target;
}

}  // namespace

std::string_view DnsSuffix(std::string_view region) {
  if (region.starts_with("cn-")) return kChina;
  if (region.starts_with("us-isob-")) return "sc2s.sgov.gov";
  if (region.starts_with("us-iso-")) return "c2s.ic.gov";
  if (region.starts_with("eusc-")) return "amazonaws.eu";
  return kAws;
}

absl::StatusOr<AwsEndpoints> AwsEndpoints::Parse(std::string_view endpoint,
                                                 std::string_view services, std::string region) {
  AwsEndpoints endpoints(std::move(region));
  const absl::StatusOr<std::string> all = CheckEndpoint(endpoint);
  if (!all.ok()) return all.status();
  endpoints.endpoint_ = *all;
  for (const absl::string_view piece : absl::StrSplit(ToAbsl(services), ',', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(absl::StripAsciiWhitespace(piece), absl::MaxSplits('=', 1));
    const absl::StatusOr<std::string> one = CheckEndpoint(FromAbsl(parts.second));
    if (!one.ok()) return one.status();
    if (parts.first.empty() || parts.second.empty()) {
      return absl::InvalidArgumentError(
          StrCat("found '", FromAbsl(piece), "', expected SERVICE=URL"));
    }
    const std::string service = absl::AsciiStrToLower(parts.first);
    const OptimizedService* const optimized = FindOptimizedService(service);
    endpoints.services_[optimized != nullptr ? std::string(optimized->model) : service] = *one;
  }
  return endpoints;
}

AwsTarget AwsEndpoints::Of(std::string_view endpoint_prefix, std::string_view service) const {
  const auto own = services_.find(std::string(service));
  const std::string& endpoint = own != services_.end() ? own->second : endpoint_;
  return endpoint.empty() ? OwnHost(endpoint_prefix) : Elsewhere(endpoint, region_);
}

AwsTarget AwsEndpoints::OwnHost(std::string_view endpoint_prefix) const {
  const std::string_view suffix = DnsSuffix(region_);
  if (region_.starts_with("us-gov-") && endpoint_prefix == "iam") {
    return {Host("iam.us-gov.amazonaws.com"), "us-gov-west-1", true};
  }
  for (const GlobalHost& global : kGlobalHosts) {
    const bool here = global.partition_suffix == suffix && !region_.starts_with("us-gov-");
    if (here && global.endpoint_prefix == endpoint_prefix) {
      return {Host(global.host), std::string(global.region), true};
    }
  }
  return {Host(StrCat(endpoint_prefix, ".", region_, ".", suffix)), region_, true};
}

}  // namespace pawl::integrations
