// What a check has found, and the names of the rules. The names are stable: tests and operators
// look for them.

#ifndef PAWL_AUDIT_FINDING_H_
#define PAWL_AUDIT_FINDING_H_

#include <string>
#include <string_view>
#include <vector>

namespace pawl::audit {

namespace rule {

// --- of one history
inline constexpr std::string_view kBeginsWithStart = "history-begins-with-start";
inline constexpr std::string_view kIdsContiguous = "event-ids-contiguous";
inline constexpr std::string_view kTimeForward = "time-does-not-go-back";
inline constexpr std::string_view kCauseFirst = "cause-before-effect";
inline constexpr std::string_view kEndIsLast = "end-is-last";
inline constexpr std::string_view kAttemptChain = "attempt-events-in-order";
inline constexpr std::string_view kAttemptOnce = "attempt-ends-once";
inline constexpr std::string_view kTransactionEach = "one-transaction-per-transition";
// --- of a position with its history
inline constexpr std::string_view kAtLastEvent = "position-at-last-event";
inline constexpr std::string_view kMoves = "something-moves-it";
inline constexpr std::string_view kClaimable = "claimable-in-time";
inline constexpr std::string_view kTimerNotLost = "timer-not-lost";
inline constexpr std::string_view kStepNotLost = "step-not-lost";
inline constexpr std::string_view kChildTells = "child-end-will-be-told";
inline constexpr std::string_view kStatusFits = "status-fits-history";
// --- of the replay (replay.h)
inline constexpr std::string_view kReplayEvents = "replay-gives-history";
inline constexpr std::string_view kReplayPosition = "replay-gives-position";
inline constexpr std::string_view kTimerNotEarly = "timer-not-early";
// --- of the executions together
inline constexpr std::string_view kNameOnce = "name-means-one-execution";
// --- of what clients saw (call_rules.h, task_rules.h)
inline constexpr std::string_view kCallReadable = "calls-readable";
inline constexpr std::string_view kStartFound = "acknowledged-start-found";
inline constexpr std::string_view kStartSame = "start-answers-agree";
inline constexpr std::string_view kClosedNameRefused = "closed-name-refused";
inline constexpr std::string_view kEventsKept = "events-read-never-change";
inline constexpr std::string_view kStatusKept = "final-status-never-changes";
inline constexpr std::string_view kStopped = "acknowledged-stop-closed-it";
inline constexpr std::string_view kTaskScheduled = "task-given-was-scheduled";
inline constexpr std::string_view kCompletionFound = "acknowledged-completion-found";
inline constexpr std::string_view kCompletionOnce = "completion-accepted-once";
inline constexpr std::string_view kLateRefused = "late-report-refused";
inline constexpr std::string_view kCompletionSent = "recorded-completion-was-sent";
// --- of the source: whoever reads the executions finds these (store/audit_database.h)
inline constexpr std::string_view kReadable = "rows-readable";
inline constexpr std::string_view kRowsBelong = "rows-belong-to-an-execution";
inline constexpr std::string_view kNameFound = "name-leads-to-execution";
inline constexpr std::string_view kReadyFound = "ready-task-can-be-found";

}  // namespace rule

// A rule that does not hold, and in one sentence what was found. Without a full stop.
struct Finding {
  std::string_view rule;
  std::string what;
};
using Findings = std::vector<Finding>;

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_FINDING_H_
