#include "coordinator/core/history.h"

#include "coordinator/base/strings.h"

namespace pawl::core {
namespace {

struct NamedType {
  EventType type;
  std::string_view name;
};

constexpr NamedType kTypes[] = {
    {EventType::kExecutionStarted, "ExecutionStarted"},
    {EventType::kExecutionSucceeded, "ExecutionSucceeded"},
    {EventType::kExecutionFailed, "ExecutionFailed"},
    {EventType::kExecutionAborted, "ExecutionAborted"},
    {EventType::kExecutionTimedOut, "ExecutionTimedOut"},
    {EventType::kExecutionRedriven, "ExecutionRedriven"},
    {EventType::kPassStateEntered, "PassStateEntered"},
    {EventType::kPassStateExited, "PassStateExited"},
    {EventType::kTaskStateEntered, "TaskStateEntered"},
    {EventType::kTaskStateExited, "TaskStateExited"},
    {EventType::kTaskStateAborted, "TaskStateAborted"},
    {EventType::kChoiceStateEntered, "ChoiceStateEntered"},
    {EventType::kChoiceStateExited, "ChoiceStateExited"},
    {EventType::kWaitStateEntered, "WaitStateEntered"},
    {EventType::kWaitStateExited, "WaitStateExited"},
    {EventType::kWaitStateAborted, "WaitStateAborted"},
    {EventType::kSucceedStateEntered, "SucceedStateEntered"},
    {EventType::kSucceedStateExited, "SucceedStateExited"},
    {EventType::kFailStateEntered, "FailStateEntered"},
    {EventType::kParallelStateEntered, "ParallelStateEntered"},
    {EventType::kParallelStateExited, "ParallelStateExited"},
    {EventType::kParallelStateStarted, "ParallelStateStarted"},
    {EventType::kParallelStateSucceeded, "ParallelStateSucceeded"},
    {EventType::kParallelStateFailed, "ParallelStateFailed"},
    {EventType::kParallelStateAborted, "ParallelStateAborted"},
    {EventType::kMapStateEntered, "MapStateEntered"},
    {EventType::kMapStateExited, "MapStateExited"},
    {EventType::kMapStateStarted, "MapStateStarted"},
    {EventType::kMapStateSucceeded, "MapStateSucceeded"},
    {EventType::kMapStateFailed, "MapStateFailed"},
    {EventType::kMapStateAborted, "MapStateAborted"},
    {EventType::kMapIterationStarted, "MapIterationStarted"},
    {EventType::kMapIterationSucceeded, "MapIterationSucceeded"},
    {EventType::kMapIterationFailed, "MapIterationFailed"},
    {EventType::kMapIterationAborted, "MapIterationAborted"},
    {EventType::kActivityScheduled, "ActivityScheduled"},
    {EventType::kActivityStarted, "ActivityStarted"},
    {EventType::kActivitySucceeded, "ActivitySucceeded"},
    {EventType::kActivityFailed, "ActivityFailed"},
    {EventType::kActivityTimedOut, "ActivityTimedOut"},
    {EventType::kEvaluationFailed, "EvaluationFailed"},
    {EventType::kTaskScheduled, "TaskScheduled"},
    {EventType::kTaskStarted, "TaskStarted"},
    {EventType::kTaskStartFailed, "TaskStartFailed"},
    {EventType::kTaskSubmitted, "TaskSubmitted"},
    {EventType::kTaskSubmitFailed, "TaskSubmitFailed"},
    {EventType::kTaskSucceeded, "TaskSucceeded"},
    {EventType::kTaskFailed, "TaskFailed"},
    {EventType::kTaskTimedOut, "TaskTimedOut"},
    {EventType::kLambdaFunctionScheduled, "LambdaFunctionScheduled"},
    {EventType::kLambdaFunctionScheduleFailed, "LambdaFunctionScheduleFailed"},
    {EventType::kLambdaFunctionStarted, "LambdaFunctionStarted"},
    {EventType::kLambdaFunctionStartFailed, "LambdaFunctionStartFailed"},
    {EventType::kLambdaFunctionSucceeded, "LambdaFunctionSucceeded"},
    {EventType::kLambdaFunctionFailed, "LambdaFunctionFailed"},
    {EventType::kLambdaFunctionTimedOut, "LambdaFunctionTimedOut"},
};

}  // namespace

std::string_view EventTypeName(EventType type) {
  for (const NamedType& named : kTypes) {
    if (named.type == type) return named.name;
  }
  return "Unknown";
}

TaskPart TaskPartOf(EventType type) {
  switch (type) {
    case EventType::kActivityScheduled:
    case EventType::kTaskScheduled:
    case EventType::kLambdaFunctionScheduled:
      return TaskPart::kScheduled;
    case EventType::kActivityStarted:
    case EventType::kTaskStarted:
    case EventType::kLambdaFunctionStarted:
      return TaskPart::kStarted;
    case EventType::kTaskSubmitted:
      return TaskPart::kSubmitted;
    case EventType::kActivitySucceeded:
    case EventType::kTaskSucceeded:
    case EventType::kLambdaFunctionSucceeded:
      return TaskPart::kSucceeded;
    case EventType::kActivityFailed:
    case EventType::kTaskFailed:
    case EventType::kTaskSubmitFailed:
    case EventType::kLambdaFunctionFailed:
      return TaskPart::kFailed;
    case EventType::kActivityTimedOut:
    case EventType::kTaskTimedOut:
    case EventType::kLambdaFunctionTimedOut:
      return TaskPart::kTimedOut;
    default:
      return TaskPart::kNone;
  }
}

TaskEvents TaskEventsOf(asl::ResourceKind kind) {
  switch (kind) {
    case asl::ResourceKind::kActivity:
      return {EventType::kActivityScheduled, EventType::kActivityStarted,
              EventType::kActivitySucceeded, EventType::kActivityFailed,
              EventType::kActivityTimedOut};
    case asl::ResourceKind::kFunction:
      return {EventType::kLambdaFunctionScheduled, EventType::kLambdaFunctionStarted,
              EventType::kLambdaFunctionSucceeded, EventType::kLambdaFunctionFailed,
              EventType::kLambdaFunctionTimedOut};
    case asl::ResourceKind::kIntegration:
      break;
  }
  return {EventType::kTaskScheduled, EventType::kTaskStarted, EventType::kTaskSucceeded,
          EventType::kTaskFailed, EventType::kTaskTimedOut};
}

std::string HistoryFullCause(int64_t last) {
  return StrCat("The execution reached the maximum number of history events (", last, ").");
}

}  // namespace pawl::core
