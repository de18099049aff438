#include "tests/simulation/injector.h"

#include <iostream>

#include "coordinator/base/strings.h"

namespace pawl::simulation {

Injector::Injector(Loop* loop, Database* database, Nodes* nodes,
                   std::vector<std::unique_ptr<SimulatedWorker>>* workers, Faults* faults,
                   bool trace)
    : loop_(loop), database_(database), nodes_(*nodes), workers_(*workers), trace_(trace) {
  Chance& chance = loop_->chance();
  duration_ = chance.Between(absl::Seconds(10), absl::Seconds(40));
  longest_rest_ = chance.Between(absl::Seconds(0.5), absl::Seconds(8));
  DrawRates(faults);
  DrawKinds();
  if (!kinds_.empty()) InjectOne();
}

void Injector::DrawRates(Faults* faults) {
  Chance& chance = loop_->chance();
  const auto rate = [&]() -> double {
    constexpr double kRates[] = {0, 0, 0.002, 0.02, 0.1};
    return kRates[chance.Below(5)];
  };
  faults->store = {.refused = rate(),
                   .lost_request = rate(),
                   .lost_reply = rate(),
                   .late = rate(),
                   .barrier_breaks = rate(),
                   .longest_way = chance.Between(absl::Milliseconds(1), absl::Milliseconds(100))};
  faults->network = {.lost_request = rate(),
                     .lost_reply = rate(),
                     .longest_way = chance.Between(absl::Milliseconds(1), absl::Seconds(1))};
  faults->habits = {.fails = rate(),
                    .vanishes = rate(),
                    .confirms = chance.Happens(0.8) ? 1 : 0.5,
                    .longest_work = chance.Between(absl::Milliseconds(10), absl::Seconds(8))};
  faults->calls = {.fails = rate(),
                   .hangs = rate(),
                   .longest = chance.Between(absl::Milliseconds(10), absl::Seconds(30))};
}

void Injector::DrawKinds() {
  Chance& chance = loop_->chance();
  const auto some_node = [this] {
    return nodes_[loop_->chance().Below(static_cast<int64_t>(nodes_.size()))].get();
  };
  const auto some_worker = [this] {
    return workers_[loop_->chance().Below(static_cast<int64_t>(workers_.size()))].get();
  };
  const auto may = [&](std::function<void()> kind) {
    if (chance.Happens(0.4)) kinds_.push_back(std::move(kind));
  };
  may([this, some_node] { KillNode(some_node()); });
  may([this, some_node] {
    Trace("a node dies at one of its next calls");
    some_node()->KillAtCall(1 + loop_->chance().Below(30));
  });
  may([this, some_node] { StopNode(some_node()); });
  may([this, some_node] {
    SimulatedNode* node = some_node();
    Trace("a node is told to end");
    node->Terminate();
    loop_->Post(absl::Seconds(2), nullptr, [node] { node->Boot(); });
  });
  may([this, some_node] {
    Trace("the link between a node and the database is cut");
    ++counts_.links_cut;
    some_node()->CutLink(loop_->chance().Between(absl::Milliseconds(10), absl::Seconds(12)));
  });
  may([this] {
    Trace("the database crashes");
    database_->Crash(loop_->chance().Delay(absl::Milliseconds(10), absl::Seconds(4)));
  });
  may([this, some_worker] {
    SimulatedWorker* worker = some_worker();
    Trace("a worker is killed");
    ++counts_.workers_killed;
    worker->Kill();
    loop_->Post(absl::Seconds(1), nullptr, [worker] { worker->Boot(); });
  });
  may([this] { UpdateMachine(); });
  may([this] {
    for (const SampleMachine& machine : SampleMachines()) {
      if (!machine.doomed || loop_->chance().Happens(0.8)) continue;
      Trace("a state machine is deleted");
      database_->tables().DeleteMachine(machine.name, [](const absl::Status&) {});
      database_->Flush();
    }
  });
  may([this, some_worker] {
    Trace("a worker is stopped");
    some_worker()->Stop(loop_->chance().Between(absl::Milliseconds(100), absl::Seconds(10)));
  });
}

void Injector::InjectOne() {
  if (stopped_) return;
  // Whoever died at a call begins anew, too.
  for (const auto& node : nodes_) {
    if (node->process() == nullptr && loop_->chance().Happens(0.5)) node->Boot();
  }
  kinds_[loop_->chance().Below(static_cast<int64_t>(kinds_.size()))]();
  loop_->Post(loop_->chance().Between(absl::Milliseconds(20), longest_rest_), nullptr,
              [this] { InjectOne(); });
}

void Injector::UpdateMachine() {
  Chance& chance = loop_->chance();
  const auto& all = SampleMachines();
  const SampleMachine& sample = all[chance.Below(static_cast<int64_t>(all.size()))];
  Trace("a state machine is updated");
  store::MemoryStore& tables = database_->tables();
  tables.GetMachine(sample.name, [&](absl::StatusOr<store::Machine> machine) {
    if (!machine.ok()) return;  // deleted
    store::Revision revision = machine->current;
    revision.id = RevisionId(Uuid::TimeOrdered(loop_->Now(), [&] { return chance.NonZero(); }));
    revision.created_at = loop_->Now();
    revision.initial = false;
    tables.AddRevision(revision, machine->current.id, [](const auto&) {});
    tables.Flush();
  });
}

void Injector::KillNode(SimulatedNode* node) {
  Trace("a node is killed");
  ++counts_.nodes_killed;
  node->Kill();
  loop_->Post(loop_->chance().Delay(absl::Milliseconds(1), absl::Seconds(10)), nullptr,
              [node] { node->Boot(); });
}

void Injector::StopNode(SimulatedNode* node) {
  Trace("a node is stopped");
  ++counts_.nodes_stopped;
  node->Stop(loop_->chance().Between(absl::Milliseconds(100), absl::Seconds(10)));
}

void Injector::Trace(std::string_view what) const {
  if (!trace_) return;
  std::cerr << absl::FormatTime("%H:%M:%E3S", loop_->Now(), absl::UTCTimeZone()) << " " << what
            << "\n";
}

}  // namespace pawl::simulation
