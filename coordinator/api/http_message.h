// One HTTP request and the way to answer it, apart from any HTTP library.

#ifndef PAWL_API_HTTP_MESSAGE_H_
#define PAWL_API_HTTP_MESSAGE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace pawl::api {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // "POST"
  std::string path;    // "/readyz", without the query
  Headers headers;     // names in lower case
  std::string body;

  // The value of the first header of that name, in lower case; empty when there is none.
  std::string_view Header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

struct Response {
  int status = 200;
  Headers headers;  // beside Content-Length, Connection, Date and Server, which the server adds
  std::string body;
  // Called, if set, once the answer has been written to its client's connection. Destroyed without
  // having been called when it has not been, or not whole.
  std::function<void()> written = nullptr;
};

// Where an answer goes to. Thread-safe.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual void Send(Response response) = 0;
  virtual void OnGone(absl::AnyInvocable<void()> callback) = 0;
};

// Answers one request, once, from any thread, now or later. Destroyed without an answer it sends a
// 500, so that no client waits in vain.
class Responder {
 public:
  explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Responder(Responder&&) = default;
  Responder& operator=(Responder&&) = default;
  ~Responder() {
    if (!exchange_) return;
    exchange_->Send(
        {.status = 500,
         .headers = {{"Content-Type", "application/x-amz-json-1.0"}},
         .body = R"({"__type":"InternalFailure","message":"The request was dropped."})"});
  }

  // Does nothing when an answer was sent before.
  void Send(Response response) {
    if (auto exchange = std::exchange(exchange_, nullptr)) exchange->Send(std::move(response));
  }
  // Asks to be told when the client goes away before it has its answer: `callback` is then called
  // once, on a thread of the server. Costs a watch on the connection; for answers that may take
  // long.
  void OnGone(absl::AnyInvocable<void()> callback) {
    if (exchange_) exchange_->OnGone(std::move(callback));
  }

 private:
  std::shared_ptr<Exchange> exchange_;
};

using Handler = std::function<void(Request, Responder)>;

}  // namespace pawl::api

#endif  // PAWL_API_HTTP_MESSAGE_H_
