#include "coordinator/api/variable_references.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "coordinator/asl/variables_in.h"
#include "coordinator/base/json.h"

namespace pawl::api {
namespace {

using References = std::map<std::string, std::set<std::string>>;

// Members that hold states of their own.
constexpr std::string_view kLevels[] = {"Branches", "ItemProcessor", "Iterator"};

bool HoldsStates(std::string_view field) {
  return std::find(std::begin(kLevels), std::end(kLevels), field) != std::end(kLevels);
}

// `level` has `States`: a machine, a branch, a Map's processor. Its depth is bounded by the
// parser's.
void ReadLevel(const asl::VariableReader& reader, Json level, References* references) {
  const Json states = level.Find("States");
  if (!states.is_object()) return;
  for (const auto& [name, state] : states.members()) {
    if (!state.is_object()) continue;
    std::set<std::string_view> names;
    for (const auto& [key, member] : state.members()) {
      if (HoldsStates(key)) {
        if (member.is_object()) ReadLevel(reader, member, references);
        if (!member.is_array()) continue;
        for (const Json branch : member.items()) ReadLevel(reader, branch, references);
      } else {
        reader.AddField(state, key, member, &names);
      }
    }
    if (!names.empty()) {
      references->emplace(name, std::set<std::string>(names.begin(), names.end()));
    }
  }
}

}  // namespace

References VariableReferences(std::string_view definition) {
  JsonArena arena;
  References references;
  const auto parsed = ParseJson(definition, &arena);
  if (parsed.ok() && parsed->is_object()) {
    ReadLevel(asl::VariableReader(*parsed), *parsed, &references);
  }
  return references;
}

}  // namespace pawl::api
