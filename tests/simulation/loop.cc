#include "tests/simulation/loop.h"

#include <algorithm>

namespace pawl::simulation {

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
  return least + (most - least) * (share * share * share * share);
}

absl::Duration Chance::Between(absl::Duration least, absl::Duration most) {
  return least + (most - least) * Fraction();
}

void Loop::Post(absl::Duration delay, ProcessPtr process, absl::AnyInvocable<void()> function) {
  const absl::Time at = now_ + std::max(delay, absl::ZeroDuration());
  queue_.emplace(std::pair(at, ++number_), Event{std::move(process), std::move(function)});
}

void Loop::RunUntil(absl::Time end) {
  while (!queue_.empty() && queue_.begin()->first.first <= end) {
    auto node = queue_.extract(queue_.begin());
    now_ = node.key().first;
    Event& event = node.mapped();
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
