// A scheduler and a clock in one hand: time stands still until the test moves it, and what is due
// then runs in order on the test's own thread.

#ifndef PAWL_TESTS_SUPPORT_MANUAL_SCHEDULER_H_
#define PAWL_TESTS_SUPPORT_MANUAL_SCHEDULER_H_

#include <map>
#include <utility>

#include "coordinator/base/clock.h"
#include "coordinator/engine/scheduler.h"

namespace pawl::testing_support {

// For one thread.
class ManualScheduler : public engine::Scheduler {
 public:
  explicit ManualScheduler(FakeClock* clock) : clock_(clock) {}

  void RunAfter(absl::Duration delay, absl::AnyInvocable<void()> function) override {
    queue_.emplace(std::pair(clock_->Now() + delay, ++number_), std::move(function));
  }

  // Runs what is due now, and what that makes due, until nothing is.
  void RunReady() {
    while (!queue_.empty() && queue_.begin()->first.first <= clock_->Now()) RunFirst();
  }

  // Moves time on by `by`, stopping at each moment when something is due.
  void Advance(absl::Duration by) {
    const absl::Time end = clock_->Now() + by;
    while (!queue_.empty() && queue_.begin()->first.first <= end) {
      const absl::Time due = queue_.begin()->first.first;
      if (due > clock_->Now()) clock_->Advance(due - clock_->Now());
      RunFirst();
    }
    clock_->Advance(end - clock_->Now());
  }

  void Clear() { queue_.clear(); }

 private:
  void RunFirst() {
    auto node = queue_.extract(queue_.begin());
    node.mapped()();
  }

  FakeClock* const clock_;
  int64_t number_ = 0;
  std::map<std::pair<absl::Time, int64_t>, absl::AnyInvocable<void()>> queue_;
};

}  // namespace pawl::testing_support

#endif  // PAWL_TESTS_SUPPORT_MANUAL_SCHEDULER_H_
