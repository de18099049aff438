// What must hold of the tokens of one execution's tasks.
//
//   given        a task that a worker got was scheduled and started, with that input; each token is
//                one attempt
//   completed    a report that was acknowledged is in the history, with what it said and when, and
//                is the only one of its token; what is sent after the end is refused
//   recorded     with a complete log: every result in the history was sent by some worker

#ifndef PAWL_AUDIT_TASK_RULES_H_
#define PAWL_AUDIT_TASK_RULES_H_

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "coordinator/audit/audited_execution.h"
#include "coordinator/audit/call_index.h"
#include "coordinator/audit/call_rules.h"
#include "coordinator/audit/finding.h"
#include "coordinator/audit/replay.h"

namespace pawl::audit {

// Of the calls with one token alone.
void CheckTokenAgrees(const TokenCalls& token, Findings* findings);

struct TaskEvidence {
  const AuditedExecution& stored;
  // As far as the replay came: tells the branch of each attempt. May be empty.
  absl::Span<const Attempt> attempts;
  // As KnownEnd.
  absl::Time known_end = absl::InfiniteFuture();
  bool complete_log = false;
};

// Of all tokens of one execution with what is stored.
void CheckTasksHold(const CallIndex::Tokens& tokens, const TaskEvidence& evidence,
                    const ClockSkew& skew, Findings* findings);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_TASK_RULES_H_
