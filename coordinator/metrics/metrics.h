// What one coordinator counts and measures. Its parts share one of these and write to the members;
// `Exposition` is what /metrics answers. Thread-safe.

#ifndef PAWL_METRICS_METRICS_H_
#define PAWL_METRICS_METRICS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/metrics/instruments.h"
#include "coordinator/metrics/names.h"

namespace pawl::metrics {

// A store's lane: connections and the calls that wait for one.
struct LaneMetrics {
  Gauge connections;
  Gauge busy;
  Gauge queued;
  Histogram wait{kShortTimes};
};

class Metrics {
 public:
  // A start's or transition's commit has returned.
  void CommitReturned(const absl::Status& status, absl::Duration took);

  // Prometheus's text format: all families of names.h, also those that are zero.
  std::string Exposition() const;
  static constexpr char kContentType[] = "text/plain; version=0.0.4; charset=utf-8";

  Labelled<Counter, TransitionKind, kTransitionKinds.size()> transitions{kTransitionKinds};
  Counter history_events;
  Labelled<Counter, CommitResult, kCommitResults.size()> commits{kCommitResults};
  Histogram commit_duration{kShortTimes};
  Counter executions_started;
  Labelled<Counter, Ending, kEndings.size()> executions_closed{kEndings};
  Counter claims;
  Histogram timer_lag{kLongTimes};
  Counter tasks_scheduled;
  Counter tasks_dispatched;
  Counter tasks_redelivered;
  Labelled<Counter, TaskEnding, kTaskEndings.size()> tasks_ended{kTaskEndings};
  Gauge calls_under_way;
  Counter calls_repeated;
  Gauge jobs_watched;
  Counter jobs_stopped;
  Histogram call_duration{kLongTimes};
  // By the service's name in its model, "dynamodb".
  CountersByName<AwsOutcome, kAwsOutcomes.size()> aws_requests{kAwsOutcomes};
  Counter task_heartbeats;
  Histogram schedule_to_start{kLongTimes};
  Gauge pollers;
  GaugeByName activity_pollers;
  Gauge ready_tasks;
  Gauge ready_oldest_age;  // seconds
  Histogram flush_duration{kShortTimes};
  Counter flush_epochs_ended;
  Labelled<LaneMetrics, Lane, kLanes.size()> lanes{kLanes};
};

}  // namespace pawl::metrics

#endif  // PAWL_METRICS_METRICS_H_
