// Redrive: an execution that has failed, was stopped or has timed out goes on from where it stood
// (reference/api.md 4.6, asl.md 14).

#ifndef PAWL_CORE_REDRIVE_H_
#define PAWL_CORE_REDRIVE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/execution.h"
#include "coordinator/core/retrace.h"

namespace pawl::core {

// How long after its end an execution can be redriven, and how long after its start. AWS quotas.
inline constexpr absl::Duration kRedrivablePeriod = absl::Hours(24 * 14);
inline constexpr absl::Duration kMaxExecutionTime = absl::Hours(24 * 365);
// What a redrive and at least one step after it need of a limited history.
inline constexpr int64_t kRedriveEvents = 2;

// What decides whether an execution can be redriven.
struct RedriveCandidate {
  Status status = Status::kRunning;
  absl::Time started_at;
  absl::Time closed_at;
  int64_t last_event_id = 0;
  int64_t history_events = 0;  // of its limits
  bool machine_deleted = false;
};

// Why it cannot, in AWS's words; nothing when it can.
std::optional<std::string> WhyNotRedrivable(const RedriveCandidate& candidate, absl::Time now);

// Opens `execution`, which is closed and has no branches: the states that `stood`, the retrace of
// its whole history, is in are begun again, with no retries granted and the machine's time-out
// counted anew; branches and iterations that ended well stay ended. The transition may close it
// again. FAILED_PRECONDITION: it is open or has succeeded; DATA_LOSS: `stood` is not its history's.
absl::StatusOr<Transition> Redrive(const asl::Machine& machine, const World& world, absl::Time now,
                                   uint64_t seed, const Retrace& stood, Execution& execution);

}  // namespace pawl::core

#endif  // PAWL_CORE_REDRIVE_H_
