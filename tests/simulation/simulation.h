// One run of the simulated world, from a seed: coordinators, workers and clients on one database,
// with faults of all kinds for a while; then all is healed, what was begun must come to its end,
// and the auditor judges what is stored and what was seen.

#ifndef PAWL_TESTS_SIMULATION_SIMULATION_H_
#define PAWL_TESTS_SIMULATION_SIMULATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/breakage.h"

namespace pawl::simulation {

struct SimulationOptions {
  uint64_t seed = 1;
  Breakage breakage = Breakage::kNone;
  bool trace = false;  // prints the faults, and what the engine logs, to standard error
};

struct SimulationResult {
  // Sentences; empty: nothing is wrong.
  std::vector<std::string> problems;

  int64_t executions = 0;
  int64_t events = 0;
  int64_t transitions = 0;  // replayed
  int64_t calls = 0;        // of clients and workers
  int64_t nodes_killed = 0;
  int64_t nodes_stopped = 0;
  int64_t links_cut = 0;
  int64_t workers_killed = 0;
  int64_t database_crashes = 0;
  int64_t lost_writes = 0;  // that crashes of the database took back
  double seconds = 0;       // of simulated time
  // Equal for equal runs.
  uint64_t fingerprint = 0;
};

SimulationResult Simulate(const SimulationOptions& options);

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_SIMULATION_H_
