#include "coordinator/core/data_flow.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "coordinator/asl/unverified.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/jsonata.h"

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

asl::WorkflowError TooLarge(std::string_view what) {
  return {"States.DataLimitExceeded",
          StrCat("The state/task '", what,
                 "' returned a result with a size exceeding the maximum number of bytes service "
                 "limit.")};
}

asl::WorkflowError VariablesExceeded(std::string cause) {
  return {"States.DataLimitExceeded", std::move(cause), /*needs_prefix=*/false,
          asl::unverified::kVariableOverflowIsEvaluationFailed};
}

// As much as is written of values that exceed every limit: what their excess is told from.
constexpr size_t kMaxWrittenBytes = 64u << 20;

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
  const size_t most = step.max_payload_bytes();
  if (bytes > most) {
    return VariablesExceeded(fmt::format(asl::unverified::kAssignTooLargeCause, bytes - most));
  }
  if (branch.variables.size() + bytes <= kMaxVariableBytes) return std::nullopt;
  const Text all = WithAssigned(step, branch.variables, assigned);
  const size_t total = ValueBytes(Payload(all).json(step.arena()));
  if (total <= kMaxVariableBytes) return std::nullopt;
  return VariablesExceeded(fmt::format(asl::unverified::kVariablesTooLargeCause,
                                       branch.state.view(), total - kMaxVariableBytes));
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

asl::Result<Payload> ApplyJsonataOutput(Step& step, const Branch& branch,
                                        const std::optional<asl::JsonataTemplate>& output,
                                        const Subject& subject) {
  if (!output) return subject.data;
  asl::Result<Json> made = EvaluateJsonata(step, branch, *output, subject);
  if (!made.ok()) return made.error();
  return Payload(*made);
}

}  // namespace

std::optional<asl::WorkflowError> CheckSize(Step& step, const asl::State& state,
                                            const Payload& payload) {
  if (payload.FitsWithin(step.max_payload_bytes())) return std::nullopt;
  return TooLarge(state.name);
}

std::optional<asl::WorkflowError> CheckJoined(Step& step, const asl::State& state,
                                              const Text& outputs) {
  const bool fits = outputs.size() <= step.max_payload_bytes();
  if (fits && NestsWithinLimit(outputs.view())) return std::nullopt;
  return TooLarge(state.name);
}

std::optional<asl::WorkflowError> CheckResult(Step& step, std::string_view resource,
                                              const Text& result) {
  if (result.size() <= step.max_payload_bytes()) return std::nullopt;
  return TooLarge(resource);
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
  asl::Result<Payload> input = ApplyDataPath(step, branch, state.input_path, step.DataOf(branch));
  if (input.ok()) step.Note(&Observation::after_input_path, *input);
  return input;
}

asl::Result<Payload> ApplyTemplate(Step& step, const Branch& branch,
                                   const std::optional<asl::ValueTemplate>& form,
                                   const Subject& subject, const std::optional<MapItem>& item) {
  if (!form) return subject.data;
  const auto evaluate = [&]() -> asl::Result<Json> {
    if (const auto* jsonata = std::get_if<asl::JsonataTemplate>(&*form)) {
      return EvaluateJsonata(step, branch, *jsonata, subject, {}, item);
    }
    const query::Environment environment =
        MakeEnvironment(step, branch, subject.data.json(step.arena()), item);
    return std::get<asl::Template>(*form).Evaluate(environment, step.random_bits(), step.arena());
  };
  asl::Result<Json> made = evaluate();
  if (!made.ok()) return made.error();
  return Payload(*made);
}

asl::Result<Payload> ApplyParameters(Step& step, const Branch& branch, const asl::State& state,
                                     const Payload& input) {
  asl::Result<Payload> parameters = ApplyTemplate(step, branch, state.parameters, input);
  if (parameters.ok()) step.Note(&Observation::after_parameters, *parameters);
  return parameters;
}

asl::Result<Payload> ApplyOutput(Step& step, const Branch& branch, const asl::State& state,
                                 const std::optional<asl::JsonataTemplate>& output,
                                 const Subject& result) {
  if (state.language == asl::QueryLanguage::kJsonata) {
    return ApplyJsonataOutput(step, branch, output, result);
  }
  asl::Result<Payload> merged = ApplyResultPath(step, branch, state.result_path, result.data);
  if (!merged.ok()) return merged;
  step.Note(&Observation::after_result_path, *merged);
  return ApplyDataPath(step, branch, state.output_path, *merged);
}

asl::Result<Payload> ApplyCaughtOutput(Step& step, const Branch& branch, const asl::State& state,
                                       const asl::Catcher& catcher, const Subject& error_output) {
  if (state.language == asl::QueryLanguage::kJsonata) {
    return ApplyJsonataOutput(step, branch, catcher.output, error_output);
  }
  return ApplyResultPath(step, branch, catcher.result_path, error_output.data);
}

asl::Result<Assigned> ApplyAssign(Step& step, const Branch& branch,
                                  const std::optional<asl::ValueTemplate>& assign,
                                  const Subject& subject) {
  Assigned assigned;
  if (!assign) return assigned;
  asl::Result<Payload> made = ApplyTemplate(step, branch, assign, subject);
  if (!made.ok()) return made.error();
  size_t left = kMaxWrittenBytes;
  for (const JsonMember& member : made->json(step.arena()).members()) {
    std::string text;
    const bool all = AppendJsonWithin(member.value, left, &text);
    left -= std::min(left, text.size());
    assigned.emplace_back(std::string(member.key), Text(std::move(text)));
    if (!all) break;
    if (!NestsWithinLimit(assigned.back().second.view())) return TooLarge(branch.state.view());
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

std::string ShownJson(Json value) {
  std::string text;
  AppendJsonWithin(value, kMaxCauseCharacters * 4, &text);
  return text;
}

}  // namespace pawl::core
