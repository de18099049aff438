#include "coordinator/audit/position_difference.h"

#include "coordinator/audit/texts.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/queues.h"

namespace pawl::audit {
namespace {

using core::Branch;
using core::Execution;
using core::HistoryEvent;
using core::Phase;
using core::TaskAttempt;

// As it is stored: deadlines are rounded up to microseconds.
absl::Time Stored(absl::Time time) {
  if (time == absl::InfiniteFuture()) return time;
  const absl::Time down = absl::FromUnixMicros(absl::ToUnixMicros(time));
  return down < time ? down + absl::Microseconds(1) : down;
}

std::optional<absl::Time> Stored(const std::optional<absl::Time>& time) {
  return time ? std::optional<absl::Time>(Stored(*time)) : std::nullopt;
}

std::string Value(const std::optional<absl::Time>& time) { return time ? Shown(*time) : "none"; }
std::string Value(const std::optional<int64_t>& number) {
  return number ? StrCat(*number) : "none";
}
std::string Value(int64_t number) { return StrCat(number); }
std::string Value(absl::Time time) { return Shown(time); }

// Compares member by member and keeps the first that differs.
class Comparison {
 public:
  explicit Comparison(std::string subject) : subject_(std::move(subject)) {}

  // The values are shown.
  template <typename T>
  void Number(std::string_view name, const T& replayed, const T& stored) {
    if (!found_.empty() || replayed == stored) return;
    found_ = StrCat(subject_, name, " is ", Value(stored), ", the history gives ", Value(replayed));
  }
  // Payloads and names, which are not.
  template <typename T>
  void Contents(std::string_view name, const T& replayed, const T& stored) {
    if (found_.empty() && !(replayed == stored)) {
      found_ = StrCat(subject_, name, " is not what the history gives");
    }
  }
  void NotBefore(std::string_view name, absl::Time earliest,
                 const std::optional<absl::Time>& stored) {
    if (!found_.empty() || (stored && Stored(*stored) >= Stored(earliest))) return;
    found_ = StrCat(subject_, name, " is ", Value(stored), ", the history gives ", Value(earliest),
                    " or later");
  }
  void Fail(std::string what) {
    if (found_.empty()) found_ = StrCat(subject_, what);
  }

  const std::string& found() const { return found_; }

 private:
  const std::string subject_;
  std::string found_;
};

// History does not tell that a task came back from its worker.
Phase TaskPhase(const Branch& branch) {
  const bool back = branch.phase == Phase::kScheduled && branch.task && branch.task->given;
  return back ? Phase::kStarted : branch.phase;
}

// Who serves a function, workers or an endpoint, history does not tell.
bool SameQueue(const TaskAttempt& replayed, const TaskAttempt& stored) {
  return replayed.queue == stored.queue ||
         (stored.is_call() && core::IsFunctionQueue(stored.queue));
}

void CompareTask(const TaskAttempt& replayed, const TaskAttempt& stored, Comparison* comparison) {
  comparison->Number("the task's kind", static_cast<int64_t>(replayed.kind),
                     static_cast<int64_t>(stored.kind));
  comparison->Contents("the task's resource", replayed.resource, stored.resource);
  if (!SameQueue(replayed, stored)) comparison->Fail("the task's queue is another one");
  comparison->Contents("the task's role", replayed.role_arn, stored.role_arn);
  comparison->Number("the time its call began", replayed.started_at, stored.started_at);
  comparison->Contents("the task's input", replayed.input, stored.input);
  comparison->Contents("the task's job", replayed.job, stored.job);
  comparison->Number("the task's time of scheduling", replayed.scheduled_at, stored.scheduled_at);
  comparison->Number("TimeoutSeconds", replayed.timeout_seconds, stored.timeout_seconds);
  comparison->Number("HeartbeatSeconds", replayed.heartbeat_seconds, stored.heartbeat_seconds);
}

void CompareJoin(const core::Join& replayed, const core::Join& stored, Comparison* comparison) {
  comparison->Number("the number of its branches", replayed.length, stored.length);
  comparison->Number("the next index", replayed.next_index, stored.next_index);
  comparison->Number("the count of ended branches", replayed.ended, stored.ended);
  comparison->Number("the concurrency", replayed.max_concurrency, stored.max_concurrency);
}

void CompareDeadlines(const Branch& replayed, const EarliestDeadlines& earliest,
                      const Branch& stored, Comparison* comparison) {
  if (const auto from = earliest.backoff.find(replayed.id); from != earliest.backoff.end()) {
    comparison->NotBefore("the next attempt's time", from->second, stored.due_at);
  } else {
    comparison->Number("the time it waits for", Stored(replayed.due_at), Stored(stored.due_at));
  }
  const bool out = stored.phase == Phase::kStarted || stored.phase == Phase::kSubmitted;
  if (stored.confirm_by && stored.phase != Phase::kStarted && !core::AwaitsJob(stored)) {
    comparison->Fail("waits for nobody's confirmation");
  }
  if (!out) {
    // Only a worker that has the task can beat.
    if (stored.heartbeat_due_at) comparison->Fail("asks for heartbeats of nobody");
    return;
  }
  const auto from = earliest.heartbeat.find(replayed.id);
  if (from != earliest.heartbeat.end()) {
    comparison->NotBefore("the heartbeat deadline", from->second, stored.heartbeat_due_at);
  } else if (stored.heartbeat_due_at) {
    comparison->Fail("asks for heartbeats although its state does not");
  }
}

std::string BranchDifference(const Branch& replayed, const EarliestDeadlines& earliest,
                             const Branch& stored) {
  Comparison comparison(replayed.id.value() == 0 ? ""
                                                 : StrCat("branch ", replayed.id.value(), ": "));
  comparison.Contents("the state it is in", replayed.state, stored.state);
  comparison.Number("the phase", static_cast<int64_t>(TaskPhase(replayed)),
                    static_cast<int64_t>(TaskPhase(stored)));
  if (replayed.id.value() != 0) {
    comparison.Number("the parent", replayed.parent.value(), stored.parent.value());
  }
  comparison.Number("the index", replayed.index, stored.index);
  comparison.Number("the last event", replayed.last_event_id, stored.last_event_id);
  comparison.Number("the event it entered with", replayed.entered_event_id,
                    stored.entered_event_id);
  if (stored.entered_previous_id) {
    comparison.Number("the event before that", replayed.entered_previous_id,
                      stored.entered_previous_id);
  }
  comparison.Number("the time it entered at", replayed.entered_at, stored.entered_at);
  comparison.Contents("the item", replayed.item, stored.item);
  comparison.Contents("the data", replayed.data, stored.data);
  comparison.Contents("the set of variables", replayed.variables, stored.variables);
  comparison.Contents("the count of retries", replayed.retries, stored.retries);
  if (replayed.task.has_value() != stored.task.has_value())
    comparison.Fail("has a task or has none");
  if (replayed.join.has_value() != stored.join.has_value())
    comparison.Fail("has branches or has none");
  if (!comparison.found().empty()) return comparison.found();
  if (stored.task) CompareTask(*replayed.task, *stored.task, &comparison);
  if (stored.join) CompareJoin(*replayed.join, *stored.join, &comparison);
  CompareDeadlines(replayed, earliest, stored, &comparison);
  return comparison.found();
}

}  // namespace

std::string PositionDifference(const Execution& replayed, const EarliestDeadlines& earliest,
                               const Execution& stored) {
  Comparison comparison("");
  if (replayed.closed()) comparison.Fail("it is open, but the history ends it");
  comparison.Number("the last event", replayed.last_event_id, stored.last_event_id);
  comparison.Number("the time of the last event", replayed.last_event_at, stored.last_event_at);
  comparison.Number("the next branch", replayed.next_branch_id, stored.next_branch_id);
  comparison.Number("the time-out", Stored(replayed.timeout_at), Stored(stored.timeout_at));
  comparison.Number("the count of redrives", replayed.redrive_count, stored.redrive_count);
  comparison.Number("the time of the last redrive", replayed.redriven_at, stored.redriven_at);
  for (const auto& [id, branch] : stored.branches) {
    if (!comparison.found().empty()) return comparison.found();
    const Branch* other = replayed.Find(id);
    if (other == nullptr) return StrCat("the history gives no branch ", id.value());
    comparison.Fail(BranchDifference(*other, earliest, branch));
  }
  for (const auto& [id, branch] : replayed.branches) {
    if (stored.Find(id) == nullptr) comparison.Fail(StrCat("branch ", id.value(), " is missing"));
  }
  // Steps without events count too.
  if (stored.version < replayed.version) {
    comparison.Fail(StrCat("it has version ", stored.version, " after ", replayed.version,
                           " transitions at least"));
  }
  return comparison.found();
}

std::string OutcomeDifference(const Execution& replayed, const Execution& stored) {
  if (!replayed.closed()) return "it is closed, but the history does not end it";
  Comparison comparison("");
  if (replayed.status != stored.status) {
    comparison.Fail(StrCat("it is ", core::StatusName(stored.status), ", the history gives ",
                           core::StatusName(replayed.status)));
  }
  const absl::Time closed_at = absl::FromUnixMicros(absl::ToUnixMicros(replayed.closed_at));
  comparison.Number("the last event", replayed.last_event_id, stored.last_event_id);
  comparison.Number("the end's time", closed_at, stored.closed_at);
  comparison.Number("the count of redrives", replayed.redrive_count, stored.redrive_count);
  comparison.Number("the time of the last redrive", replayed.redriven_at, stored.redriven_at);
  if (!SameStored(stored.output, replayed.output)) comparison.Fail("the output is another one");
  if (!SameStored(stored.error, replayed.error)) comparison.Fail("the error is another one");
  if (!SameStored(stored.cause, replayed.cause)) comparison.Fail("the cause is another one");
  return comparison.found();
}

std::string EventDifference(const HistoryEvent& replayed, const HistoryEvent& recorded) {
  if (replayed.type != recorded.type) {
    return StrCat("it should be ", core::EventTypeName(replayed.type));
  }
  Comparison comparison("");
  comparison.Number("its id", replayed.id, recorded.id);
  comparison.Number("the event it follows from", replayed.previous_id, recorded.previous_id);
  comparison.Number("its time", replayed.timestamp, recorded.timestamp);
  comparison.Contents("its name", replayed.name, recorded.name);
  comparison.Number("its index", replayed.index, recorded.index);
  comparison.Number("its length", replayed.length, recorded.length);
  comparison.Number("its count of redrives", replayed.redrive_count, recorded.redrive_count);
  comparison.Contents("its payload", replayed.payload, recorded.payload);
  comparison.Contents("its error", replayed.error, recorded.error);
  comparison.Contents("its cause", replayed.cause, recorded.cause);
  comparison.Contents("its resource", replayed.resource, recorded.resource);
  comparison.Contents("its worker", replayed.worker_name, recorded.worker_name);
  comparison.Contents("its role", replayed.role_arn, recorded.role_arn);
  comparison.Contents("its location", replayed.location, recorded.location);
  comparison.Contents("its region", replayed.region, recorded.region);
  comparison.Contents("its token", replayed.task_token, recorded.task_token);
  comparison.Number("TimeoutSeconds", replayed.timeout_seconds, recorded.timeout_seconds);
  comparison.Number("HeartbeatSeconds", replayed.heartbeat_seconds, recorded.heartbeat_seconds);
  comparison.Contents("the set of limits", replayed.limits, recorded.limits);
  comparison.Contents("the list of assigned variables", replayed.assigned, recorded.assigned);
  return comparison.found();
}

}  // namespace pawl::audit
