#include "coordinator/asl/variables_in.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "coordinator/asl/jsonata_template.h"
#include "coordinator/query/jsonata/references.h"

namespace pawl::asl {
namespace {

// Members whose content is data, in which only keys that end in `.$` are expressions.
constexpr std::string_view kTemplates[] = {"Parameters", "ResultSelector", "Assign", "ItemSelector",
                                           "BatchInput"};

bool IsTemplate(std::string_view field) {
  return std::find(std::begin(kTemplates), std::end(kTemplates), field) != std::end(kTemplates);
}

bool IsNameStart(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || static_cast<signed char>(c) < 0;
}
bool IsNamePart(char c) { return IsNameStart(c) || std::isdigit(static_cast<unsigned char>(c)); }

void AddMember(std::string_view key, Json value, bool in_template,
               std::set<std::string_view>* names) {
  const bool is_expression =
      in_template ? key.ends_with(".$") : key.ends_with("Path") || key == "Variable";
  if (value.is_string()) {
    if (is_expression) AddVariablesIn(value.as_string(), names);
    return;
  }
  if (key == "Result" && !in_template) return;
  const bool below = in_template || IsTemplate(key);
  if (value.is_array()) {
    for (const Json item : value.items()) AddMember("", item, below, names);
  } else if (value.is_object()) {
    for (const auto& [inner, member] : value.members()) AddMember(inner, member, below, names);
  }
}

}  // namespace

void AddVariablesIn(std::string_view text, std::set<std::string_view>* names) {
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
        names->insert(text.substr(at + 1, end - at - 1));
      }
      at = end - 1;
      if (end < text.size() && text[end] == '$') at = end;  // `$$` is the Context object
    }
  }
}

VariableReader::VariableReader(Json definition) {
  const Json language = definition.Find("QueryLanguage");
  jsonata_ = language.is_string() && language.as_string() == "JSONata";
  CollectAssigned(definition);
}

void VariableReader::CollectAssigned(Json value) {
  if (value.is_array()) {
    for (const Json item : value.items()) CollectAssigned(item);
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.members()) {
      if (key == "Assign" && member.is_object()) {
        for (const auto& [name, assigned] : member.members()) assigned_.insert(name);
      } else {
        CollectAssigned(member);
      }
    }
  }
}

void VariableReader::AddField(Json state, std::string_view field, Json value,
                              std::set<std::string_view>* names) const {
  const Json language = state.Find("QueryLanguage");
  const bool jsonata = language.is_string() ? language.as_string() == "JSONata" : jsonata_;
  if (jsonata) return AddExpressions(value, names);
  AddMember(field, value, /*in_template=*/false, names);
}

const std::vector<std::string_view>& VariableReader::ReadBy(std::string_view expression) const {
  const auto [at, is_new] = known_.try_emplace(expression);
  if (!is_new) return at->second;
  for (std::string_view name : jsonata::FindReferences(expression, "states").variables) {
    const bool function = jsonata::IsBuiltin(name) && !assigned_.contains(name);
    if (name != "states" && !function) at->second.push_back(name);
  }
  return at->second;
}

void VariableReader::AddExpressions(Json value, std::set<std::string_view>* names) const {
  if (IsJsonata(value)) {
    const std::vector<std::string_view>& read = ReadBy(JsonataText(value.as_string()));
    names->insert(read.begin(), read.end());
  } else if (value.is_array()) {
    for (const Json item : value.items()) AddExpressions(item, names);
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.members()) AddExpressions(member, names);
  }
}

}  // namespace pawl::asl
