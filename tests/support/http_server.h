// An HTTP server on a free port of this machine that answers as a test wants it to: well, badly,
// late or never. One thread, thousands of connections.

#ifndef PAWL_TESTS_SUPPORT_HTTP_SERVER_H_
#define PAWL_TESTS_SUPPORT_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"

namespace pawl::testing_support {

struct ReceivedRequest {
  std::string method;
  std::string target;
  std::string head;  // request line and headers
  std::string body;
};

struct Reply {
  enum class Then { kKeepAlive, kClose, kReset, kHang };

  std::string bytes;  // as they go over the wire
  Then then = Then::kKeepAlive;
  absl::Duration delay = absl::ZeroDuration();  // before it
};

// A well-formed one.
Reply Answer(int status, const std::string& body, const std::string& more_headers = "");

class LocalHttpServer {
 public:
  // Called on the server's thread.
  using Handler = std::function<Reply(const ReceivedRequest&)>;

  enum class Security { kPlain, kTls, kTlsOfAnotherHost };
  explicit LocalHttpServer(Handler handler, Security security = Security::kPlain);
  ~LocalHttpServer();

  uint16_t port() const;
  std::string Url(const std::string& target) const;  // "http://127.0.0.1:PORT/target"
  // Of a server with TLS: the certificate, for localhost and 127.0.0.1 or for another
  // host, signed by itself; PEM.
  const std::string& certificate() const;

  // Since the start. Thread-safe.
  int64_t connections() const;
  int64_t requests() const;
  // Connections that are open; those that the other side has closed are noticed.
  int64_t open_connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pawl::testing_support

#endif  // PAWL_TESTS_SUPPORT_HTTP_SERVER_H_
