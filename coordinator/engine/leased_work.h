// What a CallRunner does with what it has taken under a lease: it makes a call, or it looks after
// the job that a call has submitted.

#ifndef PAWL_ENGINE_LEASED_WORK_H_
#define PAWL_ENGINE_LEASED_WORK_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "coordinator/engine/chain.h"
#include "coordinator/engine/given_task.h"
#include "coordinator/integrations/call.h"

namespace pawl::engine {

// Thread-safe.
class LeasedWork {
 public:
  using Id = int64_t;
  using Done = absl::AnyInvocable<void(integrations::CallResult)>;

  virtual ~LeasedWork() = default;

  // `done` is called once, on a thread of the node's, not within Begin. nullopt: what has no Id
  // cannot be cancelled.
  virtual std::optional<Id> Begin(LeasedCall leased, Done done) = 0;
  // Somebody else is to do it: `done` is not called any more.
  virtual void Cancel(Id id) = 0;
  // Nobody waits for it any more: `done` is not called any more.
  virtual void GiveUp(Id id) { Cancel(id); }
  // What its execution is told of how it ended.
  virtual decltype(Work::what) EndOf(const TaskId& task,
                                     const integrations::CallResult& result) const = 0;
  // For the metrics: how much is under way, and what has ended after so long.
  virtual void ShowUnderWay(size_t count) = 0;
  virtual void Took(absl::Duration duration) = 0;
  virtual void ShowRepeated() = 0;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_LEASED_WORK_H_
