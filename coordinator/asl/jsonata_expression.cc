#include "coordinator/asl/jsonata_expression.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <vector>

#include "coordinator/asl/unverified.h"
#include "coordinator/base/clock.h"
#include "coordinator/query/jsonata/references.h"

namespace pawl::asl {
namespace {

constexpr std::string_view kStates = "states";
constexpr std::string_view kInvalid = "INVALID_JSONATA_EXPRESSION";
constexpr std::string_view kUnsupported = "UNSUPPORTED_JSONATA_EXPRESSION";
// As much of a value as a cause can hold; the rest of the cause is cut with it.
constexpr size_t kMaxShownBytes = 4 * 32'768;
// Deeper than any value that is kept.
constexpr int kMaxDepth = JsonLimits().depth + 1;

StatesMembers MemberOf(std::string_view name) {
  if (name == "input") return kStatesInput;
  if (name == "context") return kStatesContext;
  if (name == "result") return kStatesResult;
  if (name == "errorOutput") return kStatesErrorOutput;
  return 0;
}

std::optional<std::string> WhatIsUnsupported(const jsonata::References& references,
                                             StatesMembers available) {
  if (!references.without_context.empty()) {
    return fmt::format("Reference to '{}' at the top level is not supported.",
                       references.without_context.front());
  }
  for (const std::string& member : references.members) {
    if ((MemberOf(member) & available) == 0) {
      return fmt::format("Field '$states.{}' does not exist.", member);
    }
  }
  if (references.assigned.contains(kStates)) {
    return std::string(unverified::kStatesIsReservedMessage);
  }
  return std::nullopt;
}

std::string_view TypeName(Json value) {
  switch (value.type()) {
    case Json::Type::kBool:
      return "boolean";
    case Json::Type::kInt:
    case Json::Type::kDouble:
      return "number";
    case Json::Type::kString:
      return "string";
    case Json::Type::kArray:
      return "array";
    case Json::Type::kObject:
      return "object";
    default:
      return "null";
  }
}

std::string Shown(Json value) {
  std::string text;
  AppendJsonWithin(value, kMaxShownBytes, &text);
  return text;
}

// JavaScript has one kind of number: what comes out of an expression is whole where its value is,
// however the input had it. False when `value` is as it should be already.
bool MakeWhole(Json* value, int depth, JsonArena* arena) {
  constexpr double kMaxExact = 9007199254740992.0;
  if (value->type() == Json::Type::kDouble) {
    const double number = value->as_double();
    const bool whole = std::abs(number) <= kMaxExact && std::trunc(number) == number;
    if (whole) *value = Json::Int(static_cast<int64_t>(number));
    return whole;
  }
  if (depth == 0) return false;
  if (value->is_array()) {
    std::vector<Json> copied;
    for (size_t i = 0; i < value->size(); ++i) {
      Json item = value->items()[i];
      if (!MakeWhole(&item, depth - 1, arena)) continue;
      if (copied.empty()) copied.assign(value->items().begin(), value->items().end());
      copied[i] = item;
    }
    if (!copied.empty()) *value = Json::Array(copied, arena);
    return !copied.empty();
  }
  std::vector<JsonMember> copied;
  for (size_t i = 0; value->is_object() && i < value->size(); ++i) {
    Json member = value->members()[i].value;
    if (!MakeWhole(&member, depth - 1, arena)) continue;
    if (copied.empty()) copied.assign(value->members().begin(), value->members().end());
    copied[i].value = member;
  }
  if (!copied.empty()) *value = Json::Object(copied, arena);
  return !copied.empty();
}

}  // namespace

Outcome<JsonataExpression, JsonataExpression::Problem> JsonataExpression::Compile(
    std::string_view text, std::string location, StatesMembers available) {
  auto program = jsonata::Expression::Compile(text, {.default_operators = false});
  if (!program.ok()) return Problem{kInvalid, std::move(program.error().message)};
  JsonataExpression expression(*std::move(program));
  expression.text_ = std::string(text);
  expression.location_ = std::move(location);
  const jsonata::References references = jsonata::FindReferences(expression.text_, kStates);
  if (auto unsupported = WhatIsUnsupported(references, available)) {
    return Problem{kUnsupported, *std::move(unsupported)};
  }
  if (references.whole) expression.reads_ = available;
  for (const std::string& member : references.members) expression.reads_ |= MemberOf(member);
  return expression;
}

Result<Json> JsonataExpression::Evaluate(const JsonataEnvironment& environment,
                                         JsonArena* arena) const {
  const jsonata::Inputs inputs{.input = Json(),
                               .bindings = environment.bindings,
                               .now = environment.now,
                               .random = environment.random};
  const absl::Duration began = DatabaseClock::SteadyNow();
  const size_t before = arena->bytes_used();
  jsonata::Result<Json> value = program_.Evaluate(inputs, environment.budget->Limits(), arena);
  environment.budget->Spend(DatabaseClock::SteadyNow() - began, arena->bytes_used() - before);
  if (!value.ok()) {
    if (value.error().code == jsonata::kLimitReached) environment.budget->NoteLimit();
    return Failure(value.error());
  }
  if (value->is_undefined()) return Failure("returned nothing (undefined).");
  MakeWhole(&*value, kMaxDepth, arena);
  return *value;
}

Result<Json> JsonataExpression::Expect(std::string_view wanted, Json value) const {
  const std::string_view found = TypeName(value);
  if (found == wanted) return value;
  return Failure(
      fmt::format("returned an unexpected result type. Expected '{}', but was '{}' for value: {}",
                  wanted, found, Shown(value)));
}

WorkflowError JsonataExpression::Failure(std::string_view what) const {
  return QueryEvaluationError(
      fmt::format("The JSONata expression '{}' specified for the field '{}' {}", text_, location_,
                  what),
      location_);
}

WorkflowError JsonataExpression::Failure(const jsonata::JsonataError& error) const {
  if (error.code == jsonata::kUnsupportedResult) {
    return Failure("returned an unsupported result type.");
  }
  if (error.code == jsonata::kLimitReached) {
    return Failure(fmt::format(unverified::kJsonataLimitCause, error.message));
  }
  if (error.code.empty()) {
    return Failure(fmt::format(unverified::kJsonataInternalErrorCause, error.message));
  }
  return Failure(
      fmt::format("threw an error during evaluation. {}: {}", error.code, error.message));
}

WorkflowError QueryEvaluationError(std::string detail, std::string location) {
  WorkflowError error{"States.QueryEvaluationError", std::move(detail), /*needs_prefix=*/true,
                      /*evaluation_failed=*/true};
  error.location = std::move(location);
  return error;
}

}  // namespace pawl::asl
