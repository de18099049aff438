// The state machines that the simulation runs: all state types, retries, catchers, time-outs,
// heartbeats, branches, calls and the tokens they hand out. Each comes to the same end whatever
// goes wrong around it.

#ifndef PAWL_TESTS_SIMULATION_MACHINES_H_
#define PAWL_TESTS_SIMULATION_MACHINES_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/asl/machine.h"
#include "coordinator/core/execution.h"

namespace pawl::simulation {

struct SampleMachine {
  std::string name;
  std::string definition;
  // How its executions end unless they are stopped; the second one may come instead of the first.
  core::Status end = core::Status::kSucceeded;
  core::Status other_end = core::Status::kSucceeded;
  // What comes out of `{"id": N}`, with N for "$id"; empty: not compared.
  std::string output;
  // It may be deleted: its executions fail then, or have never begun.
  bool doomed = false;
};

const std::vector<SampleMachine>& SampleMachines();

// What a definition of one of them runs, compiled once by each thread.
std::shared_ptr<const asl::Machine> CompiledSample(const std::string& definition);

// The Lambda function that workers serve; others are called.
inline constexpr std::string_view kServedFunction = "served";

// The activities that they name.
const std::vector<std::string>& SampleActivities();

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_MACHINES_H_
