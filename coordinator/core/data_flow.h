// The way of the data through a state: InputPath, Parameters, ResultSelector, ResultPath,
// OutputPath, Assign (reference/asl.md 4 and 8).

#ifndef PAWL_CORE_DATA_FLOW_H_
#define PAWL_CORE_DATA_FLOW_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/asl/error.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/context.h"
#include "coordinator/core/payload.h"
#include "coordinator/core/step.h"

namespace pawl::core {

// The largest input, output or result of a state. AWS quota: 256 KiB.
inline constexpr size_t kMaxPayloadBytes = 262'144;
// The largest sum of what one Assign gives its variables, and of all that a scope sees. Values as
// JSON text count, names do not (reference/asl.md 8). AWS quotas: 256 KiB, 10 MiB.
inline constexpr size_t kMaxAssignBytes = 262'144;
inline constexpr size_t kMaxVariableBytes = 10'485'760;

// The failure of `state` when `payload` is larger than a state's data may be.
std::optional<asl::WorkflowError> CheckSize(const asl::State& state, const Text& payload);

// What a path of `branch`'s state sees when `$` is `input`.
query::Environment MakeEnvironment(Step& step, const Branch& branch, Json input,
                                   const std::optional<MapItem>& item = std::nullopt);

// A path as the fields InputPath, OutputPath and ItemsPath have it.
asl::Result<Json> EvaluatePath(Step& step, const Branch& branch, const query::JsonPath& path,
                               const Payload& input);

// The effective input: the state's raw input through InputPath.
asl::Result<Payload> ApplyInputPath(Step& step, const Branch& branch, const asl::State& state);

// A payload template, or `input` as it is when there is none.
asl::Result<Payload> ApplyTemplate(Step& step, const Branch& branch,
                                   const std::optional<asl::Template>& form, const Payload& input,
                                   const std::optional<MapItem>& item = std::nullopt);

asl::Result<Payload> ApplyResultPath(Step& step, const Branch& branch, const asl::ResultPath& path,
                                     const Payload& result);

asl::Result<Payload> ApplyOutputPath(Step& step, const Branch& branch, const asl::State& state,
                                     const Payload& output);

using Assigned = std::vector<std::pair<std::string, Text>>;

// What `Assign` gives its variables when `$` is `input`; nothing when there is no Assign. Fails
// when that is more than variables may hold.
asl::Result<Assigned> ApplyAssign(Step& step, const Branch& branch,
                                  const std::optional<asl::Template>& assign, const Payload& input);

// `variables` (an object's text, or empty) with the assigned ones replaced or added.
Text WithAssigned(Step& step, const Text& variables, const Assigned& assigned);

// A number that a field gives or that its path finds. `field` is the name of the path form, for
// messages: "MaxConcurrencyPath".
asl::Result<std::optional<int64_t>> EvaluateNumber(Step& step, const Branch& branch,
                                                   const asl::NumberField& number,
                                                   std::string_view field, const Payload& input);

}  // namespace pawl::core

#endif  // PAWL_CORE_DATA_FLOW_H_
