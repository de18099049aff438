// The levels of a definition, and what all states have in common.

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "coordinator/asl/definition_compiler.h"
#include "coordinator/asl/text_length.h"

namespace pawl::asl {
namespace {

constexpr int kMaxDepth = 100;               // levels; AWS has a limit too but publishes no number
constexpr size_t kMaxNameCharacters = 80;    // AWS quota
constexpr int64_t kMaxSeconds = 99'999'999;  // AWS quota

constexpr StateType kStateTypes[] = {StateType::kTask,     StateType::kWait, StateType::kPass,
                                     StateType::kSucceed,  StateType::kFail, StateType::kChoice,
                                     StateType::kParallel, StateType::kMap};

std::optional<StateType> TypeFromName(std::string_view name) {
  for (StateType type : kStateTypes) {
    if (StateTypeName(type) == name) return type;
  }
  return std::nullopt;
}

// Whether a state ends its level, or is so malformed that it was perhaps meant to.
bool MayEnd(Json state) {
  Json type_name = state.Find("Type");
  if (!type_name.is_string()) return true;
  const std::optional<StateType> type = TypeFromName(type_name.as_string());
  if (!type.has_value() || *type == StateType::kSucceed || *type == StateType::kFail) return true;
  if (*type == StateType::kChoice) return false;
  Json end = state.Find("End");
  if (!end.is_undefined()) return !end.is_bool() || end.as_bool();
  return state.Find("Next").is_undefined();
}

bool HasTerminalState(Json states) {
  if (!states.is_object() || states.size() == 0) return true;
  for (const JsonMember& member : states.members()) {
    if (MayEnd(member.value)) return true;
  }
  return false;
}

// What `$states` has beside the input and the context once a state's work is done.
StatesMembers MembersOfResult(StateType type) {
  const bool works =
      type == StateType::kTask || type == StateType::kParallel || type == StateType::kMap;
  return kStatesOfState | (works ? kStatesResult : 0);
}

}  // namespace

void DefinitionCompiler::Compile(const Place& definition) {
  CheckMachineFields(definition);
  has_terminal_state_ =
      use_ == Use::kTestAlone || HasTerminalState(definition.value().Find("States"));
  if (!has_terminal_state_) {
    findings_->ErrorWithoutLocation("MISSING_END_STATE", "Workflow has no terminal state");
  }
  CompileScope(definition, kInMachine, nullptr, 1, &machine_->root);
}

void DefinitionCompiler::CheckMachineFields(const Place& definition) {
  read_.OneOf(definition.Member("Version"), {"1.0"});
  if (auto seconds = read_.Integer(definition.Member("TimeoutSeconds"), 1, kMaxSeconds)) {
    machine_->timeout = absl::Seconds(*seconds);
  }
  if (read_.OneOf(definition.Member("QueryLanguage"), {"JSONPath", "JSONata"}) == "JSONata") {
    language_ = QueryLanguage::kJsonata;
  }
}

void DefinitionCompiler::CompileScope(const Place& place, FieldContext context,
                                      const VariableNames* outer, int depth, Scope* scope) {
  if (!read_.IsObject(place)) return;
  if (depth > kMaxDepth) {
    findings_->Error("TOO_DEEPLY_NESTED",
                     fmt::format("States are nested more than {} levels deep", kMaxDepth), place);
    return;
  }
  CheckFields(place, context, language_, findings_);
  read_.String(place.Member("Comment"));
  const Place states = place.Member("States");
  if (!read_.IsObject(states)) return;
  if (states.value().size() == 0) return findings_->Schema("Value cannot be empty", states);

  const VariableNames variables(states.value(), outer);
  const size_t written = states.value().size();
  Level level{scope, &variables, depth, StateGraph(written), written};
  for (const JsonMember& member : states.value().members()) {
    level.index_by_name.emplace(member.key, scope->states.size());
    auto state = std::make_unique<State>();
    state->name = std::string(member.key);
    state->scope = scope;
    scope->states.push_back(std::move(state));
  }
  const Place start_at = place.Member("StartAt");
  scope->start = ReadTarget(start_at, nullptr, &level);
  for (size_t i = 0; i < written; ++i) CompileState(states.MemberAt(i), &level, i);
  // Without a terminal state or with unknown transitions, unreachable states are a mere
  // consequence.
  if (has_terminal_state_ && !level.has_unknown_transitions && start_at.value().is_string()) {
    ReportUnreachable(states, level);
  }
}

void DefinitionCompiler::ReportUnreachable(const Place& states, const Level& level) {
  const State* start = level.scope->start;
  const std::vector<size_t> unreachable =
      start != nullptr ? level.graph.UnreachableFrom(level.index_by_name.at(start->name))
                       : level.graph.UnreachableWithoutStart();
  for (size_t index : unreachable) {
    findings_->Error(
        "MISSING_TRANSITION_TARGET",
        fmt::format("State \"{}\" is not reachable.", level.scope->states[index]->name),
        states.MemberAt(index));
  }
}

void DefinitionCompiler::CompileState(const Place& place, Level* level, size_t index) {
  State* state = level->scope->states[index].get();
  CheckName(place, state);
  const std::optional<StateType> type =
      read_.IsObject(place) ? ReadType(place) : std::optional<StateType>();
  if (!type.has_value()) {
    level->has_unknown_transitions = true;
    return;
  }
  state->type = *type;
  state->language = ReadLanguage(place);
  const StateReader reader{place, state, level};
  CheckFields(place, ContextOf(*type), state->language, findings_);
  ReadCommonFields(reader);
  ReadDetail(reader);
}

void DefinitionCompiler::CheckName(const Place& place, const State* state) {
  if (!machine_->by_name.emplace(state->name, state).second) {
    findings_->Error("DUPLICATE_STATE_NAME", fmt::format("Duplicate State name: {}", state->name),
                     place);
  }
  if (state->name.empty()) {
    findings_->Error("INVALID_STATE_NAME", "The name of a state cannot be empty", place);
  } else if (CountCharacters(state->name) > kMaxNameCharacters) {
    findings_->Error(
        "INVALID_STATE_NAME",
        fmt::format("The name of a state exceeds the {}-character limit allowed by the "
                    "service",
                    kMaxNameCharacters),
        place);
  }
}

std::optional<StateType> DefinitionCompiler::ReadType(const Place& state) {
  const Place type = state.Member("Type");
  if (!type.exists()) {
    findings_->Schema("These fields are required: [Type]", state);
    return std::nullopt;
  }
  if (type.value().is_string()) {
    if (auto known = TypeFromName(type.value().as_string())) return known;
  }
  findings_->Schema(
      "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, "
      "Parallel, Map]",
      type);
  return std::nullopt;
}

// A state's own language: JSONata in a machine of JSONPath, not the other way round.
QueryLanguage DefinitionCompiler::ReadLanguage(const Place& state) {
  const std::optional<std::string> name =
      read_.OneOf(state.Member("QueryLanguage"), {"JSONPath", "JSONata"});
  if (name == "JSONata") return QueryLanguage::kJsonata;
  if (name == "JSONPath" && language_ == QueryLanguage::kJsonata) {
    findings_->Schema(
        "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", state);
    return QueryLanguage::kJsonPath;
  }
  return language_;
}

Place DefinitionCompiler::StateReader::Field(std::string_view name) const {
  if (IsFieldAllowed(name, ContextOf(state->type), state->language)) return place.Member(name);
  return place.Below(name);
}

void DefinitionCompiler::ReadCommonFields(const StateReader& reader) {
  State* state = reader.state;
  read_.String(reader.Field("Comment"));
  state->next = ReadTarget(reader.Field("Next"), state, reader.level);
  const Place end = reader.Field("End");
  if (end.exists() && !end.value().is_bool())
    findings_->Schema("Expected value of type Boolean", end);
  ReadDataFlow(reader);
  ReadRetry(reader);
  ReadCatch(reader);
}

// The fields of the other language read as absent.
void DefinitionCompiler::ReadDataFlow(const StateReader& reader) {
  State* state = reader.state;
  state->input_path = read_.ReadDataPath(reader.Field("InputPath"));
  state->output_path = read_.ReadDataPath(reader.Field("OutputPath"));
  state->result_path = read_.ReadResultPath(reader.Field("ResultPath"));
  if (reader.is_jsonata()) {
    state->parameters = read_.ReadJsonata(reader.Field("Arguments"), "Arguments", kStatesOfState);
  } else if (state->type != StateType::kMap) {
    // The Parameters of a Map are the older name of its ItemSelector.
    state->parameters = read_.ReadTemplate(reader.Field("Parameters"));
  }
  state->result_selector = read_.ReadTemplate(reader.Field("ResultSelector"));
  const StatesMembers members = MembersOfResult(state->type);
  state->output = read_.ReadJsonata(reader.Field("Output"), "Output", members);
  state->assign = ReadAssign(reader, reader.Field("Assign"), "Assign", members);
}

void DefinitionCompiler::ReadDetail(const StateReader& reader) {
  switch (reader.state->type) {
    case StateType::kPass:
      return ReadPass(reader);
    case StateType::kTask:
      return ReadTask(reader);
    case StateType::kChoice:
      return ReadChoice(reader);
    case StateType::kWait:
      return ReadWait(reader);
    case StateType::kSucceed:
      return;
    case StateType::kFail:
      return ReadFail(reader);
    case StateType::kParallel:
      return ReadParallel(reader);
    case StateType::kMap:
      return ReadMap(reader);
  }
}

// The state that `target` names, as a transition of `from` (null: the start of the level).
const State* DefinitionCompiler::ReadTarget(const Place& target, const State* from, Level* level) {
  const std::optional<std::string> name = read_.String(target);
  if (!name.has_value()) return nullptr;
  auto found = level->index_by_name.find(*name);
  if (found == level->index_by_name.end()) {
    if (use_ == Use::kTestAlone && level->depth == 1) return AddAbsent(*name, level);
    // The word is 'Next' wherever the name stands, StartAt and Default included (recorded).
    findings_->Error("MISSING_TRANSITION_TARGET", fmt::format("Missing 'Next' target: {}", *name),
                     target);
    return nullptr;
  }
  if (from != nullptr && found->second < level->written)
    level->graph.AddTransition(level->index_by_name.at(from->name), found->second);
  return level->scope->states[found->second].get();
}

// A state that is known by its name alone.
const State* DefinitionCompiler::AddAbsent(const std::string& name, Level* level) {
  auto state = std::make_unique<State>();
  state->name = name;
  state->scope = level->scope;
  level->index_by_name.emplace(state->name, level->scope->states.size());
  level->scope->states.push_back(std::move(state));
  return level->scope->states.back().get();
}

}  // namespace pawl::asl
