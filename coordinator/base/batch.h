// What many calls of one thread want done is done once, at their end. Who tells many effects, one
// after the other, opens a batch around them; whoever would write to a socket or wake a thread for
// each of them leaves that to the batch's end.

#ifndef PAWL_BASE_BATCH_H_
#define PAWL_BASE_BATCH_H_

#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace pawl {

// Of one thread. Batches may lie within each other: the outermost one counts.
class Batch {
 public:
  Batch() { ++depth_; }
  ~Batch() {
    // What is done at the end may open batches of its own, and find this one closed.
    if (--depth_ > 0) return;
    for (auto& work : std::exchange(at_end_, {})) work();
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // Whether this thread is within one.
  static bool open() { return depth_ > 0; }
  // Only within one. `work` must not block.
  static void AtEnd(absl::AnyInvocable<void()> work) { at_end_.push_back(std::move(work)); }

 private:
  static inline thread_local int depth_ = 0;
  static inline thread_local std::vector<absl::AnyInvocable<void()>> at_end_;
};

}  // namespace pawl

#endif  // PAWL_BASE_BATCH_H_
