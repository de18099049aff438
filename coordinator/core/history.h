// The history of an execution, event by event, as GetExecutionHistory shows it
// (reference/history.md).

#ifndef PAWL_CORE_HISTORY_H_
#define PAWL_CORE_HISTORY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/asl/task_resource.h"
#include "coordinator/base/text.h"
#include "coordinator/core/fork_origin.h"
#include "coordinator/core/limits.h"

namespace pawl::core {

// Stored by number: never renumber, only append.
enum class EventType : uint8_t {
  kExecutionStarted = 1,
  kExecutionSucceeded = 2,
  kExecutionFailed = 3,
  kExecutionAborted = 4,
  kExecutionTimedOut = 5,
  kExecutionRedriven = 6,
  kPassStateEntered = 10,
  kPassStateExited = 11,
  kTaskStateEntered = 12,
  kTaskStateExited = 13,
  kTaskStateAborted = 14,
  kChoiceStateEntered = 15,
  kChoiceStateExited = 16,
  kWaitStateEntered = 17,
  kWaitStateExited = 18,
  kWaitStateAborted = 19,
  kSucceedStateEntered = 20,
  kSucceedStateExited = 21,
  kFailStateEntered = 22,
  kParallelStateEntered = 23,
  kParallelStateExited = 24,
  kParallelStateStarted = 25,
  kParallelStateSucceeded = 26,
  kParallelStateFailed = 27,
  kParallelStateAborted = 28,
  kMapStateEntered = 29,
  kMapStateExited = 30,
  kMapStateStarted = 31,
  kMapStateSucceeded = 32,
  kMapStateFailed = 33,
  kMapStateAborted = 34,
  kMapIterationStarted = 35,
  kMapIterationSucceeded = 36,
  kMapIterationFailed = 37,
  kMapIterationAborted = 38,
  kActivityScheduled = 50,
  kActivityStarted = 51,
  kActivitySucceeded = 52,
  kActivityFailed = 53,
  kActivityTimedOut = 54,
  kEvaluationFailed = 60,
  kTaskScheduled = 70,
  kTaskStarted = 71,
  kTaskStartFailed = 72,
  kTaskSubmitted = 73,
  kTaskSubmitFailed = 74,
  kTaskSucceeded = 75,
  kTaskFailed = 76,
  kTaskTimedOut = 77,
  kLambdaFunctionScheduled = 80,
  kLambdaFunctionScheduleFailed = 81,
  kLambdaFunctionStarted = 82,
  kLambdaFunctionStartFailed = 83,
  kLambdaFunctionSucceeded = 84,
  kLambdaFunctionFailed = 85,
  kLambdaFunctionTimedOut = 86,
};

// "PassStateEntered".
std::string_view EventTypeName(EventType type);

// Which part an event has in a task's attempt, whatever the kind of its resource.
enum class TaskPart : uint8_t {
  kNone,
  kScheduled,
  kStarted,
  kSubmitted,
  kSucceeded,
  kFailed,
  kTimedOut
};
TaskPart TaskPartOf(EventType type);
inline bool EndsTask(TaskPart part) { return part >= TaskPart::kSucceeded; }

// The events of a task of that kind.
struct TaskEvents {
  EventType scheduled;
  EventType started;
  EventType succeeded;
  EventType failed;
  EventType timed_out;
};
TaskEvents TaskEventsOf(asl::ResourceKind kind);

// One event. Of the details only those are set that the type has (history.md 3).
struct HistoryEvent {
  int64_t id = 0;           // 1, 2, 3, ... without gaps
  int64_t previous_id = 0;  // the event that caused it (history.md 4)
  absl::Time timestamp;     // milliseconds; never before the one before
  EventType type = EventType::kExecutionStarted;

  Text name;     // of the state, or of the Map an iteration belongs to
  Text payload;  // `input` of Started, Entered and Scheduled, `output` of Succeeded and Exited:
                 // JSON text
  std::optional<Text> error;
  std::optional<Text> cause;
  Text resource;     // ARN of the activity, function or integration
  Text worker_name;  // empty: none given
  Text role_arn;     // of the execution, or of a task's Credentials
  Text region;       // of TaskScheduled
  // Of TaskScheduled, where the task has one: what its parameters may hold. It is not shown for
  // itself; those who replay the history need it.
  Text task_token;
  Text location;  // of EvaluationFailed: the field, "Output/a"; empty: no single one
  std::optional<int64_t> timeout_seconds;
  std::optional<int64_t> heartbeat_seconds;
  std::optional<int64_t> length;         // items of a Map
  std::optional<int64_t> index;          // of an iteration, from 0
  std::optional<int64_t> redrive_count;  // of ExecutionRedriven, from 1
  // Of MapStateStarted, where chance had a part in the items: the random bits that they came from.
  // It is not shown; those who find the items again need it.
  std::optional<uint64_t> items_seed;
  Limits limits;                           // of ExecutionStarted: those of the execution
  std::shared_ptr<const ForkOrigin> fork;  // of ExecutionStarted: where it came from; may be null
  // Variables assigned while the state was left: name and JSON text, in the order of the
  // definition.
  std::vector<std::pair<std::string, Text>> assigned;
};

// The cause of a failure for want of room in the history: `last` is the id of the event that tells
// it (history.md 1).
std::string HistoryFullCause(int64_t last);

}  // namespace pawl::core

#endif  // PAWL_CORE_HISTORY_H_
