#include "coordinator/audit/replay_place.h"

#include <algorithm>
#include <utility>

#include "coordinator/audit/replay_step.h"
#include "coordinator/audit/replay_task.h"
#include "coordinator/audit/replay_world.h"

namespace pawl::audit {
namespace {

using core::Branch;
using core::EventType;
using core::Execution;
using core::HistoryEvent;
using core::Phase;
using core::TaskPart;
using core::TaskPartOf;

bool Mentions(const std::vector<std::string>& error_equals) {
  return std::find(error_equals.begin(), error_equals.end(), "States.HeartbeatTimeout") !=
         error_equals.end();
}

bool TellsHeartbeatsApart(const asl::State& state) {
  return std::any_of(state.retry.begin(), state.retry.end(),
                     [](const auto& retrier) { return Mentions(retrier.error_equals); }) ||
         std::any_of(state.catchers.begin(), state.catchers.end(),
                     [](const auto& catcher) { return Mentions(catcher.error_equals); });
}

// Whether the branch may have taken steps without events since the last row.
bool MayHaveGoneOn(const Branch& branch, const Branch* stored) {
  if (branch.phase != Phase::kReady && branch.phase != Phase::kBackoff) return false;
  return stored == nullptr || stored->phase != branch.phase || stored->retries != branch.retries;
}

// Those that may, in the order in which the engine goes on with them.
std::vector<BranchId> MayHaveGoneOn(const Execution& replayed, const Execution& stored) {
  std::vector<const Branch*> branches;
  for (const auto& [id, branch] : replayed.branches) {
    if (MayHaveGoneOn(branch, stored.Find(id))) branches.push_back(&branch);
  }
  std::sort(branches.begin(), branches.end(),
            [](const Branch* a, const Branch* b) { return a->last_event_id < b->last_event_id; });
  std::vector<BranchId> ids;
  for (const Branch* branch : branches) ids.push_back(branch->id);
  return ids;
}

// Takes one step of a branch that has not gone on as far as the stored one, if it leaves no event.
bool TakeSilentStep(const asl::Machine& machine, const Execution& stored, ReplayPlace* place) {
  for (const BranchId id : MayHaveGoneOn(place->execution, stored)) {
    const Branch& branch = place->execution.branches.at(id);
    ReplayPlace next = *place;
    const ReplayWorld world;
    ReplaySteps steps(machine, world, &next);
    // Late enough for its timer; what follows from the time is bounded from below all the same.
    const auto from = place->earliest.backoff.find(id);
    absl::Time now = std::max(place->execution.last_event_at, branch.due_at.value_or(absl::Time()));
    if (from != place->earliest.backoff.end()) now = std::max(now, from->second);
    const absl::Status status =
        branch.phase == Phase::kReady ? steps.Proceed(id, now) : steps.FireBackoffOrWait(id, now);
    if (!status.ok() || !steps.produced().history.empty()) continue;
    *place = std::move(next);
    return true;
  }
  return false;
}

}  // namespace

const Branch* GoesOnFrom(const Execution& execution, int64_t id) {
  for (const auto& [branch_id, branch] : execution.branches) {
    if (branch.last_event_id == id && branch.phase != Phase::kEnded &&
        branch.phase != Phase::kJoining) {
      return &branch;
    }
  }
  return nullptr;
}

bool IsOut(const Branch& branch) {
  return branch.phase == Phase::kStarted || branch.phase == Phase::kSubmitted;
}

TimeOuts PossibleTimeOuts(const ReplayPlace& place, const Branch& branch, absl::Time now) {
  TimeOuts possible;
  possible.own = branch.due_at && FloorToMillis(*branch.due_at) <= now;
  const auto from = place.earliest.heartbeat.find(branch.id);
  if (from == place.earliest.heartbeat.end()) return possible;
  const bool first = !branch.due_at || from->second < *branch.due_at;
  possible.heartbeat = first && FloorToMillis(from->second) <= now;
  return possible;
}

bool CanBeEitherTimeOut(const asl::Machine& machine, const AuditedRow& row,
                        const ReplayPlace& place) {
  if (row.events.empty() || TaskPartOf(row.events.front().type) != TaskPart::kTimedOut) {
    return false;
  }
  const HistoryEvent& event = row.events.front();
  const Branch* branch = GoesOnFrom(place.execution, event.previous_id);
  if (branch == nullptr || !IsOut(*branch)) return false;
  const TimeOuts possible = PossibleTimeOuts(place, *branch, event.timestamp);
  const asl::State* state = machine.Find(branch->state.view());
  return possible.own && possible.heartbeat && state != nullptr && TellsHeartbeatsApart(*state);
}

std::string DifferenceAtEnd(const asl::Machine& machine, const ReplayPlace& place,
                            const core::Execution& stored) {
  std::string difference = PositionDifference(place.execution, place.earliest, stored);
  if (difference.empty()) return difference;
  ReplayPlace later = place;
  while (!difference.empty() && TakeSilentStep(machine, stored, &later)) {
    difference = PositionDifference(later.execution, later.earliest, stored);
  }
  return difference;
}

}  // namespace pawl::audit
