// Keeps a DatabaseClock close to the database's time by asking for it every few seconds.

#ifndef PAWL_NODE_CLOCK_KEEPER_H_
#define PAWL_NODE_CLOCK_KEEPER_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/store/store.h"

namespace pawl::node {

// All that it is given must outlive the store's and the scheduler's last callback.
class ClockKeeper {
 public:
  ClockKeeper(DatabaseClock* clock, store::Store* store, engine::Scheduler* scheduler)
      : clock_(clock), store_(store), scheduler_(scheduler) {}

  // Takes the first sample, which the clock needs before anybody asks it. Blocks. UNAVAILABLE.
  absl::Status SampleOnce();
  // Takes one sample; UNAVAILABLE when the database does not answer.
  void Sample(store::DoneCallback done);
  // Goes on with a sample every few seconds, for as long as the scheduler runs.
  void Run();

 private:
  DatabaseClock* const clock_;
  store::Store* const store_;
  engine::Scheduler* const scheduler_;
};

}  // namespace pawl::node

#endif  // PAWL_NODE_CLOCK_KEEPER_H_
