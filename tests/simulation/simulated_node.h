// A coordinator of the simulated world: the real engine and the real clock keeper, on a simulated
// store, scheduler and machine clock. Can be killed at any event and before any call of its store,
// stopped and continued, drained, cut off; then it begins anew.

#ifndef PAWL_TESTS_SIMULATION_SIMULATED_NODE_H_
#define PAWL_TESTS_SIMULATION_SIMULATED_NODE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "coordinator/engine/engine.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/node/clock_keeper.h"
#include "tests/simulation/caller.h"
#include "tests/simulation/simulated_store.h"

namespace pawl::simulation {

// What all nodes share.
struct Surroundings {
  Loop* loop;
  Database* database;
  Hints* hints;
  const StoreFaults* faults;
  std::shared_ptr<metrics::Metrics> metrics;
  const CallHabits* calls;
  std::function<void(const std::string& token)> token_sent;
  Breakage breakage = Breakage::kNone;
};

class SimulatedNode {
 public:
  explicit SimulatedNode(const Surroundings& around) : around_(around) {}
  ~SimulatedNode() { Kill(); }

  void Boot();
  // kill -9. May be called from within the engine.
  void Kill();
  // SIGTERM: drains, then ends.
  void Terminate();
  // SIGSTOP, and SIGCONT after `duration`.
  void Stop(absl::Duration duration);
  // Its link to the database is cut.
  void CutLink(absl::Duration duration);
  // Dies before it sends the `number`th call from now to its store.
  void KillAtCall(int64_t number) { kill_at_call_ = number; }

  // Null while it does not serve.
  engine::Engine* engine() const;
  store::Store* store() const;
  // Of the life it is in; null when it is dead.
  ProcessPtr process() const;

 private:
  struct Life;
  void Serve(const std::shared_ptr<Life>& life);
  void RunEngine(const std::shared_ptr<Life>& life);

  const Surroundings around_;
  std::shared_ptr<Life> life_;
  int64_t kill_at_call_ = 0;
};

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_SIMULATED_NODE_H_
