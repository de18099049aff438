// Checks a definition and compiles it (reference/asl.md 15, api.md 8).

#ifndef PAWL_ASL_COMPILE_H_
#define PAWL_ASL_COMPILE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/asl/machine.h"
#include "coordinator/asl/sdk_services.h"
#include "coordinator/base/json.h"
#include "coordinator/base/outcome.h"

namespace pawl::asl {

// One finding about a definition, in the words of ValidateStateMachineDefinition.
struct Diagnostic {
  enum class Severity { kError, kWarning };
  Severity severity = Severity::kError;
  std::string code;                     // "SCHEMA_VALIDATION_FAILED"
  std::string message;                  // "Value cannot be empty"
  std::optional<std::string> location;  // "/States/X/Branches"
};

enum class MachineType { kStandard, kExpress };

struct CompileResult {
  // Null when any diagnostic is an error.
  std::shared_ptr<const Machine> machine;
  std::vector<Diagnostic> diagnostics;

  bool ok() const { return machine != nullptr; }
  // "MISSING_TRANSITION_TARGET: Missing 'Next' target: x at /States/A/Next, ..." of the errors
  // only: what stands between the quotes of InvalidDefinition.
  std::string ErrorText() const;
};

// Finds all problems at once. Deterministic; safe on any text (bounded depth and size).
//   sdk_actions  what aws-sdk integrations may name; null: anything that looks like an action, as
//                of definitions that have been stored once
CompileResult CompileMachine(std::string_view definition, MachineType type = MachineType::kStandard,
                             const SdkActions* sdk_actions = nullptr);

// The JSON of a definition, in memory of `arena`; or what is wrong with the text as a whole.
Outcome<Json, Diagnostic> ReadDefinition(std::string_view definition, JsonArena* arena);

}  // namespace pawl::asl

#endif  // PAWL_ASL_COMPILE_H_
