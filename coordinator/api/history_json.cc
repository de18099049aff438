#include "coordinator/api/history_json.h"

#include <string_view>

#include "coordinator/api/json_writer.h"
#include "coordinator/base/json.h"

namespace pawl::api {
namespace {

using core::EventType;
using core::HistoryEvent;

constexpr std::string_view kNotTruncated = R"({"truncated":false})";

// Which of an event's fields its type shows.
enum class Shape {
  kNone,  // no details at all
  kStarted,
  kOutput,
  kFailure,
  kEvaluationFailed,
  kStateEntered,
  kStateExited,
  kRedriven,
  kMapStarted,
  kIteration,
  kScheduled,
  kActivityStarted,
  kIntegrationScheduled,
  kIntegrationStarted,
  kIntegrationOutput,
  kIntegrationFailure,
};

struct Details {
  Shape shape = Shape::kNone;
  std::string_view member;  // "stateEnteredEventDetails"; empty without details
};

// Of Lambda functions and service integrations.
Details CallDetailsOf(EventType type) {
  switch (type) {
    case EventType::kTaskScheduled:
      return {Shape::kIntegrationScheduled, "taskScheduledEventDetails"};
    case EventType::kTaskStarted:
      return {Shape::kIntegrationStarted, "taskStartedEventDetails"};
    case EventType::kTaskStartFailed:
      return {Shape::kIntegrationFailure, "taskStartFailedEventDetails"};
    case EventType::kTaskSubmitted:
      return {Shape::kIntegrationOutput, "taskSubmittedEventDetails"};
    case EventType::kTaskSubmitFailed:
      return {Shape::kIntegrationFailure, "taskSubmitFailedEventDetails"};
    case EventType::kTaskSucceeded:
      return {Shape::kIntegrationOutput, "taskSucceededEventDetails"};
    case EventType::kTaskFailed:
      return {Shape::kIntegrationFailure, "taskFailedEventDetails"};
    case EventType::kTaskTimedOut:
      return {Shape::kIntegrationFailure, "taskTimedOutEventDetails"};
    case EventType::kLambdaFunctionScheduled:
      return {Shape::kScheduled, "lambdaFunctionScheduledEventDetails"};
    case EventType::kLambdaFunctionScheduleFailed:
      return {Shape::kFailure, "lambdaFunctionScheduleFailedEventDetails"};
    case EventType::kLambdaFunctionStartFailed:
      return {Shape::kFailure, "lambdaFunctionStartFailedEventDetails"};
    case EventType::kLambdaFunctionSucceeded:
      return {Shape::kOutput, "lambdaFunctionSucceededEventDetails"};
    case EventType::kLambdaFunctionFailed:
      return {Shape::kFailure, "lambdaFunctionFailedEventDetails"};
    case EventType::kLambdaFunctionTimedOut:
      return {Shape::kFailure, "lambdaFunctionTimedOutEventDetails"};
    default:
      return {};
  }
}

// Types of state share their details: only the event's own name says which type it was. Events that
// are not listed have none.
Details DetailsOf(EventType type) {
  const std::string_view name = core::EventTypeName(type);
  if (name.ends_with("StateEntered")) return {Shape::kStateEntered, "stateEnteredEventDetails"};
  if (name.ends_with("StateExited")) return {Shape::kStateExited, "stateExitedEventDetails"};
  switch (type) {
    case EventType::kExecutionStarted:
      return {Shape::kStarted, "executionStartedEventDetails"};
    case EventType::kExecutionSucceeded:
      return {Shape::kOutput, "executionSucceededEventDetails"};
    case EventType::kExecutionFailed:
      return {Shape::kFailure, "executionFailedEventDetails"};
    case EventType::kExecutionAborted:
      return {Shape::kFailure, "executionAbortedEventDetails"};
    case EventType::kExecutionTimedOut:
      return {Shape::kFailure, "executionTimedOutEventDetails"};
    case EventType::kExecutionRedriven:
      return {Shape::kRedriven, "executionRedrivenEventDetails"};
    case EventType::kMapStateStarted:
      return {Shape::kMapStarted, "mapStateStartedEventDetails"};
    case EventType::kMapIterationStarted:
      return {Shape::kIteration, "mapIterationStartedEventDetails"};
    case EventType::kMapIterationSucceeded:
      return {Shape::kIteration, "mapIterationSucceededEventDetails"};
    case EventType::kMapIterationFailed:
      return {Shape::kIteration, "mapIterationFailedEventDetails"};
    case EventType::kMapIterationAborted:
      return {Shape::kIteration, "mapIterationAbortedEventDetails"};
    case EventType::kActivityScheduled:
      return {Shape::kScheduled, "activityScheduledEventDetails"};
    case EventType::kActivityStarted:
      return {Shape::kActivityStarted, "activityStartedEventDetails"};
    case EventType::kActivitySucceeded:
      return {Shape::kOutput, "activitySucceededEventDetails"};
    case EventType::kActivityFailed:
      return {Shape::kFailure, "activityFailedEventDetails"};
    case EventType::kActivityTimedOut:
      return {Shape::kFailure, "activityTimedOutEventDetails"};
    case EventType::kEvaluationFailed:
      return {Shape::kEvaluationFailed, "evaluationFailedEventDetails"};
    default:
      return CallDetailsOf(type);
  }
}

void WriteInput(const HistoryEvent& event, bool execution_data, ObjectWriter* details) {
  if (!execution_data) return;
  details->Text("input", event.payload.view()).Raw("inputDetails", kNotTruncated);
}

void WriteOutput(const HistoryEvent& event, bool execution_data, ObjectWriter* details) {
  if (!execution_data) return;
  details->Text("output", event.payload.view()).Raw("outputDetails", kNotTruncated);
}

void WriteAssigned(const HistoryEvent& event, bool execution_data, ObjectWriter* details) {
  if (!execution_data || event.assigned.empty()) return;
  ObjectWriter variables(details->Key("assignedVariables"));
  for (const auto& [name, value] : event.assigned) variables.Text(name, value.view());
  variables.Close();
  details->Raw("assignedVariablesDetails", kNotTruncated);
}

void WriteFailure(const HistoryEvent& event, ObjectWriter* details) {
  if (event.error.has_value()) details->Text("error", event.error->view());
  if (event.cause.has_value()) details->Text("cause", event.cause->view());
}

void WriteDeadlines(const HistoryEvent& event, ObjectWriter* details) {
  if (event.timeout_seconds) details->Int("timeoutInSeconds", *event.timeout_seconds);
  if (event.heartbeat_seconds) details->Int("heartbeatInSeconds", *event.heartbeat_seconds);
}

void WriteCredentials(const HistoryEvent& event, ObjectWriter* details) {
  if (event.role_arn.empty()) return;
  ObjectWriter(details->Key("taskCredentials")).Text("roleArn", event.role_arn.view()).Close();
}

void WriteIntegration(const HistoryEvent& event, ObjectWriter* details) {
  const auto [type, resource] = asl::HistoryResource(event.resource.view());
  details->Text("resourceType", type).Text("resource", resource);
}

void WriteIntegrationDetails(const HistoryEvent& event, Shape shape, bool execution_data,
                             ObjectWriter* details) {
  WriteIntegration(event, details);
  if (shape == Shape::kIntegrationScheduled) {
    details->Text("region", event.region.view());
    if (execution_data) details->Text("parameters", event.payload.view());
    WriteDeadlines(event, details);
    WriteCredentials(event, details);
  } else if (shape == Shape::kIntegrationOutput) {
    WriteOutput(event, execution_data, details);
  } else if (shape == Shape::kIntegrationFailure) {
    WriteFailure(event, details);
  }
}

void WriteDetails(const HistoryEvent& event, Shape shape, bool execution_data,
                  ObjectWriter* details) {
  switch (shape) {
    case Shape::kNone:
      break;
    case Shape::kStarted:
      WriteInput(event, execution_data, details);
      details->Text("roleArn", event.role_arn.view());
      if (event.fork != nullptr) details->Text("forkedFrom", event.fork->execution_arn);
      break;
    case Shape::kOutput:
      WriteOutput(event, execution_data, details);
      break;
    case Shape::kEvaluationFailed:
      WriteFailure(event, details);
      if (!event.location.empty()) details->Text("location", event.location.view());
      details->Text("state", event.name.view());
      break;
    case Shape::kFailure:
      WriteFailure(event, details);
      break;
    case Shape::kStateEntered:
      details->Text("name", event.name.view());
      WriteInput(event, execution_data, details);
      break;
    case Shape::kStateExited:
      details->Text("name", event.name.view());
      WriteOutput(event, execution_data, details);
      WriteAssigned(event, execution_data, details);
      break;
    case Shape::kRedriven:
      details->Int("redriveCount", event.redrive_count.value_or(0));
      break;
    case Shape::kMapStarted:
      details->Int("length", event.length.value_or(0));
      break;
    case Shape::kIteration:
      details->Text("name", event.name.view()).Int("index", event.index.value_or(0));
      break;
    case Shape::kScheduled:
      details->Text("resource", event.resource.view());
      WriteInput(event, execution_data, details);
      WriteDeadlines(event, details);
      // An activity has none.
      if (event.type == EventType::kLambdaFunctionScheduled) WriteCredentials(event, details);
      break;
    case Shape::kActivityStarted:
      if (!event.worker_name.empty()) details->Text("workerName", event.worker_name.view());
      break;
    case Shape::kIntegrationScheduled:
    case Shape::kIntegrationStarted:
    case Shape::kIntegrationOutput:
    case Shape::kIntegrationFailure:
      WriteIntegrationDetails(event, shape, execution_data, details);
      break;
  }
}

}  // namespace

void AppendHistoryEvent(const HistoryEvent& event, bool execution_data, std::string* out) {
  ObjectWriter object(out);
  object.Int("id", event.id)
      .Int("previousEventId", event.previous_id)
      .Time("timestamp", event.timestamp)
      .Text("type", core::EventTypeName(event.type));
  const Details kind = DetailsOf(event.type);
  if (kind.shape != Shape::kNone) {
    ObjectWriter details(object.Key(kind.member));
    WriteDetails(event, kind.shape, execution_data, &details);
    details.Close();
  }
  object.Close();
}

}  // namespace pawl::api
