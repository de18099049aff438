#include "coordinator/process/stop_signal.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>

#include "coordinator/base/clock.h"

namespace pawl {
namespace {

// A signal handler has nothing but globals to work with.
std::atomic<int> noted_fd{-1};
std::atomic<bool> noted{false};

void MakeReadable(int fd) {
  const uint64_t one = 1;
  // The counter of an eventfd cannot overflow from ones that are never read; there is nothing to do
  // on failure.
  [[maybe_unused]] const ssize_t written = write(fd, &one, sizeof(one));
}

void Note(int signal_number) {
  const int saved_errno = errno;
  if (noted.exchange(true)) _exit(128 + signal_number);
  MakeReadable(noted_fd.load());
  errno = saved_errno;
}

void Handle(int signal_number, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(signal_number, &action, nullptr);
}

// `deadline` is of the steady clock, which no correction of the time can lengthen.
int MillisecondsUntil(absl::Duration deadline) {
  if (deadline == absl::InfiniteDuration()) return -1;
  const absl::Duration left = deadline - DatabaseClock::SteadyNow();
  if (left <= absl::ZeroDuration()) return 0;
  // Rounded up, so that the last wait does not spin; a very long one is taken in pieces.
  return static_cast<int>(absl::ToInt64Milliseconds(
      std::min(left + absl::Milliseconds(1) - absl::Nanoseconds(1), absl::Hours(1))));
}

}  // namespace

StopSignal::StopSignal() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  noted = false;
  noted_fd = fd_;
  Handle(SIGTERM, Note);
  Handle(SIGINT, Note);
  Handle(SIGPIPE, SIG_IGN);
}

StopSignal::~StopSignal() {
  Handle(SIGTERM, SIG_DFL);
  Handle(SIGINT, SIG_DFL);
  noted_fd = -1;
  close(fd_);
}

bool StopSignal::WaitFor(absl::Duration duration) const {
  const absl::Duration deadline = DatabaseClock::SteadyNow() + duration;
  while (true) {
    pollfd waiting = {.fd = fd_, .events = POLLIN, .revents = 0};
    const int timeout = MillisecondsUntil(deadline);
    if (poll(&waiting, 1, timeout) > 0) return true;
    if (timeout >= 0 && DatabaseClock::SteadyNow() >= deadline) return false;
  }
}

void StopSignal::Raise() {
  noted = true;
  MakeReadable(fd_);
}

}  // namespace pawl
