// An HTTP/1.1 server: reads requests within limits, gives each to a handler, writes the answer. No
// thread waits for a client or for an answer; a connection that waits costs its buffers.
//
// Requests that break a limit are answered here and never reach the handler: 400 for what is not
// HTTP, 408 for one that is not complete in time, 413 for a body and 431 for headers that are too
// large, 503 above the number of connections. The body of such an answer is that of an AWS error,
// so that SDKs can show it.

#ifndef PAWL_API_HTTP_SERVER_H_
#define PAWL_API_HTTP_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/api/http_message.h"
#include "coordinator/base/clock.h"

namespace pawl::api {

struct HttpOptions {
  std::string host = "127.0.0.1";  // an IP address
  uint16_t port = 0;               // 0: any free one
  int threads = 2;
  // AWS refuses requests of more than 1 MB; a definition of 1 MiB with its quotes escaped must
  // pass.
  int64_t max_body_bytes = (1 << 20) + (128 << 10);
  int64_t max_header_bytes = 16 << 10;
  int64_t max_connections = 10'000;
  absl::Duration idle_timeout = absl::Seconds(75);  // between two requests; SDKs keep theirs for 60
  absl::Duration request_timeout = absl::Seconds(30);  // from a request's first byte to its last
  absl::Duration write_timeout = absl::Seconds(30);
};

class HttpServer {
 public:
  // `clock` gives the Date header and outlives the server.
  HttpServer(HttpOptions options, const Clock* clock, Handler handler);
  // Stops.
  ~HttpServer();

  // Listens and begins to serve; gives the port. UNAVAILABLE when the address cannot be had. Once.
  absl::StatusOr<uint16_t> Start();
  // Stops accepting, closes idle connections, lets requests under way finish within `limit`, closes
  // the rest. Blocks.
  void Drain(absl::Duration limit);
  // Closes everything at once; no handler runs afterwards, and answers that come later go nowhere.
  // Blocks.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pawl::api

#endif  // PAWL_API_HTTP_SERVER_H_
