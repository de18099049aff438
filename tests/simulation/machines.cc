#include "tests/simulation/machines.h"

#include <map>
#include <utility>

#include "absl/strings/str_replace.h"
#include "coordinator/asl/compile.h"
#include "coordinator/base/account.h"
#include "coordinator/base/strings.h"

namespace pawl::simulation {
namespace {

// Whatever becomes of an attempt, another one follows.
constexpr char kRetryAll[] = R"("Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1,
  "MaxAttempts": 1000, "BackoffRate": 1.5, "MaxDelaySeconds": 3, "JitterStrategy": "FULL"}])";

constexpr char kOrder[] = R"asl({"StartAt": "Prepare", "States": {
  "Prepare": {"Type": "Pass", "Assign": {"id.$": "$.id"}, "Next": "Charge"},
  "Charge": {"Type": "Task", "Resource": @charge, "TimeoutSeconds": 20,
    "ResultPath": "$.charged", "Retry": [{"ErrorEquals": ["States.Timeout"],
    "IntervalSeconds": 1, "MaxAttempts": 1000, "BackoffRate": 1}],
    "Catch": [{"ErrorEquals": ["Declined"], "ResultPath": "$.declined", "Next": "Rest"}],
    "Next": "Rest"},
  "Rest": {"Type": "Wait", "Seconds": 2, "Next": "Which"},
  "Which": {"Type": "Choice", "Choices": [{"Variable": "$.declined", "IsPresent": true,
    "Next": "Result"}], "Default": "Ship"},
  "Ship": {"Type": "Task", "Resource": @ship, "TimeoutSeconds": 60, "HeartbeatSeconds": 4,
    "ResultPath": null, @retry, "Next": "Result"},
  "Result": {"Type": "Pass", "Parameters": {"id.$": "$id"}, "End": true}}})asl";

constexpr char kFan[] = R"asl({"StartAt": "Both", "States": {
  "Both": {"Type": "Parallel", "Branches": [
    {"StartAt": "Nap", "States": {"Nap": {"Type": "Wait", "Seconds": 1, "Next": "Look"},
      "Look": {"Type": "Task", "Resource": @ship, "HeartbeatSeconds": 8,
        @retry, "ResultPath": null, "End": true}}},
    {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemsPath": "$.items",
      "MaxConcurrency": 2, "ItemProcessor": {"StartAt": "Do", "States": {"Do": {"Type": "Task",
      "Resource": @charge, "TimeoutSeconds": 30, @retry, "ResultPath": null,
      "End": true}}}, "End": true}}}],
    "Next": "Result"},
  "Result": {"Type": "Pass", "Parameters": {"id.$": "$[0].id", "items.$": "$[1]"}, "End": true}}})asl";

constexpr char kLoop[] = R"asl({"StartAt": "Begin", "States": {
  "Begin": {"Type": "Pass", "Parameters": {"id.$": "$.id", "n": 0}, "Next": "More"},
  "More": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 4,
    "Next": "Count"}], "Default": "Done"},
  "Count": {"Type": "Pass", "Parameters": {"id.$": "$.id", "n.$": "States.MathAdd($.n, 1)"},
    "Next": "Nap"},
  "Nap": {"Type": "Wait", "Seconds": 1, "Next": "More"},
  "Done": {"Type": "Succeed"}}})asl";

constexpr char kImpatient[] = R"asl({"StartAt": "Slow", "TimeoutSeconds": 9, "States": {
  "Slow": {"Type": "Task", "Resource": @charge, @retry, "ResultPath": null, "Next": "Sleep"},
  "Sleep": {"Type": "Wait", "Seconds": 5, "End": true}}})asl";

constexpr char kBroken[] = R"asl({"StartAt": "Try", "States": {
  "Try": {"Type": "Parallel", "Branches": [
    {"StartAt": "Soon", "States": {"Soon": {"Type": "Wait", "Seconds": 1, "Next": "Give up"},
      "Give up": {"Type": "Fail", "Error": "Enough", "Cause": "of it"}}},
    {"StartAt": "Long", "States": {"Long": {"Type": "Task", "Resource": @ship,
      "TimeoutSeconds": 40, @retry, "Next": "Longer"},
      "Longer": {"Type": "Wait", "Seconds": 30, "End": true}}}],
    "Retry": [{"ErrorEquals": ["Enough"], "IntervalSeconds": 1, "MaxAttempts": 1}],
    "End": true}}})asl";

// In JSONata, with chance and time in it: whoever goes on with the Map must find the same items.
constexpr char kDrawn[] = R"asl({"QueryLanguage": "JSONata", "StartAt": "Draw", "States": {
  "Draw": {"Type": "Pass", "Assign": {"id": "{% $states.input.id %}", "lot": "{% $uuid() %}"},
    "Output": {"most": "{% 1 + $floor($random() * 2) %}"}, "Next": "Each"},
  "Each": {"Type": "Map", "Items": "{% $append($shuffle([1..5]), [$millis()]) %}",
    "MaxConcurrency": "{% $states.input.most %}",
    "ItemSelector": {"n": "{% $states.context.Map.Item.Value %}"},
    "ItemProcessor": {"StartAt": "Do", "States": {"Do": {"Type": "Task", "Resource": @charge,
      "Arguments": {"id": "{% $id %}"}, "TimeoutSeconds": "{% 30 %}", @retry,
      "Output": "{% $states.input.n %}", "End": true}}},
    "Output": {"sum": "{% $sum($states.result[$ < 10]) %}"}, "Next": "Nap"},
  "Nap": {"Type": "Wait", "Seconds": "{% $floor($random() * 2) %}", "Next": "Result"},
  "Result": {"Type": "Pass", "Output": {"id": "{% $id %}", "sum": "{% $states.input.sum %}"},
    "End": true}}})asl";

constexpr char kCalls[] = R"asl({"StartAt": "Fetch", "States": {
  "Fetch": {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "TimeoutSeconds": 15,
    "Parameters": {"ApiEndpoint": "https://example.com", "Method": "GET"},
    @retry, "ResultPath": null, "Next": "Compute"},
  "Compute": {"Type": "Task",
    "Resource": "arn:aws:lambda:us-east-1:000000000000:function:served", "TimeoutSeconds": 40,
    @retry, "ResultPath": null, "Next": "Ask"},
  "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "TimeoutSeconds": 40, "HeartbeatSeconds": 10,
    "Parameters": {"FunctionName": "asked", "Payload.$": "$$.Task.Token"},
    @retry, "ResultPath": null, "Next": "Invoke"},
  "Invoke": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "served", "Payload": {"n": 1}}, "TimeoutSeconds": 60,
    @retry, "ResultPath": null, "Next": "Submit"},
  "Submit": {"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob.sync",
    "TimeoutSeconds": 40, @retry, "ResultPath": null, "Next": "Result"},
  "Result": {"Type": "Pass", "Parameters": {"id.$": "$.id"}, "End": true}}})asl";

constexpr char kRace[] = R"asl({"StartAt": "Race", "States": {
  "Race": {"Type": "Parallel", "Branches": [
    {"StartAt": "Soon", "States": {"Soon": {"Type": "Wait", "Seconds": 2, "Next": "Give up"},
      "Give up": {"Type": "Fail", "Error": "Enough"}}},
    {"StartAt": "Call", "States": {"Call": {"Type": "Task",
      "Resource": "arn:aws:states:::http:invoke",
      "Parameters": {"ApiEndpoint": "https://example.com", "Method": "GET"}, @retry,
      "Next": "Longer"}, "Longer": {"Type": "Wait", "Seconds": 30, "End": true}}},
    {"StartAt": "Ask", "States": {"Ask": {"Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
      "Parameters": {"FunctionName": "asked", "Payload.$": "$$.Task.Token"}, @retry,
      "Next": "Later"}, "Later": {"Type": "Wait", "Seconds": 30, "End": true}}},
    {"StartAt": "Submit", "States": {"Submit": {"Type": "Task",
      "Resource": "arn:aws:states:::batch:submitJob.sync", @retry,
      "Next": "Latest"}, "Latest": {"Type": "Wait", "Seconds": 30, "End": true}}}],
    "Retry": [{"ErrorEquals": ["Enough"], "IntervalSeconds": 1, "MaxAttempts": 1}],
    "End": true}}})asl";

}  // namespace

std::string ExpandDefinition(const char* definition) {
  std::vector<std::pair<std::string, std::string>> words = {{"@retry", kRetryAll}};
  for (const std::string& activity : SampleActivities()) {
    words.emplace_back("@" + activity, StrCat("\"", Account().ActivityArn(activity), "\""));
  }
  for (const char* machine : {"grown", "naughty", "sleeper", "mortal", "waiting"}) {
    words.emplace_back(StrCat("@", machine),
                       StrCat("\"", Account().StateMachineArn(machine), "\""));
  }
  return absl::StrReplaceAll(definition, words);
}

const std::vector<SampleMachine>& SampleMachines() {
  using core::Status;
  static const auto* machines = [] {
    auto* all = new std::vector<SampleMachine>{
        {.name = "order", .definition = ExpandDefinition(kOrder), .output = R"({"id":$id})"},
        {.name = "fan",
         .definition = ExpandDefinition(kFan),
         .output = R"({"id":$id,"items":[1,2,3]})"},
        {.name = "loop", .definition = ExpandDefinition(kLoop), .output = R"({"id":$id,"n":4})"},
        {.name = "drawn",
         .definition = ExpandDefinition(kDrawn),
         .output = R"({"id":$id,"sum":15})"},
        {.name = "impatient",
         .definition = ExpandDefinition(kImpatient),
         .other_end = Status::kTimedOut},
        {.name = "broken",
         .definition = ExpandDefinition(kBroken),
         .end = Status::kFailed,
         .other_end = Status::kFailed},
        {.name = "calls", .definition = ExpandDefinition(kCalls), .output = R"({"id":$id})"},
        {.name = "race",
         .definition = ExpandDefinition(kRace),
         .end = Status::kFailed,
         .other_end = Status::kFailed},
        {.name = "doomed",
         .definition = ExpandDefinition(kOrder),
         .other_end = Status::kFailed,
         .output = R"({"id":$id})",
         .doomed = true},
    };
    for (SampleMachine& machine : ParentsAndChildren()) all->push_back(std::move(machine));
    return all;
  }();
  return *machines;
}

std::shared_ptr<const asl::Machine> CompiledSample(const std::string& definition) {
  thread_local std::map<std::string, std::shared_ptr<const asl::Machine>> compiled;
  std::shared_ptr<const asl::Machine>& machine = compiled[definition];
  if (machine == nullptr) machine = asl::CompileMachine(definition).machine;
  return machine;
}

const std::vector<std::string>& SampleActivities() {
  static const auto* activities = new std::vector<std::string>{"charge", "ship"};
  return *activities;
}

}  // namespace pawl::simulation
