// Every metric that a coordinator shows at /metrics: name, help, label and the label's values.
// docs/metrics.md shows the same table to operators; a test holds one against the other.
//
// Names are part of what Pawl promises. Labels come from the closed sets below: never an id, never
// a name that users give.

#ifndef PAWL_METRICS_NAMES_H_
#define PAWL_METRICS_NAMES_H_

#include <array>
#include <string_view>

namespace pawl::metrics {

struct Family {
  std::string_view name;
  std::string_view help;
  std::string_view label = "";         // empty: none
  std::string_view second_label = "";  // likewise
};

// What brought a transition about. kQuiet: it wrote no history (a heartbeat, a claim given back).
enum class TransitionKind { kStart, kStep, kTimer, kTask, kStop, kHandOut, kQuiet, kRedrive };
inline constexpr std::array<std::string_view, 8> kTransitionKinds = {
    "start", "step", "timer", "task", "stop", "hand_out", "quiet", "redrive"};

enum class CommitResult { kCommitted, kRefused, kUnavailable, kUnknown };
inline constexpr std::array<std::string_view, 4> kCommitResults = {"committed", "refused",
                                                                   "unavailable", "unknown"};

enum class Ending { kSucceeded, kFailed, kTimedOut, kAborted };
inline constexpr std::array<std::string_view, 4> kEndings = {"succeeded", "failed", "timed_out",
                                                             "aborted"};

enum class TaskEnding { kSucceeded, kFailed, kTimedOut };
inline constexpr std::array<std::string_view, 3> kTaskEndings = {"succeeded", "failed",
                                                                 "timed_out"};

enum class AwsOutcome { kSucceeded, kThrottled, kFailed };
inline constexpr std::array<std::string_view, 3> kAwsOutcomes = {"succeeded", "throttled",
                                                                 "failed"};

enum class Lane { kTransitions, kClaims, kReads };
inline constexpr std::array<std::string_view, 3> kLanes = {"transitions", "claims", "reads"};

inline constexpr Family kTransitions{
    "pawl_transitions_total",
    "Transitions that this coordinator has committed, by what brought them about; quiet ones wrote "
    "no history.",
    "kind"};
inline constexpr Family kHistoryEvents{"pawl_history_events_total",
                                       "History events in the transitions committed."};
inline constexpr Family kCommits{"pawl_commits_total",
                                 "Commits that have returned, by result; refused: another "
                                 "coordinator moved the execution on.",
                                 "result"};
inline constexpr Family kCommitDuration{
    "pawl_commit_duration_seconds",
    "From the sending of a start or a transition until its commit returned."};
inline constexpr Family kExecutionsStarted{"pawl_executions_started_total", "Executions started."};
inline constexpr Family kExecutionsClosed{"pawl_executions_closed_total",
                                          "Executions closed, by status.", "status"};
inline constexpr Family kClaims{
    "pawl_claims_total",
    "Executions taken up from the database: their timer was due, or their coordinator has gone."};
inline constexpr Family kTimerLag{"pawl_timer_lag_seconds",
                                  "How long after it was due a timer fired."};
inline constexpr Family kTasksScheduled{
    "pawl_tasks_scheduled_total",
    "Tasks scheduled: activities, functions and calls, retries included."};
inline constexpr Family kTasksDispatched{
    "pawl_tasks_dispatched_total",
    "Tasks given to a worker, or to a coordinator that makes the call."};
inline constexpr Family kTasksRedelivered{
    "pawl_tasks_redelivered_total",
    "Tasks taken back from workers that never got them, and calls whose lease ran out or that were "
    "given back, to be given again."};
inline constexpr Family kTasksEnded{"pawl_tasks_ended_total",
                                    "Tasks that succeeded, failed or timed out.", "outcome"};
inline constexpr Family kCallsUnderWay{"pawl_calls_under_way",
                                       "Calls to other services that this coordinator makes now."};
inline constexpr Family kCallsRepeated{
    "pawl_calls_repeated_total",
    "Calls that this coordinator made again because whoever made them before has not told their "
    "result."};
inline constexpr Family kJobsWatched{
    "pawl_jobs_watched", "Jobs of other services (.sync) that this coordinator looks after now."};
inline constexpr Family kJobsStopped{
    "pawl_jobs_stopped_total",
    "Jobs of other services (.sync) that this coordinator stopped because no task waited for them "
    "any more."};
inline constexpr Family kCallDuration{"pawl_call_duration_seconds",
                                      "From the beginning of a call until it returned."};
inline constexpr Family kAwsRequests{
    "pawl_aws_requests_total",
    "Requests to services of AWS that tasks made, those tried again among them; throttled: the "
    "service said that there are too many.",
    "service", "outcome"};
inline constexpr Family kTaskHeartbeats{"pawl_task_heartbeats_total",
                                        "Heartbeats of workers that were accepted."};
inline constexpr Family kScheduleToStart{
    "pawl_task_schedule_to_start_seconds",
    "From the scheduling of an activity task until it was given to a worker."};
inline constexpr Family kPollers{"pawl_pollers",
                                 "Workers that wait at this coordinator for a task."};
inline constexpr Family kActivityPollers{
    "pawl_activity_pollers",
    "Workers that wait at this coordinator for a task of the activity; of each one that was polled "
    "here.",
    "activity"};
inline constexpr Family kReadyTasks{
    "pawl_ready_tasks",
    "Activity tasks of the whole database that wait for a worker, counted up to 10000."};
inline constexpr Family kReadyOldestAge{
    "pawl_ready_tasks_oldest_age_seconds",
    "How long the oldest of them had waited at the last look; 0 when there is none."};
inline constexpr Family kFlushDuration{
    "pawl_flush_duration_seconds",
    "From the sending of a flush barrier until it returned: what answers to clients and workers "
    "wait for."};
inline constexpr Family kFlushEpochsEnded{
    "pawl_flush_epochs_ended_total",
    "How often the session of the flush barrier was lost, and with it all answers under way."};
inline constexpr Family kStoreConnections{"pawl_store_connections",
                                          "Connections to the database that are open.", "pool"};
inline constexpr Family kStoreBusy{"pawl_store_connections_busy",
                                   "Connections to the database that are at work.", "pool"};
inline constexpr Family kStoreQueue{"pawl_store_queue_length",
                                    "Calls that wait for a connection to the database.", "pool"};
inline constexpr Family kStoreWait{"pawl_store_queue_wait_seconds",
                                   "How long calls waited for a connection to the database; those "
                                   "that went on with one in hand are not counted.",
                                   "pool"};

}  // namespace pawl::metrics

#endif  // PAWL_METRICS_NAMES_H_
