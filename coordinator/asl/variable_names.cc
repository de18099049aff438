#include "coordinator/asl/variable_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "coordinator/asl/text_length.h"

namespace pawl::asl {
namespace {

constexpr size_t kMaxNameCharacters = 80;  // AWS quota

std::string_view WithoutDollar(std::string_view key) {
  if (key.ends_with(".$")) key.remove_suffix(2);
  return key;
}

// A Unicode identifier. Characters beyond ASCII are taken as letters.
bool IsIdentifier(std::string_view name) {
  auto is_letter = [](unsigned char c) { return std::isalpha(c) || c == '_' || c >= 0x80; };
  return !name.empty() && is_letter(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return is_letter(byte) || std::isdigit(byte);
         });
}

}  // namespace

VariableNames::VariableNames(Json states, const VariableNames* outer) : outer_(outer) {
  if (!states.is_object()) return;
  for (const JsonMember& state : states.members()) {
    Collect(state.value.Find("Assign"));
    for (std::string_view list : {"Catch", "Choices"}) {
      Json elements = state.value.Find(list);
      if (!elements.is_array()) continue;
      for (Json element : elements.items()) Collect(element.Find("Assign"));
    }
  }
}

void VariableNames::Collect(Json assign) {
  if (!assign.is_object()) return;
  for (const JsonMember& member : assign.members()) names_.insert(WithoutDollar(member.key));
}

bool VariableNames::IsOuter(std::string_view name) const {
  for (const VariableNames* level = outer_; level != nullptr; level = level->outer_) {
    if (level->names_.contains(name)) return true;
  }
  return false;
}

void VariableNames::Check(const Place& assign, Findings* findings) const {
  for (const JsonMember& member : assign.value().members()) {
    const std::string_view name = WithoutDollar(member.key);
    const std::string suffix = fmt::format("/{}", name);
    const Place place = assign.Below(suffix);
    if (name == "states") {
      findings->Error("RESERVED_VARIABLE_NAME", "Cannot assign to reserved variable '$states'.",
                      place);
    } else if (!IsIdentifier(name)) {
      findings->Error(
          "INVALID_VARIABLE_NAME",
          fmt::format("Invalid variable name '{}': the variable name contains invalid characters.",
                      name),
          place);
    } else if (CountCharacters(name) > kMaxNameCharacters) {
      findings->Error("INVALID_VARIABLE_NAME",
                      fmt::format("Invalid variable name '{}': the variable name is longer than {} "
                                  "characters.",
                                  name, kMaxNameCharacters),
                      place);
    } else if (IsOuter(name)) {
      findings->Error(
          "DUPLICATE_VARIABLE_NAME",
          fmt::format("The variable name '{}' was already defined in a parent scope.", name),
          place);
    }
  }
}

}  // namespace pawl::asl
