// A client of the simulated world: starts executions by name, again and again until somebody
// answers, reads them, and now and then stops or redrives one.

#ifndef PAWL_TESTS_SIMULATION_CLIENT_H_
#define PAWL_TESTS_SIMULATION_CLIENT_H_

#include <string>
#include <vector>

#include "tests/simulation/log.h"
#include "tests/simulation/machines.h"
#include "tests/simulation/network.h"
#include "tests/simulation/worker.h"

namespace pawl::simulation {

// One that somebody wants to be run.
struct WantedExecution {
  const SampleMachine* machine = nullptr;
  std::string name;
  Text input;
  bool acknowledged = false;  // a start was answered: it is there
  bool refused = false;       // its machine has been deleted
  bool denied = false;        // its machine has not, and a client was told so
  bool stop_sent = false;
};

class SimulatedClient {
 public:
  SimulatedClient(Loop* loop, Network* network, Nodes* nodes, Log* log, std::string name)
      : loop_(loop), network_(network), nodes_(*nodes), log_(log), name_(std::move(name)) {}

  // `wanted` outlives the client. Asks for it until it is acknowledged.
  void Start(WantedExecution* wanted);
  // Reads some execution of `all` every now and then until `end`; may stop it.
  void Watch(std::vector<WantedExecution>* all, absl::Time end);
  void Read(const WantedExecution& wanted);

 private:
  SimulatedNode* AnyNode();
  void Describe(const WantedExecution& wanted);
  void ReadHistory(const WantedExecution& wanted);
  void Stop(WantedExecution* wanted);
  void Redrive(const WantedExecution& wanted);
  Span SpanFrom(absl::Time sent) const { return {name_, sent, loop_->Now()}; }

  Loop* const loop_;
  Network* const network_;
  Nodes& nodes_;
  Log* const log_;
  const std::string name_;
  const ProcessPtr process_ = std::make_shared<Process>();
};

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_CLIENT_H_
