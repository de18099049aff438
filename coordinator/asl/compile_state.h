// One state of a definition, taken out to be tested by itself (reference/api.md 7).

#ifndef PAWL_ASL_COMPILE_STATE_H_
#define PAWL_ASL_COMPILE_STATE_H_

#include <memory>
#include <optional>
#include <string_view>

#include "coordinator/asl/compile.h"

namespace pawl::asl {

// What a state is called that is given without its name (recorded).
inline constexpr std::string_view kLoneStateName = "StateName";

struct LoneState {
  // Has `state` and, by their names alone, the states it leads to. Its diagnostics are those of the
  // whole definition.
  CompileResult compiled;
  const State* state = nullptr;  // null also when the definition has no state of that name

  bool ok() const { return state != nullptr; }
};

//   name  of the state in `definition`, a state machine, at whatever depth; without it `definition`
//         is the state
//   sdk_actions  as for CompileMachine
LoneState CompileState(std::string_view definition, std::optional<std::string_view> name,
                       const SdkActions* sdk_actions = nullptr);

}  // namespace pawl::asl

#endif  // PAWL_ASL_COMPILE_STATE_H_
