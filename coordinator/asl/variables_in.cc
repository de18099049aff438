#include "coordinator/asl/variables_in.h"

#include <algorithm>
#include <cctype>
#include <iterator>

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

void AddVariablesOfField(std::string_view field, Json value, std::set<std::string_view>* names) {
  AddMember(field, value, /*in_template=*/false, names);
}

}  // namespace pawl::asl
