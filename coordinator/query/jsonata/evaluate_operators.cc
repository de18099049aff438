// Operators with two sides, and negation.

#include <cmath>

#include "coordinator/base/utf8.h"
#include "coordinator/query/jsonata/evaluator.h"

namespace pawl::jsonata {
namespace {

// Whether JavaScript's `===` holds: arrays and objects are the same only as themselves.
bool Same(Json a, Json b) {
  if (a.is_number() && b.is_number()) return a.as_double() == b.as_double();
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case Json::Type::kString:
      return a.as_string() == b.as_string();
    case Json::Type::kBool:
      return a.as_bool() == b.as_bool();
    case Json::Type::kArray:
      return a.size() == b.size() && a.items().data() == b.items().data();
    case Json::Type::kObject:
      return a.size() == b.size() && a.members().data() == b.members().data();
    case Json::Type::kOpaque:
      return a.as_opaque() == b.as_opaque();
    default:
      return true;
  }
}

bool IsOrdered(Json value) { return value.is_number() || value.is_string(); }

bool Holds(Op op, int order) {
  switch (op) {
    case Op::kLess:
      return order < 0;
    case Op::kLessEqual:
      return order <= 0;
    case Op::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

bool Holds(Op op, double left, double right) {
  switch (op) {
    case Op::kLess:
      return left < right;
    case Op::kLessEqual:
      return left <= right;
    case Op::kGreater:
      return left > right;
    default:
      return left >= right;
  }
}

bool IsWhole(Json value) {
  if (value.is_int()) return true;
  return value.is_number() && std::trunc(value.as_double()) == value.as_double() &&
         std::isfinite(value.as_double());
}

}  // namespace

bool Evaluator::IsNumeric(Json value) {
  if (value.is_int()) return true;
  if (value.type() != Json::Type::kDouble || std::isnan(value.as_double())) return false;
  if (std::isfinite(value.as_double())) return true;
  Fail("D1001", {.value = value});
  return false;
}

Json Evaluator::EvalBinary(const Node* node, Json input, const Frame* frame) {
  const Json left = Eval(node->a, input, frame);
  if (Failed(left)) return left;
  if (node->op == Op::kAnd || node->op == Op::kOr) {
    bool truth = ToBoolean(left);
    if (truth == (node->op == Op::kAnd)) {
      const Json right = Eval(node->b, input, frame);
      truth = !Failed(right) && ToBoolean(right);
    }
    if (!failed_) return Json::Bool(truth);
  } else {
    const Json right = Eval(node->b, input, frame);
    if (Failed(right)) return right;
    const Json result = Operate(node, left, right);
    if (!failed_) return result;
  }
  position_ = node->position;
  if (code_ != kLimitReached) token_ = std::string(InfoOf(node->op).text);
  return FailedValue();
}

Json Evaluator::Operate(const Node* node, Json left, Json right) {
  switch (node->op) {
    case Op::kEqual:
    case Op::kNotEqual: {
      if (left.is_undefined() || right.is_undefined()) return Json::Bool(false);
      return Json::Bool(Equal(left, right) == (node->op == Op::kEqual));
    }
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kGreater:
    case Op::kGreaterEqual:
      return Compare(node->op, left, right);
    case Op::kAmpersand: {
      const Json a = left.is_string() ? left : ToText(left);
      const Json b = right.is_string() ? right : ToText(right);
      if (failed_) return FailedValue();
      return Concatenate(a.is_undefined() ? std::string_view() : a.as_string(),
                         b.is_undefined() ? std::string_view() : b.as_string());
    }
    case Op::kRange:
      return Range(left, right);
    case Op::kIn:
      return Includes(left, right);
    default:
      return Arithmetic(node->op, left, right);
  }
}

Json Evaluator::Arithmetic(Op op, Json left, Json right) {
  if (!left.is_undefined() && !IsNumeric(left)) return Fail("T2001", {.value = left});
  if (!right.is_undefined() && !IsNumeric(right)) return Fail("T2002", {.value = right});
  if (left.is_undefined() || right.is_undefined()) return Json();
  const double a = left.as_double();
  const double b = right.as_double();
  switch (op) {
    case Op::kPlus:
      return Number(a + b);
    case Op::kMinus:
      return Number(a - b);
    case Op::kStar:
      return Number(a * b);
    case Op::kSlash:
      return Number(a / b);
    default:
      return Number(std::fmod(a, b));
  }
}

Json Evaluator::Compare(Op op, Json left, Json right) {
  if ((!left.is_undefined() && !IsOrdered(left)) || (!right.is_undefined() && !IsOrdered(right))) {
    return Fail("T2010", {.value = IsOrdered(left) ? right : left});
  }
  if (left.is_undefined() || right.is_undefined()) return Json();
  if (left.is_number() != right.is_number()) {
    return Fail("T2009", {.value = left, .value2 = right});
  }
  if (left.is_number()) return Json::Bool(Holds(op, left.as_double(), right.as_double()));
  return Json::Bool(Holds(op, CompareUtf16(left.as_string(), right.as_string())));
}

Json Evaluator::Range(Json left, Json right) {
  constexpr double kMaxRange = 1e7;
  if (!left.is_undefined() && !IsWhole(left)) return Fail("T2003", {.value = left});
  if (!right.is_undefined() && !IsWhole(right)) return Fail("T2004", {.value = right});
  if (left.is_undefined() || right.is_undefined()) return Json();
  const double first = left.as_double();
  const double size = right.as_double() - first + 1;
  if (size < 1) return Json();
  if (size > kMaxRange) return Fail("D2014", {.value = Number(size)});
  const auto count = static_cast<size_t>(size);
  if (!Reserve(count * sizeof(Json)) || !Tick(count / 16)) return FailedValue();
  auto* items = static_cast<Json*>(arena_->Allocate(count * sizeof(Json)));
  for (size_t i = 0; i < count; ++i) {
    items[i] = Number(first + static_cast<double>(i));
  }
  return Json::ArrayView({items, count}).WithMark(kSequence);
}

Json Evaluator::Includes(Json left, Json right) {
  if (left.is_undefined() || right.is_undefined()) return Json::Bool(false);
  if (!right.is_array()) return Json::Bool(Same(left, right));
  for (Json item : right.items()) {
    if (Same(left, item)) return Json::Bool(true);
  }
  return Tick(right.size() / 16) ? Json::Bool(false) : FailedValue();
}

Json Evaluator::EvalNegate(const Node* node, Json input, const Frame* frame) {
  const Json value = Eval(node->a, input, frame);
  if (value.is_undefined()) return value;
  if (IsNumeric(value)) return Number(-value.as_double());
  Fail("D1002", {.value = value, .token = "-"});
  if (position_ < 0) position_ = node->position;
  return FailedValue();
}

bool Evaluator::Equal(Json a, Json b) {
  if (a.is_number() && b.is_number()) return a.as_double() == b.as_double();
  if (a.type() != b.type()) return false;
  if (!a.is_array() && !a.is_object()) return Same(a, b);
  if (a.size() != b.size() || !Recurse() || !Tick(a.size())) return false;
  if (a.is_array()) {
    for (size_t i = 0; i < a.size(); ++i) {
      const Json left = a.items()[i];
      const Json right = b.items()[i];
      if (left.is_undefined() && right.is_undefined()) continue;
      if (!Equal(left, right)) return false;
    }
    return true;
  }
  for (const JsonMember& member : a.members()) {
    const Json other = b.Find(member.key);
    if (other.is_undefined() || !Equal(member.value, other)) return false;
  }
  return true;
}

bool Evaluator::ToBoolean(Json value) {
  switch (value.type()) {
    case Json::Type::kBool:
      return value.as_bool();
    case Json::Type::kInt:
      return value.as_int() != 0;
    case Json::Type::kDouble:
      return IsNumeric(value) && value.as_double() != 0;
    case Json::Type::kString:
    case Json::Type::kObject:
      return value.size() > 0;
    case Json::Type::kArray:
      if (value.size() == 0 || !Recurse()) return false;
      for (Json item : value.items()) {
        if (ToBoolean(item)) return true;
        if (!Tick()) return false;
      }
      return false;
    default:
      return false;
  }
}

// Amortised: an array that was appended to before has room behind it, and only the latest handle
// of it, the one that sees all items, may use that room. Others see what they saw.
Json Evaluator::Append(Json a, Json b) {
  struct Room {
    uint32_t used;
    uint32_t capacity;
  };
  if (a.is_undefined()) return b;
  if (b.is_undefined()) return a;
  const std::span<const Json> front = a.is_array() ? a.items() : std::span<const Json>(&a, 1);
  const std::span<const Json> back = b.is_array() ? b.items() : std::span<const Json>(&b, 1);
  const size_t size = front.size() + back.size();
  const bool growable = a.is_array() && (a.mark() & kGrowable) != 0;
  if (growable) {
    Room* room = reinterpret_cast<Room*>(const_cast<Json*>(front.data())) - 1;
    if (room->used == front.size() && size <= room->capacity) {
      std::uninitialized_copy(back.begin(), back.end(),
                              const_cast<Json*>(front.data()) + room->used);
      room->used = static_cast<uint32_t>(size);
      if (!Tick(1 + back.size() / 16)) return FailedValue();
      return Json::ArrayView({front.data(), size}).WithMark(kGrowable);
    }
  }
  const size_t capacity = growable ? size * 2 : size + 4;
  if (capacity > UINT32_MAX || !Reserve(capacity * sizeof(Json)) || !Tick(1 + size / 16)) {
    return FailedValue();
  }
  Room* room = static_cast<Room*>(arena_->Allocate(sizeof(Room) + capacity * sizeof(Json)));
  *room = {static_cast<uint32_t>(size), static_cast<uint32_t>(capacity)};
  Json* items = reinterpret_cast<Json*>(room + 1);
  std::uninitialized_copy(front.begin(), front.end(), items);
  std::uninitialized_copy(back.begin(), back.end(), items + front.size());
  return Json::ArrayView({items, size}).WithMark(kGrowable);
}

}  // namespace pawl::jsonata
