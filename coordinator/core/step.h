// One decision while it is made: the execution it changes, the events it writes, its time and
// randomness, and the memory for JSON values that lives as long as it does.

#ifndef PAWL_CORE_STEP_H_
#define PAWL_CORE_STEP_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/asl/jsonata_budget.h"
#include "coordinator/asl/machine.h"
#include "coordinator/base/json.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/observation.h"
#include "coordinator/core/payload.h"

namespace pawl::core {

class Step {
 public:
  // `machine` and `world` may be null for a decision that asks them nothing.
  Step(const asl::Machine* machine, const World* world, absl::Time now, uint64_t seed,
       Execution& execution);

  const World& world() const { return *world_; }
  Execution& execution() { return execution_; }
  absl::Time now() const { return now_; }
  size_t max_payload_bytes() const {
    return static_cast<size_t>(execution_.facts->limits.payload_bytes);
  }
  JsonArena* arena() { return arena_.get(); }
  // For a value that is to be kept beyond this decision.
  std::shared_ptr<const JsonArena> shared_arena() const { return arena_; }

  // Of a state that is tested by itself; null: it is an execution's.
  Observation* observation() { return observation_; }
  void Observe(Observation* observation) { observation_ = observation; }
  // Keeps what a phase has come to, where somebody looks.
  void Note(std::optional<Text> Observation::*phase, const Payload& payload) {
    if (observation_ == nullptr || !payload.FitsWithin(max_payload_bytes())) return;
    observation_->*phase = payload.text();
  }

  // 64 bits that follow from the seed and how many were drawn before.
  uint64_t Random();
  // The same, for the functions of the definition.
  asl::RandomBits random_bits() {
    return [this] {
      NoteRandom();
      return Random();
    };
  }
  // The same, that follow from `seed` and not from what was drawn before.
  asl::RandomBits random_bits(uint64_t seed);
  // Chance has a part in what the definition makes of this decision.
  void NoteRandom() { transition_.random = true; }
  bool is_random() const { return transition_.random; }
  // What the JSONata expressions of this decision may take.
  asl::JsonataBudget& jsonata_budget() {
    if (!jsonata_budget_) jsonata_budget_.emplace(max_payload_bytes());
    return *jsonata_budget_;
  }

  // Writes the next event. The reference is good until the next call.
  HistoryEvent& Emit(EventType type, int64_t previous_id);
  // The same, as an event of `branch`, which follows from the branch's last event and becomes its
  // last.
  HistoryEvent& EmitNext(EventType type, Branch& branch);

  // The state `branch` is in.
  const asl::State& StateOf(const Branch& branch) const;

  // Whether it has come to that state in this decision.
  bool EnteredHere(const Branch& branch) const { return branch.entered_event_id > last_before_; }

  // The raw input of that state, and the variables it sees (undefined: none). Each is read once,
  // however many fields ask for it one after the other.
  Payload DataOf(const Branch& branch) { return Remember(branch.data, &data_); }
  Json VariablesOf(const Branch& branch) {
    return branch.variables.empty() ? Json()
                                    : Remember(branch.variables, &variables_).json(arena());
  }

  // What the task that `branch` is about to begin hands out as its token, while its input is made.
  void SetTaskToken(BranchId branch, std::string token) {
    token_.emplace(branch, std::move(token));
  }
  // Null when `branch` has none now.
  const std::string* TaskTokenOf(BranchId branch) const {
    return token_ && token_->first == branch ? &token_->second : nullptr;
  }

  // A new branch under `parent`. The reference is good until that branch is removed.
  Branch& AddBranch(const Branch& parent, int64_t index);
  // Removes all branches under `parent`, at any depth.
  void RemoveBranchesUnder(BranchId parent);
  // To be written with this step.
  void Touch(const Branch& branch);

  // `branch` has come to a task that a worker can have.
  void Scheduled(const Branch& branch);
  // The same, of a task that comes back from a worker that never got it.
  void Returned(const Branch& branch);

  // The task of `branch` ends, and not because of how its job has ended.
  void GiveUpJob(const Branch& branch);

  // Ends the execution. All its branches are gone then.
  void Close(Status status);
  // Ends it as one whose history is full, after its last event but one.
  void CloseFull();

  // What the decision came to. One whose events the history has no room for ends the execution.
  Transition TakeTransition();

 private:
  static const Payload& Remember(const Text& text, std::optional<Payload>* last) {
    if (!*last || !(*last)->text().SharesBufferWith(text)) last->emplace(text);
    return **last;
  }

  const asl::Machine* machine_;
  const World* world_;
  Observation* observation_ = nullptr;
  Execution& execution_;
  const absl::Time now_;
  const int64_t last_before_;  // the id of the last event before this decision
  uint64_t seed_;
  const std::shared_ptr<JsonArena> arena_ = std::make_shared<JsonArena>();
  Transition transition_;
  std::optional<Payload> data_;       // of the branch that was asked for last
  std::optional<Payload> variables_;  // the same
  std::optional<asl::JsonataBudget> jsonata_budget_;
  std::optional<std::pair<BranchId, std::string>> token_;
};

}  // namespace pawl::core

#endif  // PAWL_CORE_STEP_H_
