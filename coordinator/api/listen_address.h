// Where a server listens: "127.0.0.1:8083", "[::1]:8083", "0.0.0.0:8083", "localhost:8083".

#ifndef PAWL_API_LISTEN_ADDRESS_H_
#define PAWL_API_LISTEN_ADDRESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace pawl::api {

struct ListenAddress {
  std::string host;  // an IP address, without brackets
  uint16_t port = 0;

  // INVALID_ARGUMENT unless it is an IP address (or "localhost") and a port, which may be 0.
  static absl::StatusOr<ListenAddress> Parse(std::string_view text);
  // Whether only this machine can reach it.
  bool IsLoopback() const;
};

}  // namespace pawl::api

#endif  // PAWL_API_LISTEN_ADDRESS_H_
