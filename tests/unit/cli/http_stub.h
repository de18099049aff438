// A server of a few scripted HTTP answers on a free port of this machine, for clients under test.

#ifndef PAWL_TESTS_UNIT_CLI_HTTP_STUB_H_
#define PAWL_TESTS_UNIT_CLI_HTTP_STUB_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/base/strings.h"

namespace pawl {

struct StubRequest {
  std::string operation;  // of X-Amz-Target, without the service
  std::string body;
};

struct StubAnswer {
  int status = 200;
  std::string body = "{}";
  bool hang_up = false;  // closes the connection instead of answering
};

// One thread, one connection at a time, one request on each.
class HttpStub {
 public:
  using Handler = std::function<StubAnswer(const StubRequest&)>;
  explicit HttpStub(Handler handler);
  ~HttpStub();

  std::string endpoint() const;
  std::vector<StubRequest> requests() const;

 private:
  void Serve();
  void ServeOne(int connection);

  const Handler handler_;
  int listener_;
  int port_ = 0;
  mutable absl::Mutex mu_;
  std::vector<StubRequest> requests_ ABSL_GUARDED_BY(mu_);
  std::jthread thread_;
};

inline HttpStub::HttpStub(Handler handler)
    : handler_(std::move(handler)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 8) != 0) {
    std::abort();
  }
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { Serve(); });
}

inline HttpStub::~HttpStub() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

inline std::string HttpStub::endpoint() const { return StrCat("http://127.0.0.1:", port_); }

inline std::vector<StubRequest> HttpStub::requests() const {
  absl::MutexLock lock(&mu_);
  return requests_;
}

inline void HttpStub::Serve() {
  while (true) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    ServeOne(connection);
    close(connection);
  }
}

inline void HttpStub::ServeOne(int connection) {
  std::string text;
  size_t head_end = std::string::npos;
  size_t body_bytes = 0;
  while (head_end == std::string::npos || text.size() < head_end + 4 + body_bytes) {
    char buffer[4096];
    const ssize_t count = read(connection, buffer, sizeof(buffer));
    if (count <= 0) return;
    text.append(buffer, static_cast<size_t>(count));
    head_end = text.find("\r\n\r\n");
    const size_t length = text.find("Content-Length: ");
    if (length != std::string::npos)
      body_bytes = std::strtoul(text.c_str() + length + 16, nullptr, 10);
  }
  const size_t operation = text.find("AWSStepFunctions.") + 17;
  const StubRequest request = {text.substr(operation, text.find("\r\n", operation) - operation),
                               text.substr(head_end + 4)};
  {
    absl::MutexLock lock(&mu_);
    requests_.push_back(request);
  }
  const StubAnswer answer = handler_(request);
  if (answer.hang_up) return;
  const std::string out =
      StrCat("HTTP/1.1 ", answer.status, " X\r\nContent-Length: ", answer.body.size(),
             "\r\nConnection: close\r\n\r\n", answer.body);
  [[maybe_unused]] const ssize_t written = write(connection, out.data(), out.size());
}

}  // namespace pawl

#endif  // PAWL_TESTS_UNIT_CLI_HTTP_STUB_H_
