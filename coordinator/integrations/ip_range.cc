#include "coordinator/integrations/ip_range.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"
#include "coordinator/base/strings.h"

namespace pawl::integrations {
namespace {

using Bytes = std::array<uint8_t, 16>;

constexpr Bytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr Bytes kNat64 = {0, 0x64, 0xff, 0x9b};
constexpr Bytes k6to4 = {0x20, 0x02};
constexpr int kMappedBits = 96;

Bytes Mapped(const uint8_t* ipv4) {
  Bytes bytes = kMapped;
  std::copy(ipv4, ipv4 + 4, bytes.begin() + 12);
  return bytes;
}

// The IPv4 address that `bytes` carries, where it carries one.
Bytes Unwrapped(const Bytes& bytes) {
  if (std::equal(kNat64.begin(), kNat64.begin() + 12, bytes.begin())) {
    return Mapped(bytes.data() + 12);
  }
  if (std::equal(k6to4.begin(), k6to4.begin() + 2, bytes.begin())) return Mapped(bytes.data() + 2);
  return bytes;
}

struct Parsed {
  Bytes bytes;
  bool is_ipv4;
};

std::optional<Parsed> ParseBytes(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  const std::string terminated(text);
  in_addr ipv4;
  if (inet_pton(AF_INET, terminated.c_str(), &ipv4) == 1) {
    return Parsed{Mapped(reinterpret_cast<const uint8_t*>(&ipv4)), true};
  }
  Bytes bytes;
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return Parsed{bytes, false};
  return std::nullopt;
}

}  // namespace

IpAddress::IpAddress(const Bytes& bytes) : bytes_(Unwrapped(bytes)) {}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::optional<Parsed> parsed = ParseBytes(text);
  if (!parsed) return std::nullopt;
  return IpAddress(parsed->bytes);
}

std::optional<IpAddress> IpAddress::FromSocketAddress(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(address);
    return IpAddress(Mapped(reinterpret_cast<const uint8_t*>(&ipv4.sin_addr)));
  }
  if (address.sa_family == AF_INET6) {
    Bytes bytes;
    const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(address);
    std::memcpy(bytes.data(), &ipv6.sin6_addr, bytes.size());
    return IpAddress(bytes);
  }
  return std::nullopt;
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (std::equal(kMapped.begin(), kMapped.begin() + 12, bytes_.begin())) {
    inet_ntop(AF_INET, bytes_.data() + 12, text, sizeof(text));
  } else {
    inet_ntop(AF_INET6, bytes_.data(), text, sizeof(text));
  }
  return text;
}

std::optional<IpRange> IpRange::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<Parsed> first = ParseBytes(text.substr(0, slash));
  if (!first) return std::nullopt;
  const int least = first->is_ipv4 ? kMappedBits : 0;
  int bits = 128 - least;
  if (slash != std::string_view::npos) {
    if (!absl::SimpleAtoi(ToAbsl(text.substr(slash + 1)), &bits)) return std::nullopt;
    if (bits < 0 || bits > 128 - least) return std::nullopt;
  }
  return IpRange(first->bytes, least + bits);
}

bool IpRange::Contains(const IpAddress& address) const {
  const int whole = bits_ / 8;
  if (!std::equal(first_.begin(), first_.begin() + whole, address.bytes().begin())) return false;
  if (bits_ % 8 == 0) return true;
  const int shift = 8 - bits_ % 8;
  return first_[whole] >> shift == address.bytes()[whole] >> shift;
}

}  // namespace pawl::integrations
