#include "coordinator/store/invariants.h"

#include <map>

#include "coordinator/base/strings.h"

namespace pawl::store {
namespace {

using core::EventType;
using core::HistoryEvent;

bool EndsExecution(EventType type) {
  return type == EventType::kExecutionSucceeded || type == EventType::kExecutionFailed ||
         type == EventType::kExecutionAborted || type == EventType::kExecutionTimedOut;
}

bool EndsTask(EventType type) {
  return type == EventType::kActivitySucceeded || type == EventType::kActivityFailed ||
         type == EventType::kActivityTimedOut;
}

EventType EndOf(core::Status status) {
  switch (status) {
    case core::Status::kSucceeded:
      return EventType::kExecutionSucceeded;
    case core::Status::kFailed:
      return EventType::kExecutionFailed;
    case core::Status::kTimedOut:
      return EventType::kExecutionTimedOut;
    default:
      return EventType::kExecutionAborted;
  }
}

// A task is started at most once, and what was started ends at most once.
void CheckTasks(const std::vector<HistoryEvent>& history, std::vector<std::string>* violations) {
  std::map<int64_t, int64_t> follower;  // of Scheduled: its Started; of Started: its end
  std::map<int64_t, EventType> tasks;
  for (const HistoryEvent& event : history) {
    if (event.type == EventType::kActivityScheduled || event.type == EventType::kActivityStarted) {
      tasks[event.id] = event.type;
    }
    const bool started = event.type == EventType::kActivityStarted;
    if (!started && !EndsTask(event.type)) continue;
    const EventType wanted = started ? EventType::kActivityScheduled : EventType::kActivityStarted;
    const auto cause = tasks.find(event.previous_id);
    if (cause == tasks.end() || cause->second != wanted) {
      violations->push_back(StrCat("event ", event.id, " (", core::EventTypeName(event.type),
                                   ") follows from event ", event.previous_id, ", which is no ",
                                   core::EventTypeName(wanted)));
      continue;
    }
    const auto [first, fresh] = follower.emplace(event.previous_id, event.id);
    if (!fresh) {
      violations->push_back(StrCat("events ", first->second, " and ", event.id,
                                   " both follow from the task's event ", event.previous_id));
    }
  }
}

}  // namespace

void CheckHistory(const std::vector<HistoryEvent>& history, std::vector<std::string>* violations) {
  if (history.empty() || history.front().type != EventType::kExecutionStarted) {
    violations->push_back("the history does not begin with ExecutionStarted");
    return;
  }
  for (size_t i = 0; i < history.size(); ++i) {
    const HistoryEvent& event = history[i];
    const int64_t wanted = static_cast<int64_t>(i) + 1;
    if (event.id != wanted) {
      violations->push_back(StrCat("expected event id ", wanted, ", found ", event.id));
      return;
    }
    if (event.previous_id >= event.id) {
      violations->push_back(
          StrCat("event ", event.id, " follows from a later one, ", event.previous_id));
    }
    if (i > 0 && event.timestamp < history[i - 1].timestamp) {
      violations->push_back(StrCat("event ", event.id, " is earlier than the one before it"));
    }
    if (EndsExecution(event.type) && i + 1 != history.size()) {
      violations->push_back(
          StrCat("event ", event.id, " ends the execution and is not the last one"));
    }
  }
  CheckTasks(history, violations);
}

void CheckOpen(const core::Execution& execution, absl::Time claimable_at,
               const std::vector<HistoryEvent>& history, std::vector<std::string>* violations) {
  const int64_t last = history.empty() ? 0 : history.back().id;
  if (execution.last_event_id != last) {
    violations->push_back(StrCat("the position says last event ", execution.last_event_id,
                                 ", the history has ", last));
  }
  if (!history.empty() && EndsExecution(history.back().type)) {
    violations->push_back("is open although its history has ended");
  }
  const bool ready = core::NextReady(execution) != nullptr;
  const absl::Time due = core::NextDue(execution);
  bool task = false;
  for (const auto& [id, branch] : execution.branches) {
    task = task || branch.phase == core::Phase::kScheduled || branch.phase == core::Phase::kStarted;
  }
  if (!ready && !task && due == absl::InfiniteFuture()) {
    violations->push_back("nothing will ever move it: no step, no task, no timer");
  }
  if (ready && claimable_at == absl::InfiniteFuture()) {
    violations->push_back("has a step to take and will never be claimed");
  }
  if (claimable_at > due) {
    violations->push_back(StrCat("its timer is due at ", absl::FormatTime(due),
                                 " but it is claimable at ", absl::FormatTime(claimable_at),
                                 " only"));
  }
}

void CheckClosed(core::Status status, int64_t last_event_id,
                 const std::vector<HistoryEvent>& history, std::vector<std::string>* violations) {
  if (history.empty()) return;  // CheckHistory has said so
  const HistoryEvent& last = history.back();
  if (last.type != EndOf(status)) {
    violations->push_back(StrCat("is ", core::StatusName(status), " but its last event is ",
                                 core::EventTypeName(last.type)));
  }
  if (last.id != last_event_id) {
    violations->push_back(
        StrCat("closed with event ", last_event_id, ", its history ends with ", last.id));
  }
}

}  // namespace pawl::store
