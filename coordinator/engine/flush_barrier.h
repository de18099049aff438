// Where an effect waits until what it follows from has reached the disk. Nothing that a crash could
// take back leaves the node by another way: answers to clients, tasks to workers.
//
// Transitions are committed synchronously, so what has returned is on disk and an effect need not
// wait. A barrier for asynchronous commits takes this class's place without a change to its
// callers.

#ifndef PAWL_ENGINE_FLUSH_BARRIER_H_
#define PAWL_ENGINE_FLUSH_BARRIER_H_

#include <utility>

#include "absl/functional/any_invocable.h"

namespace pawl::engine {

class FlushBarrier {
 public:
  // Runs `effect` once everything that had returned from the store before this call is on disk.
  // Thread-safe.
  void Release(absl::AnyInvocable<void()> effect) { effect(); }
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_FLUSH_BARRIER_H_
