// A TCP client that sends exactly the bytes it is told to, for tests of servers.

#ifndef PAWL_TESTS_UNIT_API_RAW_CLIENT_H_
#define PAWL_TESTS_UNIT_API_RAW_CLIENT_H_

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::api {

// Blocks for at most ten seconds in each call.
class RawClient {
 public:
  explicit RawClient(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { Close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  // False when the server has closed the connection.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // One whole response with a Content-Length; what came of it when the connection ends before.
  std::string ReadResponse() {
    for (;;) {
      const size_t head = pending_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const size_t size = head + 4 + ContentLength(std::string_view(pending_).substr(0, head));
        if (pending_.size() >= size) {
          std::string response = pending_.substr(0, size);
          pending_.erase(0, size);
          return response;
        }
      }
      if (!ReadMore()) return std::exchange(pending_, "");
    }
  }

  // Everything until the server closes.
  std::string ReadAll() {
    while (ReadMore()) {
    }
    return std::exchange(pending_, "");
  }

  void FinishSending() { ::shutdown(fd_, SHUT_WR); }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  static std::string_view Body(std::string_view response) {
    const size_t head = response.find("\r\n\r\n");
    return head == std::string_view::npos ? std::string_view() : response.substr(head + 4);
  }

 private:
  bool ReadMore() {
    char buffer[16384];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    pending_.append(buffer, static_cast<size_t>(got));
    return true;
  }

  static size_t ContentLength(std::string_view head) {
    static constexpr std::string_view kName = "Content-Length: ";
    const size_t at = head.find(kName);
    return at == std::string_view::npos ? 0
                                        : std::stoul(std::string(head.substr(at + kName.size())));
  }

  int fd_;
  bool connected_ = false;
  std::string pending_;
};

}  // namespace pawl::api

#endif  // PAWL_TESTS_UNIT_API_RAW_CLIENT_H_
