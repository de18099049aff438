// Runs functions later. The engine's only way to wait; a simulation gives it a scheduler of its
// own.

#ifndef PAWL_ENGINE_SCHEDULER_H_
#define PAWL_ENGINE_SCHEDULER_H_

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace pawl::engine {

// Thread-safe. A function that is scheduled runs once, never within the call that schedules it;
// what has not run when the scheduler is destroyed never does.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  virtual void RunAfter(absl::Duration delay, absl::AnyInvocable<void()> function) = 0;
  void Run(absl::AnyInvocable<void()> function) {
    RunAfter(absl::ZeroDuration(), std::move(function));
  }
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_SCHEDULER_H_
