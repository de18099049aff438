// Time as an argument. Only main functions create a real clock; what decides gets a Clock or a
// time.

#ifndef PAWL_BASE_CLOCK_H_
#define PAWL_BASE_CLOCK_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace pawl {

class Clock {
 public:
  virtual ~Clock() = default;
  // Thread-safe.
  virtual absl::Time Now() const = 0;
};

// The clock of this machine, moved by an offset that follows the database's `clock_timestamp()`, so
// that every node of a cluster agrees on time however wrong its own clock is. Before the first
// sample it is the machine's own time. Corrections backwards of up to a second are made by standing
// still until time has caught up; a greater one means that the database's clock was set, and is
// followed at once. Thread-safe.
class DatabaseClock : public Clock {
 public:
  // `steady` is this machine's steady time; another one for a simulated machine.
  explicit DatabaseClock(std::function<absl::Duration()> steady = SteadyNow)
      : steady_(std::move(steady)) {}

  absl::Time Now() const override;
  // Takes over a sample: the database said `database_now` to a question asked at `asked` and
  // answered at `answered` of this machine's steady time (Steady). Takes it that the answer came at
  // once, so that this clock is never ahead of the database's but for a drift, and no timer fires
  // early; the round trip is how far it may be behind. A sample that is less exact than the one in
  // use, its drift since then included, is ignored, unless both cannot be true.
  void Sample(absl::Time database_now, absl::Duration asked, absl::Duration answered);
  absl::Duration Steady() const { return steady_(); }
  // Time since some fixed instant; never jumps.
  static absl::Duration SteadyNow();

 private:
  const std::function<absl::Duration()> steady_;
  mutable absl::Mutex mu_;
  bool sampled_ ABSL_GUARDED_BY(mu_) = false;
  absl::Duration offset_ ABSL_GUARDED_BY(mu_);      // database time minus steady time
  absl::Duration error_ ABSL_GUARDED_BY(mu_);       // how much greater it was at most when taken
  absl::Duration sampled_at_ ABSL_GUARDED_BY(mu_);  // steady time
  // The latest time ever told, which Now does not fall behind.
  mutable absl::Time told_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
};

// Stands still until it is told to move. Thread-safe.
class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'700'000'000)) : now_(start) {}
  absl::Time Now() const override {
    absl::MutexLock lock(&mu_);
    return now_;
  }
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mu_);
    now_ += by;
  }

 private:
  mutable absl::Mutex mu_;
  absl::Time now_ ABSL_GUARDED_BY(mu_);
};

// ISO-8601 in UTC with `Z`, milliseconds only where they are not zero, as the Context object shows
// times (reference/asl.md 9): "2026-01-01T00:00:00.123Z".
std::string FormatIso8601(absl::Time time);

// Reads the format of Wait and of the timestamp comparisons: RFC 3339 with an upper-case `T`, and
// `Z` or a numeric offset, an optional fraction. INVALID_ARGUMENT otherwise.
absl::StatusOr<absl::Time> ParseIso8601(std::string_view text);

}  // namespace pawl

#endif  // PAWL_BASE_CLOCK_H_
