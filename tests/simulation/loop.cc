#include "tests/simulation/loop.h"

#include <algorithm>
#include <utility>

namespace pawl::simulation {
namespace {

// A part of a duration of seconds or minutes, to the nanosecond. Duration's own multiplication,
// which is exact for any, takes most of the time that chance takes.
absl::Duration Share(absl::Duration of, double share) {
  return absl::Nanoseconds(
      static_cast<int64_t>(static_cast<double>(absl::ToInt64Nanoseconds(of)) * share));
}

}  // namespace

uint64_t Chance::Bits() {
  state_ += 0x9E3779B97F4A7C15u;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

int64_t Chance::NonZero() {
  const auto bits = static_cast<int64_t>(Bits());
  return bits == 0 ? 1 : bits;
}

bool Chance::Happens(double probability) { return Fraction() < probability; }

absl::Duration Chance::Delay(absl::Duration least, absl::Duration most) {
  const double share = Fraction();
  return least + Share(most - least, share * share * share * share);
}

absl::Duration Chance::Between(absl::Duration least, absl::Duration most) {
  return least + Share(most - least, Fraction());
}

void Loop::Post(absl::Duration delay, ProcessPtr process, absl::AnyInvocable<void()> function) {
  const absl::Time at = now_ + std::max(delay, absl::ZeroDuration());
  Event event{std::move(process), std::move(function)};
  size_t place = events_.size();
  if (free_.empty()) {
    events_.push_back(std::move(event));
  } else {
    place = free_.back();
    free_.pop_back();
    events_[place] = std::move(event);
  }
  queue_.push_back({at, ++number_, place});
  std::push_heap(queue_.begin(), queue_.end(), IsLater);
}

void Loop::RunUntil(absl::Time end) {
  while (!queue_.empty() && queue_.front().at <= end) {
    const Due due = queue_.front();
    std::pop_heap(queue_.begin(), queue_.end(), IsLater);
    queue_.pop_back();
    now_ = due.at;
    // It is destroyed here, not later in its place: what it holds may end with it.
    Event event = std::move(events_[due.place]);
    events_[due.place] = {};
    free_.push_back(due.place);
    if (event.process != nullptr) {
      if (!event.process->alive) continue;
      if (event.process->stopped_until > now_) {
        Post(event.process->stopped_until - now_, event.process, std::move(event.function));
        continue;
      }
    }
    ++steps_;
    event.function();
  }
  now_ = std::max(now_, end);
}

}  // namespace pawl::simulation
