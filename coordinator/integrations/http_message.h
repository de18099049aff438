// A request to a service outside and what becomes of it.

#ifndef PAWL_INTEGRATIONS_HTTP_MESSAGE_H_
#define PAWL_INTEGRATIONS_HTTP_MESSAGE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/base/outcome.h"

namespace pawl::integrations {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute, http or https
  std::vector<HttpHeader> headers;
  std::optional<std::string> body;
  absl::Duration connect_timeout = absl::Seconds(10);
  absl::Duration timeout = absl::Seconds(60);  // from when it is sent, not while it waits its turn
  // After which nobody waits for the response any more: it is not sent then, or broken off.
  absl::Time deadline = absl::InfiniteFuture();
  size_t max_response_bytes = 6u << 20;  // of the body
  // Certificates to trust in the place of the client's own, PEM; empty: those.
  std::string trusted_certificates;
  // Goes wherever it is sent, past the egress policy: for what the operator configured, such as
  // where the node's credentials come from. Its connection is not used again.
  bool trusted = false;
};

struct HttpResponse {
  int status = 0;
  std::string reason;               // of the status line; may be empty
  std::vector<HttpHeader> headers;  // as they came
  std::string body;

  // The value of the first header of that name, whatever its case.
  std::optional<std::string_view> Header(std::string_view name) const;
};

// Why there is no response.
struct HttpFailure {
  enum class Kind {
    kInvalid,   // the request cannot be sent: its URL or a header is not as it must be
    kDenied,    // by the egress policy
    kResolve,   // the host's name has no address
    kConnect,   // refused, unreachable, or no connection within the time for it
    kTls,       // no trust in the other side, or no common protocol
    kTimeout,   // no response within the time for it
    kTooLarge,  // the response is larger than the request allows
    kBroken,    // the connection was closed or reset, or what came was not HTTP
  };
  Kind kind;
  std::string message;  // for people; without secrets
};

using HttpResult = Outcome<HttpResponse, HttpFailure>;

// Whether `text` can stand in a header line, or in a name of one.
bool IsHeaderValue(std::string_view text);
bool IsHeaderName(std::string_view text);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_HTTP_MESSAGE_H_
