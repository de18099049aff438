// Holds the history that the engine gave of an execution against the pure core's.

#ifndef PAWL_TESTS_PROPERTY_COMPARE_H_
#define PAWL_TESTS_PROPERTY_COMPARE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/core/history.h"
#include "tests/property/core_run.h"

namespace pawl::property {

// An event as GetExecutionHistory shows it, without what may differ from run to run: its time and
// the worker's name.
std::string Shown(Json event, JsonArena* arena);
std::string Shown(const core::HistoryEvent& event);

// Runs the core in the order in which the branches moved on in `recorded` (Shown): nothing but the
// choice of the branch is taken from there. Every event must be the core's, ids and predecessors
// included. What differs first; empty: nothing.
std::string DifferenceInOrder(CoreRun run, const std::vector<std::string>& recorded);

// Which events an execution has when the order in which branches move on is drawn from `schedules`
// seeds: sorted, without their ids. nullopt: that depends on the order.
std::optional<std::vector<std::string>> EventsInAnyOrder(const CoreRun& begin, int schedules);
// Those of a recorded history, in the same form.
std::vector<std::string> WithoutOrder(const std::vector<std::string>& recorded);

}  // namespace pawl::property

#endif  // PAWL_TESTS_PROPERTY_COMPARE_H_
