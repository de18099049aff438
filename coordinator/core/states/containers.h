// What a Parallel and a Map make of their input before any branch or iteration begins.

#ifndef PAWL_CORE_STATES_CONTAINERS_H_
#define PAWL_CORE_STATES_CONTAINERS_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "coordinator/asl/error.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/context.h"
#include "coordinator/core/jsonata.h"
#include "coordinator/core/payload.h"
#include "coordinator/core/step.h"

namespace pawl::core {

// The input of each branch of the Parallel that `branch` is in.
asl::Result<Payload> ReadBranchInput(Step& step, const Branch& branch, const asl::State& state);

// Parses the input of the Map that `branch` is in, and finds its items.
asl::Result<std::shared_ptr<const MapItems>> ReadMapItems(Step& step, const Branch& branch,
                                                          const asl::State& state,
                                                          const Circumstances& circumstances);

// `input`: the effective one. 0: no limit of its own.
asl::Result<int64_t> EvaluateConcurrency(Step& step, const Branch& branch,
                                         const asl::MapDetail& detail, const Payload& input);

// How many iterations may fail; nothing where it is not said.
struct Tolerance {
  std::optional<int64_t> count;
  std::optional<double> percentage;
};
asl::Result<Tolerance> EvaluateTolerance(Step& step, const Branch& branch,
                                         const asl::MapDetail& detail, const Payload& input);

// What ItemSelector makes of an item.
asl::Result<Payload> SelectItem(Step& step, const Branch& branch, const asl::State& state,
                                Json effective, const MapItem& item);

}  // namespace pawl::core

#endif  // PAWL_CORE_STATES_CONTAINERS_H_
