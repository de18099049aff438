#include "coordinator/core/context.h"

#include <numeric>
#include <vector>

#include "coordinator/asl/unverified.h"
#include "coordinator/base/clock.h"
#include "coordinator/core/payload.h"

namespace pawl::core {
namespace {

// The execution's input. Each iteration of a Map may ask for it: it is read once for all of them.
Json ReadInput(Step& step, bool in_map) {
  Execution& execution = step.execution();
  const Payload input(execution.facts->input);
  if (execution.parsed_input != nullptr) return execution.parsed_input->json;
  if (!in_map) return input.json(step.arena());
  auto parsed = std::make_shared<ParsedText>();
  parsed->json = input.json(&parsed->arena);
  execution.parsed_input = parsed;
  return parsed->json;
}

Json MakeExecution(Step& step, bool in_map) {
  const ExecutionFacts& facts = *step.execution().facts;
  JsonArena* arena = step.arena();
  const Execution& execution = step.execution();
  std::vector<JsonMember> members = {
      {"Id", Json::String(facts.execution_arn)},
      {"Input", ReadInput(step, in_map)},
      {"StartTime", Json::String(FormatIso8601(facts.started_at), arena)},
      {"Name", Json::String(facts.name)},
      {"RoleArn", Json::String(facts.role_arn)},
      {"RedriveCount", Json::Int(execution.redrive_count)},
  };
  if (execution.redrive_count > 0) {
    members.push_back({"RedriveTime", Json::String(FormatIso8601(execution.redriven_at), arena)});
  }
  return Json::Object(members, arena);
}

Json MakeState(const Branch& branch, const asl::State& state, JsonArena* arena) {
  std::vector<JsonMember> members = {
      {"Name", Json::String(branch.state.view())},
      {"EnteredTime", Json::String(FormatIso8601(branch.entered_at), arena)},
  };
  if (HasRetryCount(state)) {
    const int64_t retries =
        std::accumulate(branch.retries.begin(), branch.retries.end(), int64_t{0});
    members.push_back({"RetryCount", Json::Int(retries)});
  }
  return Json::Object(members, arena);
}

// The item of the innermost iteration that `branch` runs in.
std::optional<MapItem> ItemOf(Step& step, const Branch& branch) {
  const Branch* at = &branch;
  while (at != nullptr && at->id.value() != 0) {
    if (!at->item.empty()) return MapItem{at->index, Payload(at->item).json(step.arena())};
    at = step.execution().Find(at->parent);
  }
  return std::nullopt;
}

// What the Context object has in every state.
std::vector<JsonMember> MakeFacts(Step& step, const Branch& branch, bool in_map) {
  if (const Observation* seen = step.observation()) {
    return {seen->context.members().begin(), seen->context.members().end()};
  }
  const ExecutionFacts& facts = *step.execution().facts;
  const JsonMember machine[] = {
      {"Id", Json::String(facts.state_machine_arn)},
      {"Name", Json::String(facts.machine_name)},
  };
  return {
      {"Execution", MakeExecution(step, in_map)},
      {"StateMachine", Json::Object(machine, step.arena())},
      {"State", MakeState(branch, step.StateOf(branch), step.arena())},
  };
}

}  // namespace

bool HasRetryCount(const asl::State& state) {
  return state.type == asl::StateType::kTask || state.type == asl::StateType::kMap ||
         (state.type == asl::StateType::kParallel && asl::unverified::kParallelHasRetryCount);
}

Json MakeContext(Step& step, const Branch& branch, const std::optional<MapItem>& item) {
  JsonArena* arena = step.arena();
  const std::optional<MapItem> map_item = item ? item : ItemOf(step, branch);
  std::vector<JsonMember> members = MakeFacts(step, branch, map_item.has_value());
  // A Context object that was given may have one of its own.
  const bool given =
      step.observation() != nullptr && step.observation()->context.Find("Task").is_object();
  if (const std::string* token = given ? nullptr : step.TaskTokenOf(branch.id)) {
    const JsonMember task[] = {{"Token", Json::String(*token, arena)}};
    members.push_back({"Task", Json::Object(task, arena)});
  }
  if (map_item) {
    const JsonMember entry[] = {{"Index", Json::Int(map_item->index)}, {"Value", map_item->value}};
    const JsonMember map[] = {{"Item", Json::Object(entry, arena)}};
    members.push_back({"Map", Json::Object(map, arena)});
  }
  return Json::Object(members, arena);
}

}  // namespace pawl::core
