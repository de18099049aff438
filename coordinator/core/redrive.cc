#include "coordinator/core/redrive.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "coordinator/asl/unverified.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/flow.h"
#include "coordinator/core/open_task.h"
#include "coordinator/core/states/states.h"
#include "coordinator/core/step.h"

namespace pawl::core {
namespace {

// Builds the position from the places that were traced, then begins what had not ended.
class Redriving {
 public:
  Redriving(Step& step, const Retrace& stood) : step_(step), stood_(stood) {}

  void Run() {
    Execution& execution = step_.execution();
    execution.next_branch_id = 1;
    Put(stood_.root(), execution.branches[BranchId(0)]);
    execution.open.Forget();
    for (const Begun& begun : begun_) {
      Branch* branch = execution.closed() ? nullptr : execution.Find(begun.branch);
      // What was begun before it may have ended it, or have led it elsewhere.
      if (branch == nullptr || branch->last_event_id != begun.last_event_id) continue;
      step_.Touch(*branch);
      Begin(*branch, begun);
    }
  }

 private:
  // A branch whose state is to be begun, or to go on with what it has begun.
  struct Begun {
    BranchId branch;
    const TracedPlace* place;
    int64_t last_event_id;
  };

  void Put(const TracedPlace& place, Branch& branch) {
    branch.state = place.state;
    branch.data = place.input;
    branch.variables = VariablesText(place.variables);
    branch.entered_event_id = branch.last_event_id = place.entered_event_id;
    branch.entered_previous_id = place.entered_previous_id;
    branch.entered_at = place.entered_at;
    step_.Touch(branch);
    const bool joins = Joins(place) && GoOnJoining(step_, branch, step_.StateOf(branch), place);
    if (!joins) {
      begun_.push_back({branch.id, &place, branch.last_event_id});
      return;
    }
    const BranchId id = branch.id;
    for (const auto& [index, child] : place.children) PutChild(*child, id);
    begun_.push_back({id, &place, place.started_event_id});
  }

  void PutChild(const TracedPlace& place, BranchId container_id) {
    const Branch& container = *step_.execution().Find(container_id);
    Branch& child = step_.AddBranch(container, place.index);
    if (container.map_items != nullptr) {
      child.item = ItemText(*container.map_items, place.index);
    }
    if (!place.left) return Put(place, child);
    child.phase = Phase::kEnded;
    child.data = place.output;
    child.item = child.variables = Text();
    child.entered_event_id = place.entered_event_id;
    child.entered_previous_id = place.entered_previous_id;
    child.entered_at = place.entered_at;
    child.last_event_id = place.exited_event_id;
  }

  // Whether its branches that ended stay ended. Where it is what they came to together that was too
  // large, all run again (reference/asl.md 14).
  bool Joins(const TracedPlace& place) const {
    if (place.started_event_id == 0) return false;
    const bool too_large =
        stood_.last_error() && *stood_.last_error() == "States.DataLimitExceeded";
    return !(place.AllEnded() && too_large);
  }

  void Begin(Branch& branch, const Begun& begun) {
    const asl::State& state = step_.StateOf(branch);
    if (!branch.join) return BeginState(step_, branch, state);
    if (begun.place->AllEnded())
      return FinishJoinAgain(step_, branch, state, LastEnd(*begun.place));
    if (state.type == asl::StateType::kMap) FillIterations(step_, branch, state);
  }

  static int64_t LastEnd(const TracedPlace& place) {
    int64_t last = place.started_event_id;
    for (const auto& [index, child] : place.children) last = std::max(last, child->ended_event_id);
    return last;
  }

  Step& step_;
  const Retrace& stood_;
  std::vector<Begun> begun_;  // inner ones before what is around them
};

}  // namespace

std::optional<std::string> WhyNotRedrivable(const RedriveCandidate& candidate, absl::Time now) {
  if (candidate.status == Status::kRunning || candidate.status == Status::kSucceeded) {
    return StrCat("Execution is ", StatusName(candidate.status), " and cannot be redriven");
  }
  if (candidate.machine_deleted) return "State machine is in DELETING status";
  const int64_t most = candidate.history_events;
  if (most != 0 && candidate.last_event_id > most - kRedriveEvents) {
    return "Execution history event limit exceeded";
  }
  if (now - candidate.started_at >= kMaxExecutionTime) {
    return "Execution has exceeded the max execution time";
  }
  if (now - candidate.closed_at > kRedrivablePeriod) return "Execution redrivable period exceeded";
  return std::nullopt;
}

absl::StatusOr<Transition> Redrive(const asl::Machine& machine, const World& world, absl::Time now,
                                   uint64_t seed, const Retrace& stood, Execution& execution) {
  if (!execution.closed()) return Late(execution, "it is open");
  if (execution.status == Status::kSucceeded) return Late(execution, "it has succeeded");
  if (stood.last_event_id() != execution.last_event_id || stood.root().state.empty() ||
      stood.root().left) {
    return absl::DataLossError(StrCat("execution ", execution.facts->id.value().ToString(),
                                      ": its history does not tell where it stood"));
  }
  Step step(&machine, &world, now, seed, execution);
  HistoryEvent& event = step.Emit(EventType::kExecutionRedriven, execution.last_event_id);
  execution.status = Status::kRunning;
  execution.version = 1;
  event.redrive_count = ++execution.redrive_count;
  execution.redriven_at = step.now();
  execution.closed_at = absl::Time();
  execution.output = Text();
  execution.error = execution.cause = std::nullopt;
  if (machine.timeout) execution.timeout_at = step.now() + *machine.timeout;
  Redriving(step, stood).Run();
  return step.TakeTransition();
}

}  // namespace pawl::core
