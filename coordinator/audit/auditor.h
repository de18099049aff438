// Checks that what Pawl promises has been kept: over the executions that are stored, and over what
// clients and workers saw, if that was recorded. Free of I/O; for one thread.
//
// Whoever has the executions gives them one by one, each read at a moment after the last call of
// the log was answered, and forgets them: only what the log says is kept.

#ifndef PAWL_AUDIT_AUDITOR_H_
#define PAWL_AUDIT_AUDITOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "coordinator/audit/audited_execution.h"
#include "coordinator/audit/call_index.h"
#include "coordinator/audit/call_log.h"
#include "coordinator/audit/finding.h"

namespace pawl::audit {

struct AuditOptions {
  // How long a timer or a step may be overdue when its execution is read; absent: not judged.
  std::optional<absl::Duration> timer_bound;
  // How far ahead coordinators set what they claim, the differences of their clocks included.
  absl::Duration claim_hint = kInHand;
  // How far callers' clocks may be from the database's, and from each other. What was decided is
  // written a little later: where the rows do not say when, the first has to allow for that, too.
  absl::Duration database_skew = absl::Seconds(1);
  absl::Duration client_skew;
  // The log has every completion that any worker sent: what none of them sent must not be recorded.
  bool complete_log = false;
  // Violations that are kept, the first ones; all are counted.
  size_t max_violations = 100;
};

struct Violation {
  std::string execution;  // its id, or its ARN where it is not stored; empty: of all together
  std::string rule;       // of audit::rule (finding.h)
  std::string what;
};

struct AuditReport {
  int64_t open = 0;
  int64_t closed = 0;
  int64_t events = 0;
  int64_t transitions = 0;     // replayed
  int64_t not_replayable = 0;  // executions whose replay randomness ended
  int64_t calls = 0;
  int64_t violation_count = 0;
  std::vector<Violation> violations;
};

class Auditor {
 public:
  // `log` may be null; otherwise it outlives the auditor.
  explicit Auditor(const CallLog* log = nullptr, AuditOptions options = {});
  ~Auditor();

  // Judges one execution. Each is given once.
  void Add(const AuditedExecution& audited);
  // The same for a source that looks again before it reports. Examine counts the execution,
  // ExamineAgain judges one that has been examined; what they return is not reported.
  Findings Examine(const AuditedExecution& audited);
  Findings ExamineAgain(const AuditedExecution& audited);
  // What the source of the executions has found by itself. `execution` may be empty.
  void Report(std::string execution, Finding finding);
  // Executions that the log says are there and that have not been given, by name or by the id that
  // task tokens have. Those that are found are to be given before Finish, which finds the rest
  // missing.
  std::vector<ExecutionName> MissingNames() const;
  std::vector<ExecutionId> MissingIds() const;
  // As it is so far.
  const AuditReport& report() const;
  // Once.
  AuditReport Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// All of them at once.
AuditReport Audit(absl::Span<const AuditedExecution> executions, const CallLog* log = nullptr,
                  const AuditOptions& options = {});

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_AUDITOR_H_
