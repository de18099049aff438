// Runs what is scheduled on a thread of its own, in time order, for tests in which real threads
// meet.

#ifndef PAWL_TESTS_UNIT_API_THREAD_SCHEDULER_H_
#define PAWL_TESTS_UNIT_API_THREAD_SCHEDULER_H_

#include <map>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/scheduler.h"

namespace pawl::api {

class ThreadScheduler : public engine::Scheduler {
 public:
  ThreadScheduler() : thread_([this] { Loop(); }) {}
  ~ThreadScheduler() override {
    {
      absl::MutexLock lock(&mu_);
      ended_ = true;
      changed_.Signal();
    }
    thread_.join();
  }

  void RunAfter(absl::Duration delay, absl::AnyInvocable<void()> function) override {
    absl::MutexLock lock(&mu_);
    due_.emplace(DatabaseClock::SteadyNow() + delay, std::move(function));
    changed_.Signal();
  }

 private:
  void Loop() {
    absl::MutexLock lock(&mu_);
    while (!ended_) {
      const absl::Duration wait = due_.empty() ? absl::InfiniteDuration()
                                               : due_.begin()->first - DatabaseClock::SteadyNow();
      if (wait > absl::ZeroDuration()) {
        changed_.WaitWithTimeout(&mu_, wait);
        continue;
      }
      auto function = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      mu_.Unlock();
      function();
      function = nullptr;
      mu_.Lock();
    }
  }

  absl::Mutex mu_;
  absl::CondVar changed_;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::multimap<absl::Duration, absl::AnyInvocable<void()>> due_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;  // last: it uses all the rest
};

}  // namespace pawl::api

#endif  // PAWL_TESTS_UNIT_API_THREAD_SCHEDULER_H_
