#include "coordinator/asl/intrinsic.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "coordinator/asl/evaluation_limit.h"
#include "coordinator/asl/intrinsic_call.h"
#include "coordinator/asl/path_not_found.h"
#include "coordinator/asl/unverified.h"

namespace pawl::asl {
namespace {

// One evaluation of a call and of the calls within it.
class CallEvaluation {
 public:
  CallEvaluation(const std::string& text, const query::Environment& environment,
                 const RandomBits& random, std::string_view field, JsonArena* arena)
      : text_(text),
        environment_(environment),
        context_{random, arena},
        limit_(arena),
        field_(field) {}

  Result<Json> Evaluate(const CompiledCall& call) {
    std::vector<Json> arguments;
    arguments.reserve(call.arguments.size());
    for (const CompiledCall::Argument& argument : call.arguments) {
      Result<Json> value = EvaluateArgument(argument);
      if (!value.ok()) return value;
      arguments.push_back(*value);
    }
    const std::optional<Json> value = call.function->body(arguments, context_);
    if (limit_.Exceeded()) return EvaluationLimit::Error();
    if (value) return *value;
    return WorkflowError{
        std::string(unverified::kIntrinsicFailure),
        fmt::format(unverified::kIntrinsicFailureCause, text_, call.function->name),
        /*needs_prefix=*/true};
  }

 private:
  Result<Json> EvaluateArgument(const CompiledCall::Argument& argument) {
    if (const Json* literal = std::get_if<Json>(&argument)) return *literal;
    if (const auto* path = std::get_if<query::JsonPath>(&argument)) {
      absl::StatusOr<Json> value = path->Evaluate(environment_, context_.arena);
      if (!value.ok()) return PathNotFound(*path, field_, environment_);
      return *value;
    }
    return Evaluate(*std::get<std::unique_ptr<CompiledCall>>(argument));
  }

  const std::string& text_;
  const query::Environment& environment_;
  const FunctionContext context_;
  const EvaluationLimit limit_;
  const std::string_view field_;
};

void VisitPathsOf(const CompiledCall& call,
                  const std::function<void(const query::JsonPath&)>& visit) {
  for (const CompiledCall::Argument& argument : call.arguments) {
    if (const auto* path = std::get_if<query::JsonPath>(&argument)) {
      visit(*path);
    } else if (const auto* inner = std::get_if<std::unique_ptr<CompiledCall>>(&argument)) {
      VisitPathsOf(**inner, visit);
    }
  }
}

}  // namespace

struct Intrinsic::Call {
  std::string text;
  JsonArena literals;
  std::unique_ptr<CompiledCall> compiled;
};

absl::StatusOr<Intrinsic> Intrinsic::Compile(std::string_view text) {
  auto call = std::make_shared<Call>();
  absl::StatusOr<std::unique_ptr<CompiledCall>> compiled = ParseIntrinsic(text, &call->literals);
  if (!compiled.ok()) return compiled.status();
  call->text = text;
  call->compiled = *std::move(compiled);
  return Intrinsic(std::move(call));
}

const std::string& Intrinsic::text() const { return call_->text; }

bool Intrinsic::gives_text() const {
  return std::ranges::find(unverified::kTextFunctions, call_->compiled->function->name) !=
         std::end(unverified::kTextFunctions);
}

void Intrinsic::VisitPaths(const std::function<void(const query::JsonPath&)>& visit) const {
  VisitPathsOf(*call_->compiled, visit);
}

Result<Json> Intrinsic::Evaluate(const query::Environment& environment, const RandomBits& random,
                                 std::string_view field, JsonArena* arena) const {
  return CallEvaluation(call_->text, environment, random, field, arena).Evaluate(*call_->compiled);
}

const IntrinsicFunction* FindIntrinsic(std::string_view name) {
  for (const auto& group : {ArrayFunctions(), TextFunctions(), NumberFunctions()}) {
    for (const IntrinsicFunction& function : group) {
      if (function.name == name) return &function;
    }
  }
  return nullptr;
}

}  // namespace pawl::asl
