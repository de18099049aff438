// One connection of the HTTP server. Internal to http_server.cc and http_session.cc, which alone
// see Boost.

#ifndef PAWL_API_HTTP_SESSION_H_
#define PAWL_API_HTTP_SESSION_H_

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/api/http_message.h"
#include "coordinator/api/http_server.h"

namespace pawl::api {

// Whether the server's threads and sockets are still there. Answers come from other threads, maybe
// after the server; they hold the gate while they touch a session.
struct Gate {
  // The server winds down: a session ends with the request under way.
  std::atomic<bool> draining = false;
  absl::Mutex mu;
  bool open ABSL_GUARDED_BY(mu) = true;
};

// Everything runs on the strand of its socket; the public methods may be called from any thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, const HttpOptions& options, const Clock* clock,
          const Handler& handler, std::shared_ptr<Gate> gate);

  // Serves the connection until it ends.
  boost::asio::awaitable<void> Run();
  // Answers 503 and ends: there are too many connections.
  boost::asio::awaitable<void> Refuse();
  // Ends at once when no request is under way. After Gate::draining has been set.
  void CloseIfIdle();
  // Ends at once.
  void Close();

  // Of the request numbered `exchange`.
  void Deliver(uint64_t exchange, Response response);
  void WatchClient(uint64_t exchange, absl::AnyInvocable<void()> callback);

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  enum class ReadResult { kRequest, kEnd, kAnswered };

  boost::asio::awaitable<ReadResult> ReadRequest(Parser& parser);
  boost::asio::awaitable<bool> AwaitFirstByte();
  boost::asio::awaitable<ReadResult> RefuseRequest(boost::beast::error_code error);
  boost::asio::awaitable<bool> AwaitResponse();
  boost::asio::awaitable<bool> Write(Response response, unsigned version, bool keep_alive,
                                     bool head_only);
  boost::asio::awaitable<void> Linger();
  void StartHandler(Parser& parser);
  void WatchSocket();
  void CheckSocket(boost::beast::error_code error);

  const HttpOptions& options_;
  const Clock* clock_;
  const Handler& handler_;
  std::shared_ptr<Gate> gate_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  boost::asio::steady_timer wake_;  // never expires; cancelled to wake who waits for the response

  bool idle_ = false;
  uint64_t exchange_ =
      0;  // counts requests, so that what is late for one is not taken for the next
  std::optional<Response> response_;
  absl::AnyInvocable<void()> on_gone_;
  bool watching_ = false;
  bool gone_ = false;
};

}  // namespace pawl::api

#endif  // PAWL_API_HTTP_SESSION_H_
