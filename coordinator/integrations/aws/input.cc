#include "coordinator/integrations/aws/input.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "absl/strings/numbers.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/integrations/aws/names.h"
#include "coordinator/integrations/aws/timestamp.h"

namespace pawl::aws {
namespace {

class InputReader {
 public:
  InputReader(const ServiceModel& model, const InputStyle& style) : model_(model), style_(style) {}

  const std::vector<std::string>& problems() const { return problems_; }

  // `name` of the member for messages.
  Input Read(const Use& use, Json value, std::string_view name) {
    const Shape& shape = model_.ShapeOf(use);
    Input input{.use = &use, .type = shape.type};
    if (shape.document || use.json_value) {
      input.is_document = true;
      input.document = value;
      return input;
    }
    const bool fits = ReadShape(shape, value, name, &input);
    if (!fits) problems_.push_back(MustBe(name, shape.type));
    return input;
  }

 private:
  static std::string MustBe(std::string_view name, ShapeType type) {
    const auto must = [name](std::string_view what) {
      return StrCat("The value for the field '", name, "' must be ", what);
    };
    switch (type) {
      case ShapeType::kStructure:
      case ShapeType::kMap:
        return must("an OBJECT");
      case ShapeType::kList:
        return must("an ARRAY");
      case ShapeType::kBoolean:
        return must("a BOOLEAN");
      case ShapeType::kInteger:
        return must("an INTEGER");
      case ShapeType::kFloat:
        return must("a NUMBER");
      case ShapeType::kTimestamp:
        return must("a TIMESTAMP");
      case ShapeType::kString:
      case ShapeType::kBlob:
        break;
    }
    return must("a STRING");
  }

  // False when `value` is of another type.
  bool ReadShape(const Shape& shape, Json value, std::string_view name, Input* input) {
    switch (shape.type) {
      case ShapeType::kStructure:
        if (!value.is_object()) return false;
        ReadMembers(shape, value, input);
        return true;
      case ShapeType::kList:
        if (!value.is_array()) return false;
        for (const Json item : value.items()) {
          if (item.is_null()) continue;
          input->items.push_back(Read(model_.Element(shape), item, name));
        }
        return true;
      case ShapeType::kMap:
        if (!value.is_object()) return false;
        for (const JsonMember& member : value.members()) {
          if (member.value.is_null()) continue;
          input->keys.push_back(member.key);
          input->items.push_back(Read(model_.MapValue(shape), member.value, member.key));
        }
        return true;
      case ShapeType::kString:
      case ShapeType::kBlob:
        if (style_.only_strings && !value.is_string()) return false;
        input->text = value.is_string() ? MaskSurrogates(value.as_string()) : WriteJson(value);
        return true;
      case ShapeType::kBoolean:
        return ReadBoolean(value, input);
      case ShapeType::kInteger:
        return ReadInteger(value, input);
      case ShapeType::kFloat:
        return ReadFloat(value, input);
      case ShapeType::kTimestamp:
        break;
    }
    const std::optional<absl::Time> time = ParseTimestamp(value);
    if (time) input->time = *time;
    return time.has_value();
  }

  void ReadMembers(const Shape& structure, Json value, Input* input) {
    for (const JsonMember& member : value.members()) {
      const Use* use = model_.FindMember(structure, member.key);
      if (use == nullptr) {
        problems_.push_back(
            StrCat("The field \"", member.key, "\" is not supported by Step Functions"));
        continue;
      }
      if (member.value.is_null()) continue;
      input->items.push_back(Read(*use, member.value, member.key));
    }
    std::stable_sort(input->items.begin(), input->items.end(),
                     [](const Input& a, const Input& b) { return a.use->order < b.use->order; });
    for (const Use& use : model_.Members(structure)) {
      if (use.required && !use.idempotency_token && input->Find(use.name) == nullptr) {
        problems_.push_back(
            StrCat("The field '", style_.model_names ? Capitalized(use.name) : std::string(use.key),
                   "' is required but was missing"));
      }
    }
  }

  // Scalars in strings are taken, as paths and intrinsics often give them.
  static bool ReadBoolean(Json value, Input* input) {
    if (value.is_bool()) {
      input->text = value.as_bool() ? "true" : "false";
      return true;
    }
    if (!value.is_string()) return false;
    input->text = std::string(value.as_string());
    return input->text == "true" || input->text == "false";
  }

  static bool ReadInteger(Json value, Input* input) {
    int64_t number = 0;
    if (value.is_int()) {
      number = value.as_int();
    } else if (value.is_number()) {
      constexpr double kMost = 9007199254740992.0;  // 2^53: beyond it a double is no exact integer
      const double real = value.as_double();
      if (real != std::floor(real) || std::abs(real) > kMost) return false;
      number = static_cast<int64_t>(real);
    } else if (!value.is_string() || !absl::SimpleAtoi(ToAbsl(value.as_string()), &number)) {
      return false;
    }
    input->text = StrCat(number);
    return true;
  }

  static bool ReadFloat(Json value, Input* input) {
    double number = 0;
    if (value.is_number()) {
      input->text = WriteJson(value, NumberStyle::kJavaScript);
      return true;
    }
    if (!value.is_string() || !absl::SimpleAtod(ToAbsl(value.as_string()), &number)) return false;
    input->text = std::string(value.as_string());
    if (std::isfinite(number)) {
      input->text.clear();
      AppendNumber(number, &input->text, NumberStyle::kJavaScript);
    }
    return true;
  }

  const ServiceModel& model_;
  const InputStyle& style_;
  std::vector<std::string> problems_;
};

}  // namespace

const Input* Input::Find(std::string_view name) const {
  for (const Input& item : items) {
    if (item.use->name == name) return &item;
  }
  return nullptr;
}

Outcome<Input, std::vector<std::string>> ReadInput(const ServiceModel& model,
                                                   const Operation& operation, Json parameters,
                                                   std::string_view token,
                                                   const InputStyle& style) {
  if (!parameters.is_object()) {
    return std::vector<std::string>{"The Parameters must be a JSON object"};
  }
  InputReader reader(model, style);
  if (operation.input.shape == kNoShape) {
    Input nothing{.use = &operation.input, .type = ShapeType::kStructure};
    for (const JsonMember& member : parameters.members()) {
      return std::vector<std::string>{
          StrCat("The field \"", member.key, "\" is not supported by Step Functions")};
    }
    return nothing;
  }
  Input input = reader.Read(operation.input, parameters, "Parameters");
  if (!reader.problems().empty()) return reader.problems();
  for (const Use& use : model.Members(model.ShapeOf(operation.input))) {
    if (!use.idempotency_token || input.Find(use.name) != nullptr) continue;
    Input filled{.use = &use, .type = ShapeType::kString, .text = std::string(token)};
    input.items.push_back(std::move(filled));
  }
  return input;
}

}  // namespace pawl::aws
