// fuzz_asl --seeds A..B: makes up state machines, paths and intrinsic calls and runs them through
// the pure core, which must neither crash nor hang, whatever it is given. What it answers is
// checked for what holds of any machine: events are numbered without gaps, payloads are JSON, equal
// arguments give equal results. Prints the seed it fails on, and takes it back as `--seeds N`.

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>

#include "coordinator/asl/compile.h"
#include "coordinator/asl/template.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "tests/fuzz/definition_maker.h"
#include "tests/fuzz/seed_guard.h"
#include "tests/property/machine_maker.h"
#include "tests/support/fake_world.h"

namespace pawl::fuzz {
namespace {

constexpr int kMaxSteps = 200;        // of one execution: some machines never end
constexpr unsigned kMaxSeconds = 30;  // of one seed: more is a hang

void Expect(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "fuzz_asl: " << what << "\n";
  std::abort();
}

struct Totals {
  int64_t machines = 0, refused = 0, steps = 0, events = 0, ended = 0, values = 0;
};

// One run of a machine: what happens to it follows from the seed.
class MachineRun {
 public:
  MachineRun(const asl::Machine& machine, std::string input, uint64_t seed)
      : machine_(machine), chance_(seed) {
    auto facts = std::make_shared<core::ExecutionFacts>();
    facts->input = Text(std::move(input));
    facts->started_at = now_;
    execution_.facts = std::move(facts);
  }

  // All events as text.
  std::string Run(Totals* totals) {
    Take(core::Begin(machine_, world_, now_, chance_.Below(1'000'000), execution_));
    int steps = 0;
    while (!execution_.closed() && steps++ < kMaxSteps && Step()) ++totals->steps;
    totals->events += execution_.last_event_id;
    totals->ended += execution_.closed() ? 1 : 0;
    return log_;
  }

 private:
  void Take(const core::Transition& transition) {
    for (const core::HistoryEvent& event : transition.history) {
      Expect(event.id == ++last_id_, "the events are not numbered one by one");
      Expect(event.previous_id < event.id, "an event follows from a later one");
      if (!event.payload.empty()) {
        Expect(CheckJson(event.payload.view()).ok(), "a payload is not JSON");
      }
      StrAppend(&log_, event.id, " <", event.previous_id, "> ", core::EventTypeName(event.type),
                " ", event.payload.view(), "\n");
    }
    Expect(last_id_ == execution_.last_event_id, "the position does not count its events");
    Expect(execution_.closed() == execution_.branches.empty(), "an open execution has no branch");
  }

  bool Decide(core::Event event) {
    event.now = now_;
    event.seed = chance_.Below(1'000'000);
    auto taken = core::Advance(machine_, world_, event, execution_);
    Expect(taken.ok(), "what is due is refused");
    Take(*taken);
    return true;
  }

  // The outcome of the first open task; false when there is none.
  bool EndTask() {
    for (const auto& [id, branch] : execution_.branches) {
      if (branch.phase == core::Phase::kScheduled) {
        auto taken = core::StartTask(id, Text("w"), now_, execution_);
        Expect(taken.ok(), "a task that is ready is not given");
        Take(*taken);
        return true;
      }
      if (branch.phase != core::Phase::kStarted || chance_.OneIn(4)) continue;
      const int64_t nonce = branch.task->nonce;
      if (chance_.OneIn(3)) {
        return Decide({core::TaskFailed{id, nonce, Text(chance_.OneIn(2) ? "E" : "F"), Text("c")}});
      }
      return Decide({core::TaskSucceeded{id, nonce, Text(chance_.Input())}});
    }
    return false;
  }

  bool Step() {
    if (chance_.OneIn(200)) return Decide({core::Stop{}});
    if (const core::Branch* ready = core::NextReady(execution_)) {
      return Decide({core::Proceed{ready->id}});
    }
    if (EndTask()) return true;
    const absl::Time due = core::NextDue(execution_);
    if (due == absl::InfiniteFuture()) return false;
    now_ = std::max(now_, due);
    return Decide({core::TimerFired{}});
  }

  static bool Exists(std::string_view) { return true; }

  const asl::Machine& machine_;
  DefinitionMaker chance_;
  absl::Time now_ = absl::FromUnixSeconds(1'790'000'000);
  FakeWorld world_{Exists};
  core::Execution execution_;
  int64_t last_id_ = 0;
  std::string log_;
};

void FuzzMachine(DefinitionMaker& make, uint64_t seed, Totals* totals) {
  // One in four is of the kind that runs on for long, whatever its tasks give: most of the others
  // soon fail at a path.
  const bool lasting = seed % 4 == 0;
  property::MachineMaker make_lasting(seed);
  const std::string definition = lasting ? make_lasting.Machine() : make.Machine();
  const asl::CompileResult compiled = asl::CompileMachine(definition, asl::MachineType::kStandard);
  Expect((compiled.machine == nullptr) == !compiled.ErrorText().empty(),
         "a definition is refused without a reason, or accepted in spite of one");
  if (compiled.machine == nullptr) {
    ++totals->refused;
    return;
  }
  ++totals->machines;
  const std::string input = lasting ? make_lasting.Input() : make.Input();
  const std::string once = MachineRun(*compiled.machine, input, seed).Run(totals);
  Totals again;
  Expect(once == MachineRun(*compiled.machine, input, seed).Run(&again),
         "equal arguments give different results");
}

void FuzzExpression(DefinitionMaker& make, Totals* totals) {
  JsonArena arena;
  const absl::StatusOr<Json> document = ParseJson(make.Document(), &arena);
  Expect(document.ok(), "a document that was made up is not JSON");
  const query::Environment environment{*document, [&] { return *document; },
                                       document->is_object() ? *document : Json()};
  for (const query::Dialect dialect : {query::Dialect::kStates, query::Dialect::kJayway}) {
    const auto path = query::JsonPath::Compile(make.Path(), dialect);
    if (!path.ok()) continue;
    const absl::StatusOr<Json> found = path->Evaluate(environment, &arena);
    if (found.ok()) Expect(CheckJson(WriteJson(*found)).ok(), "a path gives what is not JSON");
    if (path->not_reference_reason().empty() && path->root() == query::JsonPath::Root::kInput) {
      (void)path->Replace(*document, Json::Int(1), &arena);
    }
  }
  const auto call = asl::Expression::Compile(make.Intrinsic());
  if (!call.ok()) return;
  const auto value = call->Evaluate(
      environment, [&] { return make.Below(UINT64_MAX); }, "f", &arena);
  if (!value.ok()) return;
  ++totals->values;
  Expect(CheckJson(WriteJson(*value)).ok(), "an intrinsic gives what is not JSON");
}

int Main(uint64_t from, uint64_t to) {
  GuardSeeds("fuzz_asl");
  Totals totals;
  for (uint64_t seed = from; seed <= to; ++seed) {
    BeginSeed(seed, kMaxSeconds);
    DefinitionMaker make(seed);
    FuzzMachine(make, seed, &totals);
    for (int i = 0; i < 10; ++i) FuzzExpression(make, &totals);
  }
  EndSeeds();
  std::cout << "seeds " << from << ".." << to << ": " << totals.machines << " machines run, "
            << totals.refused << " refused, " << totals.steps << " steps, " << totals.events
            << " events, " << totals.ended << " ended, " << totals.values
            << " intrinsic calls with a value\n";
  return 0;
}

}  // namespace
}  // namespace pawl::fuzz

int main(int argc, char** argv) {
  uint64_t from = 0;
  uint64_t to = 0;
  if (argc != 3 || std::strcmp(argv[1], "--seeds") != 0 ||
      !pawl::fuzz::ParseSeeds(argv[2], &from, &to)) {
    std::cerr << "usage: fuzz_asl --seeds A..B | --seeds N\n";
    return 2;
  }
  return pawl::fuzz::Main(from, to);
}
