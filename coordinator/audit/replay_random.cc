#include "coordinator/audit/replay_random.h"

#include <algorithm>

#include "coordinator/audit/position_difference.h"

namespace pawl::audit {
namespace {

using core::Branch;
using core::HistoryEvent;
using core::Phase;
using core::TaskPart;

// Whether they are equal but for payload, error and cause.
bool SameShape(HistoryEvent replayed, const HistoryEvent& recorded) {
  replayed.payload = recorded.payload;
  replayed.error = recorded.error;
  replayed.cause = recorded.cause;
  return EventDifference(replayed, recorded).empty();
}

class Adoption {
 public:
  Adoption(const asl::Machine& machine, const std::vector<HistoryEvent>& replayed,
           const std::vector<HistoryEvent>& recorded, core::Execution* execution)
      : machine_(machine), replayed_(replayed), recorded_(recorded), execution_(*execution) {}

  bool Adopt() {
    if (!std::equal(replayed_.begin(), replayed_.end(), recorded_.begin(), recorded_.end(),
                    SameShape)) {
      return false;
    }
    if (execution_.closed()) {
      execution_.output = recorded_.back().payload;
      execution_.error = recorded_.back().error;
      execution_.cause = recorded_.back().cause;
      return true;
    }
    return std::all_of(execution_.branches.begin(), execution_.branches.end(),
                       [this](auto& entry) { return AdoptBranch(entry.second); });
  }

 private:
  // Where the event stands in the row; -1: in an earlier one.
  int64_t Place(int64_t event_id) const {
    return event_id < recorded_.front().id ? -1 : event_id - recorded_.front().id;
  }
  bool Differs(int64_t place) const {
    return place >= 0 && !(replayed_[place].payload == recorded_[place].payload);
  }

  bool AdoptBranch(Branch& branch) {
    if (Place(branch.last_event_id) < 0) return true;
    if (branch.phase == Phase::kEnded) {
      branch.data = recorded_[Place(branch.last_event_id)].payload;
      return true;
    }
    if (branch.task) AdoptTask(branch);
    const int64_t entered = Place(branch.entered_event_id);
    if (entered < 0) return true;
    if (!AdoptItem(branch, entered)) return false;
    branch.data = recorded_[entered].payload;
    if (DependsOnChance(branch)) return false;
    return !Differs(entered) || !DependsOnInput(branch);
  }

  void AdoptTask(Branch& branch) {
    int64_t scheduled = Place(branch.last_event_id);
    for (const auto part : {TaskPart::kSubmitted, TaskPart::kStarted}) {
      if (scheduled < 0 || core::TaskPartOf(recorded_[scheduled].type) != part) continue;
      scheduled = Place(recorded_[scheduled].previous_id);
    }
    if (scheduled >= 0) branch.task->input = recorded_[scheduled].payload;
  }

  // The item of an iteration is what its first state was entered with, unless a selector made that.
  bool AdoptItem(Branch& branch, int64_t entered) const {
    if (branch.item.empty()) return true;
    if (branch.item == replayed_[entered].payload) {
      branch.item = recorded_[entered].payload;
      return true;
    }
    const Branch* map = execution_.Find(branch.parent);
    if (map == nullptr) return true;
    const asl::State* state = machine_.Find(map->state.view());
    const bool computed = state != nullptr && state->type == asl::StateType::kMap &&
                          state->as<asl::MapDetail>().items.has_value();
    return !computed && !Differs(Place(map->entered_event_id));
  }

  // Whether an expression, in which chance may have had its part, has made something of the state
  // that its events do not tell.
  bool DependsOnChance(const Branch& branch) const {
    const asl::State* state = machine_.Find(branch.state.view());
    if (state == nullptr) return true;
    if (state->type == asl::StateType::kWait) {
      const auto& wait = state->as<asl::WaitDetail>();
      return wait.seconds.expression || wait.timestamp.expression;
    }
    return state->type == asl::StateType::kMap &&
           state->as<asl::MapDetail>().max_concurrency.expression.has_value();
  }

  // Whether the state has taken more from its input than its events tell.
  bool DependsOnInput(const Branch& branch) const {
    const asl::State* state = machine_.Find(branch.state.view());
    if (state == nullptr) return true;
    if (state->type == asl::StateType::kWait) {
      const auto& wait = state->as<asl::WaitDetail>();
      return wait.seconds.is_computed() || wait.timestamp.is_computed();
    }
    return state->type == asl::StateType::kMap &&
           state->as<asl::MapDetail>().max_concurrency.is_computed();
  }

  const asl::Machine& machine_;
  const std::vector<HistoryEvent>& replayed_;
  const std::vector<HistoryEvent>& recorded_;
  core::Execution& execution_;
};

}  // namespace

bool AdoptRecorded(const asl::Machine& machine, const std::vector<HistoryEvent>& replayed,
                   const std::vector<HistoryEvent>& recorded, core::Execution* execution) {
  return Adoption(machine, replayed, recorded, execution).Adopt();
}

}  // namespace pawl::audit
