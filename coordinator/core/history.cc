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
};

}  // namespace

std::string_view EventTypeName(EventType type) {
  for (const NamedType& named : kTypes) {
    if (named.type == type) return named.name;
  }
  return "Unknown";
}

std::string HistoryFullCause(int64_t last) {
  return StrCat("The execution reached the maximum number of history events (", last, ").");
}

}  // namespace pawl::core
