#include "coordinator/integrations/curl_driver.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "coordinator/base/clock.h"

namespace pawl::integrations {
namespace {

constexpr int kEventsPerTurn = 256;
// Idle ones that are kept. Under way there may be more.
constexpr long kMaxConnectionsKept = 1024;

absl::Duration Now() { return DatabaseClock::SteadyNow(); }

CURLM* MakeMulti() {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)initialized;
  return curl_multi_init();
}

}  // namespace

CurlDriver::CurlDriver()
    : multi_(MakeMulti()),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, OnTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxConnectionsKept);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  epoll_event event = {.events = EPOLLIN, .data = {.fd = wake_fd_}};
  epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event);
}

CurlDriver::~CurlDriver() {
  curl_multi_cleanup(multi_);
  close(wake_fd_);
  close(epoll_fd_);
}

void CurlDriver::Add(CURL* handle) { curl_multi_add_handle(multi_, handle); }

void CurlDriver::Remove(CURL* handle) { curl_multi_remove_handle(multi_, handle); }

void CurlDriver::Wake() {
  const uint64_t one = 1;
  // It can only fail when it is set already.
  (void)!write(wake_fd_, &one, sizeof(one));
}

int CurlDriver::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  auto* const driver = static_cast<CurlDriver*>(self);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(driver->epoll_fd_, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event = {.events = 0, .data = {.fd = socket}};
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  const int operation = known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (epoll_ctl(driver->epoll_fd_, operation, socket, &event) != 0) return -1;
  // Any value but null: that this socket is known.
  curl_multi_assign(driver->multi_, socket, driver);
  return 0;
}

int CurlDriver::OnTimer(CURLM*, long timeout_ms, void* self) {
  auto* const driver = static_cast<CurlDriver*>(self);
  if (timeout_ms < 0) {
    driver->timer_due_ = std::nullopt;
  } else {
    driver->timer_due_ = Now() + absl::Milliseconds(timeout_ms);
  }
  return 0;
}

int CurlDriver::WaitMilliseconds(absl::Duration at_most) const {
  if (timer_due_) at_most = std::min(at_most, *timer_due_ - Now());
  if (at_most <= absl::ZeroDuration()) return 0;
  const int64_t rounded_up = absl::ToInt64Milliseconds(at_most + absl::Microseconds(999));
  return static_cast<int>(std::min<int64_t>(rounded_up, std::numeric_limits<int>::max()));
}

void CurlDriver::Act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
}

std::vector<CurlDriver::Ended> CurlDriver::Turn(absl::Duration at_most) {
  epoll_event events[kEventsPerTurn];
  const int count = epoll_wait(epoll_fd_, events, kEventsPerTurn, WaitMilliseconds(at_most));
  for (int i = 0; i < count; ++i) {
    if (events[i].data.fd == wake_fd_) {
      uint64_t ignored;
      (void)!read(wake_fd_, &ignored, sizeof(ignored));
      continue;
    }
    int ready = 0;
    if (events[i].events & EPOLLIN) ready |= CURL_CSELECT_IN;
    if (events[i].events & EPOLLOUT) ready |= CURL_CSELECT_OUT;
    if (events[i].events & (EPOLLERR | EPOLLHUP)) ready |= CURL_CSELECT_ERR;
    Act(events[i].data.fd, ready);
  }
  if (timer_due_ && *timer_due_ <= Now()) {
    timer_due_ = std::nullopt;
    Act(CURL_SOCKET_TIMEOUT, 0);
  }
  std::vector<Ended> ended;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) {
      ended.push_back({message->easy_handle, message->data.result});
    }
  }
  return ended;
}

}  // namespace pawl::integrations
