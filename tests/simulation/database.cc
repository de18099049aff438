#include "tests/simulation/database.h"

#include <algorithm>

namespace pawl::simulation {

Database::Database(Loop* loop) : loop_(loop), tables_(Account(), nullptr, loop) {
  tables_.Simulate([loop] { return loop->chance().NonZero(); });
  FlushNowAndThen();
}

// The WAL writer: a crash may lose all since the last barrier, or less.
void Database::FlushNowAndThen() {
  loop_->Post(loop_->chance().Between(absl::Milliseconds(5), absl::Seconds(2)), nullptr, [this] {
    Flush();
    FlushNowAndThen();
  });
}

void Database::SawTime(absl::Time time) {
  most_ahead_ = std::max(most_ahead_, time - loop_->Now());
}

void Database::Crash(absl::Duration downtime) {
  lost_writes_ += tables_.LoseUnflushed();
  ++crashes_;
  ++generation_;
  up_ = false;
  loop_->Post(downtime, nullptr, [this, generation = generation_] {
    if (generation == generation_) up_ = true;
  });
}

}  // namespace pawl::simulation
