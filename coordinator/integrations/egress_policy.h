// Which hosts and addresses outgoing calls may reach.
//
// Link-local, multicast and unspecified addresses and the metadata services of clouds are denied:
// a definition that anybody can write must not read the node's own credentials from them. Loopback
// and private networks are allowed, because on one's own machines the services that one calls are
// there. Lists of the operator's change both:
//
//   deny    a host name, or a range that holds the address: denied, whatever else is said
//   allow   when there is one, only what it names is allowed; an address that is denied by default
//           is allowed only by a range that holds it, never by a host name, for whoever owns the
//           name decides where it leads
//
// Addresses are judged when a connection is made, after the name has been looked up, so that a name
// that changes its address between two looks gains nothing. Immutable, thread-safe.

#ifndef PAWL_INTEGRATIONS_EGRESS_POLICY_H_
#define PAWL_INTEGRATIONS_EGRESS_POLICY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/integrations/ip_range.h"

namespace pawl::integrations {

class EgressPolicy {
 public:
  // The defaults alone.
  EgressPolicy() = default;

  // Lists with commas between the entries: "api.example.com", "*.example.com" (any name under it,
  // at any depth, not itself), "10.0.0.0/8", "192.0.2.7", "*" (everything but what is denied by
  // default). INVALID_ARGUMENT with the entry that is none of these.
  static absl::StatusOr<EgressPolicy> Parse(std::string_view allow, std::string_view deny);

  // Why `host`, a name or a numeric address, must not be asked for; nothing when it may be, as far
  // as can be said before its address is known.
  std::optional<std::string> RefusesHost(std::string_view host) const;
  // Why the connection to `address`, one of those of `host`, must not be made.
  std::optional<std::string> RefusesAddress(std::string_view host, const IpAddress& address) const;

 private:
  struct Entries {
    std::vector<std::string> hosts;  // in lower case
    std::vector<IpRange> ranges;
    bool HoldsHost(std::string_view host) const;
    bool HoldsAddress(const IpAddress& address) const;
  };

  static absl::StatusOr<Entries> ParseEntries(std::string_view list);

  bool allows_only_listed_ = false;
  Entries allow_;
  Entries deny_;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_EGRESS_POLICY_H_
