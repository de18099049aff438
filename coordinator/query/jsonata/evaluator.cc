#include "coordinator/query/jsonata/evaluator.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "coordinator/query/jsonata/program.h"

namespace pawl::jsonata {
namespace {

// How many steps are made between two looks at the clock.
constexpr int64_t kTicks = 256;

int64_t SteadyNanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

uintptr_t StackAddress() { return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)); }

}  // namespace

Evaluator::Evaluator(const Program& program, const Inputs& inputs, const Limits& limits,
                     JsonArena* arena)
    : program_(program),
      inputs_(inputs),
      limits_(limits),
      arena_(arena),
      arena_start_(arena->bytes_used()) {}

Result<Json> Evaluator::Run() {
  const int64_t time = absl::ToInt64Nanoseconds(limits_.time);
  const int64_t now = SteadyNanos();
  deadline_ = time > INT64_MAX - now ? INT64_MAX : now + time;
  budget_ = kTicks;
  const uintptr_t here = StackAddress();
  stack_floor_ = here > limits_.stack_bytes ? here - limits_.stack_bytes : 0;
  LoadGlobals();
  Json input = inputs_.input;
  if (input.is_array()) {
    input = Json::Array({&input, 1}, arena_).WithMark(kSequence | kOuterWrapper);
  }
  Frame frame;
  if (program_.root_slots > 0) {
    frame.slots = static_cast<Json*>(arena_->Allocate(program_.root_slots * sizeof(Json)));
    std::fill_n(frame.slots, program_.root_slots, Json().WithMark(kUnbound));
  }
  return Outcome(Eval(program_.root, input, &frame));
}

void Evaluator::LoadGlobals() {
  const bool bound = inputs_.bindings.size() > 0;
  globals_.reserve(program_.globals.size());
  for (const Global& global : program_.globals) {
    Json value;
    if (global.name == "$") {
      value = inputs_.input;
    } else if (bound) {
      value = inputs_.bindings.Find(global.name);
    }
    if (value.is_undefined()) value = global.as_value ? Own(global.builtin) : global.builtin;
    globals_.push_back(value);
  }
}

Result<Json> Evaluator::Outcome(Json value) {
  if (!failed_ && IsStream(value)) value = Json();
  if (!failed_ && !value.is_undefined()) value = Exported(value);
  if (failed_) return Described();
  return value;
}

namespace {

bool SameHandle(Json a, Json b) {
  if (a.type() != b.type() || a.mark() != b.mark()) return false;
  if (a.is_array()) return a.items().data() == b.items().data();
  return !a.is_object() || a.members().data() == b.members().data();
}

}  // namespace

// The value as others may see it: without functions, which are a failure, without undefined, which
// within an array is null as in JSON, and without marks. What is like that already is not copied.
Json Evaluator::Exported(Json value) {
  if (value.is_opaque()) return Fail(kUnsupportedResult);
  if (value.is_undefined()) return Json::Null();
  if (value.type() == Json::Type::kDouble && inputs_.null_for_infinity &&
      !std::isfinite(value.as_double())) {
    return Json::Null();
  }
  // What stands at many places is written at each of them.
  exported_bytes_ += value.is_string() ? value.size() + 3 : 5;
  if (exported_bytes_ > limits_.memory_bytes) return LimitReached(kTooMuch);
  if (!value.is_array() && !value.is_object()) return value;
  if (!Recurse()) return FailedValue();
  if (value.is_array()) {
    const std::span<const Json> items = value.items();
    size_t same = 0;
    Json first;
    for (; same < items.size(); ++same) {
      first = Exported(items[same]);
      if (!SameHandle(first, items[same])) break;
    }
    if (same == items.size()) return value.WithMark(0);
    Builder copied(this);
    copied.AddAll(items.first(same));
    copied.Add(first);
    for (size_t i = same + 1; i < items.size() && !failed_; ++i) copied.Add(Exported(items[i]));
    return failed_ ? FailedValue() : copied.Finish(0);
  }
  std::vector<JsonMember> copied;
  for (size_t i = 0; i < value.size(); ++i) {
    const JsonMember& member = value.members()[i];
    const Json exported = Exported(member.value);
    if (failed_) return FailedValue();
    if (copied.empty() && SameHandle(exported, member.value)) continue;
    if (copied.empty()) copied.assign(value.members().begin(), value.members().end());
    copied[i].value = exported;
  }
  return copied.empty() ? value : Json::Object(copied, arena_);
}

bool Evaluator::Refill() {
  if (failed_) return false;
  budget_ = kTicks;
  if (SteadyNanos() > deadline_) {
    LimitReached(kTooLong);
    return false;
  }
  return Reserve(0);
}

size_t Evaluator::memory_left() const {
  const size_t used = arena_->bytes_used() - arena_start_ + scratch_.capacity() * sizeof(Json);
  return used < limits_.memory_bytes ? limits_.memory_bytes - used : 0;
}

bool Evaluator::Reserve(size_t bytes) {
  const size_t left = memory_left();
  if (left > 0 && bytes <= left) return true;
  LimitReached(kTooMuch);
  return false;
}

bool Evaluator::Recurse() {
  if (StackAddress() >= stack_floor_ && !failed_) return Tick();
  LimitReached(kTooDeep);
  return false;
}

Json Evaluator::Text(std::string_view text) {
  return Reserve(text.size()) ? Json::String(text, arena_) : FailedValue();
}

Json Evaluator::Builder::Finish(uint8_t mark) {
  const std::span<const Json> items(evaluator_->scratch_.data() + base_, size());
  if (!evaluator_->Reserve(items.size_bytes())) return FailedValue();
  return Json::Array(items, evaluator_->arena_).WithMark(mark);
}

bool Evaluator::EnterDeeper() {
  if (depth_ <= limits_.depth && StackAddress() >= stack_floor_) {
    return budget_ > 0 || Refill();
  }
  LimitReached(kTooDeep);
  return false;
}

// A sequence of one result is that result, one of none is nothing.
Json Evaluator::Settled(Json result, bool keep_array) {
  if (!IsSequence(result) || IsStream(result)) return result;
  uint8_t mark = result.mark();
  if (keep_array) mark |= kKeepSingleton;
  if (result.size() == 0) return Json();
  if (result.size() == 1 && (mark & kKeepSingleton) == 0) return result.items()[0];
  return result.WithMark(mark);
}

Json Evaluator::Eval(const Node* node, Json input, const Frame* frame) {
  --budget_;
  ++depth_;
  if (depth_ > limits_.depth || budget_ <= 0 || StackAddress() < stack_floor_) {
    if (!EnterDeeper()) return FailedValue();
  }
  Json result = EvalKind(node, input, frame);
  if (!node->plain && !failed_) result = Dress(node, result, frame);
  --depth_;
  if (failed_) return FailedValue();
  return result.is_array() ? Settled(result, node->keep_array) : result;
}

// Predicates and the grouping behind anything that is not a path.
Json Evaluator::Dress(const Node* node, Json result, const Frame* frame) {
  for (const Stage& stage : node->predicates) {
    result = Filter(stage.filter, result, frame, node, node->stream);
    if (Failed(result)) return result;
  }
  if (node->group == nullptr || node->type == NodeType::kPath) return result;
  return EvalGroup(node, node->group->pairs, node->group->position, result, frame, node->stream);
}

Json Evaluator::EvalChoice(const Node* node, Json input, const Frame* frame) {
  const Json first = Eval(node->a, input, frame);
  if (Failed(first)) return first;
  if (node->type == NodeType::kCondition) {
    const Node* chosen = ToBoolean(first) ? node->b : node->c;
    return chosen == nullptr ? Json() : Eval(chosen, input, frame);
  }
  const bool taken = node->type == NodeType::kDefault ? ToBoolean(first) : !first.is_undefined();
  return taken ? first : Eval(node->b, input, frame);
}

Json Evaluator::EvalKind(const Node* node, Json input, const Frame* frame) {
  switch (node->type) {
    case NodeType::kLiteral:
    case NodeType::kString:
      return node->value;
    case NodeType::kName:
      return Lookup(input, node->text);
    case NodeType::kVariable:
      return EvalVariable(node, input, frame);
    case NodeType::kWildcard:
      return EvalWildcard(input);
    case NodeType::kDescendant:
      return EvalDescendants(input);
    case NodeType::kParent:
      return EvalParent(node, frame);
    case NodeType::kRegex:
      return EvalRegex(node);
    case NodeType::kPath:
      return EvalPath(node, input, frame);
    case NodeType::kBinary:
      return EvalBinary(node, input, frame);
    case NodeType::kNegate:
      return EvalNegate(node, input, frame);
    case NodeType::kArray:
      return EvalArray(node, input, frame);
    case NodeType::kObject:
      return EvalObject(node, input, frame);
    case NodeType::kBlock:
      return EvalBlock(node, input, frame);
    case NodeType::kBind:
      return EvalBind(node, input, frame);
    case NodeType::kCondition:
    case NodeType::kDefault:
    case NodeType::kCoalesce:
      return EvalChoice(node, input, frame);
    case NodeType::kCall:
      return EvalCall(node, input, frame);
    case NodeType::kPartial:
      return EvalPartial(node, input, frame);
    case NodeType::kLambda:
    case NodeType::kTransform:
      return EvalLambda(node, input, frame);
    case NodeType::kApply:
      return EvalApply(node, input, frame);
    case NodeType::kSort:
    case NodeType::kPlaceholder:
    case NodeType::kOperator:
    case NodeType::kEnd:
      break;
  }
  return Json();
}

}  // namespace pawl::jsonata
