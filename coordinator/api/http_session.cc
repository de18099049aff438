#include "coordinator/api/http_session.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "coordinator/base/log.h"

namespace pawl::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr size_t kFirstReadBytes = 4096;
// How much, and for how long, is read and thrown away after an early answer, so that a client that
// is still sending gets to read it instead of a connection reset.
constexpr size_t kLingerBytes = 8u << 20;
constexpr absl::Duration kLingerTime = absl::Seconds(2);

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }
beast::string_view BeastView(std::string_view text) { return {text.data(), text.size()}; }

Response ErrorResponse(int status, std::string_view code, std::string_view message) {
  return {.status = status,
          .headers = {{"Content-Type", "application/x-amz-json-1.0"}},
          .body = fmt::format(R"({{"__type":"{}","message":"{}"}})", code, message)};
}

// Hands the answer of one request to its session.
class SessionExchange : public Exchange {
 public:
  SessionExchange(std::weak_ptr<Session> session, std::shared_ptr<Gate> gate, uint64_t number)
      : session_(std::move(session)), gate_(std::move(gate)), number_(number) {}

  void Send(Response response) override {
    absl::ReaderMutexLock lock(&gate_->mu);
    if (!gate_->open) return;
    if (auto session = session_.lock()) session->Deliver(number_, std::move(response));
  }
  void OnGone(absl::AnyInvocable<void()> callback) override {
    absl::ReaderMutexLock lock(&gate_->mu);
    if (!gate_->open) return;
    if (auto session = session_.lock()) session->WatchClient(number_, std::move(callback));
  }

 private:
  std::weak_ptr<Session> session_;
  std::shared_ptr<Gate> gate_;
  uint64_t number_;
};

Request ToRequest(http::request<http::string_body> message) {
  Request request;
  request.method = std::string(View(message.method_string()));
  const std::string_view target = View(message.target());
  request.path = std::string(target.substr(0, target.find('?')));
  for (const auto& field : message) {
    std::string name(View(field.name_string()));
    absl::AsciiStrToLower(&name);
    request.headers.emplace_back(std::move(name), View(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

std::string HttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time, absl::UTCTimeZone());
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const HttpOptions& options, const Clock* clock,
                 const Handler& handler, std::shared_ptr<Gate> gate)
    : options_(options),
      clock_(clock),
      handler_(handler),
      gate_(std::move(gate)),
      stream_(std::move(socket)),
      wake_(stream_.get_executor(), asio::steady_timer::time_point::max()) {}

asio::awaitable<void> Session::Run() {
  beast::error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  stream_.socket().set_option(asio::socket_base::keep_alive(true), ignored);
  for (;;) {
    Parser parser;
    const ReadResult read = co_await ReadRequest(parser);
    if (read == ReadResult::kAnswered) co_await Linger();
    if (read != ReadResult::kRequest) break;

    const unsigned version = parser.get().version();
    const bool head_only = parser.get().method() == http::verb::head;
    const bool keep_alive = parser.keep_alive();
    StartHandler(parser);
    const bool answered = co_await AwaitResponse();
    if (!answered) break;
    const bool stay = keep_alive && !gate_->draining;
    const bool written =
        co_await Write(*std::exchange(response_, std::nullopt), version, stay, head_only);
    if (!written || !stay) break;
  }
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
}

asio::awaitable<void> Session::Refuse() {
  const bool written = co_await Write(
      ErrorResponse(503, "ServiceUnavailable", "Too many connections."), 11, false, false);
  if (written) co_await Linger();
  stream_.close();
}

asio::awaitable<Session::ReadResult> Session::ReadRequest(Parser& parser) {
  parser.header_limit(static_cast<uint32_t>(options_.max_header_bytes));
  parser.body_limit(static_cast<uint64_t>(options_.max_body_bytes));
  if (buffer_.size() == 0) {
    const bool more = co_await AwaitFirstByte();
    if (!more) co_return ReadResult::kEnd;
  }
  stream_.expires_after(absl::ToChronoNanoseconds(options_.request_timeout));
  auto [header_error, header_bytes] =
      co_await http::async_read_header(stream_, buffer_, parser, kAwait);
  if (header_error) co_return co_await RefuseRequest(header_error);
  if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    auto [error, bytes] = co_await asio::async_write(
        stream_, asio::buffer(kContinue.data(), kContinue.size()), kAwait);
    if (error) co_return ReadResult::kEnd;
  }
  auto [body_error, body_bytes] = co_await http::async_read(stream_, buffer_, parser, kAwait);
  if (body_error) co_return co_await RefuseRequest(body_error);
  stream_.expires_never();
  co_return ReadResult::kRequest;
}

asio::awaitable<bool> Session::AwaitFirstByte() {
  if (gate_->draining) co_return false;
  idle_ = true;
  stream_.expires_after(absl::ToChronoNanoseconds(options_.idle_timeout));
  auto [error, bytes] = co_await stream_.async_read_some(buffer_.prepare(kFirstReadBytes), kAwait);
  idle_ = false;
  buffer_.commit(bytes);
  co_return !error;
}

asio::awaitable<Session::ReadResult> Session::RefuseRequest(beast::error_code error) {
  Response response;
  if (error == http::error::body_limit) {
    response = ErrorResponse(
        413, "RequestEntityTooLargeException",
        fmt::format("Request body is larger than {} bytes.", options_.max_body_bytes));
  } else if (error == http::error::header_limit) {
    response = ErrorResponse(
        431, "RequestHeaderFieldsTooLarge",
        fmt::format("Request headers are larger than {} bytes.", options_.max_header_bytes));
  } else if (error == beast::error::timeout) {
    // The stream closes its socket when time runs out, so nothing can be said any more.
    co_return ReadResult::kEnd;
  } else if (error == http::error::end_of_stream || error == http::error::partial_message ||
             error.category() != http::make_error_code(http::error::bad_method).category()) {
    co_return ReadResult::kEnd;  // the client has gone
  } else {
    response =
        ErrorResponse(400, "BadRequest", fmt::format("Not an HTTP request: {}.", error.message()));
  }
  const bool written = co_await Write(std::move(response), 11, false, false);
  co_return written ? ReadResult::kAnswered : ReadResult::kEnd;
}

void Session::StartHandler(Parser& parser) {
  ++exchange_;
  response_.reset();
  on_gone_ = nullptr;
  watching_ = false;
  gone_ = false;
  Responder responder(std::make_shared<SessionExchange>(weak_from_this(), gate_, exchange_));
  try {
    handler_(ToRequest(parser.release()), std::move(responder));
  } catch (const std::exception& e) {
    // The responder has been destroyed and has answered.
    log::Error("request_handler_failed", {{"error", e.what()}});
  }
}

asio::awaitable<bool> Session::AwaitResponse() {
  while (!response_.has_value()) {
    if (gone_) {
      auto callback = std::exchange(on_gone_, nullptr);
      callback();
      co_return false;
    }
    if (on_gone_ && !watching_) WatchSocket();
    co_await wake_.async_wait(kAwait);
  }
  beast::error_code ignored;
  if (watching_) stream_.socket().cancel(ignored);
  on_gone_ = nullptr;
  co_return true;
}

void Session::WatchSocket() {
  watching_ = true;
  stream_.socket().async_wait(
      asio::socket_base::wait_read,
      [self = shared_from_this(), exchange = exchange_](beast::error_code error) {
        if (exchange == self->exchange_) self->CheckSocket(error);
      });
}

void Session::CheckSocket(beast::error_code error) {
  if (error || !on_gone_) return;
  char byte;
  const ssize_t got =
      ::recv(stream_.socket().native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return;  // the next request, sent ahead: it stays where it is, and the watch ends
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
    WatchSocket();
    return;
  }
  gone_ = true;
  wake_.cancel();
}

asio::awaitable<bool> Session::Write(Response response, unsigned version, bool keep_alive,
                                     bool head_only) {
  http::response<http::string_body> message(static_cast<http::status>(response.status), version);
  message.set(http::field::server, "pawl");
  message.set(http::field::date, HttpDate(clock_->Now()));
  for (const auto& [name, value] : response.headers) {
    message.insert(BeastView(name), BeastView(value));
  }
  message.keep_alive(keep_alive);
  message.content_length(response.body.size());
  const auto written = std::move(response.written);
  if (!head_only) message.body() = std::move(response.body);
  stream_.expires_after(absl::ToChronoNanoseconds(options_.write_timeout));
  auto [error, bytes] = co_await http::async_write(stream_, message, kAwait);
  stream_.expires_never();
  if (!error && written) written();
  co_return !error;
}

asio::awaitable<void> Session::Linger() {
  beast::error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(absl::ToChronoNanoseconds(kLingerTime));
  buffer_.clear();
  for (size_t read = 0; read < kLingerBytes;) {
    auto [error, bytes] = co_await stream_.async_read_some(buffer_.prepare(64u << 10), kAwait);
    if (error) break;
    read += bytes;
  }
}

void Session::CloseIfIdle() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    if (self->idle_) self->stream_.close();
  });
}

void Session::Close() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    self->stream_.close();
    self->gone_ = self->on_gone_ != nullptr;
    if (!self->gone_ && !self->response_.has_value()) self->response_ = Response{.status = 503};
    self->wake_.cancel();
  });
}

void Session::Deliver(uint64_t exchange, Response response) {
  asio::post(stream_.get_executor(),
             [self = shared_from_this(), exchange, response = std::move(response)]() mutable {
               if (exchange != self->exchange_ || self->response_.has_value()) return;
               self->response_ = std::move(response);
               self->wake_.cancel();
             });
}

void Session::WatchClient(uint64_t exchange, absl::AnyInvocable<void()> callback) {
  asio::post(stream_.get_executor(),
             [self = shared_from_this(), exchange, callback = std::move(callback)]() mutable {
               if (exchange != self->exchange_ || self->response_.has_value()) return;
               self->on_gone_ = std::move(callback);
               self->wake_.cancel();
             });
}

}  // namespace pawl::api
