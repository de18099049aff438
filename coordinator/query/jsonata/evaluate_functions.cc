// Lambdas, and calls of everything that can be called.

#include <algorithm>

#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/program.h"

namespace pawl::jsonata {
namespace {

// Whether JavaScript takes the value for true.
bool IsTruthy(Json value) {
  switch (value.type()) {
    case Json::Type::kUndefined:
    case Json::Type::kNull:
      return false;
    case Json::Type::kBool:
      return value.as_bool();
    case Json::Type::kInt:
    case Json::Type::kDouble:
      return value.as_double() != 0 && !std::isnan(value.as_double());
    case Json::Type::kString:
      return value.size() > 0;
    default:
      return true;
  }
}

std::string_view ProcedureName(const Node* procedure) {
  if (procedure->type == NodeType::kPath) return procedure->list[0]->text;
  const bool named = procedure->type != NodeType::kBlock && procedure->type != NodeType::kTransform;
  return named ? procedure->text : std::string_view();
}

// The values of arguments, on the stack when they are few.
class ArgumentValues {
 public:
  ArgumentValues(size_t count, JsonArena* arena)
      : values_(count <= kFew ? few_ : static_cast<Json*>(arena->Allocate(count * sizeof(Json)))) {}
  ArgumentValues(const ArgumentValues&) = delete;
  ArgumentValues& operator=(const ArgumentValues&) = delete;

  void Add(Json value) { values_[size_++] = value; }
  std::span<const Json> span() const { return {values_, size_}; }

 private:
  static constexpr size_t kFew = 4;
  Json few_[kFew];
  Json* const values_;
  size_t size_ = 0;
};

}  // namespace

Json Evaluator::NewFunction(const Function& function) {
  return Json::Opaque(new (arena_->Allocate(sizeof(Function))) Function(function));
}

// A built-in function that can get to where it has no name is the evaluation's own.
Json Evaluator::Own(Json builtin) {
  if (!builtin.is_opaque()) return builtin;
  Function own = *FunctionOf(builtin);
  own.own = true;
  return NewFunction(own);
}

// Of a passed function the reference notes it on the closure around it, which nobody asks.
void Evaluator::NoteName(Json function, std::string_view name) {
  if (!function.is_opaque() || function.mark() == kPassed) return;
  const Function& callee = *FunctionOf(function);
  if (callee.own) callee.called_as = name;
}

Json Evaluator::EvalLambda(const Node* node, Json input, const Frame* frame) {
  Function function;
  const bool lambda = node->type == NodeType::kLambda;
  function.kind = lambda ? Function::Kind::kLambda : Function::Kind::kTransform;
  function.arity = lambda ? static_cast<int>(node->list.size()) : 1;
  static const Signature* const of_transform = [] {
    auto* signature = new Signature();
    std::string_view code;
    size_t offset = 0;
    Signature::Parse("<(oa):o>", signature, &code, &offset);
    return signature;
  }();
  function.signature = lambda ? node->signature : of_transform;
  function.node = node;
  function.frame = frame;
  function.input = input;
  return NewFunction(function);
}

// `first`: an argument that comes before those written, from the left of `~>`.
Json Evaluator::EvalCall(const Node* node, Json input, const Frame* frame, const Json* first) {
  const Json function = Eval(node->a, input, frame);
  if (Failed(function)) return function;
  const std::string_view name = ProcedureName(node->a);
  if (function.is_undefined() && node->reference != nullptr &&
      IsTruthy(LookUp(*node->reference, frame))) {
    Fail("T1005", {.token = name});
    return Blame(name, node->position);
  }
  const bool tail = node->tail && first == nullptr;
  ArgumentValues arguments(node->list.size() + (first != nullptr ? 1 : 0), arena_);
  if (first != nullptr) arguments.Add(*first);
  for (const Node* argument : node->list) {
    const Json value = Eval(argument, input, frame);
    if (Failed(value)) return value;
    arguments.Add(value.is_opaque() && !tail ? value.WithMark(kPassed) : value);
  }
  if (tail) {
    tail_function_ = function;
    tail_arguments_ = arguments.span();
    if (!tail_arguments_.empty()) {
      tail_arguments_ = Json::Array(tail_arguments_, arena_).items();
    }
    tail_name_ = node->a->type == NodeType::kVariable ? name : std::string_view();
    tail_position_ = node->a->position;
    return Json().WithMark(kTailCall);
  }
  NoteName(function, name);
  return CallNamed(function, arguments.span(), input, name, node->position);
}

// Notes whose failure it is: the name of the innermost function, the place of the outermost call.
Json Evaluator::Blame(std::string_view name, int64_t position) {
  if (token_.empty() && code_ != kLimitReached) token_ = std::string(name);
  if (position >= 0) position_ = position;
  return FailedValue();
}

Json Evaluator::Call(Json function, std::span<const Json> arguments, Json context) {
  return CallNamed(function, arguments, context, {}, -1);
}

// Calls in tail position are made here, one after the other, so that they do not deepen.
Json Evaluator::CallNamed(Json function, std::span<const Json> arguments, Json context,
                          std::string_view name, int64_t position) {
  std::string_view callee = name;
  while (true) {
    Json result;
    if (function.is_opaque()) {
      // The closure that the reference makes of an argument hides the context.
      if (function.mark() == kPassed) context = Json::Null();
      result = CallOnce(*FunctionOf(function), arguments, context, /*fit=*/true);
    } else {
      Fail("T1006");
    }
    if (failed_) [[unlikely]] {
      if (function.is_opaque()) Blame(FunctionOf(function)->called_as, position);
      Blame(callee, position);
      return Blame(name, -1);  // a call in tail position may have no name
    }
    if (!IsTailCall(result)) return result;
    function = tail_function_;
    arguments = tail_arguments_;
    callee = tail_name_;
    position = tail_position_;
    if (!callee.empty()) NoteName(function, callee);
    if (!Tick()) return FailedValue();
  }
}

// A lambda that was not passed as an argument has the context that it was written in.
Json Evaluator::CallBack(Json function, std::span<const Json> arguments) {
  Json context = Json::Null();
  if (function.is_opaque() && function.mark() != kPassed) {
    const Function& callee = *FunctionOf(function);
    if (callee.kind == Function::Kind::kLambda) context = callee.input;
  }
  return CallNamed(function, arguments, context, {}, -1);
}

Json Evaluator::CallWith(Json function, std::span<const Json> arguments) {
  const int arity = function.is_opaque() ? FunctionOf(function)->arity : 1;
  const auto most = static_cast<size_t>(std::max(arity, 1));
  return CallBack(function, arguments.first(std::min(most, arguments.size())));
}

// `fit`: the signature is looked at. It is not where a function has been partially applied.
Json Evaluator::CallOnce(const Function& function, std::span<const Json> arguments, Json context,
                         bool fit) {
  Arguments fitted;
  if (fit && function.signature != nullptr) {
    SignatureMismatch mismatch;
    if (!function.signature->Fit(arguments, context, arena_, &fitted, &mismatch)) {
      return Fail(mismatch.code,
                  {.value = mismatch.value, .index = mismatch.index, .type = mismatch.type});
    }
    arguments = {fitted.data(), fitted.size()};
  }
  switch (function.kind) {
    case Function::Kind::kBuiltin:
      return function.builtin->call(*this, {arguments});
    case Function::Kind::kLambda:
      return RunLambda(function, arguments);
    case Function::Kind::kPartial:
      return CallPartial(function, arguments);
    case Function::Kind::kRegex:
    case Function::Kind::kNextMatch:
      return CallRegex(function, arguments);
    case Function::Kind::kTransform:
      return CallTransform(function, arguments.empty() ? Json() : arguments[0]);
    case Function::Kind::kChain:
      return CallChain(function, arguments);
  }
  return Json();
}

Json Evaluator::CallPartial(const Function& partial, std::span<const Json> arguments) {
  Arguments all;
  for (Json given : partial.arguments) {
    if (!IsHole(given)) {
      all.push_back(given);
      continue;
    }
    all.push_back(arguments.empty() ? Json() : arguments[0]);
    if (!arguments.empty()) arguments = arguments.subspan(1);
  }
  // A built-in function checks what it gets here as well: its parameters, given or not. There is
  // no context.
  const bool builtin = partial.first->kind == Function::Kind::kBuiltin;
  const Signature* signature = partial.first->signature;
  if (builtin && signature != nullptr) {
    if (all.size() > signature->size() && !signature->is_open()) all.resize(signature->size());
    const auto may_miss = [&](size_t at) {
      return at < signature->size() && signature->MayMiss(at);
    };
    while (may_miss(all.size())) all.push_back(Json());
    while (!all.empty() && all.back().is_undefined() && !may_miss(all.size() - 1)) all.pop_back();
  }
  return CallOnce(*partial.first, {all.data(), all.size()}, Json::Null(), builtin);
}

// As `function($f, $g) { function($x) { $g($f($x)) } }`, of which the reference makes it.
Json Evaluator::CallChain(const Function& chain, std::span<const Json> arguments) {
  const Json argument = arguments.empty() ? Json() : arguments[0];
  const Json first = Json::Opaque(chain.first);
  NoteName(first, "f");
  Json between = CallNamed(first, {&argument, 1}, Json::Null(), "f", /*position=*/-1);
  if (Failed(between)) return between;
  if (between.is_array()) between = Settled(between);
  const Json second = Json::Opaque(chain.second);
  NoteName(second, "g");
  return CallNamed(second, {&between, 1}, Json::Null(), "g", -1);
}

Json Evaluator::EvalPartial(const Node* node, Json input, const Frame* frame) {
  Builder given(this);
  int holes = 0;
  for (const Node* argument : node->list) {
    const bool hole = argument->type == NodeType::kPlaceholder;
    holes += hole ? 1 : 0;
    const Json value = hole ? Json().WithMark(kHole) : Eval(argument, input, frame);
    if (Failed(value)) return value;
    given.Add(value);
  }
  const Json function = Eval(node->a, input, frame);
  if (Failed(function)) return function;
  if (!function.is_opaque()) {
    const std::string_view name = ProcedureName(node->a);
    const bool forgotten = function.is_undefined() && node->reference != nullptr &&
                           IsTruthy(LookUp(*node->reference, frame));
    Fail(forgotten ? "T1007" : "T1008", {.token = name});
    return Blame(name, node->position);
  }
  Function partial;
  partial.kind = Function::Kind::kPartial;
  partial.arity = holes;
  partial.first = FunctionOf(function);
  const Json arguments = given.Finish(0);
  partial.arguments = arguments.items();
  return Failed(arguments) ? arguments : NewFunction(partial);
}

Json Evaluator::EvalApply(const Node* node, Json input, const Frame* frame) {
  const Json left = Eval(node->a, input, frame);
  if (Failed(left)) return left;
  if (node->b->type == NodeType::kCall) {
    // An invocation: the left side is its first argument. Its own predicates do not count here.
    return EvalCall(node->b, input, frame, &left);
  }
  const Json function = Eval(node->b, input, frame);
  if (Failed(function)) return function;
  if (!function.is_opaque()) {
    Fail("T2006", {.value = function});
    if (position_ < 0) position_ = node->position;
    return FailedValue();
  }
  if (!left.is_opaque()) return Call(function, {&left, 1}, Json::Null());
  Function chain;
  chain.kind = Function::Kind::kChain;
  chain.first = FunctionOf(left);
  chain.second = FunctionOf(function);
  return NewFunction(chain);
}

}  // namespace pawl::jsonata
