#include "coordinator/asl/compile_state.h"

#include <utility>
#include <vector>

#include "coordinator/asl/definition_compiler.h"

namespace pawl::asl {
namespace {

using Use = DefinitionCompiler::Use;

CompileResult CompileFor(Use use, Json definition, const SdkActions* sdk_actions) {
  auto machine = std::make_shared<Machine>();
  Findings findings;
  DefinitionCompiler(MachineType::kStandard, sdk_actions, machine.get(), &findings, use)
      .Compile(Place::Root(definition));
  CompileResult result;
  if (!findings.has_errors()) result.machine = std::move(machine);
  result.diagnostics = findings.Take();
  return result;
}

// The state of that name in `scope` or below; undefined: there is none. A definition that compiles
// is not nested deeper than a stack takes.
Json FindNamedState(Json scope, std::string_view name) {
  const Json states = scope.Find("States");
  if (const Json found = states.Find(name); !found.is_undefined()) return found;
  for (const JsonMember& state : states.members()) {
    std::vector<Json> inner = {state.value.Find("ItemProcessor"), state.value.Find("Iterator")};
    const Json branches = state.value.Find("Branches");
    if (branches.is_array()) {
      inner.insert(inner.end(), branches.items().begin(), branches.items().end());
    }
    for (const Json below : inner) {
      if (!below.is_object()) continue;
      if (const Json found = FindNamedState(below, name); !found.is_undefined()) return found;
    }
  }
  return Json();
}

// A state machine that consists of `state`, in the language that `whole` has for it.
Json Around(std::string_view name, Json state, Json whole, JsonArena* arena) {
  const JsonMember states[] = {{name, state}};
  std::vector<JsonMember> members = {{"StartAt", Json::String(name)},
                                     {"States", Json::Object(states, arena)}};
  const Json language = whole.Find("QueryLanguage");
  if (!language.is_undefined()) members.push_back({"QueryLanguage", language});
  return Json::Object(members, arena);
}

}  // namespace

LoneState CompileState(std::string_view definition, std::optional<std::string_view> name,
                       const SdkActions* sdk_actions) {
  LoneState lone;
  JsonArena arena;
  const Outcome<Json, Diagnostic> json = ReadDefinition(definition, &arena);
  if (!json.ok()) {
    lone.compiled.diagnostics.push_back(json.error());
    return lone;
  }
  Json state = *json;
  Json whole;
  if (name) {
    whole = *json;
    lone.compiled = CompileFor(Use::kTest, whole, sdk_actions);
    if (!lone.compiled.ok()) return lone;
    state = FindNamedState(whole, *name);
    if (state.is_undefined()) return lone;
  }
  const std::string_view called = name.value_or(kLoneStateName);
  lone.compiled = CompileFor(Use::kTestAlone, Around(called, state, whole, &arena), sdk_actions);
  if (lone.compiled.ok()) lone.state = lone.compiled.machine->Find(called);
  return lone;
}

}  // namespace pawl::asl
