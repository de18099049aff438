#include "worker/lambda/runtime_api.h"

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl::worker {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using boost::system::error_code;

constexpr absl::string_view kBase = "/2018-06-01/runtime/";
// What is larger than a response may be is read all the same, so that the runtime can be told.
constexpr size_t kMaxBodyBytes = 64u << 20;

std::string ErrorBody(std::string_view type, std::string_view message) {
  std::string body = "{\"errorMessage\":";
  AppendJsonString(message, &body);
  body.append(",\"errorType\":");
  AppendJsonString(type, &body);
  body.push_back('}');
  return body;
}

Response Answer(http::status status, std::string body) {
  Response response(status, 11);
  response.set(http::field::content_type, "application/json");
  response.body() = std::move(body);
  return response;
}

Response Accepted() { return Answer(http::status::accepted, "{\"status\":\"OK\"}"); }

// An X-Ray trace header that says: not sampled.
std::string TraceId(const std::string& request_id) {
  std::string digits;
  for (const char c : request_id) {
    if (c != '-') digits.push_back(c);
  }
  digits.resize(32, '0');
  return StrCat("Root=1-", digits.substr(0, 8), "-", digits.substr(8),
                ";Parent=", digits.substr(0, 16), ";Sampled=0");
}

Response InvocationResponse(const RuntimeInvocation& invocation) {
  Response response = Answer(http::status::ok, invocation.payload);
  response.set("Lambda-Runtime-Aws-Request-Id", invocation.request_id);
  response.set("Lambda-Runtime-Deadline-Ms",
               absl::StrCat(absl::ToUnixMillis(absl::Now() + invocation.timeout)));
  response.set("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn);
  response.set("Lambda-Runtime-Trace-Id", TraceId(invocation.request_id));
  if (!invocation.client_context.empty()) {
    response.set("Lambda-Runtime-Client-Context", invocation.client_context);
  }
  return response;
}

}  // namespace

// All on the thread of `io`, but for the constructor.
class RuntimeApi::Impl : public std::enable_shared_from_this<RuntimeApi::Impl> {
 public:
  Impl(asio::io_context* io, Owner* owner)
      : io_(*io),
        owner_(owner),
        acceptor_(*io, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  void Accept();
  void Offer(RuntimeInvocation invocation);
  void Reset();
  void Stop() {
    error_code ignored;
    acceptor_.close(ignored);
    Reset();
    owner_ = nullptr;
  }
  uint16_t port() const { return acceptor_.local_endpoint().port(); }
  asio::io_context& io() { return io_; }

 private:
  class Connection;

  // `too_large`: the body is not all there.
  std::optional<Response> Handle(const std::shared_ptr<Connection>& connection,
                                 const Request& request, bool too_large);
  std::optional<Response> Next(const std::shared_ptr<Connection>& connection);
  Response Ended(absl::string_view request_id, absl::string_view how, const Request& request,
                 bool too_large);
  Response InitFailed(const Request& request);
  void Tell(RuntimeAnswer answer) {
    if (owner_ != nullptr) owner_->Answered(std::move(answer));
  }

  asio::io_context& io_;
  Owner* owner_;  // null: stopped
  Tcp::acceptor acceptor_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::shared_ptr<Connection> waiting_;       // for the next invocation
  std::optional<RuntimeInvocation> offered_;  // and not taken
  std::string current_;                       // request id of what was taken; empty: none
};

class RuntimeApi::Impl::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Tcp::socket socket, std::shared_ptr<Impl> api)
      : socket_(std::move(socket)), api_(std::move(api)) {}

  void Read() {
    parser_.emplace();
    parser_->body_limit(kMaxBodyBytes);
    http::async_read(socket_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, size_t) { self->Came(error); });
  }

  void Write(Response response) {
    response.keep_alive(!closing_);
    response.prepare_payload();
    response_.emplace(std::move(response));
    http::async_write(socket_, *response_, [self = shared_from_this()](error_code error, size_t) {
      if (error || self->closing_) return self->End();
      self->Read();
    });
  }

  void Close() {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  void Came(error_code error) {
    if (error == http::error::body_limit) {
      // The rest is not read: the connection cannot be used again.
      closing_ = true;
    } else if (error) {
      return End();
    }
    if (auto response = api_->Handle(shared_from_this(), parser_->get(), closing_)) {
      Write(*std::move(response));
    }
  }
  void End() {
    Close();
    api_->connections_.erase(shared_from_this());
    if (api_->waiting_.get() == this) api_->waiting_ = nullptr;
  }

  Tcp::socket socket_;
  const std::shared_ptr<Impl> api_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<Response> response_;
  bool closing_ = false;

  friend class Impl;
};

void RuntimeApi::Impl::Accept() {
  acceptor_.async_accept([self = shared_from_this()](error_code error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted || self->owner_ == nullptr) return;
    if (!error) {
      error_code ignored;
      socket.set_option(Tcp::no_delay(true), ignored);
      auto connection = std::make_shared<Connection>(std::move(socket), self);
      self->connections_.insert(connection);
      connection->Read();
    }
    self->Accept();
  });
}

void RuntimeApi::Impl::Offer(RuntimeInvocation invocation) {
  offered_ = std::move(invocation);
  if (waiting_ == nullptr) return;
  const std::shared_ptr<Connection> connection = std::exchange(waiting_, nullptr);
  if (auto response = Next(connection)) connection->Write(*std::move(response));
}

void RuntimeApi::Impl::Reset() {
  for (const std::shared_ptr<Connection>& connection : connections_) connection->Close();
  connections_.clear();
  waiting_ = nullptr;
  offered_ = std::nullopt;
  current_.clear();
}

// Nothing: the answer comes later.
std::optional<Response> RuntimeApi::Impl::Handle(const std::shared_ptr<Connection>& connection,
                                                 const Request& request, bool too_large) {
  absl::string_view target(request.target().data(), request.target().size());
  if (!connections_.contains(connection)) return std::nullopt;  // of a runtime that is gone
  if (absl::ConsumePrefix(&target, kBase)) {
    const bool is_post = request.method() == http::verb::post;
    if (request.method() == http::verb::get && target == "invocation/next") return Next(connection);
    if (is_post && target == "init/error") return InitFailed(request);
    if (is_post && absl::ConsumePrefix(&target, "invocation/")) {
      const size_t slash = target.find('/');
      if (slash != absl::string_view::npos) {
        return Ended(target.substr(0, slash), target.substr(slash + 1), request, too_large);
      }
    }
  }
  return Answer(http::status::not_found, ErrorBody("NotFound", "no such path"));
}

std::optional<Response> RuntimeApi::Impl::Next(const std::shared_ptr<Connection>& connection) {
  if (!current_.empty()) {
    return Answer(http::status::forbidden,
                  ErrorBody("InvalidStateTransition", "an invocation is under way"));
  }
  if (!offered_) {
    waiting_ = connection;
    return std::nullopt;
  }
  const RuntimeInvocation invocation = *std::exchange(offered_, std::nullopt);
  current_ = invocation.request_id;
  if (owner_ != nullptr) owner_->Taken();
  return InvocationResponse(invocation);
}

Response RuntimeApi::Impl::Ended(absl::string_view request_id, absl::string_view how,
                                 const Request& request, bool too_large) {
  if (how != "response" && how != "error") {
    return Answer(http::status::not_found, ErrorBody("NotFound", "no such path"));
  }
  if (current_.empty() || request_id != current_) {
    return Answer(http::status::bad_request, ErrorBody("InvalidRequestID", "Invalid request ID"));
  }
  current_.clear();
  RuntimeAnswer answer;
  answer.error_type = std::string(request["Lambda-Runtime-Function-Error-Type"]);
  answer.kind = how == "error" ? RuntimeAnswer::Kind::kError : RuntimeAnswer::Kind::kResponse;
  if (request.body().size() > kMaxResponseBytes || too_large) {
    answer.kind = RuntimeAnswer::Kind::kTooLarge;
    Tell(std::move(answer));
    return Answer(
        http::status::payload_too_large,
        ErrorBody("RequestEntityTooLarge", StrCat("Exceeded maximum allowed payload size (",
                                                  kMaxResponseBytes, " bytes).")));
  }
  answer.body = request.body();
  Tell(std::move(answer));
  return Accepted();
}

Response RuntimeApi::Impl::InitFailed(const Request& request) {
  RuntimeAnswer answer;
  answer.kind = RuntimeAnswer::Kind::kInitError;
  answer.body = request.body();
  answer.error_type = std::string(request["Lambda-Runtime-Function-Error-Type"]);
  Tell(std::move(answer));
  return Accepted();
}

RuntimeApi::RuntimeApi(asio::io_context* io, Owner* owner)
    : impl_(std::make_shared<Impl>(io, owner)), port_(impl_->port()) {
  asio::post(*io, [impl = impl_] { impl->Accept(); });
}

RuntimeApi::~RuntimeApi() {
  absl::Notification stopped;
  asio::post(impl_->io(), [&] {
    impl_->Stop();
    stopped.Notify();
  });
  stopped.WaitForNotification();
}

void RuntimeApi::Offer(RuntimeInvocation invocation) {
  asio::post(impl_->io(), [impl = impl_, invocation = std::move(invocation)]() mutable {
    impl->Offer(std::move(invocation));
  });
}

void RuntimeApi::Reset() {
  absl::Notification done;
  asio::post(impl_->io(), [&] {
    impl_->Reset();
    done.Notify();
  });
  done.WaitForNotification();
}

}  // namespace pawl::worker
