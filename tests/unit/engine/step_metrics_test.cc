#include "coordinator/engine/step_metrics.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace pawl::engine {
namespace {

using core::EventType;
using metrics::Metrics;
using metrics::TransitionKind;

core::Transition With(std::initializer_list<EventType> types) {
  core::Transition transition;
  for (const EventType type : types) transition.history.push_back({.type = type});
  return transition;
}

core::Execution In(core::Status status) {
  core::Execution execution;
  execution.status = status;
  return execution;
}

TEST(StepMetrics, FiguresComeFromTheEventsOfTheTransition) {
  Metrics metrics;
  CountTransition(TransitionKind::kStart,
                  With({EventType::kExecutionStarted, EventType::kTaskStateEntered,
                        EventType::kActivityScheduled, EventType::kActivityStarted}),
                  In(core::Status::kRunning), &metrics);
  CountTransition(TransitionKind::kTimer,
                  With({EventType::kActivityTimedOut, EventType::kExecutionFailed}),
                  In(core::Status::kFailed), &metrics);
  EXPECT_EQ(metrics.transitions[TransitionKind::kStart].value(), 1);
  EXPECT_EQ(metrics.transitions[TransitionKind::kTimer].value(), 1);
  EXPECT_EQ(metrics.history_events.value(), 6);
  EXPECT_EQ(metrics.executions_started.value(), 1);
  EXPECT_EQ(metrics.tasks_scheduled.value(), 1);
  EXPECT_EQ(metrics.tasks_dispatched.value(), 1);
  EXPECT_EQ(metrics.tasks_ended[metrics::TaskEnding::kTimedOut].value(), 1);
  EXPECT_EQ(metrics.executions_closed[metrics::Ending::kFailed].value(), 1);
}

TEST(StepMetrics, TransitionWithoutEventsIsQuietWhateverBroughtItAbout) {
  Metrics metrics;
  CountTransition(TransitionKind::kTask, With({}), In(core::Status::kRunning), &metrics);
  EXPECT_EQ(metrics.transitions[TransitionKind::kTask].value(), 0);
  EXPECT_EQ(metrics.transitions[TransitionKind::kQuiet].value(), 1);
}

TEST(StepMetrics, TasksHandedOutByOneCommitAreOneTransition) {
  Metrics metrics;
  CountHandOut(/*first_of_transition=*/true, /*first_of_task=*/true, &metrics);
  CountHandOut(/*first_of_transition=*/false, /*first_of_task=*/true, &metrics);
  CountHandOut(/*first_of_transition=*/false, /*first_of_task=*/false, &metrics);
  EXPECT_EQ(metrics.transitions[TransitionKind::kHandOut].value(), 1);
  EXPECT_EQ(metrics.tasks_dispatched.value(), 2);
  EXPECT_EQ(metrics.history_events.value(), 2);
}

}  // namespace
}  // namespace pawl::engine
