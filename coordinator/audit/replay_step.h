// Steps of a replayed position: each is what the core gives, with the deadlines taken out that
// follow from what history does not tell.

#ifndef PAWL_AUDIT_REPLAY_STEP_H_
#define PAWL_AUDIT_REPLAY_STEP_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/asl/machine.h"
#include "coordinator/audit/replay_place.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/retrace.h"

namespace pawl::audit {

// Times of history are whole milliseconds: what is decided at `time` is shown at this time.
absl::Time FloorToMillis(absl::Time time);

class ReplaySteps {
 public:
  // `world` answers what the core asks, and outlives this.
  ReplaySteps(const asl::Machine& machine, const core::World& world, ReplayPlace* place)
      : machine_(machine), world_(world), place_(*place) {}

  // What the steps gave together.
  const core::Transition& produced() const { return produced_; }

  void Begin(absl::Time now);
  // The closed execution goes on from where its history, `stood`, had led it.
  absl::Status Redrive(const core::Retrace& stood, absl::Time now);
  // One step, as an event of `actor` where it is one. The error is the core's.
  absl::Status Take(core::Event event, std::optional<BranchId> actor);
  // The ready branch goes on.
  absl::Status Proceed(BranchId branch, absl::Time now);
  // The timer of `branch` fires; before that, other timers that are due earlier, whose steps can
  // have no events. FAILED_PRECONDITION: it has no timer. A timer that is due only later fires all
  // the same and is a finding.
  absl::Status FireBackoffOrWait(BranchId branch, absl::Time now);
  absl::Status FireTask(BranchId branch, bool heartbeat, absl::Time now);
  // The call that `branch`'s task is has handed out its token.
  absl::Status Submit(BranchId branch, const Text& output, absl::Time now);
  absl::Status FireExecutionTimeout(absl::Time now);
  // The history had no room for the next step.
  absl::Status EndFullHistory(absl::Time now);
  // `branch`'s task goes to a worker.
  absl::Status Give(BranchId branch, const Text& worker_name, absl::Time now);

 private:
  void AskForHeartbeats(core::Branch& branch);
  absl::Status FireUntil(std::optional<BranchId> target, absl::Time now);
  absl::Time NotEarly(std::string_view what, absl::Time due, absl::Time now);
  std::vector<BranchId> PathOf(std::optional<BranchId> actor) const;
  void TakeOutBackoffs(const std::vector<BranchId>& path, bool silent, absl::Time earliest,
                       absl::Time now);

  const asl::Machine& machine_;
  const core::World& world_;
  ReplayPlace& place_;
  core::Transition produced_;
  // When the next step can have been taken at the earliest, should it have no events.
  absl::Time earliest_ = absl::InfinitePast();
};

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_REPLAY_STEP_H_
