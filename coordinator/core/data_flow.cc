#include "coordinator/core/data_flow.h"

#include <fmt/format.h>

#include "absl/strings/numbers.h"
#include "coordinator/asl/unverified.h"
#include "coordinator/base/strings.h"

namespace pawl::core {
namespace {

std::string ToString(const absl::Status& status) { return std::string(status.message()); }

// "Missing property in path $['no']" of a path that found nothing (reference/asl.md 12.3).
asl::WorkflowError InvalidPath(const query::JsonPath& path, const absl::Status& status) {
  return asl::RuntimeError(StrCat("Invalid path '", path.text(), "' : ", ToString(status)));
}

bool IsWholeDocument(const asl::DataPath& path) {
  return !path.path ||
         (path.path->root() == query::JsonPath::Root::kInput && path.path->text() == "$");
}

asl::Result<Payload> ApplyDataPath(Step& step, const Branch& branch, const asl::DataPath& path,
                                   const Payload& input) {
  if (path.discard) return Payload(Json::Object({}, step.arena()));
  if (IsWholeDocument(path)) return input;
  asl::Result<Json> found = EvaluatePath(step, branch, *path.path, input);
  if (!found.ok()) return found.error();
  return Payload(*found);
}

asl::WorkflowError VariablesExceeded(std::string cause) {
  return {"States.DataLimitExceeded", std::move(cause), /*needs_prefix=*/false,
          asl::unverified::kVariableOverflowIsEvaluationFailed};
}

size_t ValueBytes(Json variables) {
  size_t bytes = 0;
  for (const JsonMember& member : variables.members()) bytes += WriteJson(member.value).size();
  return bytes;
}

// Whether `branch` may have its variables and `assigned` beside them.
std::optional<asl::WorkflowError> CheckVariables(Step& step, const Branch& branch,
                                                 const Assigned& assigned) {
  size_t bytes = 0;
  for (const auto& [name, text] : assigned) bytes += text.size();
  if (bytes > kMaxAssignBytes) {
    return VariablesExceeded(
        fmt::format(asl::unverified::kAssignTooLargeCause, bytes - kMaxAssignBytes));
  }
  if (branch.variables.size() + bytes <= kMaxVariableBytes) return std::nullopt;
  const Text all = WithAssigned(step, branch.variables, assigned);
  const size_t total = ValueBytes(Payload(all).json(step.arena()));
  if (total <= kMaxVariableBytes) return std::nullopt;
  return VariablesExceeded(fmt::format(asl::unverified::kVariablesTooLargeCause,
                                       branch.state.view(), total - kMaxVariableBytes));
}

}  // namespace

std::optional<asl::WorkflowError> CheckSize(const asl::State& state, const Text& payload) {
  if (payload.size() <= kMaxPayloadBytes) return std::nullopt;
  return asl::WorkflowError{
      "States.DataLimitExceeded",
      StrCat("The state/task '", state.name,
             "' returned a result with a size exceeding the maximum number of bytes service "
             "limit.")};
}

query::Environment MakeEnvironment(Step& step, const Branch& branch, Json input,
                                   const std::optional<MapItem>& item) {
  query::Environment environment;
  environment.input = input;
  environment.context = [&step, &branch, item] { return MakeContext(step, branch, item); };
  environment.variables = step.VariablesOf(branch);
  return environment;
}

asl::Result<Json> EvaluatePath(Step& step, const Branch& branch, const query::JsonPath& path,
                               const Payload& input) {
  const Json document = input.json(step.arena());
  if (path.root() == query::JsonPath::Root::kInput && document.is_null()) {
    return asl::RuntimeError(std::string(asl::unverified::kPathOverNullCause));
  }
  const absl::StatusOr<Json> found =
      path.Evaluate(MakeEnvironment(step, branch, document), step.arena());
  if (!found.ok()) return InvalidPath(path, found.status());
  return *found;
}

asl::Result<Payload> ApplyInputPath(Step& step, const Branch& branch, const asl::State& state) {
  return ApplyDataPath(step, branch, state.input_path, step.DataOf(branch));
}

asl::Result<Payload> ApplyTemplate(Step& step, const Branch& branch,
                                   const std::optional<asl::Template>& form, const Payload& input,
                                   const std::optional<MapItem>& item) {
  if (!form) return input;
  const query::Environment environment =
      MakeEnvironment(step, branch, input.json(step.arena()), item);
  asl::Result<Json> made = form->Evaluate(environment, step.random_bits(), step.arena());
  if (!made.ok()) return made.error();
  return Payload(*made);
}

asl::Result<Payload> ApplyResultPath(Step& step, const Branch& branch, const asl::ResultPath& path,
                                     const Payload& result) {
  const Payload input = step.DataOf(branch);
  if (path.discard) return input;
  if (IsWholeDocument(path)) return result;
  const Json document = input.json(step.arena());
  const absl::StatusOr<Json> merged =
      path.path->Replace(document, result.json(step.arena()), step.arena());
  if (!merged.ok()) {
    return asl::WorkflowError{std::string(asl::unverified::kResultPathConflict),
                              fmt::format(asl::unverified::kResultPathConflictCause,
                                          path.path->text(), WriteJson(document))};
  }
  return Payload(*merged);
}

asl::Result<Payload> ApplyOutputPath(Step& step, const Branch& branch, const asl::State& state,
                                     const Payload& output) {
  return ApplyDataPath(step, branch, state.output_path, output);
}

asl::Result<Assigned> ApplyAssign(Step& step, const Branch& branch,
                                  const std::optional<asl::Template>& assign,
                                  const Payload& input) {
  Assigned assigned;
  if (!assign) return assigned;
  asl::Result<Payload> made = ApplyTemplate(step, branch, assign, input);
  if (!made.ok()) return made.error();
  for (const JsonMember& member : made->json(step.arena()).members()) {
    assigned.emplace_back(std::string(member.key), Text(WriteJson(member.value)));
  }
  if (auto exceeded = CheckVariables(step, branch, assigned)) return *exceeded;
  return assigned;
}

Text WithAssigned(Step& step, const Text& variables, const Assigned& assigned) {
  if (assigned.empty()) return variables;
  std::vector<JsonMember> members;
  if (!variables.empty()) {
    const Json before = Payload(variables).json(step.arena());
    members.assign(before.members().begin(), before.members().end());
  }
  for (const auto& [name, text] : assigned) {
    members.push_back({name, Payload(text).json(step.arena())});  // the last of a name wins
  }
  return Text(WriteJson(Json::Object(members, step.arena())));
}

asl::Result<std::optional<int64_t>> EvaluateNumber(Step& step, const Branch& branch,
                                                   const asl::NumberField& number,
                                                   std::string_view field, const Payload& input) {
  if (!number.path) return number.value;
  asl::Result<Json> found = EvaluatePath(step, branch, *number.path, input);
  if (!found.ok()) return found.error();
  int64_t value = 0;
  // A numeric string is taken as the number (recorded for MaxConcurrencyPath).
  if (found->is_int()) return std::optional<int64_t>(found->as_int());
  if (found->is_string() && absl::SimpleAtoi(ToAbsl(found->as_string()), &value)) {
    return std::optional<int64_t>(value);
  }
  const std::string shown =
      found->is_string() ? std::string(found->as_string()) : WriteJson(*found);
  return asl::RuntimeError(StrCat("The ", field, " field refers to value \"", shown,
                                  "\" which is not a valid integer: ", number.path->text()));
}

}  // namespace pawl::core
