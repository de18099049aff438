// Makes HTTP requests: thousands at a time, on one thread of its own.
//
// Connections are kept and used again. Certificates are verified, redirects never followed, proxies
// of the environment not used. Requests to one target (scheme, host and port) beyond its limit wait
// their turn, in order; a target that is slow takes no other's turn. A connection that could not be
// made, or a name that could not be looked up, before a byte was sent, is tried again twice after a
// short pause; nothing else is: what is sent may have been done.
//
// Thread-safe.

#ifndef PAWL_INTEGRATIONS_HTTP_CLIENT_H_
#define PAWL_INTEGRATIONS_HTTP_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "coordinator/base/clock.h"
#include "coordinator/integrations/egress_policy.h"
#include "coordinator/integrations/http_message.h"

namespace pawl::integrations {

class HttpClient {
 public:
  struct Options {
    const Clock* clock;  // of deadlines; must outlive the client
    EgressPolicy policy;
    int64_t max_per_target = 2000;
    std::string ca_file;  // certificates to trust, PEM; empty: those of the system
    absl::Duration retry_delay = absl::Milliseconds(100);  // doubled for the second retry
  };

  explicit HttpClient(Options options);
  // Breaks off what is under way; `done` of it is not called.
  ~HttpClient();

  using RequestId = int64_t;
  using Done = absl::AnyInvocable<void(HttpResult)>;
  // `done` is called once, on the client's thread, which it must not block; not within Start.
  RequestId Start(HttpRequest request, Done done);
  // `done` is not called from now on, unless it is running. Ids that are over are ignored.
  void Cancel(RequestId id);
  // Calls `task` on the client's thread, which it must not block.
  void Post(absl::AnyInvocable<void()> task);
  // The same, after a while. What is still to come when the client ends is not called.
  void PostAfter(absl::Duration pause, absl::AnyInvocable<void()> task);

  // Requests that were started and are not over, those that wait their turn among them.
  int64_t under_way() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_HTTP_CLIENT_H_
