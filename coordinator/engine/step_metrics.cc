#include "coordinator/engine/step_metrics.h"

#include <variant>

namespace pawl::engine {
namespace {

using metrics::Ending;
using metrics::Metrics;
using metrics::TaskEnding;
using metrics::TransitionKind;

void CountEvent(core::EventType type, Metrics* metrics) {
  if (type == core::EventType::kExecutionStarted) return metrics->executions_started.Add();
  switch (core::TaskPartOf(type)) {
    case core::TaskPart::kScheduled:
      return metrics->tasks_scheduled.Add();
    case core::TaskPart::kStarted:
      return metrics->tasks_dispatched.Add();
    case core::TaskPart::kSucceeded:
      return metrics->tasks_ended[TaskEnding::kSucceeded].Add();
    case core::TaskPart::kFailed:
      return metrics->tasks_ended[TaskEnding::kFailed].Add();
    case core::TaskPart::kTimedOut:
      return metrics->tasks_ended[TaskEnding::kTimedOut].Add();
    case core::TaskPart::kSubmitted:
    case core::TaskPart::kNone:
      return;  // steps within the machine, which have no figure of their own
  }
}

void CountClosed(core::Status status, Metrics* metrics) {
  switch (status) {
    case core::Status::kRunning:
      return;
    case core::Status::kSucceeded:
      return metrics->executions_closed[Ending::kSucceeded].Add();
    case core::Status::kFailed:
      return metrics->executions_closed[Ending::kFailed].Add();
    case core::Status::kTimedOut:
      return metrics->executions_closed[Ending::kTimedOut].Add();
    case core::Status::kAborted:
      return metrics->executions_closed[Ending::kAborted].Add();
  }
}

}  // namespace

TransitionKind KindOf(const core::Event& event) {
  if (std::holds_alternative<core::Proceed>(event.what)) return TransitionKind::kStep;
  if (std::holds_alternative<core::TimerFired>(event.what)) return TransitionKind::kTimer;
  if (std::holds_alternative<core::Stop>(event.what)) return TransitionKind::kStop;
  return TransitionKind::kTask;
}

void CountTransition(TransitionKind kind, const core::Transition& transition,
                     const core::Execution& after, Metrics* metrics) {
  metrics->transitions[transition.history.empty() ? TransitionKind::kQuiet : kind].Add();
  metrics->history_events.Add(static_cast<int64_t>(transition.history.size()));
  metrics->tasks_redelivered.Add(transition.returned);
  for (const core::HistoryEvent& event : transition.history) CountEvent(event.type, metrics);
  CountClosed(after.status, metrics);
}

void CountHandOut(bool first_of_transition, bool first_of_task, Metrics* metrics) {
  if (first_of_transition) metrics->transitions[TransitionKind::kHandOut].Add();
  if (!first_of_task) return;
  metrics->history_events.Add();
  CountEvent(core::EventType::kActivityStarted, metrics);
}

void CountFullHistory(const core::Execution& execution, Metrics* metrics) {
  metrics->transitions[TransitionKind::kHandOut].Add();
  metrics->history_events.Add();
  CountClosed(execution.status, metrics);
}

}  // namespace pawl::engine
