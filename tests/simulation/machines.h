// The state machines that the simulation runs: all state types, retries, catchers, time-outs,
// heartbeats, branches, calls and the tokens they hand out, and machines that run others. Each
// comes to the same end whatever goes wrong around it.

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
  // Only other machines start it.
  bool child = false;
};

const std::vector<SampleMachine>& SampleMachines();

// What a definition of one of them runs, compiled once by each thread.
std::shared_ptr<const asl::Machine> CompiledSample(const std::string& definition);

// The machines that run others, and those others (child_machines.cc).
std::vector<SampleMachine> ParentsAndChildren();

// In a definition, @retry stands for a retrier of all errors, @NAME for the ARN of the activity, or
// of the child's state machine, of that name.
std::string ExpandDefinition(const char* definition);

// The Lambda function that workers serve; others are called.
inline constexpr std::string_view kServedFunction = "served";

// The activities that they name.
const std::vector<std::string>& SampleActivities();

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_MACHINES_H_
