#include "coordinator/integrations/optimized_actions.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/integrations/optimized_emr.h"
#include "coordinator/integrations/optimized_json.h"

namespace pawl::integrations {
namespace {

using Problems = std::vector<std::string>;

Json SendMessageParameters(Json given, const Call&, JsonArena* arena, Problems*) {
  return WithText(given, "MessageBody", arena);
}

Json PublishParameters(Json given, const Call&, JsonArena* arena, Problems*) {
  return WithText(given, "Message", arena);
}

// Both of the execution, behind those that the definition names.
Json EventResources(Json given, const Call& call, JsonArena* arena) {
  std::vector<Json> resources;
  if (given.is_array()) resources.assign(given.items().begin(), given.items().end());
  for (const std::string& arn : {call.execution_arn, call.state_machine_arn}) {
    if (!arn.empty()) resources.push_back(Json::String(arn, arena));
  }
  return Json::Array(resources, arena);
}

Json PutEventsParameters(Json given, const Call& call, JsonArena* arena, Problems*) {
  const Json entries = given.Find("Entries");
  if (!entries.is_array()) return given;
  std::vector<Json> sent;
  for (Json entry : entries.items()) {
    const Json resources = entry.Find("Resources");
    const bool usable = resources.is_undefined() || resources.is_null() || resources.is_array();
    if (entry.is_object() && usable) {
      entry = WithText(entry, "Detail", arena);
      entry = WithMember(entry, "Resources", EventResources(resources, call, arena), arena);
    }
    sent.push_back(entry);
  }
  return WithMember(given, "Entries", Json::Array(sent, arena), arena);
}

// One entry that was not put fails the task, whatever became of the others.
CallResult PutEventsResult(std::string result) {
  JsonArena arena;
  const absl::StatusOr<Json> parsed = ParseJson(result, &arena);
  const Json failed = parsed.ok() ? parsed->Find("FailedEntryCount") : Json();
  if (failed.is_int() && failed.as_int() > 0) {
    return CallFailure{"EventBridge.FailedEntry", std::move(result)};
  }
  return result;
}

// Says to the job who started it. One that is made of nodes or runs on EKS has no such overrides.
Json SubmitJobParameters(Json given, const Call&, JsonArena* arena, Problems*) {
  for (const std::string_view other : {"NodeOverrides", "EksPropertiesOverride"}) {
    if (given.Find(other).is_object()) return given;
  }
  const Json overrides = given.Find("ContainerOverrides");
  const Json environment = overrides.Find("Environment");
  const bool usable = overrides.is_object() || overrides.is_undefined() || overrides.is_null();
  if (!usable || !(environment.is_array() || environment.is_undefined() || environment.is_null())) {
    return given;
  }
  std::vector<Json> variables;
  if (environment.is_array()) {
    variables.assign(environment.items().begin(), environment.items().end());
  }
  const JsonMember variable[] = {{"Name", Json::String("MANAGED_BY_AWS")},
                                 {"Value", Json::String("STARTED_BY_STEP_FUNCTIONS")}};
  variables.push_back(Json::Object(variable, arena));
  const Json added = WithMember(overrides, "Environment", Json::Array(variables, arena), arena);
  return WithMember(given, "ContainerOverrides", added, arena);
}

// A model is asked in JSON, mostly.
Json InvokeModelParameters(Json given, const Call&, JsonArena* arena, Problems* problems) {
  for (const std::string_view name : {"Input", "Output"}) {
    if (given.Find(name).is_undefined()) continue;
    problems->push_back(
        StrCat("The field \"", name, "\" is not supported by Pawl: give the Body itself"));
  }
  if (given.Find("Body").is_undefined() && problems->empty()) {
    problems->push_back("The field 'Body' is required but was missing");
  }
  Json sent = WithText(given, "Body", arena);
  for (const std::string_view name : {"ContentType", "Accept"}) {
    const Json type = sent.Find(name);
    if (!type.is_undefined() && !type.is_null()) continue;
    sent = WithMember(sent, name, Json::String("application/json"), arena);
  }
  return sent;
}

CallResult InvokeModelResult(std::string result) {
  JsonArena arena;
  const absl::StatusOr<Json> parsed = ParseJson(result, &arena);
  const Json body = parsed.ok() ? parsed->Find("Body") : Json();
  if (!body.is_string()) return result;
  const absl::StatusOr<Json> value = ParseJson(body.as_string(), &arena);
  return value.ok() ? WriteJson(WithMember(*parsed, "Body", *value, &arena)) : result;
}

constexpr OptimizedAction kCustoms[] = {
    {"batch", "submitJob", "", "", SubmitJobParameters},
    {"bedrock", "invokeModel", "bedrockruntime", "", InvokeModelParameters, InvokeModelResult,
     /*lookup=*/nullptr, /*shows_metadata=*/false},
    {"events", "putEvents", "", "", PutEventsParameters, PutEventsResult, /*lookup=*/nullptr,
     /*shows_metadata=*/false},
    {"sns", "publish", "", "", PublishParameters},
    {"sqs", "sendMessage", "", "", SendMessageParameters},
};

}  // namespace

const OptimizedAction* FindOptimizedAction(std::string_view service, std::string_view action) {
  if (service == kEmr) return FindEmrAction(action);
  const auto at = std::find_if(std::begin(kCustoms), std::end(kCustoms), [&](const auto& custom) {
    return custom.service == service && custom.action == action;
  });
  return at == std::end(kCustoms) ? nullptr : at;
}

}  // namespace pawl::integrations
