#include "coordinator/asl/variable_names.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <string>

#include "coordinator/asl/text_length.h"

namespace pawl::asl {
namespace {

constexpr size_t kMaxNameCharacters = 80;  // AWS quota

std::string_view WithoutDollar(std::string_view key) {
  if (key.ends_with(".$")) key.remove_suffix(2);
  return key;
}

// A Unicode identifier (UAX #31), which may begin with `_` too.
bool IsIdentifier(std::string_view name) {
  static const re2::RE2* const pattern =
      new re2::RE2(R"([\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*)");
  return re2::RE2::FullMatch(re2::StringPiece(name.data(), name.size()), *pattern);
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

void VariableNames::Check(const Place& assign, QueryLanguage language, Findings* findings) const {
  for (const JsonMember& member : assign.value().members()) {
    const bool literal = language == QueryLanguage::kJsonata;  // `.$` means nothing there
    const std::string_view name = literal ? member.key : WithoutDollar(member.key);
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
