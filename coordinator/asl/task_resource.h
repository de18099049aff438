// What the Resource of a Task names (reference/integrations.md 1).

#ifndef PAWL_ASL_TASK_RESOURCE_H_
#define PAWL_ASL_TASK_RESOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::asl {

// Stored by number: never renumber, only append.
enum class ResourceKind : uint8_t {
  kActivity = 0,     // a worker that polls for it
  kFunction = 1,     // a Lambda function by its ARN
  kIntegration = 2,  // an action of a service: "lambda:invoke", "sqs:sendMessage.waitForTaskToken"
};

enum class Pattern : uint8_t { kRequestResponse, kSync, kWaitForTaskToken };

struct TaskResource {
  ResourceKind kind = ResourceKind::kActivity;
  std::string arn;  // as the definition has it
  // Of an activity its name; of a function its name without version or alias.
  std::string name;
  // Of an integration: "sqs", "aws-sdk:s3", and "sendMessage", without the pattern.
  std::string service;
  std::string action;
  Pattern pattern = Pattern::kRequestResponse;

  // Whether its tasks have a token that others can end them with.
  bool has_token() const { return pattern != Pattern::kRequestResponse; }
};

// The parts of an ARN of any of these forms, nothing of which is checked but the form itself: what
// is stored with a task has been checked before. nullopt: none of them.
std::optional<TaskResource> SplitResource(std::string_view arn);

// The pattern of what SplitResource takes.
Pattern PatternOf(std::string_view arn);

// resourceType and resource of history events: what the ARN has before and after the last colon
// before the action. {"lambda", "invoke.waitForTaskToken"}, {"aws-sdk:s3", "getObject"}.
std::pair<std::string_view, std::string_view> HistoryResource(std::string_view integration_arn);

// Whether it runs a job that somebody has to look after until it ends: .sync of any service but
// Step Functions', whose executions tell their end themselves.
bool RunsJob(std::string_view integration_arn);

// The name in what names a Lambda function: a name, an ARN, or a part of one
// ("123456789012:function:f"), each perhaps with a version or an alias behind it. Empty: it names
// none.
std::string_view FunctionName(std::string_view function);
// The same with the version or alias: "f" or "f:prod". Empty also when that is none.
std::string_view QualifiedFunction(std::string_view function);

}  // namespace pawl::asl

#endif  // PAWL_ASL_TASK_RESOURCE_H_
