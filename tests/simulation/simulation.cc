#include "tests/simulation/simulation.h"

#include <iostream>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_replace.h"
#include "coordinator/audit/auditor.h"
#include "coordinator/base/strings.h"
#include "tests/simulation/children.h"
#include "tests/simulation/client.h"
#include "tests/simulation/injector.h"
#include "tests/simulation/worker.h"

namespace pawl::simulation {
namespace {

// How long a healed world may take: several time-outs and backoffs of the sample machines.
constexpr absl::Duration kAtMostToTheEnd = absl::Seconds(300);
// A healed node takes up what a dead one left when its claim has run out, and its time-outs end.
constexpr absl::Duration kResumesWithin = absl::Seconds(15);
constexpr absl::Duration kOverdueAtMost = absl::Seconds(5);
// Each node looks every five seconds for children that nobody waits for any more.
constexpr absl::Duration kOrphanedAtMost = absl::Seconds(10);

class World {
 public:
  explicit World(const SimulationOptions& options)
      : options_(options),
        loop_(options.seed),
        database_(&loop_),
        network_(&loop_, &faults_.network) {
    Populate();
    Want();
    injector_ =
        std::make_unique<Injector>(&loop_, &database_, &nodes_, &workers_, &faults_, options.trace);
  }

  SimulationResult Run();

 private:
  void Populate();
  void Want();
  void SendToken(const std::string& token);
  void Heal();
  bool AllEnded();
  void CheckResumed();
  void RunToTheEnd();
  void CheckClocks();
  void Show(const std::vector<audit::AuditedExecution>& all) const;
  void Judge();
  void JudgeEnd(const WantedExecution& wanted, const core::Execution& execution);
  void Problem(std::string what) { result_.problems.push_back(std::move(what)); }
  void Problems(std::vector<std::string> all) {
    for (std::string& what : all) Problem(std::move(what));
  }

  const SimulationOptions options_;
  Loop loop_;
  Database database_;
  Hints hints_;
  Faults faults_;
  Network network_;
  Log log_;
  Nodes nodes_;
  std::vector<std::unique_ptr<SimulatedWorker>> workers_;
  std::vector<std::unique_ptr<SimulatedClient>> clients_;
  std::vector<WantedExecution> wanted_;
  absl::Time watched_until_;  // by the clients
  std::unique_ptr<Injector> injector_;
  SimulationResult result_;
};

void World::Populate() {
  Chance& chance = loop_.chance();
  store::MemoryStore& tables = database_.tables();
  for (const std::string& activity : SampleActivities()) {
    tables.CreateActivity({activity, loop_.Now()}, [](auto) {});
  }
  for (const SampleMachine& sample : SampleMachines()) {
    store::Machine machine;
    machine.name = machine.current.machine_name = sample.name;
    machine.type = "STANDARD";
    machine.created_at = machine.current.created_at = loop_.Now();
    machine.current.id =
        RevisionId(Uuid::TimeOrdered(loop_.Now(), [&] { return chance.NonZero(); }));
    machine.current.definition = sample.definition;
    tables.CreateMachine(machine, [](auto) {});
  }
  static const auto metrics = std::make_shared<metrics::Metrics>();
  const Surroundings around{.loop = &loop_,
                            .database = &database_,
                            .hints = &hints_,
                            .faults = &faults_.store,
                            .metrics = metrics,
                            .calls = &faults_.calls,
                            .token_sent = [this](const std::string& token) { SendToken(token); },
                            .breakage = options_.breakage};
  const int64_t nodes = 1 + chance.Below(3);
  for (int64_t i = 0; i < nodes; ++i) {
    nodes_.emplace_back(std::make_unique<SimulatedNode>(around))->Boot();
  }
  const int64_t workers = 2 + chance.Below(3);
  for (int64_t i = 0; i < workers; ++i) {
    workers_
        .emplace_back(std::make_unique<SimulatedWorker>(&loop_, &network_, &nodes_, &log_,
                                                        StrCat("w", i), &faults_.habits))
        ->Boot();
  }
}

void World::Want() {
  Chance& chance = loop_.chance();
  const int64_t count = 3 + chance.Below(6);
  wanted_.resize(count);
  for (int64_t i = 0; i < count; ++i) {
    const auto& machines = SampleMachines();
    do {
      wanted_[i].machine = &machines[chance.Below(static_cast<int64_t>(machines.size()))];
    } while (wanted_[i].machine->child);
    wanted_[i].name = StrCat("e", i);
    wanted_[i].input = Text(StrCat("{\"id\":", i, ",\"items\":[1,2,3]}"));
  }
  const absl::Time end = watched_until_ = loop_.Now() + absl::Seconds(60);
  for (int i = 0; i < 2; ++i) {
    clients_.push_back(
        std::make_unique<SimulatedClient>(&loop_, &network_, &nodes_, &log_, StrCat("c", i)));
    loop_.Post(absl::Seconds(1), nullptr,
               [this, client = clients_.back().get(), end] { client->Watch(&wanted_, end); });
  }
  for (WantedExecution& wanted : wanted_) {
    SimulatedClient* client = clients_[chance.Below(2)].get();
    loop_.Post(chance.Between(absl::Milliseconds(200), absl::Seconds(15)), nullptr,
               [client, &wanted] { client->Start(&wanted); });
    // A second client may want the same.
    if (!chance.Happens(0.2)) continue;
    loop_.Post(chance.Between(absl::Milliseconds(200), absl::Seconds(15)), nullptr,
               [client = clients_[0].get(), &wanted] { client->Start(&wanted); });
  }
}

void World::SendToken(const std::string& token) {
  workers_[loop_.chance().Below(static_cast<int64_t>(workers_.size()))]->GotToken(token);
}

void World::Heal() {
  injector_->Stop();
  faults_ = Faults();
  faults_.habits.vanishes = 0;
  faults_.calls.hangs = 0;
  for (const auto& node : nodes_) {
    node->Stop(absl::ZeroDuration());
    node->CutLink(absl::ZeroDuration());
    node->KillAtCall(0);
    node->Boot();
  }
  for (const auto& worker : workers_) {
    worker->Stop(absl::ZeroDuration());
    worker->Boot();
  }
}

bool World::AllEnded() {
  for (const WantedExecution& wanted : wanted_) {
    if (!wanted.acknowledged && !wanted.refused) return false;
  }
  bool ended = true;
  database_.tables().VisitOpen([&](const core::Execution&, absl::Time) { ended = false; });
  return ended;
}

void World::CheckResumed() {
  database_.tables().VisitOpen([&](const core::Execution& execution, absl::Time claimable_at) {
    const bool ready = core::NextReady(execution) != nullptr;
    const absl::Time due = ready ? claimable_at : core::NextDue(execution);
    if (loop_.Now() - due <= kOverdueAtMost) return;
    Problem(StrCat("not resumed: ", execution.facts->machine_name, "/", execution.facts->name,
                   " should have gone on ", absl::FormatDuration(loop_.Now() - due), " ago"));
  });
}

void World::RunToTheEnd() {
  const absl::Time healed_at = loop_.Now();
  loop_.RunUntil(healed_at + kResumesWithin - kOrphanedAtMost);
  const std::vector<store::ChildWait> orphans = Orphans(&database_.tables());
  loop_.RunUntil(healed_at + kResumesWithin);
  CheckResumed();
  Problems(CheckStopped(&database_.tables(), orphans));
  // Until then a client may redrive what has ended.
  const absl::Time redriven_until = watched_until_ + absl::Seconds(5);
  while ((!AllEnded() || loop_.Now() < redriven_until) &&
         loop_.Now() - healed_at < kAtMostToTheEnd) {
    loop_.RunUntil(loop_.Now() + absl::Seconds(1));
  }
  for (const WantedExecution& wanted : wanted_) clients_[0]->Read(wanted);
  loop_.RunUntil(loop_.Now() + absl::Seconds(8));
}

void World::JudgeEnd(const WantedExecution& wanted, const core::Execution& execution) {
  const std::string name = StrCat(wanted.machine->name, "/", wanted.name);
  if (wanted.denied)
    Problem(StrCat("denied: a client was told that the machine of ", name, " is gone"));
  if (!execution.closed()) {
    return Problem(StrCat("stuck: ", name, " has not come to its end"));
  }
  const bool stopped = execution.status == core::Status::kAborted && wanted.stop_sent;
  const bool expected =
      execution.status == wanted.machine->end || execution.status == wanted.machine->other_end;
  // One that was stopped, and redriven before its child had been stopped as well, met it.
  const bool met_stopped_child =
      wanted.stop_sent && execution.redrive_count > 0 && execution.cause &&
      execution.cause->view().find(R"("Status":"ABORTED")") != std::string_view::npos;
  if (!stopped && !expected && !met_stopped_child) {
    return Problem(StrCat("wrong end: ", name, " is ", core::StatusName(execution.status), " ",
                          execution.error.value_or(Text()).view(), " ",
                          execution.cause.value_or(Text()).view()));
  }
  if (execution.status != core::Status::kSucceeded || wanted.machine->output.empty()) return;
  const std::string output =
      absl::StrReplaceAll(wanted.machine->output, {{"$id", wanted.name.substr(1)}});
  if (execution.output == output) return;
  Problem(StrCat("wrong output: ", name, " gave ", execution.output.view(), ", expected ", output));
}

// What the auditor sees.
void World::Show(const std::vector<audit::AuditedExecution>& all) const {
  for (const audit::Call& call : log_.calls().calls) std::cerr << audit::WriteCall(call) << "\n";
  for (const audit::AuditedExecution& one : all) {
    const core::ExecutionFacts& facts = *one.execution.facts;
    std::cerr << facts.machine_name << "/" << facts.name << " " << facts.id.value().ToString()
              << " " << core::StatusName(one.execution.status) << "\n";
    for (const audit::AuditedRow& row : one.history) {
      for (const core::HistoryEvent& event : row.events) {
        std::cerr << "  transaction " << row.written_by.value_or(0) << ": " << event.id << " <- "
                  << event.previous_id << " "
                  << absl::FormatTime("%H:%M:%E3S", event.timestamp, absl::UTCTimeZone()) << " "
                  << core::EventTypeName(event.type) << " " << event.name.view() << " "
                  << event.worker_name.view() << " " << event.payload.view() << "\n";
      }
    }
  }
}

void World::Judge() {
  database_.Flush();
  const std::vector<audit::AuditedExecution> all = database_.tables().Audited(
      [](const store::Revision& revision) { return CompiledSample(revision.definition); });
  std::map<std::pair<std::string, std::string>, const core::Execution*> by_name;
  for (const audit::AuditedExecution& one : all) {
    by_name[{one.execution.facts->machine_name, one.execution.facts->name}] = &one.execution;
  }
  for (const WantedExecution& wanted : wanted_) {
    const auto found = by_name.find({wanted.machine->name, wanted.name});
    if (found == by_name.end() && wanted.refused && !wanted.acknowledged) continue;
    if (found == by_name.end()) {
      Problem(StrCat("lost: ", wanted.machine->name, "/", wanted.name, " is not there"));
    } else {
      JudgeEnd(wanted, *found->second);
    }
  }
  Problems(CheckChildren(all, wanted_));
  Problems(CheckTold(&database_.tables()));
  if (options_.trace) Show(all);
  const audit::AuditReport report = audit::Audit(
      all, &log_.calls(), {.timer_bound = kOverdueAtMost, .database_skew = absl::Seconds(0.1)});
  for (const audit::Violation& violation : report.violations) {
    Problem(StrCat(violation.rule, ": ", violation.execution, " ", violation.what));
  }
  result_.executions = static_cast<int64_t>(all.size());
  result_.events = report.events;
  result_.transitions = report.transitions;
  result_.calls = report.calls;
}

// A node takes it that answers come at once, so it is never ahead of the database but by what its
// clock drifts between two samples.
void World::CheckClocks() {
  constexpr absl::Duration kAtMost = absl::Milliseconds(5);
  if (database_.most_ahead() <= kAtMost) return;
  Problem(StrCat("clocks: a transition was ", absl::FormatDuration(database_.most_ahead()),
                 " ahead of the database's time"));
}

SimulationResult World::Run() {
  const absl::Time began = loop_.Now();
  loop_.RunUntil(began + injector_->duration());
  Heal();
  RunToTheEnd();
  CheckClocks();
  Judge();
  result_.nodes_killed = injector_->counts().nodes_killed;
  result_.nodes_stopped = injector_->counts().nodes_stopped;
  result_.links_cut = injector_->counts().links_cut;
  result_.workers_killed = injector_->counts().workers_killed;
  result_.database_crashes = database_.crashes();
  result_.lost_writes = database_.lost_writes();
  result_.seconds = absl::ToDoubleSeconds(loop_.Now() - began);
  result_.fingerprint = loop_.chance().Bits() ^ static_cast<uint64_t>(loop_.steps());
  return std::move(result_);
}

}  // namespace

SimulationResult Simulate(const SimulationOptions& options) { return World(options).Run(); }

}  // namespace pawl::simulation
