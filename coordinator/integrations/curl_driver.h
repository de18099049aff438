// Drives libcurl's multi interface by epoll: only transfers whose sockets are ready cost anything,
// where curl_multi_perform would look at each of thousands.

#ifndef PAWL_INTEGRATIONS_CURL_DRIVER_H_
#define PAWL_INTEGRATIONS_CURL_DRIVER_H_

#include <curl/curl.h>

#include <optional>
#include <vector>

#include "absl/time/time.h"

namespace pawl::integrations {

// All but Wake on one thread.
class CurlDriver {
 public:
  CurlDriver();
  CurlDriver(const CurlDriver&) = delete;
  CurlDriver& operator=(const CurlDriver&) = delete;
  // Every transfer has been removed.
  ~CurlDriver();

  // The handle's transfer starts with the next turn.
  void Add(CURL* handle);
  // Breaks the transfer off if it has not ended.
  void Remove(CURL* handle);

  struct Ended {
    CURL* handle;
    CURLcode code;
  };
  // Waits until there is something to do, Wake was called or `at_most` is over; does what there is
  // to do; gives the transfers that ended, still to be removed.
  std::vector<Ended> Turn(absl::Duration at_most);
  // Ends the wait of the turn under way, or that of the next one. From any thread.
  void Wake();

 private:
  static int OnSocket(CURL* handle, curl_socket_t socket, int what, void* self, void* known);
  static int OnTimer(CURLM* multi, long timeout_ms, void* self);
  int WaitMilliseconds(absl::Duration at_most) const;
  void Act(curl_socket_t socket, int events);

  CURLM* const multi_;
  const int epoll_fd_;
  const int wake_fd_;
  std::optional<absl::Duration> timer_due_;  // steady time
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_CURL_DRIVER_H_
