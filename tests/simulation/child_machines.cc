// State machines that run others.

#include "tests/simulation/machines.h"

namespace pawl::simulation {
namespace {

// ---------------------------------------------------------------- those that are run

constexpr char kGrown[] = R"asl({"StartAt": "Work", "States": {
  "Work": {"Type": "Task", "Resource": @charge, "TimeoutSeconds": 20, @retry, "ResultPath": null,
    "Next": "Rest"},
  "Rest": {"Type": "Wait", "Seconds": 1, "Next": "Result"},
  "Result": {"Type": "Pass", "Parameters": {"id.$": "$.id"}, "End": true}}})asl";

constexpr char kNaughty[] = R"asl({"StartAt": "Rest", "States": {
  "Rest": {"Type": "Wait", "Seconds": 1, "Next": "Fail"},
  "Fail": {"Type": "Fail", "Error": "Naughty", "Cause": "it is"}}})asl";

// Ends when it is stopped only.
constexpr char kSleeper[] = R"asl({"StartAt": "Sleep", "States": {
  "Sleep": {"Type": "Wait", "Seconds": 36000, "End": true}}})asl";

// It may be deleted.
constexpr char kMortal[] = R"asl({"StartAt": "Rest", "States": {
  "Rest": {"Type": "Wait", "Seconds": 3, "Next": "Result"},
  "Result": {"Type": "Pass", "Parameters": {"id.$": "$.id"}, "End": true}}})asl";

// ---------------------------------------------------------------- those that run them

constexpr char kStarting[] = R"asl({"StartAt": "Start", "States": {
  "Start": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution",
    "Parameters": {"StateMachineArn": @grown, "Input": {"id.$": "$.id"}},
    "ResultPath": null, "Next": "Result"},
  "Result": {"Type": "Pass", "Parameters": {"id.$": "$.id"}, "End": true}}})asl";

// Nothing is retried: whatever goes wrong, the one attempt gets the end of the one child.
constexpr char kWaiting[] = R"asl({"StartAt": "Run", "States": {
  "Run": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "Parameters": {"StateMachineArn": @grown, "Input": {"id.$": "$.id"}},
    "ResultSelector": {"id.$": "$.Output.id"}, "End": true}}})asl";

constexpr char kFamily[] = R"asl({"StartAt": "Both", "States": {
  "Both": {"Type": "Parallel", "Branches": [
    {"StartAt": "Run", "States": {"Run": {"Type": "Task",
      "Resource": "arn:aws:states:::states:startExecution.sync:2",
      "Parameters": {"StateMachineArn": @waiting, "Input": {"id.$": "$.id"}},
      "ResultSelector": {"id.$": "$.Output.id"}, "End": true}}},
    {"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": 3, "End": true}}}],
    "Next": "Result"},
  "Result": {"Type": "Pass", "InputPath": "$[0]", "End": true}}})asl";

// Two tasks run one child: the second one joins what the first one has started, unless it comes so
// late that this has ended before it was scheduled.
constexpr char kSharing[] = R"asl({"StartAt": "Both", "States": {
  "Both": {"Type": "Map", "ItemsPath": "$.items", "ItemSelector": {"id.$": "$.id"},
    "ItemProcessor": {"StartAt": "Run", "States": {
      "Run": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": @grown, "Name.$": "$$.Execution.Name",
          "Input": {"id.$": "$.id"}}, "ResultSelector": {"id.$": "$.Output.id"},
        "Catch": [{"ErrorEquals": ["StepFunctions.ExecutionAlreadyExistsException"],
          "ResultPath": null, "Next": "Late"}], "End": true},
      "Late": {"Type": "Pass", "End": true}}},
    "Next": "Result"},
  "Result": {"Type": "Pass", "Parameters": {"id.$": "$[0].id", "again.$": "$[1].id"},
    "End": true}}})asl";

// The child fails twice, and is caught then.
constexpr char kCatching[] = R"asl({"StartAt": "Run", "States": {
  "Run": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync",
    "Parameters": {"StateMachineArn": @naughty, "Input": {"id.$": "$.id"}},
    "Retry": [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 1}],
    "Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.failure",
      "Next": "Result"}], "Next": "Wrong"},
  "Wrong": {"Type": "Fail", "Error": "NotCaught"},
  "Result": {"Type": "Pass", "Parameters": {"id.$": "$.id",
    "cause.$": "States.StringToJson($.failure.Cause)"}, "Next": "Caught"},
  "Caught": {"Type": "Pass", "Parameters": {"id.$": "$.id", "error.$": "$.cause.Error"},
    "End": true}}})asl";

// Whatever becomes of the child's machine, it comes to its end.
constexpr char kMourning[] = R"asl({"StartAt": "Run", "States": {
  "Run": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync",
    "Parameters": {"StateMachineArn": @mortal, "Input": {"id.$": "$.id"}}, "ResultPath": null,
    "Catch": [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": null, "Next": "Result"}],
    "Next": "Result"},
  "Result": {"Type": "Pass", "Parameters": {"id.$": "$.id"}, "End": true}}})asl";

// Its own end stops the child.
constexpr char kKeeping[] = R"asl({"StartAt": "Run", "TimeoutSeconds": 9, "States": {
  "Run": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync",
    "Parameters": {"StateMachineArn": @sleeper, "Input": {"id.$": "$.id"}}, "End": true}}})asl";

// Gives the child up, and goes on.
constexpr char kHasty[] = R"asl({"StartAt": "Run", "States": {
  "Run": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync",
    "TimeoutSeconds": 4, "Parameters": {"StateMachineArn": @sleeper, "Input": {"id.$": "$.id"}},
    "Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 1}],
    "Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.late", "Next": "Nap"}],
    "End": true},
  "Nap": {"Type": "Wait", "Seconds": 2, "Next": "Result"},
  "Result": {"Type": "Pass", "Parameters": {"id.$": "$.id"}, "End": true}}})asl";

}  // namespace

std::vector<SampleMachine> ParentsAndChildren() {
  using core::Status;
  return {
      {.name = "grown", .definition = ExpandDefinition(kGrown), .child = true},
      {.name = "naughty",
       .definition = ExpandDefinition(kNaughty),
       .end = Status::kFailed,
       .other_end = Status::kFailed,
       .child = true},
      {.name = "sleeper",
       .definition = ExpandDefinition(kSleeper),
       .end = Status::kAborted,
       .other_end = Status::kAborted,
       .child = true},
      {.name = "mortal",
       .definition = ExpandDefinition(kMortal),
       .other_end = Status::kFailed,
       .doomed = true,
       .child = true},
      {.name = "starting", .definition = ExpandDefinition(kStarting), .output = R"({"id":$id})"},
      {.name = "waiting", .definition = ExpandDefinition(kWaiting), .output = R"({"id":$id})"},
      {.name = "family", .definition = ExpandDefinition(kFamily), .output = R"({"id":$id})"},
      {.name = "sharing",
       .definition = ExpandDefinition(kSharing),
       .output = R"({"id":$id,"again":$id})"},
      {.name = "catching",
       .definition = ExpandDefinition(kCatching),
       .output = R"({"id":$id,"error":"Naughty"})"},
      {.name = "mourning", .definition = ExpandDefinition(kMourning), .output = R"({"id":$id})"},
      {.name = "keeping",
       .definition = ExpandDefinition(kKeeping),
       .end = Status::kTimedOut,
       .other_end = Status::kTimedOut},
      {.name = "hasty", .definition = ExpandDefinition(kHasty), .output = R"({"id":$id})"},
  };
}

}  // namespace pawl::simulation
