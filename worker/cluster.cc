#include "worker/cluster.h"

#include <arpa/inet.h>
#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <set>
#include <string_view>
#include <utility>

#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"

namespace pawl::worker {
namespace {

constexpr char kDefaultPort[] = "8084";
// A coordinator that hangs is left after the sum of these.
constexpr int kKeepaliveMs = 3'000;
constexpr int kKeepaliveTimeoutMs = 2'000;
// How long a connection may take until the coordinator has said its first word.
constexpr int kConnectMs = 2'000;

absl::Status Invalid(std::string_view text) {
  return absl::InvalidArgumentError(
      StrCat("coordinator address \"", text, "\": expected HOST:PORT"));
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isdigit(static_cast<unsigned char>(c)); }) &&
         std::stoi(std::string(text)) <= 65535 && std::stoi(std::string(text)) > 0;
}

absl::StatusOr<Address> ParseAddress(std::string_view text) {
  Address address{.port = kDefaultPort};
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return Invalid(text);
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const size_t colon = text.find(':');
    address.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (address.host.empty() || address.host.find('/') != std::string::npos) return Invalid(text);
  if (port.empty()) return address;
  if (port[0] != ':' || !IsPort(port.substr(1))) return Invalid(text);
  address.port = port.substr(1);
  return address;
}

// "ipv4:127.0.0.1:8084", "ipv6:%5B::1%5D:8084": as gRPC takes them, without a look-up of its own.
std::string Target(const sockaddr* address) {
  char host[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
    return StrCat("ipv6:%5B", host, "%5D:", ntohs(v6->sin6_port));
  }
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
  inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
  return StrCat("ipv4:", host, ":", ntohs(v4->sin_port));
}

// Adds all addresses of one name; nothing when it has none now.
void Resolve(const Address& address, std::set<std::string>* targets) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found);
  if (error != 0) {
    log::Warn("coordinator_name_unknown",
              {{"host", address.host}, {"reason", gai_strerror(error)}});
    return;
  }
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET || one->ai_family == AF_INET6) {
      targets->insert(Target(one->ai_addr));
    }
  }
  freeaddrinfo(found);
}

std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  // A new connection, not one that others gave up on and that waits for its next attempt.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // Coordinators say how large a task's input may be.
  arguments.SetMaxReceiveMessageSize(-1);
  // Coordinators are near; http_proxy is meant for what is far.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

absl::StatusOr<std::vector<Address>> ParseAddresses(const std::vector<std::string>& texts) {
  std::vector<Address> addresses;
  for (const std::string& text : texts) {
    std::string_view rest = text;
    while (true) {
      const size_t comma = rest.find(',');
      absl::StatusOr<Address> address = ParseAddress(rest.substr(0, comma));
      if (!address.ok()) return address.status();
      addresses.push_back(*std::move(address));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  if (addresses.empty()) return absl::InvalidArgumentError("no coordinator address given");
  return addresses;
}

// Between two channels there may be none; gRPC would wind itself down then, in a thread of its own,
// and be set up again beside it.
Cluster::Cluster(std::vector<Address> addresses) : addresses_(std::move(addresses)) { grpc_init(); }
Cluster::~Cluster() { grpc_shutdown(); }

absl::StatusOr<Coordinator> Cluster::Current() {
  std::string last;
  {
    absl::MutexLock lock(&mu_);
    if (current_.channel) return current_;
    last = current_.address;
  }
  std::set<std::string> targets;  // in an order, so that each has its turn
  for (const Address& address : addresses_) Resolve(address, &targets);
  if (targets.empty()) return absl::UnavailableError("no coordinator's name has an address");
  auto next = targets.begin();
  if (targets.contains(last)) {
    next = targets.upper_bound(last);
    if (next == targets.end()) next = targets.begin();
  } else {
    std::random_device random;
    std::advance(next, std::uniform_int_distribution<size_t>(0, targets.size() - 1)(random));
  }
  absl::MutexLock lock(&mu_);
  if (!current_.channel) current_ = {*next, Connect(*next)};
  return current_;
}

void Cluster::Failed(const Coordinator& coordinator) {
  absl::MutexLock lock(&mu_);
  if (current_.channel == coordinator.channel) current_.channel = nullptr;
}

}  // namespace pawl::worker
