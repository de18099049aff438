#include "coordinator/core/step.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace pawl::core {
namespace {

// SplitMix64: each call is a well-mixed function of the seed and the number of calls.
uint64_t NextRandom(uint64_t* seed) {
  *seed += 0x9E3779B97F4A7C15u;
  uint64_t z = *seed;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// AWS shows times in milliseconds; what is decided from them must be what is shown.
absl::Time FloorToMillis(absl::Time time) { return absl::FromUnixMillis(absl::ToUnixMillis(time)); }

}  // namespace

Step::Step(const asl::Machine* machine, const World* world, absl::Time now, uint64_t seed,
           Execution& execution)
    : machine_(machine),
      world_(world),
      execution_(execution),
      now_(std::max(FloorToMillis(now), execution.last_event_at)),
      last_before_(execution.last_event_id),
      seed_(seed) {}

uint64_t Step::Random() { return NextRandom(&seed_); }

asl::RandomBits Step::random_bits(uint64_t seed) {
  return [this, seed]() mutable {
    NoteRandom();
    return NextRandom(&seed);
  };
}

HistoryEvent& Step::Emit(EventType type, int64_t previous_id) {
  HistoryEvent& event = transition_.history.emplace_back();
  event.id = ++execution_.last_event_id;
  event.previous_id = previous_id;
  event.timestamp = now_;
  event.type = type;
  execution_.last_event_at = now_;
  return event;
}

HistoryEvent& Step::EmitNext(EventType type, Branch& branch) {
  HistoryEvent& event = Emit(type, branch.last_event_id);
  branch.last_event_id = event.id;
  Touch(branch);
  return event;
}

const asl::State& Step::StateOf(const Branch& branch) const {
  const asl::State* state = machine_->Find(branch.state.view());
  assert(state != nullptr && "a position names a state of its own revision");
  return *state;
}

Branch& Step::AddBranch(const Branch& parent, int64_t index) {
  const BranchId id(execution_.next_branch_id++);
  Branch& branch = execution_.branches[id];
  branch.id = id;
  branch.parent = parent.id;
  branch.index = index;
  branch.variables = parent.variables;
  execution_.open.Add(id, execution_.branches);
  Touch(branch);
  return branch;
}

void Step::RemoveBranchesUnder(BranchId parent) {
  // A branch has a greater id than the one it lies under, so one pass in order finds them all.
  execution_.open.Forget();
  std::vector<BranchId> gone{parent};
  for (auto it = execution_.branches.upper_bound(parent); it != execution_.branches.end();) {
    const Branch& branch = it->second;
    const bool under = std::find(gone.begin(), gone.end(), branch.parent) != gone.end();
    if (!under) {
      ++it;
      continue;
    }
    if (branch.phase != Phase::kEnded) gone.push_back(branch.id);
    GiveUpJob(branch);
    transition_.removed.push_back(branch.id);
    std::erase(transition_.changed, branch.id);
    std::erase(transition_.scheduled, branch.id);
    it = execution_.branches.erase(it);
  }
}

void Step::Touch(const Branch& branch) {
  if (branch.id.value() == 0) return;
  std::vector<BranchId>& changed = transition_.changed;
  if (std::find(changed.rbegin(), changed.rend(), branch.id) == changed.rend()) {
    changed.push_back(branch.id);
  }
}

void Step::GiveUpJob(const Branch& branch) {
  if (AwaitsJob(branch)) transition_.given_up.push_back(*branch.task);
}

void Step::Close(Status status) {
  for (const auto& [id, branch] : execution_.branches) GiveUpJob(branch);
  execution_.status = status;
  execution_.closed_at = now_;
  execution_.timeout_at.reset();
  execution_.branches.clear();
  execution_.open.Forget();
  execution_.parsed_input.reset();
  transition_.changed.clear();
  transition_.removed.clear();
  transition_.scheduled.clear();
  transition_.closes = true;
}

void Step::Scheduled(const Branch& branch) { transition_.scheduled.push_back(branch.id); }

void Step::Returned(const Branch& branch) {
  ++transition_.returned;
  Scheduled(branch);
}

void Step::CloseFull() {
  const int64_t last = execution_.facts->limits.history_events;
  std::erase_if(transition_.history, [&](const HistoryEvent& event) { return event.id >= last; });
  execution_.last_event_id = last - 1;
  HistoryEvent& event = Emit(EventType::kExecutionFailed, last - 1);
  event.error = execution_.error = Text("States.Runtime");
  event.cause = execution_.cause = Text(HistoryFullCause(last));
  execution_.output = Text();
  Close(Status::kFailed);
}

Transition Step::TakeTransition() {
  const int64_t last = execution_.facts->limits.history_events;
  const bool full = execution_.last_event_id >= last;
  const bool ends_in_time = execution_.closed() && execution_.last_event_id == last;
  if (last != 0 && full && !ends_in_time) CloseFull();
  // On a slower machine it would have been another decision.
  if (jsonata_budget_ && jsonata_budget_->reached_limit()) transition_.random = true;
  return std::move(transition_);
}

}  // namespace pawl::core
