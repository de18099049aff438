// Time and chance of a simulated world: everything that happens in it is a function in one queue,
// run in the order of its simulated time on the caller's thread. Equal seeds give equal runs.

#ifndef PAWL_TESTS_SIMULATION_LOOP_H_
#define PAWL_TESTS_SIMULATION_LOOP_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "coordinator/base/clock.h"

namespace pawl::simulation {

// Numbers that follow from a seed (SplitMix64).
class Chance {
 public:
  explicit Chance(uint64_t seed) : state_(seed) {}

  uint64_t Bits();
  // Never 0.
  int64_t NonZero();
  // From 0 to `below` - 1.
  int64_t Below(int64_t below) {
    return static_cast<int64_t>(Bits() % static_cast<uint64_t>(below));
  }
  bool Happens(double probability);
  // Mostly near `least`, now and then near `most`: as delays are.
  absl::Duration Delay(absl::Duration least, absl::Duration most);
  absl::Duration Between(absl::Duration least, absl::Duration most);

 private:
  double Fraction() { return static_cast<double>(Bits() >> 11) * 0x1p-53; }

  uint64_t state_;
};

// A process of the simulated world. What it has begun and not finished when it dies never happens
// to it; while it is stopped (SIGSTOP) it happens when it goes on.
struct Process {
  bool alive = true;
  absl::Time stopped_until = absl::InfinitePast();
};
using ProcessPtr = std::shared_ptr<Process>;

class Loop : public Clock {
 public:
  explicit Loop(uint64_t seed) : chance_(seed) {}

  // The time of the world, which is also the database's.
  absl::Time Now() const override { return now_; }
  Chance& chance() { return chance_; }

  // `function` runs `delay` from now, in `process` unless that is null: then it happens anyway.
  void Post(absl::Duration delay, ProcessPtr process, absl::AnyInvocable<void()> function);
  // Runs what happens until `end`, which it then is.
  void RunUntil(absl::Time end);
  int64_t steps() const { return steps_; }

 private:
  struct Event {
    ProcessPtr process;
    absl::AnyInvocable<void()> function;
  };
  // When an event happens, as the what-th one that was posted, and where it lies in `events_`.
  struct Due {
    absl::Time at;
    int64_t number;
    size_t place;
  };
  static bool IsLater(const Due& a, const Due& b) {
    return a.at != b.at ? a.at > b.at : a.number > b.number;
  }

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  Chance chance_;
  int64_t number_ = 0;
  int64_t steps_ = 0;
  std::vector<Due> queue_;  // a heap, the next one first
  std::vector<Event> events_;
  std::vector<size_t> free_;  // places in it
};

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_LOOP_H_
