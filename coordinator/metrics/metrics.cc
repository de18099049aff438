#include "coordinator/metrics/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <utility>
#include <vector>

namespace pawl::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricType TypeOf(const Counter&) { return MetricType::Counter; }
MetricType TypeOf(const Gauge&) { return MetricType::Gauge; }
MetricType TypeOf(const Histogram&) { return MetricType::Histogram; }

ClientMetric Read(const Counter& counter) {
  ClientMetric metric;
  metric.counter.value = static_cast<double>(counter.value());
  return metric;
}

ClientMetric Read(const Gauge& gauge) {
  ClientMetric metric;
  metric.gauge.value = gauge.value();
  return metric;
}

// Each bucket is read once and the count is their sum, so that a scrape agrees with itself while
// others go on counting.
ClientMetric Read(const Histogram& histogram) {
  ClientMetric metric;
  uint64_t count = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    count += static_cast<uint64_t>(histogram.count(i));
    metric.histogram.bucket.push_back({count, absl::ToDoubleSeconds(histogram.bounds()[i])});
  }
  metric.histogram.sample_count = count + static_cast<uint64_t>(histogram.count(kBuckets));
  metric.histogram.sample_sum = histogram.seconds();
  return metric;
}

class Families {
 public:
  template <typename Instrument>
  void Add(const Family& family, const Instrument& instrument) {
    MetricFamily& made = Make(family, TypeOf(instrument));
    made.metric.push_back(Read(instrument));
  }

  // One series for each value of the label; `part` gives the instrument.
  template <typename Instruments, typename Part>
  void AddLabelled(const Family& family, const Instruments& instruments, Part part) {
    MetricFamily& made = Make(family, TypeOf(part(instruments.at(0))));
    for (size_t i = 0; i < instruments.values().size(); ++i) {
      ClientMetric metric = Read(part(instruments.at(i)));
      metric.label.push_back({std::string(family.label), std::string(instruments.values()[i])});
      made.metric.push_back(std::move(metric));
    }
  }
  template <typename Instruments>
  void AddLabelled(const Family& family, const Instruments& instruments) {
    AddLabelled(
        family, instruments, [](const auto& one) -> const auto& { return one; });
  }

  void AddByName(const Family& family, const GaugeByName& gauges) {
    MetricFamily& made = Make(family, MetricType::Gauge);
    for (const auto& [name, value] : gauges.values()) {
      ClientMetric metric;
      metric.gauge.value = value;
      metric.label.push_back({std::string(family.label), name});
      made.metric.push_back(std::move(metric));
    }
  }

  template <typename Counters>
  void AddCounts(const Family& family, const Counters& counters) {
    MetricFamily& made = Make(family, MetricType::Counter);
    for (const auto& [name, counts] : counters.counts()) {
      for (size_t i = 0; i < counts.size(); ++i) {
        ClientMetric metric;
        metric.counter.value = static_cast<double>(counts[i]);
        metric.label.push_back({std::string(family.label), name});
        metric.label.push_back(
            {std::string(family.second_label), std::string(counters.labels()[i])});
        made.metric.push_back(std::move(metric));
      }
    }
  }

  std::string Text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  MetricFamily& Make(const Family& family, MetricType type) {
    families_.push_back({std::string(family.name), std::string(family.help), type, {}});
    return families_.back();
  }

  std::vector<MetricFamily> families_;
};

CommitResult ResultOf(const absl::Status& status) {
  if (status.ok()) return CommitResult::kCommitted;
  if (absl::IsAborted(status)) return CommitResult::kRefused;
  return absl::IsUnknown(status) ? CommitResult::kUnknown : CommitResult::kUnavailable;
}

}  // namespace

void Metrics::CommitReturned(const absl::Status& status, absl::Duration took) {
  commits[ResultOf(status)].Add();
  commit_duration.Observe(took);
}

std::string Metrics::Exposition() const {
  Families families;
  families.AddLabelled(kTransitions, transitions);
  families.Add(kHistoryEvents, history_events);
  families.AddLabelled(kCommits, commits);
  families.Add(kCommitDuration, commit_duration);
  families.Add(kExecutionsStarted, executions_started);
  families.AddLabelled(kExecutionsClosed, executions_closed);
  families.Add(kClaims, claims);
  families.Add(kTimerLag, timer_lag);
  families.Add(kTasksScheduled, tasks_scheduled);
  families.Add(kTasksDispatched, tasks_dispatched);
  families.Add(kTasksRedelivered, tasks_redelivered);
  families.AddLabelled(kTasksEnded, tasks_ended);
  families.Add(kCallsUnderWay, calls_under_way);
  families.Add(kCallsRepeated, calls_repeated);
  families.Add(kJobsWatched, jobs_watched);
  families.Add(kJobsStopped, jobs_stopped);
  families.Add(kCallDuration, call_duration);
  families.AddCounts(kAwsRequests, aws_requests);
  families.Add(kTaskHeartbeats, task_heartbeats);
  families.Add(kScheduleToStart, schedule_to_start);
  families.Add(kPollers, pollers);
  families.AddByName(kActivityPollers, activity_pollers);
  families.Add(kReadyTasks, ready_tasks);
  families.Add(kReadyOldestAge, ready_oldest_age);
  families.Add(kFlushDuration, flush_duration);
  families.Add(kFlushEpochsEnded, flush_epochs_ended);
  using Part = LaneMetrics;
  families.AddLabelled(kStoreConnections, lanes,
                       [](const Part& lane) -> const Gauge& { return lane.connections; });
  families.AddLabelled(kStoreBusy, lanes,
                       [](const Part& lane) -> const Gauge& { return lane.busy; });
  families.AddLabelled(kStoreQueue, lanes,
                       [](const Part& lane) -> const Gauge& { return lane.queued; });
  families.AddLabelled(kStoreWait, lanes,
                       [](const Part& lane) -> const Histogram& { return lane.wait; });
  return families.Text();
}

}  // namespace pawl::metrics
