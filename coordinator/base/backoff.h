// Growing pauses between the attempts at something that fails for now.

#ifndef PAWL_BASE_BACKOFF_H_
#define PAWL_BASE_BACKOFF_H_

#include <algorithm>
#include <optional>
#include <random>

#include "absl/time/time.h"

namespace pawl {

// Each pause is twice as long as the one before, up to `max`, less a random part of up to a half,
// so that many clients do not come back at the same instant. Not thread-safe.
class Backoff {
 public:
  explicit Backoff(absl::Duration min = absl::Milliseconds(100),
                   absl::Duration max = absl::Seconds(5))
      : min_(min), max_(max), next_(min) {}

  absl::Duration Next() {
    // Most are made and never asked: seeding costs more than all the rest.
    if (!random_) random_.emplace(std::random_device{}());
    const absl::Duration pause = next_ * std::uniform_real_distribution<double>(0.5, 1.0)(*random_);
    next_ = std::min(next_ * 2, max_);
    return pause;
  }
  void Reset() { next_ = min_; }

 private:
  const absl::Duration min_;
  const absl::Duration max_;
  absl::Duration next_;
  std::optional<std::minstd_rand> random_;
};

}  // namespace pawl

#endif  // PAWL_BASE_BACKOFF_H_
