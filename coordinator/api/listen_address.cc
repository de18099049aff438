#include "coordinator/api/listen_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace pawl::api {
namespace {

bool IsIpV4(const std::string& host, in_addr* address) {
  return inet_pton(AF_INET, host.c_str(), address) == 1;
}

bool IsIpV6(const std::string& host, in6_addr* address) {
  return inet_pton(AF_INET6, host.c_str(), address) == 1;
}

}  // namespace

absl::StatusOr<ListenAddress> ListenAddress::Parse(std::string_view text) {
  const auto bad = [text] {
    return absl::InvalidArgumentError(fmt::format(
        "listen address '{}': expected an IP address and a port, such as 127.0.0.1:8083 or "
        "[::1]:8083",
        text));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  ListenAddress address;
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (port.empty() || error != std::errc() || end != port.data() + port.size()) return bad();

  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  address.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  in_addr v4;
  in6_addr v6;
  if (bracketed ? !IsIpV6(address.host, &v6) : !IsIpV4(address.host, &v4)) return bad();
  return address;
}

bool ListenAddress::IsLoopback() const {
  in_addr v4;
  if (IsIpV4(host, &v4)) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6;
  return IsIpV6(host, &v6) && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace pawl::api
