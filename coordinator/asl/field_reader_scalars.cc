// Fields that a state computes: JSONata, and values that may be written, found or computed.

#include <fmt/format.h>

#include "coordinator/asl/field_reader.h"
#include "coordinator/base/clock.h"

namespace pawl::asl {
namespace {

bool IsExpression(const Place& field, QueryLanguage language) {
  return language == QueryLanguage::kJsonata && IsJsonata(field.value());
}

}  // namespace

std::optional<JsonataTemplate> FieldReader::ReadJsonata(const Place& field,
                                                        std::string_view location,
                                                        StatesMembers members) const {
  if (!field.exists()) return std::nullopt;
  std::vector<JsonataTemplate::Problem> problems;
  std::optional<JsonataTemplate> compiled =
      JsonataTemplate::Compile(field.value(), location, members, &problems);
  for (JsonataTemplate::Problem& problem : problems) {
    findings_->Error(problem.code, std::move(problem.message), field.Below(problem.pointer));
  }
  return compiled;
}

std::optional<JsonataTemplate> FieldReader::ReadJsonataExpression(const Place& field) const {
  if (!IsJsonata(field.value())) return std::nullopt;
  return ReadJsonata(field, field.key(), kStatesOfState);
}

template <typename T>
ScalarField<T> FieldReader::ReadComputed(const Place& object, std::string_view name,
                                         QueryLanguage language) const {
  ScalarField<T> result;
  if (language == QueryLanguage::kJsonata) {
    result.expression = ReadJsonataExpression(object.Member(name));
  } else {
    const std::string path_name = fmt::format("{}Path", name);
    result.path = ReferencePath(object.Member(path_name));
  }
  return result;
}

NumberField FieldReader::ReadNumberField(const Place& object, std::string_view name,
                                         QueryLanguage language, int64_t min, int64_t max) const {
  NumberField result = ReadComputed<int64_t>(object, name, language);
  const Place field = object.Member(name);
  if (!IsExpression(field, language)) result.value = Integer(field, min, max);
  return result;
}

DecimalField FieldReader::ReadDecimalField(const Place& object, std::string_view name,
                                           QueryLanguage language, double min, double max) const {
  DecimalField result = ReadComputed<double>(object, name, language);
  const Place field = object.Member(name);
  if (!IsExpression(field, language)) result.value = Number(field, min, max);
  return result;
}

TimestampField FieldReader::ReadTimestampField(const Place& object, QueryLanguage language) const {
  TimestampField result = ReadComputed<absl::Time>(object, "Timestamp", language);
  const Place field = object.Member("Timestamp");
  if (IsExpression(field, language)) return result;
  const std::optional<std::string> text = String(field);
  if (!text.has_value()) return result;
  const absl::StatusOr<absl::Time> time = ParseIso8601(*text);
  if (time.ok()) {
    result.value = *time;
  } else {
    findings_->Schema("String does not match RFC3339 timestamp", field);
  }
  return result;
}

}  // namespace pawl::asl
