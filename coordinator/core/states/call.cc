#include "coordinator/core/states/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "coordinator/asl/unverified.h"
#include "coordinator/core/data_flow.h"
#include "coordinator/core/jsonata.h"
#include "coordinator/core/queues.h"
#include "coordinator/core/states/states.h"

namespace pawl::core {
namespace {

constexpr std::string_view kRuntime = "States.Runtime";

// "arn:aws:states:<region>:..."
std::string_view RegionOf(std::string_view arn) {
  for (int i = 0; i < 3; ++i) arn.remove_prefix(std::min(arn.size(), arn.find(':') + 1));
  return arn.substr(0, arn.find(':'));
}

// `function`: "f" or "f:prod"; empty: none that workers could serve.
std::string QueueOfFunction(Step& step, std::string_view function) {
  const std::string served = function.empty() ? "" : step.world().ServedFunction(function);
  return served.empty() ? std::string(kCallQueue) : FunctionQueue(served);
}

std::string_view TextMember(Json object, std::string_view name) {
  const Json member = object.Find(name);
  return member.is_string() ? member.as_string() : std::string_view();
}

// lambda:invoke. What does not wait for the function is a coordinator's to do, whoever serves it.
std::string QueueOfInvocation(Step& step, const Payload& parameters) {
  const Json json = parameters.json(step.arena());
  if (!json.is_object()) return std::string(kCallQueue);
  const std::string_view type = TextMember(json, "InvocationType");
  if (!type.empty() && type != "RequestResponse") return std::string(kCallQueue);
  const std::string_view function = asl::QualifiedFunction(TextMember(json, "FunctionName"));
  const std::string_view qualifier = TextMember(json, "Qualifier");
  const bool qualified = qualifier.empty() || function.find(':') != std::string_view::npos;
  if (qualified) return QueueOfFunction(step, function);
  const std::string both = StrCat(function, ":", qualifier);
  return QueueOfFunction(step, asl::QualifiedFunction(both));
}

asl::Result<std::string> EvaluateJsonataRole(Step& step, const Branch& branch,
                                             const asl::JsonataTemplate& form,
                                             const Payload& input) {
  const bool is_object = form.field() == "Credentials";
  const asl::Result<Json> value =
      EvaluateJsonata(step, branch, form, input, is_object ? "object" : "string");
  if (!value.ok()) return value.error();
  const Json role = is_object ? value->Find("RoleArn") : *value;
  if (role.is_string()) return std::string(role.as_string());
  return asl::QueryEvaluationError(
      fmt::format(asl::unverified::kNotTextCause, "RoleArn", ShownJson(role)),
      "Credentials/RoleArn");
}

// A failure that says that the call cannot be made at all is none of the task's own
// (reference/asl.md 12.3): nothing tells it but the end of the execution.
asl::WorkflowError CannotBeMade(const std::optional<Text>& cause) {
  const std::string text = cause ? cause->str() : std::string();
  return asl::RuntimeError(text, text.starts_with(asl::unverified::kBadParametersBegin));
}

}  // namespace

void OfferToken(Step& step, const Branch& branch, const TaskAttempt& task) {
  step.SetTaskToken(branch.id, step.world().SignToken({step.execution().facts->id, branch.id,
                                                       task.nonce, std::string(kCallbackQueue)}));
}

asl::Result<std::string> EvaluateRole(Step& step, const Branch& branch,
                                      const asl::TaskDetail& detail, const Payload& input) {
  if (!detail.credentials) return std::string();
  if (const auto* jsonata = std::get_if<asl::JsonataTemplate>(&*detail.credentials)) {
    return EvaluateJsonataRole(step, branch, *jsonata, input);
  }
  asl::Result<Payload> credentials = ApplyTemplate(step, branch, detail.credentials, input);
  if (!credentials.ok()) return credentials.error();
  const Json role = credentials->json(step.arena()).Find("RoleArn");
  if (role.is_string()) return std::string(role.as_string());
  return asl::RuntimeError(fmt::format(asl::unverified::kNotTextCause, "RoleArn", ShownJson(role)));
}

asl::Result<std::string> FindQueue(Step& step, const asl::TaskResource& resource,
                                   const Payload& parameters) {
  const World& world = step.world();
  switch (resource.kind) {
    case asl::ResourceKind::kActivity:
      if (world.ActivityExists(resource.name)) return resource.name;
      return asl::RuntimeError(fmt::format(asl::unverified::kNoActivityCause, resource.arn));
    case asl::ResourceKind::kFunction:
      return QueueOfFunction(step, asl::QualifiedFunction(resource.arn));
    case asl::ResourceKind::kIntegration:
      break;
  }
  if (!world.CarriesOut(resource)) {
    return asl::RuntimeError(fmt::format(asl::unverified::kNoIntegrationCause, resource.arn));
  }
  if (const auto refusal = world.RefusalOf(resource, parameters.json(step.arena()))) {
    return asl::RuntimeError(*refusal);
  }
  if (resource.service == "lambda") return QueueOfInvocation(step, parameters);
  return std::string(kCallQueue);
}

Payload ScheduledParameters(Step& step, const asl::TaskResource& resource, Payload parameters) {
  if (resource.service != "ecs" || resource.pattern != asl::Pattern::kSync) return parameters;
  const Json given = parameters.json(step.arena());
  if (!given.is_object() || !given.Find("StartedBy").is_undefined()) return parameters;
  std::vector<JsonMember> members(given.members().begin(), given.members().end());
  members.push_back({"StartedBy", Json::String("AWS Step Functions")});
  return Payload(Json::Object(members, step.arena()));
}

void TellScheduledCall(Step& step, const Branch& branch, HistoryEvent* event) {
  const TaskAttempt& task = *branch.task;
  event->role_arn = Text(task.role_arn);
  if (task.kind == asl::ResourceKind::kFunction) {
    event->heartbeat_seconds.reset();
    return;
  }
  event->region = Text(std::string(RegionOf(step.execution().facts->execution_arn)));
  const std::string* token = step.TaskTokenOf(branch.id);
  if (token != nullptr) event->task_token = Text(*token);
}

void ReturnCall(Step& step, Branch& branch, const Text& output) {
  if (!branch.task->has_token()) return SucceedTask(step, branch, output);
  if (auto exceeded = CheckTaskResult(step, *branch.task, output)) {
    return FailCall(step, branch, Text(*exceeded->error), Text(*exceeded->cause));
  }
  EmitTask(step, branch, EventType::kTaskSubmitted).payload = output;
  if (branch.task->early) return EndEarly(step, branch);
  branch.phase = Phase::kSubmitted;
  branch.confirm_by.reset();
  SetHeartbeat(branch, step.now());
  if (!asl::RunsJob(branch.task->resource)) return;
  branch.task->job = output;
  branch.task->queue = kJobQueue;
  step.Scheduled(branch);
}

void FailCall(Step& step, Branch& branch, const std::optional<Text>& error,
              const std::optional<Text>& cause) {
  if (branch.task->early) return EndEarly(step, branch);
  if (branch.task->kind == asl::ResourceKind::kIntegration && error && *error == kRuntime) {
    EndAttempt(branch);
    return FailState(step, branch, CannotBeMade(cause));
  }
  if (!branch.task->has_token()) return FailTask(step, branch, error, cause);
  FailTaskAs(step, branch, EventType::kTaskSubmitFailed, error, cause);
}

void EndByToken(Step& step, Branch& branch, EarlyEnd end) {
  if (end.succeeded) {
    if (auto exceeded = CheckTaskResult(step, *branch.task, end.output)) {
      end = {false, {}, Text(*exceeded->error), Text(*exceeded->cause)};
    }
  }
  branch.task->early = std::move(end);
  // Nobody makes the call now: its result does not come.
  if (branch.phase != Phase::kStarted) return EndEarly(step, branch);
  const absl::Time until = step.now() + kAwaitEndedCall;
  branch.confirm_by = std::min(branch.confirm_by.value_or(until), until);
  step.Touch(branch);
}

void EndEarly(Step& step, Branch& branch) {
  const EarlyEnd end = *std::move(branch.task->early);
  if (end.succeeded) return SucceedTask(step, branch, end.output);
  FailTask(step, branch, end.error, end.cause);
}

}  // namespace pawl::core
