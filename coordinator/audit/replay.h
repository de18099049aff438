// Replays the history of an execution through the pure core: from its input and the events that
// came from outside, the core must give every event that was recorded, and in the end the position
// that is stored.
//
// Each row is one transition, and what led to it is read off its events: which branch went on, what
// a worker answered, which timer fired, which workers got tasks with the same step. What history
// does not tell is allowed for, never guessed:
//
//   steps without events    confirmations, hand-outs that came back, heartbeats, retries of a state
//                           in which nothing began. Replayed where they must have been; deadlines
//                           that follow from their times are bounded from below only.
//   randomness              nonces differ; a backoff with jitter is due some time from its failure
//                           on. What a random function (States.UUID, States.MathRandom) has given
//                           is taken over from the events; where they do not tell all that follows
//                           from it the replay ends: the rest is neither right nor wrong.
//   which time-out it was   a task's own or its heartbeats': both ways are followed where both can
//                           be and it matters.

#ifndef PAWL_AUDIT_REPLAY_H_
#define PAWL_AUDIT_REPLAY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "coordinator/audit/audited_execution.h"
#include "coordinator/audit/finding.h"
#include "coordinator/base/ids.h"

namespace pawl::audit {

// One attempt of a task, as the history has it.
struct Attempt {
  BranchId branch;
  int64_t scheduled_id = 0;
  int64_t started_id = 0;  // 0: no worker was given it
  int64_t ended_id = 0;    // 0: it has not ended, or was cut off
};

struct ReplayResult {
  Findings findings;
  int64_t transitions = 0;  // rows that were replayed
  // The first row that randomness keeps from being replayed.
  std::optional<int64_t> stopped_at_event;
  // Of the rows that were replayed, in the order in which they were scheduled.
  std::vector<Attempt> attempts;
};

// `audited.machine` is not null and its history passes CheckHistory (history_rules.h).
ReplayResult ReplayHistory(const AuditedExecution& audited);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_REPLAY_H_
