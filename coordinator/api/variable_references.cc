#include "coordinator/api/variable_references.h"

#include <algorithm>
#include <cctype>

#include "coordinator/base/json.h"

namespace pawl::api {
namespace {

using References = std::map<std::string, std::set<std::string>>;

// Members whose content is data, in which only keys that end in `.$` are expressions.
constexpr std::string_view kTemplates[] = {"Parameters", "ResultSelector", "Assign", "ItemSelector",
                                           "BatchInput"};
// Members that hold states of their own.
constexpr std::string_view kLevels[] = {"Branches", "ItemProcessor", "Iterator"};

template <size_t kSize>
bool Contains(const std::string_view (&names)[kSize], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool IsNameStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || static_cast<signed char>(c) < 0;
}
bool IsNamePart(char c) { return IsNameStart(c) || std::isdigit(static_cast<unsigned char>(c)); }

// The variables in a path or a call: `$name`, but not `$`, `$.x`, `$$.x` or what stands in quotes.
void ReadExpression(std::string_view text, std::set<std::string>* names) {
  bool quoted = false;
  for (size_t at = 0; at < text.size(); ++at) {
    if (quoted && text[at] == '\\') {
      ++at;
    } else if (text[at] == '\'') {
      quoted = !quoted;
    } else if (text[at] == '$' && !quoted) {
      size_t end = at + 1;
      if (end < text.size() && IsNameStart(text[end])) {
        while (end < text.size() && IsNamePart(text[end])) ++end;
        names->emplace(text.substr(at + 1, end - at - 1));
      }
      at = end - 1;
      if (end < text.size() && text[end] == '$') at = end;  // `$$` is the Context object
    }
  }
}

// `value` belongs to one state and holds no states.
void ReadFields(Json value, bool in_template, std::set<std::string>* names) {
  if (value.is_array()) {
    for (const Json item : value.items()) ReadFields(item, in_template, names);
    return;
  }
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.members()) {
    const bool is_expression =
        in_template ? key.ends_with(".$") : key.ends_with("Path") || key == "Variable";
    if (member.is_string()) {
      if (is_expression) ReadExpression(member.as_string(), names);
    } else if (key != "Result" || in_template) {
      ReadFields(member, in_template || Contains(kTemplates, key), names);
    }
  }
}

// `level` has `States`: a machine, a branch, a Map's processor. Its depth is bounded by the
// parser's.
void ReadLevel(Json level, References* references) {
  const Json states = level.Find("States");
  if (!states.is_object()) return;
  for (const auto& [name, state] : states.members()) {
    if (!state.is_object()) continue;
    std::set<std::string> names;
    for (const auto& [key, member] : state.members()) {
      if (Contains(kLevels, key)) {
        if (member.is_object()) ReadLevel(member, references);
        if (!member.is_array()) continue;
        for (const Json branch : member.items()) ReadLevel(branch, references);
      } else {
        const JsonMember field{key, member};
        JsonArena arena;
        ReadFields(Json::Object({&field, 1}, &arena), false, &names);
      }
    }
    if (!names.empty()) references->emplace(name, std::move(names));
  }
}

}  // namespace

References VariableReferences(std::string_view definition) {
  JsonArena arena;
  References references;
  const auto parsed = ParseJson(definition, &arena);
  if (parsed.ok() && parsed->is_object()) ReadLevel(*parsed, &references);
  return references;
}

}  // namespace pawl::api
