// Addresses of the internet protocol and ranges of them ("10.0.0.0/8", "fd00::/8", "127.0.0.1").

#ifndef PAWL_INTEGRATIONS_IP_RANGE_H_
#define PAWL_INTEGRATIONS_IP_RANGE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace pawl::integrations {

// An address of either version. An IPv4 address that comes wrapped in an IPv6 one (mapped,
// NAT64, 6to4) is that IPv4 address: what is said about it must not be evaded by the wrapping.
class IpAddress {
 public:
  // Nothing when `text` is not a numeric address; brackets around one are taken off.
  static std::optional<IpAddress> Parse(std::string_view text);
  // Nothing for other families.
  static std::optional<IpAddress> FromSocketAddress(const sockaddr& address);

  std::string ToString() const;
  // In network order, always 16: an IPv4 address is the mapped one, ::ffff:0:0/96.
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }

 private:
  friend class IpRange;
  explicit IpAddress(const std::array<uint8_t, 16>& bytes);

  std::array<uint8_t, 16> bytes_;
};

class IpRange {
 public:
  // "ADDRESS" or "ADDRESS/BITS". Nothing when it is neither.
  static std::optional<IpRange> Parse(std::string_view text);

  bool Contains(const IpAddress& address) const;

 private:
  IpRange(const std::array<uint8_t, 16>& first, int bits) : first_(first), bits_(bits) {}

  std::array<uint8_t, 16> first_;
  int bits_;  // of 128
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_IP_RANGE_H_
