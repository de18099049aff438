// A worker of the simulated world: polls a coordinator, confirms, works, beats, reports, and asks
// another coordinator when one does not answer. Reports are repeated until somebody answers them.

#ifndef PAWL_TESTS_SIMULATION_WORKER_H_
#define PAWL_TESTS_SIMULATION_WORKER_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/log.h"
#include "tests/simulation/machines.h"
#include "tests/simulation/network.h"

namespace pawl::simulation {

struct WorkerHabits {
  double fails = 0.1;      // reports a failure
  double vanishes = 0.05;  // never reports
  double confirms = 0.9;   // as gRPC workers do
  absl::Duration longest_work = absl::Seconds(6);
};

using Nodes = std::vector<std::unique_ptr<SimulatedNode>>;

class SimulatedWorker {
 public:
  SimulatedWorker(Loop* loop, Network* network, Nodes* nodes, Log* log, std::string name,
                  const WorkerHabits* habits)
      : loop_(loop),
        network_(network),
        nodes_(*nodes),
        log_(log),
        name_(std::move(name)),
        habits_(*habits) {}

  void Boot();
  // What it has in hand is never reported.
  void Kill();
  void Stop(absl::Duration duration);
  // It has been sent a token that ends a task. Nothing comes of it while the worker is dead.
  void GotToken(const std::string& token);

 private:
  struct Task;
  SimulatedNode* AnyNode();
  void Poll();
  void Got(const std::string& activity, absl::Time sent, engine::ActivityTask task);
  void Work(const std::shared_ptr<Task>& task);
  void Confirm(const std::shared_ptr<Task>& task);
  void Beat(const std::shared_ptr<Task>& task);
  void Report(const std::shared_ptr<Task>& task);
  // Of a call that was sent then and has just been answered.
  Span SpanFrom(absl::Time sent) const { return {name_, sent, loop_->Now()}; }

  Loop* const loop_;
  Network* const network_;
  Nodes& nodes_;
  Log* const log_;
  const std::string name_;
  const WorkerHabits& habits_;
  ProcessPtr process_;
  SimulatedNode* node_ = nullptr;
};

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_WORKER_H_
