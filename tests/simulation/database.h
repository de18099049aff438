// The database of a simulated world: a MemoryStore that loses what was not flushed when it crashes.

#ifndef PAWL_TESTS_SIMULATION_DATABASE_H_
#define PAWL_TESTS_SIMULATION_DATABASE_H_

#include <cstdint>

#include "coordinator/base/account.h"
#include "coordinator/store/memory_store.h"
#include "tests/simulation/loop.h"

namespace pawl::simulation {

// For the loop's thread.
class Database {
 public:
  explicit Database(Loop* loop);

  store::MemoryStore& tables() { return tables_; }
  // Whether it answers; not for a while after a crash.
  bool up() const { return up_; }
  // Numbers the times between two crashes: a session ends with the one it was opened in.
  int64_t generation() const { return generation_; }

  // As a synchronous commit does: all that was written so far is on disk.
  void Flush() { tables_.Flush(); }
  // All sessions end, what was not flushed is lost; it is up again after `downtime`.
  void Crash(absl::Duration downtime);
  // A transition that says it is of that time has just been written.
  void SawTime(absl::Time time);
  // How far such a time was ahead of this clock at most: timers fire that early, too.
  absl::Duration most_ahead() const { return most_ahead_; }
  int64_t crashes() const { return crashes_; }
  // How many writes crashes have taken back.
  int64_t lost_writes() const { return lost_writes_; }

 private:
  void FlushNowAndThen();

  Loop* const loop_;
  store::MemoryStore tables_;
  bool up_ = true;
  int64_t generation_ = 1;
  absl::Duration most_ahead_;
  int64_t crashes_ = 0;
  int64_t lost_writes_ = 0;
};

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_DATABASE_H_
