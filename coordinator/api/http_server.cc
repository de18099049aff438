#include "coordinator/api/http_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "coordinator/api/http_session.h"
#include "coordinator/base/log.h"

namespace pawl::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// After a failed accept (no file descriptors left, as a rule) before the next one.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpOptions options, const Clock* clock, Handler handler)
      : options_(std::move(options)),
        clock_(clock),
        handler_(std::move(handler)),
        gate_(std::make_shared<Gate>()),
        context_(std::max(1, options_.threads)),
        acceptor_(asio::make_strand(context_)) {}

  ~Impl() { Stop(); }

  absl::StatusOr<uint16_t> Start() {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(options_.host, error);
    if (error) {
      return absl::InvalidArgumentError(fmt::format("not an IP address: '{}'", options_.host));
    }
    const tcp::endpoint endpoint(address, options_.port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return absl::UnavailableError(fmt::format("cannot listen on {} port {}: {}", options_.host,
                                                options_.port, error.message()));
    }
    const uint16_t port = acceptor_.local_endpoint(error).port();
    asio::co_spawn(acceptor_.get_executor(), Accept(), [](std::exception_ptr failure) {
      if (failure) LogFailure("accept_loop_failed", failure);
    });
    for (int i = 0; i < std::max(1, options_.threads); ++i) {
      threads_.emplace_back([this] { RunThread(); });
    }
    return port;
  }

  void Drain(absl::Duration limit) {
    gate_->draining = true;
    CloseAcceptor();
    for (const auto& session : Sessions()) session->CloseIfIdle();
    {
      absl::MutexLock lock(&mu_);
      mu_.AwaitWithTimeout(absl::Condition(this, &Impl::NoSessions), limit);
    }
    for (const auto& session : Sessions()) session->Close();
    absl::MutexLock lock(&mu_);
    mu_.AwaitWithTimeout(absl::Condition(this, &Impl::NoSessions), absl::Seconds(1));
  }

  void Stop() {
    {
      absl::MutexLock lock(&gate_->mu);
      gate_->open = false;
    }
    context_.stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  static void LogFailure(std::string_view event, std::exception_ptr failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      log::Error(event, {{"error", e.what()}});
    } catch (...) {
      log::Error(event, {{"error", "unknown"}});
    }
  }

  // Handlers of Asio may throw (no memory, for one); the thread goes on with the next.
  void RunThread() {
    for (;;) {
      try {
        context_.run();
        return;
      } catch (...) {
        LogFailure("http_thread_failed", std::current_exception());
      }
    }
  }

  asio::awaitable<void> Accept() {
    asio::steady_timer pause(acceptor_.get_executor());
    while (acceptor_.is_open()) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::make_strand(context_),
                                                             asio::as_tuple(asio::use_awaitable));
      if (!error) {
        Serve(std::move(socket));
        continue;
      }
      if (error == asio::error::operation_aborted || !acceptor_.is_open()) break;
      log::Warn("accept_failed", {{"error", error.message()}});
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }

  void Serve(tcp::socket socket) {
    const auto executor = socket.get_executor();
    auto session = std::make_shared<Session>(std::move(socket), options_, clock_, handler_, gate_);
    bool refuse;
    {
      absl::MutexLock lock(&mu_);
      refuse = static_cast<int64_t>(sessions_.size()) >= options_.max_connections;
      sessions_.insert(session);
    }
    asio::co_spawn(executor, refuse ? session->Refuse() : session->Run(),
                   [this, session](std::exception_ptr failure) {
                     if (failure) LogFailure("connection_failed", failure);
                     absl::MutexLock lock(&mu_);
                     sessions_.erase(session);
                   });
  }

  void CloseAcceptor() {
    asio::post(acceptor_.get_executor(), [this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
    });
  }

  std::vector<std::shared_ptr<Session>> Sessions() {
    absl::MutexLock lock(&mu_);
    return {sessions_.begin(), sessions_.end()};
  }
  bool NoSessions() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return sessions_.empty(); }

  const HttpOptions options_;
  const Clock* const clock_;
  const Handler handler_;
  const std::shared_ptr<Gate> gate_;
  // Before what has sockets of it, so that it is destroyed after them.
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::vector<std::thread> threads_;
  absl::Mutex mu_;
  absl::flat_hash_set<std::shared_ptr<Session>> sessions_ ABSL_GUARDED_BY(mu_);
};

HttpServer::HttpServer(HttpOptions options, const Clock* clock, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), clock, std::move(handler))) {}
HttpServer::~HttpServer() = default;
absl::StatusOr<uint16_t> HttpServer::Start() { return impl_->Start(); }
void HttpServer::Drain(absl::Duration limit) { impl_->Drain(limit); }
void HttpServer::Stop() { impl_->Stop(); }

}  // namespace pawl::api
