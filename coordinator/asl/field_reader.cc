#include "coordinator/asl/field_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "coordinator/asl/text_length.h"

namespace pawl::asl {
namespace {

constexpr std::string_view kNotAPath = "Value must be a valid JSONPath.";

std::string NotAReference(std::string_view reason) {
  return fmt::format("Value is not a Reference Path: {}", reason);
}

// The name of the last step of a template's pointer ends in `.$`: AWS names the object around it.
std::string_view WithoutComputedKey(std::string_view pointer) {
  if (!pointer.ends_with(".$")) return pointer;
  return pointer.substr(0, pointer.rfind('/'));
}

void WarnAboutLiterals(const Place& value, Findings* findings) {
  Json json = value.value();
  if (json.is_object()) {
    for (size_t i = 0; i < json.size(); ++i) {
      Place member = value.MemberAt(i);
      if (!member.key().ends_with(".$")) WarnAboutLiterals(member, findings);
    }
  } else if (json.is_array()) {
    for (size_t i = 0; i < json.size(); ++i) WarnAboutLiterals(value.Item(i), findings);
  } else if (json.is_string() && !value.key().empty() && LooksComputed(json.as_string())) {
    findings->Warning(
        "NO_DOLLAR",
        fmt::format("The value of the field '{}' looks like a JSONPath or an intrinsic "
                    "function call, but the name of the field does not end with '.$'",
                    value.key()),
        value);
  }
}

}  // namespace

bool LooksComputed(std::string_view text) {
  if (text == "$" || text.starts_with("$.") || text.starts_with("$[") || text.starts_with("$$")) {
    return true;
  }
  constexpr std::string_view kIntrinsics = "States.";
  if (!text.starts_with(kIntrinsics)) return false;
  text.remove_prefix(kIntrinsics.size());
  size_t name = 0;
  while (name < text.size() && std::isalnum(static_cast<unsigned char>(text[name]))) ++name;
  return name > 0 && name < text.size() && text[name] == '(';
}

void FieldReader::WarnIfPath(const Place& field) const {
  if (!field.value().is_string() || !LooksComputed(field.value().as_string())) return;
  findings_->Warning(
      "NO_PATH",
      fmt::format("The value of the field '{}' looks like a path, but the name of the "
                  "field does not end with 'Path'",
                  field.key()),
      field);
}

std::optional<std::string> FieldReader::String(const Place& field) const {
  if (!field.exists()) return std::nullopt;
  if (!field.value().is_string()) {
    findings_->Schema("Expected value of type String", field);
    return std::nullopt;
  }
  return std::string(field.value().as_string());
}

std::optional<std::string> FieldReader::ShortString(const Place& field,
                                                    size_t max_characters) const {
  std::optional<std::string> text = String(field);
  if (text.has_value() && CountCharacters(*text) > max_characters) {
    findings_->Schema(fmt::format("Value cannot be longer than {} characters", max_characters),
                      field);
    return std::nullopt;
  }
  return text;
}

std::optional<std::string> FieldReader::OneOf(
    const Place& field, std::initializer_list<std::string_view> values) const {
  std::optional<std::string> text = String(field);
  if (text.has_value() && std::find(values.begin(), values.end(), *text) == values.end()) {
    findings_->Schema(
        fmt::format("Value should be one of the following: [{}]", fmt::join(values, ", ")), field);
    return std::nullopt;
  }
  return text;
}

std::optional<int64_t> FieldReader::Integer(const Place& field, int64_t min, int64_t max) const {
  if (!field.exists()) return std::nullopt;
  if (!field.value().is_int()) {
    findings_->Schema("Expected value of type Integer", field);
  } else if (field.value().as_int() < min) {
    findings_->Schema(fmt::format("Minimum value is {}", min), field);
  } else if (field.value().as_int() > max) {
    findings_->Schema(fmt::format("Maximum value is {}", max), field);
  } else {
    return field.value().as_int();
  }
  return std::nullopt;
}

std::optional<double> FieldReader::Number(const Place& field, double min, double max) const {
  if (!field.exists()) return std::nullopt;
  if (!field.value().is_number()) {
    findings_->Schema("Expected value of type Number", field);
  } else if (field.value().as_double() < min) {
    findings_->Schema(fmt::format("Minimum value is {}", min), field);
  } else if (field.value().as_double() > max) {
    findings_->Schema(fmt::format("Maximum value is {}", max), field);
  } else {
    return field.value().as_double();
  }
  return std::nullopt;
}

bool FieldReader::IsObject(const Place& field) const {
  if (!field.exists()) return false;
  if (!field.value().is_object()) findings_->Schema("Expected value of type Object", field);
  return field.value().is_object();
}

bool FieldReader::IsArray(const Place& field) const {
  if (!field.exists()) return false;
  if (!field.value().is_array()) findings_->Schema("Expected value of type Array", field);
  return field.value().is_array();
}

bool FieldReader::IsNonEmptyArray(const Place& field) const {
  if (!IsArray(field)) return false;
  if (field.value().size() == 0) findings_->Schema("Value cannot be empty", field);
  return field.value().size() != 0;
}

DataPath FieldReader::ReadDataPath(const Place& field) const {
  DataPath result;
  if (!field.exists()) return result;
  result.discard = field.value().is_null();
  if (result.discard) return result;
  if (!field.value().is_string()) {
    findings_->Schema("Expected value of type String or null", field);
    return result;
  }
  absl::StatusOr<query::JsonPath> path = query::JsonPath::Compile(field.value().as_string());
  if (path.ok()) {
    result.path = *std::move(path);
  } else {
    findings_->Schema(std::string(kNotAPath), field);
  }
  return result;
}

ResultPath FieldReader::ReadResultPath(const Place& field) const {
  ResultPath result = ReadDataPath(field);
  if (!result.path.has_value()) return result;
  if (!result.path->not_reference_reason().empty()) {
    findings_->Schema(NotAReference(result.path->not_reference_reason()), field);
  } else if (result.path->root() != query::JsonPath::Root::kInput) {
    findings_->Schema(
        NotAReference("a ResultPath must start at '$', not at the Context object or a variable"),
        field);
  }
  return result;
}

std::optional<query::JsonPath> FieldReader::ReferencePath(const Place& field) const {
  std::optional<std::string> text = String(field);
  if (!text.has_value()) return std::nullopt;
  absl::StatusOr<query::JsonPath> path = query::JsonPath::Compile(*text);
  if (!path.ok()) {
    findings_->Schema(std::string(kNotAPath), field);
    return std::nullopt;
  }
  if (!path->not_reference_reason().empty()) {
    findings_->Schema(NotAReference(path->not_reference_reason()), field);
    return std::nullopt;
  }
  return *std::move(path);
}

std::optional<Expression> FieldReader::ReadExpression(const Place& field) const {
  if (field.value().is_string() && field.value().as_string().starts_with('$') &&
      !ReferencePath(field).has_value()) {
    return std::nullopt;
  }
  std::optional<std::string> text = String(field);
  if (!text.has_value()) return std::nullopt;
  absl::StatusOr<Expression> expression = Expression::Compile(*text);
  if (!expression.ok() || !expression->may_give_text()) {
    findings_->Schema(
        fmt::format("The value for the field '{}' must be a valid JSONPath or a valid "
                    "intrinsic function call",
                    field.key()),
        field);
    return std::nullopt;
  }
  return *std::move(expression);
}

std::optional<Template> FieldReader::ReadTemplate(const Place& field) const {
  if (!field.exists()) return std::nullopt;
  WarnAboutLiterals(field, findings_);
  Outcome<Template, Template::Problem> compiled = Template::Compile(field.value());
  if (!compiled.ok()) {
    findings_->Schema(compiled.error().message,
                      field.Below(WithoutComputedKey(compiled.error().pointer)));
    return std::nullopt;
  }
  return *std::move(compiled);
}

}  // namespace pawl::asl
