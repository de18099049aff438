// What must hold of the calls about one execution: among themselves, and with what is stored.
//
//   starts      what was acknowledged is there, with that input and start date; a repeat gets the
//               same answer; once a client knows that the execution has ended its name is refused
//   reads       an event that anyone has read is stored as it was read, and all reads agree
//   status      a final status that anyone has read stays, and is the one that is stored, or that a
//               redrive has taken back
//   stops       what was acknowledged has closed the execution at that time
//
// The rules of tasks are in task_rules.h.

#ifndef PAWL_AUDIT_CALL_RULES_H_
#define PAWL_AUDIT_CALL_RULES_H_

#include "absl/time/time.h"
#include "coordinator/audit/audited_execution.h"
#include "coordinator/audit/call_index.h"
#include "coordinator/audit/finding.h"

namespace pawl::audit {

// How far apart clocks may be.
struct ClockSkew {
  // Callers' from the database's, and how long a transition that was decided may take to be
  // written.
  absl::Duration database;
  absl::Duration clients;  // callers' from each other's
};

// From when on, by the clients' clocks, a client knew that the execution had ended;
// InfiniteFuture: none did.
absl::Time KnownEnd(const NamedCalls& calls);

// Whether the execution has been redriven: an end that a client has seen is not for good then.
bool WasRedriven(const AuditedExecution& stored);

// Of calls alone, whether the execution is stored or not. `redriven`: what follows from a known end
// is not asked for.
void CheckCallsAgree(const NamedCalls& calls, const ClockSkew& skew, bool redriven,
                     Findings* findings);

// Of calls with the execution that is stored. It was read after all of them had been answered.
void CheckCallsHold(const NamedCalls& calls, const AuditedExecution& stored, Findings* findings);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_CALL_RULES_H_
