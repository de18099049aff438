#include "coordinator/integrations/parameters.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "coordinator/base/strings.h"

namespace pawl::integrations {

CallFailure ParametersRefused(std::string_view text, const std::vector<std::string>& problems) {
  return {"States.Runtime",
          StrCat("The Parameters '", text, "' could not be used to start the Task: [",
                 absl::StrJoin(problems, ", "), "]")};
}

namespace {

constexpr char kNoObject[] = "The Parameters must be a JSON object";

}  // namespace

ParameterReader::ParameterReader(const std::string& text) : text_(&text) {
  const absl::StatusOr<Json> parsed = ParseJson(text, &arena_);
  if (parsed.ok()) parameters_ = *parsed;
  if (!parameters_.is_object()) Problem(kNoObject);
}

ParameterReader::ParameterReader(Json parameters) : text_(nullptr), parameters_(parameters) {
  if (!parameters_.is_object()) Problem(kNoObject);
}

CallFailure ParameterReader::Failure() const {
  return ParametersRefused(text_ != nullptr ? *text_ : WriteJson(parameters_), problems_);
}

Json ParameterReader::Value(std::string_view name) {
  known_.emplace_back(name);
  const Json value = parameters_.Find(name);
  return value.is_null() ? Json() : value;
}

Json ParameterReader::RequiredValue(std::string_view name) {
  const Json value = Value(name);
  if (value.is_undefined() && parameters_.is_object()) {
    Problem(StrCat("The field '", name, "' is required but was missing"));
  }
  return value;
}

std::optional<std::string> ParameterReader::String(std::string_view name) {
  const Json value = Value(name);
  if (value.is_undefined()) return std::nullopt;
  if (!value.is_string()) {
    Problem(StrCat("The value for the field '", name, "' must be a STRING"));
    return std::nullopt;
  }
  return std::string(value.as_string());
}

std::optional<std::string> ParameterReader::RequiredString(std::string_view name) {
  if (RequiredValue(name).is_undefined()) return std::nullopt;
  return String(name);
}

std::string ParameterReader::OneOf(std::string_view name,
                                   std::initializer_list<std::string_view> words) {
  const std::optional<std::string> value = String(name);
  if (!value) return std::string(*words.begin());
  if (std::find(words.begin(), words.end(), *value) == words.end()) InvalidFormat(name);
  return *value;
}

Json ParameterReader::Object(std::string_view name) {
  const Json value = Value(name);
  if (value.is_undefined() || value.is_object()) return value;
  InvalidFormat(name);
  return Json();
}

void ParameterReader::RefuseOthers() {
  for (const JsonMember& member : parameters_.members()) {
    if (std::find(known_.begin(), known_.end(), member.key) == known_.end()) {
      Problem(StrCat("The field \"", member.key, "\" is not supported by Step Functions"));
    }
  }
}

void ParameterReader::InvalidFormat(std::string_view name) {
  Problem(StrCat("The value of the field '", name, "' has an invalid format"));
}

}  // namespace pawl::integrations
