#include "coordinator/asl/compile.h"

#include <fmt/format.h>

#include <utility>

#include "coordinator/asl/definition_compiler.h"
#include "coordinator/asl/json_diagnosis.h"
#include "coordinator/asl/variable_flow.h"

namespace pawl::asl {
namespace {

constexpr size_t kMaxDefinitionBytes = 1'048'576;  // AWS quota

Diagnostic SchemaError(std::string message) {
  return {Diagnostic::Severity::kError, std::string(kSchemaValidationFailed), std::move(message),
          std::nullopt};
}

Diagnostic JsonError(std::string_view definition, const absl::Status& status) {
  JsonDiagnosis diagnosis = DiagnoseJson(definition, std::string(status.message()));
  return {Diagnostic::Severity::kError, "INVALID_JSON_DESCRIPTION",
          fmt::format("{}\n at {}", diagnosis.message, diagnosis.location), diagnosis.location};
}

}  // namespace

std::string CompileResult::ErrorText() const {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != Diagnostic::Severity::kError) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{}: {} at {}", diagnostic.code, diagnostic.message,
                        diagnostic.location.value_or("null"));
  }
  return text;
}

Outcome<Json, Diagnostic> ReadDefinition(std::string_view definition, JsonArena* arena) {
  if (definition.size() > kMaxDefinitionBytes) {
    return SchemaError(fmt::format("The definition has {} bytes; at most {} are allowed",
                                   definition.size(), kMaxDefinitionBytes));
  }
  constexpr std::string_view kNotAnObject = "Definition must be a valid JSON object";
  if (definition.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return SchemaError(std::string(kNotAnObject));
  }
  const absl::StatusOr<Json> json = ParseJson(definition, arena);
  if (!json.ok()) return JsonError(definition, json.status());
  if (!json->is_object()) return SchemaError(std::string(kNotAnObject));
  return *json;
}

CompileResult CompileMachine(std::string_view definition, MachineType type,
                             const SdkActions* sdk_actions) {
  JsonArena arena;
  const Outcome<Json, Diagnostic> json = ReadDefinition(definition, &arena);
  CompileResult result;
  if (!json.ok()) {
    result.diagnostics.push_back(json.error());
    return result;
  }
  auto machine = std::make_shared<Machine>();
  Findings findings;
  DefinitionCompiler(type, sdk_actions, machine.get(), &findings).Compile(Place::Root(*json));
  if (!findings.has_errors()) {
    WarnAboutUndefinedVariables(Place::Root(*json), &findings);
    result.machine = std::move(machine);
  }
  result.diagnostics = findings.Take();
  return result;
}

}  // namespace pawl::asl
