// What must always hold of one execution: of its history, and of its position with it. Each
// function appends what it finds.

#ifndef PAWL_AUDIT_HISTORY_RULES_H_
#define PAWL_AUDIT_HISTORY_RULES_H_

#include <optional>

#include "absl/time/time.h"
#include "coordinator/audit/audited_execution.h"
#include "coordinator/audit/finding.h"

namespace pawl::audit {

// Of a history, whatever the state of the execution: it begins with ExecutionStarted; ids are 1, 2,
// 3, ...; times do not go back; causes come before effects; a task is started at most once and ends
// at most once; what ends the execution is the last event, or is followed by its redrive, which
// success never is; no two rows were written by one transaction.
void CheckHistory(const AuditedExecution& audited, Findings* findings);

// Whether its task waits for the end of an execution that it has started or joined: what
// AuditedExecution::waits is about.
bool AwaitsChild(const core::Branch& branch);

struct TimeBounds {
  // How long after it was due a timer or a step may still be open when the execution is read;
  // absent: not judged.
  std::optional<absl::Duration> overdue;
  // How far ahead of the time at which it is read a claim may have set `claimable_at`.
  absl::Duration claim = kInHand;
};

// Of an execution with its history: an open one is where its history has led it, something will
// move it on, the children it waits for included, and it will be taken up in time; a closed one's
// last event says what its row says.
void CheckState(const AuditedExecution& audited, const TimeBounds& bounds, Findings* findings);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_HISTORY_RULES_H_
