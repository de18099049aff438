#include "coordinator/integrations/egress_policy.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"

namespace pawl::integrations {
namespace {

// What no call has any business with unless the operator says so.
constexpr std::string_view kDeniedByDefault[] = {
    "0.0.0.0/8",           // this host
    "169.254.0.0/16",      // link-local: among them 169.254.169.254, the metadata service of AWS,
                           // Google, Azure, Oracle, and 169.254.170.2, that of ECS
    "100.100.100.200",     // the metadata service of Alibaba
    "168.63.129.16",       // the host's agent of Azure
    "192.0.0.192",         // the metadata service of Oracle's classic cloud
    "224.0.0.0/4",         // multicast
    "255.255.255.255/32",  // broadcast
    "::/128",              // this host
    "fe80::/10",           // link-local
    "fd00:ec2::/32",       // the metadata service of AWS
    "fd20:ce::254",        // the metadata service of Google
    "ff00::/8",            // multicast
};

bool IsDeniedByDefault(const IpAddress& address) {
  static const auto* const ranges = [] {
    auto* const all = new std::vector<IpRange>;
    for (const std::string_view text : kDeniedByDefault) all->push_back(*IpRange::Parse(text));
    return all;
  }();
  return std::any_of(ranges->begin(), ranges->end(),
                     [&](const IpRange& range) { return range.Contains(address); });
}

// A name of letters, digits, '-', '_' and '.', perhaps under "*.".
bool IsHostPattern(std::string_view text) {
  if (absl::StartsWith(ToAbsl(text), "*.")) text.remove_prefix(2);
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}

// "host." is the same name as "host".
std::string Normalized(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  return absl::AsciiStrToLower(ToAbsl(host));
}

}  // namespace

bool EgressPolicy::Entries::HoldsHost(std::string_view host) const {
  return std::any_of(hosts.begin(), hosts.end(), [&](const std::string& pattern) {
    if (pattern == "*") return true;
    if (pattern[0] != '*') return pattern == host;
    return absl::EndsWith(ToAbsl(host), absl::string_view(pattern).substr(1));
  });
}

bool EgressPolicy::Entries::HoldsAddress(const IpAddress& address) const {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const IpRange& range) { return range.Contains(address); });
}

absl::StatusOr<EgressPolicy::Entries> EgressPolicy::ParseEntries(std::string_view list) {
  Entries entries;
  for (const absl::string_view piece : absl::StrSplit(ToAbsl(list), ',')) {
    const std::string_view entry = FromAbsl(absl::StripAsciiWhitespace(piece));
    if (entry.empty()) continue;
    if (const std::optional<IpRange> range = IpRange::Parse(entry)) {
      entries.ranges.push_back(*range);
    } else if (entry == "*" || IsHostPattern(entry)) {
      entries.hosts.push_back(absl::AsciiStrToLower(ToAbsl(entry)));
    } else {
      return absl::InvalidArgumentError(
          StrCat("found '", entry,
                 "', expected a host name such as api.example.com or *.example.com, or a range of "
                 "addresses such as 10.0.0.0/8"));
    }
  }
  return entries;
}

absl::StatusOr<EgressPolicy> EgressPolicy::Parse(std::string_view allow, std::string_view deny) {
  absl::StatusOr<Entries> allowed = ParseEntries(allow);
  if (!allowed.ok()) return allowed.status();
  absl::StatusOr<Entries> denied = ParseEntries(deny);
  if (!denied.ok()) return denied.status();
  EgressPolicy policy;
  policy.allow_ = *std::move(allowed);
  policy.deny_ = *std::move(denied);
  policy.allows_only_listed_ = !policy.allow_.hosts.empty() || !policy.allow_.ranges.empty();
  return policy;
}

std::optional<std::string> EgressPolicy::RefusesHost(std::string_view host) const {
  const std::string name = Normalized(host);
  if (const std::optional<IpAddress> address = IpAddress::Parse(name)) {
    return RefusesAddress(name, *address);
  }
  if (deny_.HoldsHost(name)) return StrCat("calls to ", name, " are denied by egress_deny");
  if (allows_only_listed_ && allow_.ranges.empty() && !allow_.HoldsHost(name)) {
    return StrCat("calls to ", name, " are not allowed by egress_allow");
  }
  return std::nullopt;
}

std::optional<std::string> EgressPolicy::RefusesAddress(std::string_view host,
                                                        const IpAddress& address) const {
  const std::string name = Normalized(host);
  const std::string shown =
      IpAddress::Parse(name) ? address.ToString() : StrCat(address.ToString(), " (", name, ")");
  if (deny_.HoldsHost(name) || deny_.HoldsAddress(address)) {
    return StrCat("calls to ", shown, " are denied by egress_deny");
  }
  if (allow_.HoldsAddress(address)) return std::nullopt;
  if (IsDeniedByDefault(address)) {
    return StrCat("calls to ", shown,
                  " are denied: link-local and metadata addresses are, unless egress_allow names "
                  "them");
  }
  if (allows_only_listed_ && !allow_.HoldsHost(name)) {
    return StrCat("calls to ", shown, " are not allowed by egress_allow");
  }
  return std::nullopt;
}

}  // namespace pawl::integrations
