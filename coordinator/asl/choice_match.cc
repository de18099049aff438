// How a Choice rule is evaluated. A comparison of different types is false, never an error.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coordinator/asl/choice.h"
#include "coordinator/asl/choice_node.h"
#include "coordinator/asl/unverified.h"
#include "coordinator/base/clock.h"

namespace pawl::asl {
namespace {

using Node = ChoiceRule::Node;

// -1, 0 or 1: in the order of UTF-16 code units, as Java compares strings. It is the order of the
// bytes, except that characters beyond U+FFFF (whose first byte is at least 0xF0) come before
// U+E000 to U+FFFF (0xEE and 0xEF).
int CompareUtf16(std::string_view a, std::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  size_t i = 0;
  while (i < common && a[i] == b[i]) ++i;
  if (i == common) return a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1);
  const auto x = static_cast<unsigned char>(a[i]);
  const auto y = static_cast<unsigned char>(b[i]);
  const bool x_is_long = x >= 0xF0;
  const bool y_is_long = y >= 0xF0;
  if (x_is_long != y_is_long && std::min(x, y) >= 0xEE) return x_is_long ? -1 : 1;
  return x < y ? -1 : 1;
}

template <typename T>
int Compare(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

int CompareNumbers(Json a, Json b) {
  if (a.is_int() && b.is_int()) return Compare(a.as_int(), b.as_int());
  return Compare(a.as_double(), b.as_double());
}

bool Holds(ChoiceRelation relation, int order) {
  switch (relation) {
    case ChoiceRelation::kEquals:
      return order == 0;
    case ChoiceRelation::kLess:
      return order < 0;
    case ChoiceRelation::kGreater:
      return order > 0;
    case ChoiceRelation::kLessEquals:
      return order <= 0;
    case ChoiceRelation::kGreaterEquals:
      return order >= 0;
  }
  return false;
}

std::optional<absl::Time> AsTime(Json value) {
  if (!value.is_string()) return std::nullopt;
  absl::StatusOr<absl::Time> time = ParseIso8601(value.as_string());
  if (!time.ok()) return std::nullopt;
  return *time;
}

bool TestType(ChoiceTypeTest test, Json value) {
  switch (test) {
    case ChoiceTypeTest::kNone:
      return false;
    case ChoiceTypeTest::kNull:
      return value.is_null();
    case ChoiceTypeTest::kPresent:
      return !value.is_undefined();
    case ChoiceTypeTest::kNumeric:
      return value.is_number();
    case ChoiceTypeTest::kString:
      return value.is_string();
    case ChoiceTypeTest::kBoolean:
      return value.is_bool();
    case ChoiceTypeTest::kTimestamp:
      return AsTime(value).has_value();
  }
  return false;
}

// The right side of a comparison that is written in the rule; refers to `node`.
Json LiteralOperand(const Node& node) {
  if (const auto* text = std::get_if<std::string>(&node.operand)) return Json::String(*text);
  if (const auto* integer = std::get_if<int64_t>(&node.operand)) return Json::Int(*integer);
  if (const auto* number = std::get_if<double>(&node.operand)) return Json::Double(*number);
  if (const auto* boolean = std::get_if<bool>(&node.operand)) return Json::Bool(*boolean);
  return Json();
}

bool CompareValues(const Node& node, Json left, Json right) {
  const ChoiceRelation relation = node.op->relation;
  switch (node.op->family) {
    case ChoiceFamily::kString:
      return left.is_string() && right.is_string() &&
             Holds(relation, CompareUtf16(left.as_string(), right.as_string()));
    case ChoiceFamily::kNumeric:
      return left.is_number() && right.is_number() && Holds(relation, CompareNumbers(left, right));
    case ChoiceFamily::kBoolean:
      return left.is_bool() && right.is_bool() && left.as_bool() == right.as_bool();
    case ChoiceFamily::kTimestamp: {
      const std::optional<absl::Time> a = AsTime(left);
      const auto* written = std::get_if<absl::Time>(&node.operand);
      const std::optional<absl::Time> b = written != nullptr ? *written : AsTime(right);
      return a.has_value() && b.has_value() && Holds(relation, Compare(*a, *b));
    }
    case ChoiceFamily::kPattern:
      return left.is_string() && std::get<StringPattern>(node.operand).Matches(left.as_string());
    case ChoiceFamily::kType:
      return TestType(node.op->test, left) == right.as_bool();
  }
  return false;
}

WorkflowError InvalidPath(const query::JsonPath& path) {
  return RuntimeError(fmt::format(unverified::kChoicePathCause, path.text()));
}

Result<bool> MatchesComparison(const Node& node, const query::Environment& environment,
                               JsonArena* arena) {
  absl::StatusOr<Json> left = node.variable->Evaluate(environment, arena);
  if (!left.ok()) {
    if (node.op->test != ChoiceTypeTest::kPresent) return InvalidPath(*node.variable);
    left = Json();
  }
  if (!node.operand_path.has_value()) return CompareValues(node, *left, LiteralOperand(node));
  absl::StatusOr<Json> right = node.operand_path->Evaluate(environment, arena);
  if (!right.ok()) return InvalidPath(*node.operand_path);
  return CompareValues(node, *left, *right);
}

Result<bool> MatchesNode(const Node& node, const query::Environment& environment,
                         JsonArena* arena) {
  if (node.kind == Node::Kind::kComparison) return MatchesComparison(node, environment, arena);
  // And stops at the first child that is false, Or at the first that is true; Not has one child.
  const bool stop_at = node.kind == Node::Kind::kOr;
  if (node.kind == Node::Kind::kNot) {
    Result<bool> inner = MatchesNode(node.children.front(), environment, arena);
    if (!inner.ok()) return inner;
    return !*inner;
  }
  for (const Node& child : node.children) {
    Result<bool> matches = MatchesNode(child, environment, arena);
    if (!matches.ok() || *matches == stop_at) return matches;
  }
  return !stop_at;
}

}  // namespace

Result<bool> ChoiceRule::Matches(const query::Environment& environment, JsonArena* arena) const {
  return MatchesNode(*root_, environment, arena);
}

}  // namespace pawl::asl
