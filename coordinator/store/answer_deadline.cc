#include "coordinator/store/answer_deadline.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>

#include "absl/container/flat_hash_set.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/log.h"

namespace pawl::store {
namespace {

constexpr std::chrono::milliseconds kLookEvery(250);
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

int64_t SteadyNanoseconds() { return absl::ToInt64Nanoseconds(DatabaseClock::SteadyNow()); }

}  // namespace

// All deadlines of the process. Lives as long as the process does: sessions may end late.
class SilenceWatch {
 public:
  static SilenceWatch& Get() {
    static SilenceWatch* const watch = new SilenceWatch;
    return *watch;
  }

  void Add(AnswerDeadline* deadline) {
    std::lock_guard lock(mu_);
    if (deadlines_.empty()) added_.notify_one();
    deadlines_.insert(deadline);
  }

  void Remove(AnswerDeadline* deadline) {
    std::lock_guard lock(mu_);
    deadlines_.erase(deadline);
  }

 private:
  SilenceWatch() {
    std::thread([this] { Watch(); }).detach();
  }

  void Watch() {
    std::unique_lock lock(mu_);
    while (true) {
      added_.wait(lock, [this] { return !deadlines_.empty(); });
      Look();
      lock.unlock();
      std::this_thread::sleep_for(kLookEvery);
      lock.lock();
    }
  }

  void Look() {
    const int64_t now = SteadyNanoseconds();
    for (AnswerDeadline* deadline : deadlines_) {
      int64_t due = deadline->due_.load(std::memory_order_relaxed);
      if (due == 0 || now < due) continue;
      // Unless an answer has come this very moment. From here on it is never due again.
      if (!deadline->due_.compare_exchange_strong(due, kNever)) continue;
      shutdown(deadline->socket_, SHUT_RDWR);
      log::Warn("database_silent", {{"within", absl::Nanoseconds(deadline->within_ns_)}});
    }
  }

  std::mutex mu_;
  std::condition_variable added_;
  absl::flat_hash_set<AnswerDeadline*> deadlines_;  // guarded by mu_
};

AnswerDeadline::AnswerDeadline(int socket, absl::Duration within)
    : socket_(fcntl(socket, F_DUPFD_CLOEXEC, 0)), within_ns_(absl::ToInt64Nanoseconds(within)) {
  SilenceWatch::Get().Add(this);
}

AnswerDeadline::~AnswerDeadline() {
  SilenceWatch::Get().Remove(this);
  if (socket_ >= 0) close(socket_);
}

void AnswerDeadline::Expect() {
  due_.store(any_time_ ? kNever : SteadyNanoseconds() + within_ns_, std::memory_order_relaxed);
}

void AnswerDeadline::Clear() {
  any_time_ = false;
  due_.store(0, std::memory_order_relaxed);
}

void AnswerDeadline::AllowAnyTime() {
  any_time_ = true;
  if (expecting()) Expect();
}

}  // namespace pawl::store
