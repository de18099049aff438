// Counts what transitions did, from the history they wrote. Called once their commit has returned,
// so that the figures are those of what happened.
//
// One case is missed: a commit whose reply was lost, and which another coordinator moved on from
// before this one could read the row, cannot be told from one that did not happen.

#ifndef PAWL_ENGINE_STEP_METRICS_H_
#define PAWL_ENGINE_STEP_METRICS_H_

#include "coordinator/core/advance.h"
#include "coordinator/core/execution.h"
#include "coordinator/metrics/metrics.h"

namespace pawl::engine {

metrics::TransitionKind KindOf(const core::Event& event);

// `after`: the execution as the transition left it.
void CountTransition(metrics::TransitionKind kind, const core::Transition& transition,
                     const core::Execution& after, metrics::Metrics* metrics);

// A task was handed out by Store::HandOut; the tasks of one execution share a transition, which
// counts with the first of them. A task that is given again was counted before.
void CountHandOut(bool first_of_transition, bool first_of_task, metrics::Metrics* metrics);

// A hand-out ended the execution instead: its history is full.
void CountFullHistory(const core::Execution& execution, metrics::Metrics* metrics);

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_STEP_METRICS_H_
