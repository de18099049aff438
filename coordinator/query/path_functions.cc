// The functions of Jayway JsonPath: `$.numbers.sum()`, `$.concat($.a, "-", $.b)`.

#include <algorithm>
#include <cmath>
#include <limits>

#include "coordinator/base/strings.h"
#include "coordinator/query/java_text.h"
#include "coordinator/query/path_evaluator.h"

namespace pawl::query {
namespace {

absl::Status CannotApply(std::string_view message) {
  return absl::FailedPreconditionError(ToAbsl(message));
}

using Values = std::vector<Json>;

absl::StatusOr<Values> EvaluateArguments(const Step& step, EvaluationContext* context) {
  Values values;
  for (const FunctionArgument& argument : step.arguments) {
    if (!argument.path) {
      values.push_back(argument.value);
      continue;
    }
    absl::StatusOr<Json> value =
        EvaluatePath(*argument.path, context->root, Missing::kDefault, context);
    if (!value.ok()) return value.status();
    values.push_back(*value);
  }
  return values;
}

// Calls `visit` with the elements of arrays, and with other values themselves.
template <typename Visit>
void ForEachFlattened(const Values& values, Visit visit) {
  for (Json value : values) {
    if (!value.is_array()) {
      visit(value, false);
      continue;
    }
    for (Json item : value.items()) visit(item, true);
  }
}

absl::StatusOr<std::vector<double>> CollectNumbers(Json subject, const Values& arguments) {
  std::vector<double> numbers;
  const auto collect = [&](Json value, bool) {
    if (value.is_number()) numbers.push_back(value.as_double());
  };
  if (subject.is_array()) ForEachFlattened({subject}, collect);
  ForEachFlattened(arguments, collect);
  if (numbers.empty()) {
    return CannotApply("Aggregation function attempted to calculate value using empty array");
  }
  return numbers;
}

double Aggregate(Function function, const std::vector<double>& numbers) {
  const auto count = static_cast<double>(numbers.size());
  double sum = 0;
  double sum_of_squares = 0;
  for (const double number : numbers) {
    sum += number;
    sum_of_squares += number * number;
  }
  switch (function) {
    case Function::kMin:
      return *std::min_element(numbers.begin(), numbers.end());
    case Function::kMax:
      return *std::max_element(numbers.begin(), numbers.end());
    case Function::kAvg:
      return sum / count;
    case Function::kStddev:
      return std::sqrt(sum_of_squares / count - sum * sum / count / count);
    default:
      return sum;
  }
}

std::string Concatenate(Json subject, const Values& arguments) {
  std::string text;
  if (subject.is_array()) {
    for (Json item : subject.items()) {
      if (item.is_string()) text.append(item.as_string());
    }
  }
  ForEachFlattened(arguments, [&](Json value, bool from_array) {
    if (value.is_string() || (from_array && !value.is_null())) text.append(JavaText(value));
  });
  return text;
}

Json Length(Json subject) {
  if (!subject.is_array() && !subject.is_object()) return Json::Null();
  return Json::Int(static_cast<int64_t>(subject.size()));
}

Json Append(Json subject, const Values& arguments, JsonArena* arena) {
  if (!subject.is_array()) return subject;
  Values items(subject.items().begin(), subject.items().end());
  items.insert(items.end(), arguments.begin(), arguments.end());
  return Json::Array(items, arena);
}

Json Keys(Json subject, JsonArena* arena) {
  if (!subject.is_object()) return Json::Null();
  Values keys;
  for (const JsonMember& member : subject.members()) keys.push_back(Json::String(member.key));
  return Json::Array(keys, arena);
}

absl::StatusOr<Json> ItemAt(Json subject, int64_t index) {
  if (!subject.is_array()) {
    return CannotApply("Aggregation function attempted to calculate value using empty array");
  }
  const auto size = static_cast<int64_t>(subject.size());
  const int64_t place = index < 0 ? index + size : index;
  if (place < 0 || place >= size) {
    return CannotApply(StrCat("Target index:", index, " larger than object count:", size));
  }
  return subject.items()[place];
}

absl::StatusOr<Json> ItemAtArgument(Json subject, const Values& arguments) {
  if (arguments.empty() || !arguments[0].is_int()) {
    return CannotApply("index() needs an integer");
  }
  return ItemAt(subject, arguments[0].as_int());
}

// With an argument, how many children the path there selects; else the size of the subject.
absl::StatusOr<Json> LengthOf(const Step& step, Json subject, EvaluationContext* context) {
  if (step.arguments.empty()) return Length(subject);
  if (!step.arguments[0].path) return CannotApply("length() takes a path");
  absl::StatusOr<Json> inner =
      EvaluatePath(*step.arguments[0].path, subject, Missing::kDefault, context);
  if (!inner.ok()) return inner;
  return Length(inner->is_array() ? *inner : subject);
}

}  // namespace

absl::StatusOr<Json> CallFunction(const Step& step, Json subject, EvaluationContext* context) {
  if (step.function == Function::kLength) return LengthOf(step, subject, context);
  if (step.function == Function::kUnknown) {
    return absl::InvalidArgumentError(
        StrCat("Function with name: ", step.function_name, " does not exist."));
  }
  absl::StatusOr<Values> arguments = EvaluateArguments(step, context);
  if (!arguments.ok()) return arguments.status();
  switch (step.function) {
    case Function::kConcat:
      return Json::String(Concatenate(subject, *arguments), context->arena);
    case Function::kAppend:
      return Append(subject, *arguments, context->arena);
    case Function::kKeys:
      return Keys(subject, context->arena);
    case Function::kFirst:
      return ItemAt(subject, 0);
    case Function::kLast:
      return ItemAt(subject, -1);
    case Function::kIndex:
      return ItemAtArgument(subject, *arguments);
    default: {
      absl::StatusOr<std::vector<double>> numbers = CollectNumbers(subject, *arguments);
      if (!numbers.ok()) return numbers.status();
      return Json::Double(Aggregate(step.function, *numbers));
    }
  }
}

}  // namespace pawl::query
