// The way of the data through a state: InputPath, Parameters, ResultSelector, ResultPath,
// OutputPath, Assign (reference/asl.md 4 and 8); in JSONata Arguments, Output, Assign.

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
#include "coordinator/core/subject.h"

namespace pawl::core {

// The failure of `state` when `payload` is larger than a state's data may be. Comes before the text
// of a payload that was computed is asked for.
std::optional<asl::WorkflowError> CheckSize(Step& step, const asl::State& state,
                                            const Payload& payload);

// The same for the outputs of branches, put together as text.
std::optional<asl::WorkflowError> CheckJoined(Step& step, const asl::State& state,
                                              const Text& outputs);
// The same for what a worker sent. `resource`: the ARN of its activity.
std::optional<asl::WorkflowError> CheckResult(Step& step, std::string_view resource,
                                              const Text& result);

// What a path of `branch`'s state sees when `$` is `input`.
query::Environment MakeEnvironment(Step& step, const Branch& branch, Json input,
                                   const std::optional<MapItem>& item = std::nullopt);

// A path as the fields InputPath, OutputPath and ItemsPath have it.
asl::Result<Json> EvaluatePath(Step& step, const Branch& branch, const query::JsonPath& path,
                               const Payload& input);

// The effective input: the state's raw input through InputPath.
asl::Result<Payload> ApplyInputPath(Step& step, const Branch& branch, const asl::State& state);

// A payload template, or the data of `subject` as it is when there is none.
asl::Result<Payload> ApplyTemplate(Step& step, const Branch& branch,
                                   const std::optional<asl::ValueTemplate>& form,
                                   const Subject& subject,
                                   const std::optional<MapItem>& item = std::nullopt);

// Parameters or Arguments, applied to the effective input; without them it is that itself.
asl::Result<Payload> ApplyParameters(Step& step, const Branch& branch, const asl::State& state,
                                     const Payload& input);

// What the state ends with when its work has come to `result`: through ResultPath and OutputPath,
// or what `output`, the Output that holds here, makes.
asl::Result<Payload> ApplyOutput(Step& step, const Branch& branch, const asl::State& state,
                                 const std::optional<asl::JsonataTemplate>& output,
                                 const Subject& result);

// The same of a failure that `catcher` takes.
asl::Result<Payload> ApplyCaughtOutput(Step& step, const Branch& branch, const asl::State& state,
                                       const asl::Catcher& catcher, const Subject& error_output);

using Assigned = std::vector<std::pair<std::string, Text>>;

// What `Assign` gives its variables; nothing when there is no Assign. Fails when that is more than
// variables may hold.
asl::Result<Assigned> ApplyAssign(Step& step, const Branch& branch,
                                  const std::optional<asl::ValueTemplate>& assign,
                                  const Subject& subject);

// `variables` (an object's text, or empty) with the assigned ones replaced or added.
Text WithAssigned(Step& step, const Text& variables, const Assigned& assigned);

// A value as error messages show it: no more than they can hold.
std::string ShownJson(Json value);

}  // namespace pawl::core

#endif  // PAWL_CORE_DATA_FLOW_H_
