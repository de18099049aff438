#include "coordinator/api/test_state_request.h"

#include <fmt/format.h>

#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_operations.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/strings.h"

namespace pawl::api {
namespace {

using Problem = std::optional<AwsError>;

AwsError NotTestable(std::string message) { return {"InvalidDefinition", std::move(message)}; }

bool IsContainer(const asl::State& state) {
  return state.type == asl::StateType::kMap || state.type == asl::StateType::kParallel;
}

bool HasMember(Json object, std::string_view name) {
  const Json member = object.Find(name);
  return !member.is_undefined() && !member.is_null();
}

std::optional<Text> OptionalTextOf(Json object, std::string_view name) {
  const Json member = object.Find(name);
  return member.is_string() ? std::optional<Text>(Text(member.as_string())) : std::nullopt;
}

// What does not depend on the definition.
Problem CheckMembers(const Call& call) {
  const Json mock = call.Member("mock");
  if (mock.is_undefined()) {
    constexpr std::pair<std::string_view, std::string_view> kOnlyWithMock[] = {
        {"mapIterationFailureCount", "MapIterationFailureCount"},
        {"errorCausedByState", "ErrorCausedByState"},
        {"mapItemReaderData", "MapItemReaderData"},
        {"retrierRetryCount", "RetrierRetryCount"}};
    for (const auto& [member, name] : kOnlyWithMock) {
      if (!HasMember(call.Member("stateConfiguration"), member)) continue;
      return ValidationException(
          fmt::format("TestState does not support {} when a mock is not specified.", name));
    }
    return std::nullopt;
  }
  if (HasMember(mock, "result") == HasMember(mock, "errorOutput")) {
    return ValidationException(
        "A test mock should have only one of the following fields: [result, errorOutput].");
  }
  if (call.Bool("revealSecrets", false)) {
    return ValidationException(
        "TestState does not support RevealSecrets when a mock is specified.");
  }
  return std::nullopt;
}

// Whether a state of that kind can be tested so.
Problem CheckKind(const asl::State& state, const Call& call) {
  const bool mocked = call.Has("mock");
  if (mocked) {
    if (state.type == asl::StateType::kTask || IsContainer(state)) return std::nullopt;
    return ValidationException(
        fmt::format("State type '{}' is not supported when a mock is specified",
                    asl::StateTypeName(state.type)));
  }
  if (IsContainer(state)) {
    return NotTestable(
        "TestState API does not support Map or Parallel states. Supported state types include: "
        "[Task, Wait, Pass, Succeed, Fail, Choice]");
  }
  if (state.type != asl::StateType::kTask) return std::nullopt;
  const asl::TaskResource& resource = state.as<asl::TaskDetail>().resource;
  if (resource.kind == asl::ResourceKind::kActivity || resource.has_token()) {
    return NotTestable(
        "TestState API does not support activities, .sync or .waitForTaskToken service integration "
        "patterns when a mock is not specified.");
  }
  if (!call.Has("roleArn")) {
    return ValidationException("RoleArn must be specified when testing a Task state");
  }
  return std::nullopt;
}

Problem CheckMockedContainer(const asl::State& state, Json result) {
  const bool writes =
      state.type == asl::StateType::kMap && state.as<asl::MapDetail>().writes_results;
  if (writes) {
    if (result.is_object()) return std::nullopt;
    return ValidationException("Mocked result must be a JSON object.");
  }
  if (!result.is_array()) return ValidationException("Mocked result must be an array.");
  if (state.type == asl::StateType::kParallel &&
      result.size() != state.as<asl::ParallelDetail>().branches.size()) {
    return ValidationException(
        "Mocked result must contain the same number of items as number of Parallel branches.");
  }
  return std::nullopt;
}

// Whether the result could be the work's.
Problem CheckMockedResult(const Services& services, const asl::State& state, Json mock) {
  const Json text = mock.Find("result");
  if (!text.is_string()) return std::nullopt;
  JsonArena arena;
  const absl::StatusOr<Json> result = ParseJson(text.as_string(), &arena);
  if (!result.ok()) return ValidationException("Mocked result must be valid JSON");
  if (IsContainer(state)) return CheckMockedContainer(state, *result);
  const Json mode = mock.Find("fieldValidationMode");
  const std::string_view checks = mode.is_string() ? mode.as_string() : "STRICT";
  const asl::TaskResource& resource = state.as<asl::TaskDetail>().resource;
  // Whoever has a token gives any result, and these have shapes of their own.
  const bool any_shape =
      resource.pattern == asl::Pattern::kWaitForTaskToken || resource.service == "http" ||
      resource.service == "apigateway" ||
      (resource.service == "eks" && (resource.action == "call" || resource.action == "runJob"));
  if (resource.kind != asl::ResourceKind::kIntegration || any_shape || checks == "NONE") {
    return std::nullopt;
  }
  auto problem = services.engine->ResultProblem(resource, *result, checks == "STRICT");
  if (problem) return ValidationException(*std::move(problem));
  return std::nullopt;
}

// An object's text; what it stands for in messages.
Problem CheckObject(std::string_view text, std::string_view what, JsonArena* arena, Json* object) {
  const absl::StatusOr<Json> json = ParseJson(text, arena);
  if (!json.ok() || !json->is_object()) {
    return ValidationException(fmt::format("{} must be a valid JSON object", what));
  }
  *object = *json;
  return std::nullopt;
}

// Of Member names that a part of the Context object may have, and the types of their values.
struct ContextField {
  std::string_view part;
  std::string_view name;
  Json::Type type;  // kUndefined: any
};
constexpr ContextField kContextFields[] = {
    {"Execution", "Id", Json::Type::kString},
    {"Execution", "Input", Json::Type::kUndefined},
    {"Execution", "Name", Json::Type::kString},
    {"Execution", "RoleArn", Json::Type::kString},
    {"Execution", "StartTime", Json::Type::kString},
    {"Execution", "RedriveCount", Json::Type::kInt},
    {"Execution", "RedriveTime", Json::Type::kString},
    {"State", "EnteredTime", Json::Type::kString},
    {"State", "Name", Json::Type::kString},
    {"State", "RetryCount", Json::Type::kInt},
    {"StateMachine", "Id", Json::Type::kString},
    {"StateMachine", "Name", Json::Type::kString},
    {"Task", "Token", Json::Type::kString},
};

AwsError BadContext(std::string_view what) {
  return ValidationException(StrCat("Invalid Context object provided: ", what));
}

Problem CheckContextPart(const JsonMember& part) {
  if (!part.value.is_object()) return BadContext(StrCat(part.key, " must be an object"));
  for (const JsonMember& field : part.value.members()) {
    const ContextField* known = nullptr;
    for (const ContextField& row : kContextFields) {
      if (row.part == part.key && row.name == field.key) known = &row;
    }
    if (known == nullptr) return BadContext(StrCat("Field '", field.key, "' is not allowed"));
    if (known->type == Json::Type::kUndefined || known->type == field.value.type()) continue;
    return BadContext(StrCat(part.key, ".", field.key, " must be a ",
                             known->type == Json::Type::kInt ? "number" : "string"));
  }
  return std::nullopt;
}

std::shared_ptr<const core::ExecutionFacts> MakeFacts(const Services& services, const Call& call,
                                                      Text input) {
  auto facts = std::make_shared<core::ExecutionFacts>();
  const std::string machine = Uuid::Random().ToString();
  facts->id = ExecutionId(Uuid::Random());
  facts->name = Uuid::Random().ToString();
  facts->machine_name = machine;
  facts->state_machine_arn = services.account.StateMachineArn(machine);
  facts->execution_arn =
      fmt::format("arn:{}:states:{}:{}:express:{}:{}", services.account.partition,
                  services.account.region, services.account.account_id, machine, facts->name);
  facts->role_arn = std::string(call.Text("roleArn"));
  facts->started_at = services.clock->Now();
  facts->input = std::move(input);
  facts->limits.payload_bytes = services.max_payload_bytes;
  return facts;
}

void ReadMock(Json given, core::TrialOptions* options) {
  if (given.is_undefined()) return;
  core::Mock& mock = options->mock.emplace();
  mock.result = OptionalTextOf(given, "result");
  mock.error = OptionalTextOf(given.Find("errorOutput"), "error");
  mock.cause = OptionalTextOf(given.Find("errorOutput"), "cause");
}

Problem ReadStateConfiguration(const Call& call, const asl::Machine& machine,
                               const asl::State& state, core::TrialOptions* options) {
  const Json given = call.Member("stateConfiguration");
  const auto number = [&given](std::string_view name) {
    return given.Find(name).is_int() ? given.Find(name).as_int() : 0;
  };
  options->retries = number("retrierRetryCount");
  options->failed_iterations = number("mapIterationFailureCount");
  options->read_items = OptionalTextOf(given, "mapItemReaderData");
  if (options->read_items && !CheckJson(options->read_items->view()).ok()) {
    return ValidationException("MapItemReaderData must be valid JSON");
  }
  const Json failed = given.Find("errorCausedByState");
  if (failed.is_string() && (!IsContainer(state) || failed.as_string() == state.name ||
                             machine.Find(failed.as_string()) == nullptr)) {
    return ValidationException("State not found in definition");
  }
  if (state.type != asl::StateType::kMap && HasMember(given, "mapIterationFailureCount")) {
    return ValidationException("MapIterationFailureCount is only supported for Map states");
  }
  return std::nullopt;
}

// Input, variables and context, as texts.
Problem ReadData(const Services& services, const Call& call, const asl::State& state,
                 core::TrialOptions* options) {
  const std::string_view input = call.Has("input") ? call.Text("input") : "{}";
  if (auto error = CheckExecutionInput(input, services.max_payload_bytes)) return error;
  options->facts = MakeFacts(services, call, Text(input));
  JsonArena arena;
  Json object;
  if (call.Has("variables")) {
    if (auto error = CheckObject(call.Text("variables"), "Variables", &arena, &object))
      return error;
    if (object.size() > 0) options->variables = Text(call.Text("variables"));
  }
  if (!call.Has("context")) return std::nullopt;
  if (auto error = CheckObject(call.Text("context"), "Context", &arena, &object)) return error;
  options->context = Text(call.Text("context"));
  return CheckContext(object, state);
}

}  // namespace

Problem CheckContext(Json context, const asl::State& state) {
  const auto* task = std::get_if<asl::TaskDetail>(&state.detail);
  for (const JsonMember& part : context.members()) {
    if (part.key == "Map") {
      return ValidationException("'Map' field is not supported when mocking a Context object");
    }
    if (part.key == "Task" && (task == nullptr || !task->resource.has_token())) {
      return ValidationException(
          "Context object contains 'Task' when state is not a Task state with a '.sync' or "
          "'.waitForTaskToken' service integration pattern");
    }
    if (part.key != "Execution" && part.key != "State" && part.key != "StateMachine" &&
        part.key != "Task") {
      return BadContext(StrCat("Field '", part.key, "' is not allowed"));
    }
    if (auto error = CheckContextPart(part)) return error;
  }
  return std::nullopt;
}

Outcome<TestStateRequest, AwsError> ReadTestState(const Services& services, const Call& call) {
  if (auto error = CheckMembers(call)) return *error;
  if (call.Has("roleArn") && !IsRoleArn(call.Text("roleArn"))) {
    return InvalidRoleArn(call.Text("roleArn"));
  }
  TestStateRequest request;
  std::optional<std::string_view> name;
  if (call.Has("stateName")) name = call.Text("stateName");
  request.lone = asl::CompileState(call.Text("definition"), name, services.sdk_actions);
  if (!request.lone.compiled.ok()) return InvalidDefinition(request.lone.compiled.ErrorText());
  if (!request.lone.ok()) return ValidationException("State not found in definition");
  const asl::State& state = *request.lone.state;
  if (auto error = CheckKind(state, call)) return *error;
  if (auto error = CheckMockedResult(services, state, call.Member("mock"))) return *error;
  ReadMock(call.Member("mock"), &request.options);
  const asl::Machine& machine = *request.lone.compiled.machine;
  if (auto error = ReadStateConfiguration(call, machine, state, &request.options)) return *error;
  if (auto error = ReadData(services, call, state, &request.options)) return *error;
  request.reveal_secrets = call.Bool("revealSecrets", false);
  const std::string_view level = call.Text("inspectionLevel");
  if (level == "DEBUG") request.level = InspectionLevel::kDebug;
  if (level == "TRACE") request.level = InspectionLevel::kTrace;
  return request;
}

}  // namespace pawl::api
