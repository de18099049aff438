// How one row is played (replay_place.h): what led to it is read off its events.

#include <algorithm>
#include <utility>

#include "absl/types/span.h"
#include "coordinator/audit/replay_place.h"
#include "coordinator/audit/replay_random.h"
#include "coordinator/audit/replay_step.h"
#include "coordinator/audit/replay_task.h"
#include "coordinator/audit/replay_world.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/failure.h"
#include "coordinator/core/retrace.h"

namespace pawl::audit {
namespace {

using core::Branch;
using core::EndsTask;
using core::EventType;
using core::Execution;
using core::HistoryEvent;
using core::Phase;
using core::TaskPart;
using core::TaskPartOf;

std::string Named(const HistoryEvent& event) {
  return StrCat("event ", event.id, " (", core::EventTypeName(event.type), ")");
}

// The branch that an event of its own, the first of a row, goes on with. EvaluationFailed does not
// follow from the branch's last event, but from one that another branch may share; the state it
// names tells them apart.
const Branch* GoesOnWith(const asl::Machine& machine, const Execution& execution,
                         const HistoryEvent& event) {
  if (event.type != EventType::kEvaluationFailed) {
    return GoesOnFrom(execution, event.previous_id);
  }
  const asl::State* state = machine.Find(event.name.view());
  if (state == nullptr) return nullptr;
  for (const auto& [branch_id, branch] : execution.branches) {
    if (branch.phase != Phase::kEnded && branch.state == event.name &&
        core::EvaluationFailedFollows(branch, *state) == event.previous_id) {
      return &branch;
    }
  }
  return nullptr;
}

class RowPlay {
 public:
  RowPlay(const asl::Machine& machine, absl::Span<const AuditedRow> rows, ReplayPlace* place)
      : machine_(machine),
        rows_(rows),
        row_(rows.back()),
        place_(*place),
        world_(row_),
        steps_(machine, world_, place) {}

  PlayedRow Play() {
    absl::Span<const HistoryEvent> events(row_.events);
    const bool full = TellsFullHistory(events.back());
    if (full) events.remove_suffix(1);
    const size_t known_attempts = place_.attempts.size();
    // Tasks that were handed out with the step that scheduled them, or by a hand-out alone.
    size_t head = events.size();
    while (head > 0 && TaskPartOf(events[head - 1].type) == TaskPart::kStarted) --head;
    std::string problem;
    if (head > 0) problem = PlayStep(events.subspan(0, head));
    if (problem.empty()) NoteScheduled();
    for (size_t i = head; problem.empty() && i < events.size(); ++i) {
      problem = Give(events[i], /*with_step=*/head > 0);
    }
    // What found no room may have been any step, or a hand-out.
    if (problem.empty() && full && !place_.execution.closed()) {
      problem = Problem(row_.events.back(), steps_.EndFullHistory(row_.events.back().timestamp));
    }
    if (problem.empty()) problem = Compare();
    const core::Transition& produced = steps_.produced();
    if (!problem.empty() && produced.random &&
        AdoptRecorded(machine_, produced.history, row_.events, &place_.execution)) {
      problem.clear();
    }
    if (problem.empty()) {
      NoteEnded();
    } else {
      // With other events than were recorded they may be those of other branches.
      place_.attempts.erase(place_.attempts.begin() + static_cast<int64_t>(known_attempts),
                            place_.attempts.end());
    }
    place_.heartbeat_times_out = false;
    return {std::move(problem), produced.random};
  }

 private:
  static std::string Problem(const HistoryEvent& event, const absl::Status& status) {
    return status.ok() ? "" : StrCat(Named(event), ": ", std::string(status.message()));
  }

  std::string PlayStep(absl::Span<const HistoryEvent> events) {
    const HistoryEvent& first = events.front();
    const absl::Time now = first.timestamp;
    Execution& execution = place_.execution;
    if (first.type == EventType::kExecutionStarted) {
      if (execution.version != 0) return StrCat(Named(first), ": it has begun already");
      steps_.Begin(now);
      return "";
    }
    if (first.type == EventType::kExecutionRedriven) return PlayRedrive(first);
    if (execution.closed()) return StrCat(Named(first), ": the execution has ended");
    if (IsDeletion(first)) {
      // Whatever its next step was: it ends.
      execution.machine_deleted = true;
      execution.timeout_at = now;
      return Problem(first, steps_.Take({core::TimerFired(), now}, std::nullopt));
    }
    if (EndsTask(TaskPartOf(first.type))) return PlayTaskEnd(first);
    switch (first.type) {
      case EventType::kTaskSubmitted:
        return PlaySubmitted(events);
      case EventType::kExecutionAborted:
        return Problem(first,
                       steps_.Take({core::Stop{first.error, first.cause}, now}, std::nullopt));
      case EventType::kExecutionTimedOut:
        return Problem(first, steps_.FireExecutionTimeout(now));
      default:
        return CannotBeMade(first) ? PlayCallFailure(first) : PlayOwnStep(first);
    }
  }

  std::string PlayRedrive(const HistoryEvent& event) {
    core::Retrace stood(machine_);
    for (const AuditedRow& row : rows_.subspan(0, rows_.size() - 1)) {
      for (const HistoryEvent& before : row.events) {
        if (absl::Status added = stood.Add(before); !added.ok()) return Problem(event, added);
      }
    }
    return Problem(event, steps_.Redrive(stood, event.timestamp));
  }

  bool TellsFullHistory(const HistoryEvent& event) const {
    const int64_t last = place_.execution.facts->limits.history_events;
    return event.type == EventType::kExecutionFailed && last != 0 && event.id == last &&
           event.cause && *event.cause == core::HistoryFullCause(last);
  }

  bool IsDeletion(const HistoryEvent& event) const {
    const Execution& execution = place_.execution;
    return event.type == EventType::kExecutionFailed &&
           event.previous_id == execution.last_event_id && event.cause &&
           *event.cause ==
               StrCat("State machine ", execution.facts->machine_name, " has been deleted");
  }

  // The branch whose task goes on from `event`'s cause: somebody has the task, or its token.
  const Branch* TaskBefore(const HistoryEvent& event) const {
    const Branch* branch = GoesOnFrom(place_.execution, event.previous_id);
    return branch != nullptr && IsOut(*branch) ? branch : nullptr;
  }

  static std::string NoTask(const HistoryEvent& event) {
    return StrCat(Named(event), ": no worker has a task that was started with event ",
                  event.previous_id);
  }

  std::string PlayTaskEnd(const HistoryEvent& event) {
    const Branch* branch = TaskBefore(event);
    if (branch == nullptr) return NoTask(event);
    const BranchId id = branch->id;
    const absl::Time now = event.timestamp;
    if (TaskPartOf(event.type) == TaskPart::kTimedOut) {
      const TimeOuts possible = PossibleTimeOuts(place_, *branch, now);
      const bool heartbeat =
          place_.heartbeat_times_out || (!possible.own && (possible.heartbeat || !branch->due_at));
      return Problem(event, steps_.FireTask(id, heartbeat, now));
    }
    // Its token was faster than the call's result, which did not come.
    const bool early = event.type != EventType::kTaskSubmitFailed && branch->task->has_token() &&
                       branch->phase == Phase::kStarted;
    const int64_t nonce = branch->task->nonce;
    const absl::Status taken = steps_.Take({EndOf(*branch, event), now}, id);
    if (!taken.ok() || !early) return Problem(event, taken);
    // Why it did not come (the call failed, its time was over, nobody made it any more) is all the
    // same, but that no other timer has to come first.
    return Problem(event, steps_.Take({core::CallFailed{id, nonce, {}, {}}, now}, id));
  }

  // What the core was told of the task of `branch` when it gave `event`.
  static decltype(core::Event::what) EndOf(const Branch& branch, const HistoryEvent& event) {
    const int64_t nonce = branch.task->nonce;
    const bool by_call = branch.task->is_call() &&
                         (!branch.task->has_token() || event.type == EventType::kTaskSubmitFailed);
    if (TaskPartOf(event.type) == TaskPart::kSucceeded) {
      if (by_call) return core::CallReturned{branch.id, nonce, event.payload};
      return core::TaskSucceeded{branch.id, nonce, event.payload};
    }
    if (by_call) return core::CallFailed{branch.id, nonce, event.error, event.cause};
    return core::TaskFailed{branch.id, nonce, event.error, event.cause};
  }

  // The call has returned; when its token was faster, what that said follows at once.
  std::string PlaySubmitted(absl::Span<const HistoryEvent> events) {
    const HistoryEvent& first = events.front();
    const Branch* branch = TaskBefore(first);
    if (branch == nullptr) return NoTask(first);
    const BranchId id = branch->id;
    if (events.size() > 1 && EndsTask(TaskPartOf(events[1].type)) &&
        events[1].previous_id == first.id) {
      const absl::Status ended = steps_.Take({EndOf(*branch, events[1]), first.timestamp}, id);
      if (!ended.ok()) return Problem(events[1], ended);
    }
    return Problem(first, steps_.Submit(id, first.payload, first.timestamp));
  }

  // Whether the execution failed because a call could not be made, which nothing else tells.
  bool CannotBeMade(const HistoryEvent& event) const {
    const Branch* branch = TaskBefore(event);
    return event.type == EventType::kExecutionFailed && branch != nullptr &&
           branch->task->is_call() && branch->phase == Phase::kStarted;
  }

  std::string PlayCallFailure(const HistoryEvent& event) {
    const Branch& branch = *TaskBefore(event);
    std::optional<Text> cause = event.cause;
    const std::string prefix = core::CausePrefix(branch);
    if (cause && cause->view().starts_with(prefix)) {
      cause = Text(cause->str().substr(prefix.size()));
    }
    return Problem(
        event,
        steps_.Take({core::CallFailed{branch.id, branch.task->nonce, event.error, std::move(cause)},
                     event.timestamp},
                    branch.id));
  }

  // A branch goes on by itself or when its timer fires, and before that has perhaps taken steps
  // that left no event.
  std::string PlayOwnStep(const HistoryEvent& event) {
    while (steps_.produced().history.empty()) {
      const Branch* branch = GoesOnWith(machine_, place_.execution, event);
      if (branch == nullptr || branch->phase == Phase::kScheduled || IsOut(*branch)) {
        return StrCat(Named(event), ": nothing can go on from event ", event.previous_id);
      }
      const absl::Status status = branch->phase == Phase::kReady
                                      ? steps_.Proceed(branch->id, event.timestamp)
                                      : steps_.FireBackoffOrWait(branch->id, event.timestamp);
      if (!status.ok()) return Problem(event, status);
    }
    return "";
  }

  std::string Give(const HistoryEvent& event, bool with_step) {
    const Branch* branch = GoesOnFrom(place_.execution, event.previous_id);
    if (branch == nullptr || branch->phase != Phase::kScheduled) {
      return StrCat(Named(event), ": no task that was scheduled with event ", event.previous_id,
                    " waits for a worker");
    }
    if (with_step && event.previous_id < row_.events.front().id) {
      return StrCat(Named(event), ": its task was scheduled by another transition");
    }
    Attempt& attempt = place_.attempts[place_.open_attempts.at(event.previous_id)];
    attempt.started_id = event.id;
    place_.open_attempts[event.id] = place_.open_attempts.at(event.previous_id);
    return Problem(event, steps_.Give(branch->id, event.worker_name, event.timestamp));
  }

  std::string Compare() const {
    const std::vector<HistoryEvent>& produced = steps_.produced().history;
    for (size_t i = 0; i < row_.events.size(); ++i) {
      const HistoryEvent& recorded = row_.events[i];
      if (i == produced.size()) {
        return StrCat(Named(recorded), ": the transition ends before it");
      }
      const std::string difference = EventDifference(produced[i], recorded);
      if (!difference.empty()) return StrCat(Named(recorded), ": ", difference);
    }
    if (produced.size() > row_.events.size()) {
      return StrCat(Named(produced[row_.events.size()]), " is missing: the transition gives it");
    }
    return "";
  }

  void NoteScheduled() {
    for (const BranchId id : steps_.produced().scheduled) {
      const int64_t scheduled_id = place_.execution.Find(id)->last_event_id;
      place_.open_attempts[scheduled_id] = place_.attempts.size();
      place_.attempts.push_back({id, scheduled_id});
    }
  }

  void NoteEnded() {
    for (const HistoryEvent& event : row_.events) {
      const auto attempt = place_.open_attempts.find(event.previous_id);
      if (attempt == place_.open_attempts.end()) continue;
      const size_t index = attempt->second;
      const TaskPart part = TaskPartOf(event.type);
      if (part == TaskPart::kSubmitted) place_.open_attempts[event.id] = index;
      if (EndsTask(part)) place_.attempts[index].ended_id = event.id;
    }
  }

  const asl::Machine& machine_;
  const absl::Span<const AuditedRow> rows_;
  const AuditedRow& row_;
  ReplayPlace& place_;
  const ReplayWorld world_;
  ReplaySteps steps_;
};

}  // namespace

PlayedRow PlayRow(const asl::Machine& machine, absl::Span<const AuditedRow> rows,
                  ReplayPlace* place) {
  if (rows.back().events.empty()) return {.problem = "a history row has no events"};
  return RowPlay(machine, rows, place).Play();
}

}  // namespace pawl::audit
