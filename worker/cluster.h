// The coordinators of a cluster: the one place that knows their addresses and goes from one to the
// next. Used by the worker's stream and by the client alike.

#ifndef PAWL_WORKER_CLUSTER_H_
#define PAWL_WORKER_CLUSTER_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace pawl::worker {

struct Address {
  std::string host;  // a name or a numeric address, without brackets
  std::string port;
  bool operator==(const Address&) const = default;
};

// Reads "host:port", "host", "[::1]:8084", several in one text with commas between. At least one.
// INVALID_ARGUMENT.
absl::StatusOr<std::vector<Address>> ParseAddresses(const std::vector<std::string>& texts);

// A connection to one coordinator. One that does not answer pings within five seconds is broken
// off; one that cannot be connected to fails at once or within two seconds.
struct Coordinator {
  std::string address;  // "ipv4:10.0.0.1:8084"
  std::shared_ptr<grpc::Channel> channel;
};

// Thread-safe.
class Cluster {
 public:
  explicit Cluster(std::vector<Address> addresses);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // The coordinator in use. The first one is chosen at random, so that many clients spread; after
  // Failed it is the next address in turn. Names are looked up then, which may block for as long as
  // the system's resolver takes. UNAVAILABLE when no name has an address.
  absl::StatusOr<Coordinator> Current();
  // `coordinator` did not serve: the next Current is another one, if there is another.
  void Failed(const Coordinator& coordinator);

 private:
  const std::vector<Address> addresses_;
  absl::Mutex mu_;
  Coordinator current_ ABSL_GUARDED_BY(mu_);  // no channel: to be chosen
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_CLUSTER_H_
