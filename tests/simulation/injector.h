// What goes wrong in a run, and when: drawn from the world's chance. Some runs are quiet, some see
// one kind of fault only, some all.

#ifndef PAWL_TESTS_SIMULATION_INJECTOR_H_
#define PAWL_TESTS_SIMULATION_INJECTOR_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/worker.h"

namespace pawl::simulation {

struct Faults {
  StoreFaults store;
  NetworkFaults network;
  WorkerHabits habits;
  CallHabits calls;
};

class Injector {
 public:
  struct Counts {
    int64_t nodes_killed = 0;
    int64_t nodes_stopped = 0;
    int64_t links_cut = 0;
    int64_t workers_killed = 0;
  };

  // All that is pointed to outlives the injector. Begins at once.
  Injector(Loop* loop, Database* database, Nodes* nodes,
           std::vector<std::unique_ptr<SimulatedWorker>>* workers, Faults* faults, bool trace);

  absl::Duration duration() const { return duration_; }
  const Counts& counts() const { return counts_; }
  // No more faults. Those that were injected stay.
  void Stop() { stopped_ = true; }

 private:
  void DrawRates(Faults* faults);
  void DrawKinds();
  void InjectOne();
  void UpdateMachine();
  void KillNode(SimulatedNode* node);
  void StopNode(SimulatedNode* node);
  void Trace(std::string_view what) const;

  Loop* const loop_;
  Database* const database_;
  Nodes& nodes_;
  std::vector<std::unique_ptr<SimulatedWorker>>& workers_;
  const bool trace_;
  absl::Duration duration_;
  absl::Duration longest_rest_;
  std::vector<std::function<void()>> kinds_;
  Counts counts_;
  bool stopped_ = false;
};

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_INJECTOR_H_
