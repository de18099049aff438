// Comparisons as Jayway makes them. The order of the sides matters: a number on the left reads a
// string on the right as a number, a string on the left prints a number on the right.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/query/path_evaluator.h"

namespace pawl::query {
namespace {

int Compare(double a, double b) { return a < b ? -1 : a > b ? 1 : 0; }

int CompareNumbers(Json a, Json b) {
  if (a.is_int() && b.is_int()) {
    return a.as_int() < b.as_int() ? -1 : a.as_int() > b.as_int() ? 1 : 0;
  }
  return Compare(a.as_double(), b.as_double());
}

std::string NumberText(Json number) { return WriteJson(number); }

// A number that stands in a string, or undefined.
Json ReadNumber(std::string_view text) {
  int64_t integer = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* end = text.data() + text.size();
  if (auto [stop, error] = std::from_chars(text.data(), end, integer);
      error == std::errc() && stop == end) {
    return Json::Int(integer);
  }
  double number = 0;
  auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool numeric = !text.empty() && text.find_first_of("0123456789") != std::string_view::npos;
  return error == std::errc() && stop == end && numeric ? Json::Double(number) : Json();
}

// Containers are equal when all in them is, and there `1` is not `1.0`.
bool StrictEquals(Json a, Json b) {
  std::vector<std::pair<Json, Json>> to_compare = {{a, b}};
  while (!to_compare.empty()) {
    auto [left, right] = to_compare.back();
    to_compare.pop_back();
    if (left.type() != right.type() || left.size() != right.size()) return false;
    if (left.is_array()) {
      for (size_t i = 0; i < left.size(); ++i) {
        to_compare.emplace_back(left.items()[i], right.items()[i]);
      }
    } else if (left.is_object()) {
      for (const JsonMember& member : left.members()) {
        to_compare.emplace_back(member.value, right.Find(member.key));
      }
    } else if (!JsonEquals(left, right)) {
      return false;
    }
  }
  return true;
}

bool LooseEquals(Json left, Json right) {
  if (left.is_undefined() || right.is_undefined()) return false;
  if (left.is_number()) {
    Json number = right.is_string() ? ReadNumber(right.as_string()) : right;
    return number.is_number() && CompareNumbers(left, number) == 0;
  }
  if (left.is_string() && right.is_number()) return left.as_string() == NumberText(right);
  return StrictEquals(left, right);
}

bool SameKind(Json left, Json right) {
  if (left.is_number() && right.is_number()) return true;
  const bool both_containers =
      (left.is_array() || left.is_object()) && (right.is_array() || right.is_object());
  return both_containers || left.type() == right.type();
}

// Nothing when the two have no order: a number and a string have none.
std::optional<int> Order(Json left, Json right) {
  if (left.is_number() && right.is_number()) return CompareNumbers(left, right);
  if (left.is_string() && right.is_string()) {
    return CompareUtf16(left.as_string(), right.as_string());
  }
  return std::nullopt;
}

bool Contains(Json list, Json value) {
  return std::any_of(list.items().begin(), list.items().end(),
                     [&](Json item) { return LooseEquals(value, item); });
}

bool IsIn(Json value, Json list) { return list.is_array() && Contains(list, value); }

bool CountIn(Json left, Json right, bool all) {
  const auto is_in_right = [&](Json item) { return Contains(right, item); };
  return all ? std::all_of(left.items().begin(), left.items().end(), is_in_right)
             : std::any_of(left.items().begin(), left.items().end(), is_in_right);
}

bool ListContains(Json left, Json right) {
  if (left.is_string() && right.is_string()) {
    return left.as_string().find(right.as_string()) != std::string_view::npos;
  }
  return left.is_array() && Contains(left, right);
}

bool HasSize(Json left, Json right) {
  if (!right.is_number()) return false;
  const double size = left.is_string()  ? static_cast<double>(CountUtf16(left.as_string()))
                      : left.is_array() ? static_cast<double>(left.size())
                                        : -1;
  const bool sized = left.is_string() || left.is_array() || left.is_object();
  return sized && size == std::trunc(right.as_double());
}

bool IsEmpty(Json left, Json right) {
  if (!right.is_bool()) return false;
  if (!left.is_string() && !left.is_array() && !left.is_object()) return false;
  return (left.size() == 0) == right.as_bool();
}

std::string MatchInput(Json value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_number() || value.is_bool()) return WriteJson(value);
  return "";
}

bool Matches(const re2::RE2& pattern, Json value) {
  if (!value.is_array()) return re2::RE2::FullMatch(MatchInput(value), pattern);
  return std::any_of(value.items().begin(), value.items().end(),
                     [&](Json item) { return re2::RE2::FullMatch(MatchInput(item), pattern); });
}

bool CompareValues(Comparison comparison, Json left, Json right) {
  const std::optional<int> order = Order(left, right);
  const bool lists = left.is_array() && right.is_array();
  switch (comparison) {
    case Comparison::kEquals:
      return LooseEquals(left, right);
    case Comparison::kNotEquals:
      return !LooseEquals(left, right);
    case Comparison::kSameTypeEquals:
      return SameKind(left, right) && LooseEquals(left, right);
    case Comparison::kSameTypeNotEquals:
      return !(SameKind(left, right) && LooseEquals(left, right));
    case Comparison::kLess:
      return order && *order < 0;
    case Comparison::kLessOrEqual:
      return order && *order <= 0;
    case Comparison::kGreater:
      return order && *order > 0;
    case Comparison::kGreaterOrEqual:
      return order && *order >= 0;
    case Comparison::kIn:
      return IsIn(left, right);
    case Comparison::kNotIn:
      return !IsIn(left, right);
    case Comparison::kContains:
      return ListContains(left, right);
    case Comparison::kAll:
      return lists && CountIn(right, left, true);
    case Comparison::kSize:
      return HasSize(left, right);
    case Comparison::kEmpty:
      return IsEmpty(left, right);
    case Comparison::kSubsetOf:
      return lists && CountIn(left, right, true);
    case Comparison::kAnyOf:
      return lists && CountIn(left, right, false);
    case Comparison::kNoneOf:
      return lists && !CountIn(left, right, false);
    case Comparison::kMatches:
      return false;  // needs a pattern
  }
  return false;
}

// Undefined when the path leads nowhere.
absl::StatusOr<Json> OperandValue(const Operand& operand, Json item, EvaluationContext* context) {
  if (!operand.path) return operand.pattern ? Json() : operand.value;
  const PathProgram* path = operand.path.get();
  absl::StatusOr<Json> value = Json();
  if (path->from_item) {
    value = EvaluatePath(*path, item, Missing::kDefault, context);
  } else {
    auto known = std::find_if(context->root_values.begin(), context->root_values.end(),
                              [&](const auto& entry) { return entry.first == path; });
    if (known == context->root_values.end()) {
      absl::StatusOr<Json> fresh = EvaluatePath(*path, context->root, Missing::kDefault, context);
      known = context->root_values.insert(context->root_values.end(), {path, fresh});
    }
    value = known->second;
  }
  if (absl::IsNotFound(value.status())) return Json();
  return value;
}

absl::StatusOr<bool> EvaluateComparison(const Filter& filter, Json item,
                                        EvaluationContext* context) {
  absl::StatusOr<Json> left = OperandValue(filter.left, item, context);
  if (!left.ok()) return left.status();
  absl::StatusOr<Json> right = OperandValue(filter.right, item, context);
  if (!right.ok()) return right.status();
  if (filter.comparison != Comparison::kMatches) {
    return CompareValues(filter.comparison, *left, *right);
  }
  const bool left_is_pattern = filter.left.pattern != nullptr;
  if (left_is_pattern == (filter.right.pattern != nullptr)) return false;
  return left_is_pattern ? Matches(*filter.left.pattern, *right)
                         : Matches(*filter.right.pattern, *left);
}

// Jayway starts from the item even where the path begins with `$`.
absl::StatusOr<bool> Exists(const Filter& filter, Json item, EvaluationContext* context) {
  absl::StatusOr<Json> found = EvaluatePath(*filter.left.path, item, Missing::kNotFound, context);
  if (absl::IsNotFound(found.status())) return false;
  if (!found.ok()) return found.status();
  // A member that is null exists, but `!@.member` holds for it too.
  return filter.kind == Filter::Kind::kExists || !found->is_null();
}

absl::StatusOr<bool> Evaluate(const Filter& filter, Json item, EvaluationContext* context);

absl::StatusOr<bool> EvaluateChildren(const Filter& filter, Json item, EvaluationContext* context) {
  const bool stop_at = filter.kind == Filter::Kind::kOr;
  for (const auto& child : filter.children) {
    absl::StatusOr<bool> passes = Evaluate(*child, item, context);
    if (!passes.ok() || *passes == stop_at) return passes;
  }
  return !stop_at;
}

absl::StatusOr<bool> Evaluate(const Filter& filter, Json item, EvaluationContext* context) {
  switch (filter.kind) {
    case Filter::Kind::kOr:
    case Filter::Kind::kAnd:
      return EvaluateChildren(filter, item, context);
    case Filter::Kind::kNot: {
      absl::StatusOr<bool> passes = Evaluate(*filter.children[0], item, context);
      if (!passes.ok()) return passes;
      return !*passes;
    }
    case Filter::Kind::kExists:
      return Exists(filter, item, context);
    case Filter::Kind::kMissing: {
      absl::StatusOr<bool> exists = Exists(filter, item, context);
      if (!exists.ok()) return exists;
      return !*exists;
    }
    case Filter::Kind::kCompare:
      return EvaluateComparison(filter, item, context);
  }
  return false;
}

}  // namespace

// A path that cannot be applied to the item makes the filter false, not the whole path an error.
absl::StatusOr<bool> EvaluateFilter(const Filter& filter, Json item, EvaluationContext* context) {
  absl::StatusOr<bool> passes = Evaluate(filter, item, context);
  if (absl::IsInvalidArgument(passes.status())) return false;
  return passes;
}

}  // namespace pawl::query
