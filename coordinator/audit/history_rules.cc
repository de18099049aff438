#include "coordinator/audit/history_rules.h"

#include <algorithm>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "coordinator/audit/texts.h"
#include "coordinator/base/strings.h"

namespace pawl::audit {
namespace {

using core::EventType;
using core::HistoryEvent;
using core::TaskPart;

std::string Named(const HistoryEvent& event) {
  return StrCat("event ", event.id, " (", core::EventTypeName(event.type), ")");
}

bool EndsExecution(EventType type) {
  return type == EventType::kExecutionSucceeded || type == EventType::kExecutionFailed ||
         type == EventType::kExecutionAborted || type == EventType::kExecutionTimedOut;
}

// "ActivityStarted", "TaskStarted", "LambdaFunctionStarted" differ in what comes first.
char KindOf(EventType type) { return core::EventTypeName(type).front(); }

// Whether an event of a task's attempt may follow from one of that type: of the same kind, and the
// part before it.
bool MayFollow(EventType event, EventType cause) {
  const TaskPart part = core::TaskPartOf(event);
  const TaskPart before = core::TaskPartOf(cause);
  const bool same_kind = KindOf(event) == KindOf(cause);
  if (part == TaskPart::kStarted) return same_kind && before == TaskPart::kScheduled;
  const bool submission = part == TaskPart::kSubmitted || event == EventType::kTaskSubmitFailed;
  return same_kind &&
         (before == TaskPart::kStarted || (before == TaskPart::kSubmitted && !submission));
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

// One pass over the events in their order.
class HistoryCheck {
 public:
  explicit HistoryCheck(Findings* findings) : findings_(*findings) {}

  // False when what follows cannot be judged.
  bool Check(const HistoryEvent& event) {
    if (next_id_ == 1 && event.type != EventType::kExecutionStarted) {
      Add(rule::kBeginsWithStart, StrCat("it begins with ", Named(event)));
      return false;
    }
    if (event.id != next_id_) {
      Add(rule::kIdsContiguous, StrCat("expected event id ", next_id_, ", found ", event.id));
      return false;
    }
    ++next_id_;
    if (event.previous_id >= event.id || event.previous_id < 0) {
      Add(rule::kCauseFirst, StrCat(Named(event), " follows from event ", event.previous_id));
    }
    if (event.timestamp < last_time_) {
      Add(rule::kTimeForward, StrCat(Named(event), " is earlier than the event before it"));
    }
    last_time_ = std::max(last_time_, event.timestamp);
    CheckEnd(event);
    CheckAttempt(event);
    return true;
  }

 private:
  struct Link {
    EventType type;
    int64_t follower = 0;
  };

  void Add(std::string_view rule, std::string what) {
    findings_.push_back({rule, std::move(what)});
  }

  // Nothing follows an end but its redrive, and a redrive nothing else but an end; success is for
  // good.
  void CheckEnd(const HistoryEvent& event) {
    const bool redrives = event.type == EventType::kExecutionRedriven;
    if (redrives && (ended_by_ == 0 || event.previous_id != ended_by_)) {
      Add(rule::kEndIsLast, StrCat(Named(event), " does not follow from an end of the execution"));
    } else if (ended_by_ != 0 && (!redrives || succeeded_)) {
      Add(rule::kEndIsLast,
          StrCat(Named(event), " comes after event ", ended_by_, ", which ends the execution"));
    }
    if (redrives && event.redrive_count != ++redrives_) {
      Add(rule::kEndIsLast, StrCat(Named(event), " should be redrive ", redrives_));
    }
    if (redrives) ended_by_ = 0;
    if (EndsExecution(event.type)) ended_by_ = event.id;
    succeeded_ = event.type == EventType::kExecutionSucceeded;
  }

  // A task is scheduled, then started once, submitted once if it hands out a token, then ended
  // once.
  void CheckAttempt(const HistoryEvent& event) {
    const TaskPart part = core::TaskPartOf(event.type);
    if (part == TaskPart::kNone) return;
    if (!core::EndsTask(part)) links_[event.id] = {event.type};
    if (part == TaskPart::kScheduled) return;
    const auto cause = links_.find(event.previous_id);
    if (cause == links_.end() || !MayFollow(event.type, cause->second.type)) {
      Add(rule::kAttemptChain, StrCat(Named(event), " follows from event ", event.previous_id,
                                      ", which is no part of a task before it"));
      return;
    }
    int64_t& follower = cause->second.follower;
    if (follower != 0) {
      Add(rule::kAttemptOnce, StrCat("events ", follower, " and ", event.id,
                                     " both follow from the task's event ", event.previous_id));
    }
    follower = event.id;
  }

  Findings& findings_;
  int64_t next_id_ = 1;
  int64_t ended_by_ = 0;
  int64_t redrives_ = 0;
  bool succeeded_ = false;
  absl::Time last_time_ = absl::InfinitePast();
  absl::flat_hash_map<int64_t, Link> links_;  // of tasks: all but the ends, by id
};

void CheckTransactions(const AuditedExecution& audited, Findings* findings) {
  absl::flat_hash_map<uint64_t, int64_t> first_events;
  for (const AuditedRow& row : audited.history) {
    if (!row.written_by || row.events.empty()) continue;
    const auto [before, fresh] = first_events.emplace(*row.written_by, row.events.front().id);
    if (fresh) continue;
    findings->push_back(
        {rule::kTransactionEach,
         StrCat("the rows from events ", before->second, " and ", row.events.front().id,
                " were written by one transaction, ", *row.written_by)});
  }
}

void CheckClosed(const core::Execution& execution, const HistoryEvent& last, Findings* findings) {
  const auto add = [&](std::string what) {
    findings->push_back({rule::kStatusFits, std::move(what)});
  };
  if (last.type != EndOf(execution.status)) {
    return add(StrCat("it is ", core::StatusName(execution.status), " but its last event is ",
                      Named(last)));
  }
  if (execution.status == core::Status::kSucceeded && !SameStored(execution.output, last.payload)) {
    add("its output is not the one of its last event");
  }
  // DescribeExecution of one that has timed out shows no error (reference/api.md); its event does.
  const bool timed_out = execution.status == core::Status::kTimedOut;
  if (!SameStored(execution.error, timed_out ? std::nullopt : last.error) ||
      !SameStored(execution.cause, last.cause)) {
    add("its error and cause are not those of its last event");
  }
  if (execution.closed_at > last.timestamp) {
    add(StrCat("it was closed at ", Shown(execution.closed_at), ", after its last event at ",
               Shown(last.timestamp)));
  }
}

class OpenCheck {
 public:
  OpenCheck(const AuditedExecution& audited, const TimeBounds& bounds, Findings* findings)
      : audited_(audited),
        bounds_(bounds),
        ready_(core::NextReady(audited.execution) != nullptr),
        due_(core::NextDue(audited.execution)),
        findings_(*findings) {}

  void Check() {
    CheckMoves();
    CheckClaim();
    if (audited_.waits) CheckWaits();
    if (audited_.read_at && bounds_.overdue) CheckOverdue(*audited_.read_at - *bounds_.overdue);
  }

 private:
  void Add(std::string_view rule, std::string what) {
    findings_.push_back({rule, std::move(what)});
  }

  void CheckMoves() {
    bool task = false;
    for (const auto& [id, branch] : audited_.execution.branches) {
      task |= branch.phase == core::Phase::kScheduled || branch.phase == core::Phase::kStarted ||
              branch.phase == core::Phase::kSubmitted;
    }
    if (!ready_ && !task && due_ == absl::InfiniteFuture()) {
      Add(rule::kMoves, "nothing will ever move it: no step, no task, no timer");
    }
  }

  // The end of a child is told to the task that waits for it by the wait that its closing marks.
  void CheckWaits() {
    for (const auto& [id, branch] : audited_.execution.branches) {
      if (!AwaitsChild(branch)) continue;
      const auto wait =
          std::find_if(audited_.waits->begin(), audited_.waits->end(), [&](const AuditedWait& one) {
            return one.branch == id && one.nonce == branch.task->nonce;
          });
      const std::string task = StrCat("the task in branch ", id.value());
      if (wait == audited_.waits->end()) {
        Add(rule::kChildTells, StrCat(task, " waits for an execution, whose end nothing tells it"));
      } else if (wait->ended == wait->child_open) {
        Add(rule::kChildTells, StrCat(task, " waits for an execution that is marked as ",
                                      wait->ended ? "ended and runs" : "running and has ended"));
      }
    }
  }

  void CheckClaim() {
    const absl::Time claimable_at = audited_.claimable_at;
    if (ready_ && claimable_at == absl::InfiniteFuture()) {
      Add(rule::kClaimable, "it has a step to take and will never be claimed");
    }
    // A claim sets it ahead, whatever is due meanwhile.
    const absl::Time held_until =
        audited_.read_at ? *audited_.read_at + bounds_.claim : absl::InfinitePast();
    if (ready_ && audited_.read_at && claimable_at != absl::InfiniteFuture() &&
        claimable_at > held_until) {
      return Add(rule::kClaimable, StrCat("it has a step to take, it is claimable at ",
                                          Shown(claimable_at), " only"));
    }
    if (claimable_at > std::max(due_, held_until)) {
      Add(rule::kClaimable, StrCat("its timer is due at ", Shown(due_), ", it is claimable at ",
                                   Shown(claimable_at), " only"));
    }
  }

  void CheckOverdue(absl::Time before) {
    if (due_ < before) {
      Add(rule::kTimerNotLost, StrCat("its timer was due at ", Shown(due_),
                                      " and has not fired by ", Shown(*audited_.read_at)));
    }
    // Whoever works on it keeps this ahead.
    if (ready_ && audited_.claimable_at < before) {
      Add(rule::kStepNotLost,
          StrCat("it has a step to take, was claimable at ", Shown(audited_.claimable_at),
                 " and has not been taken up by ", Shown(*audited_.read_at)));
    }
  }

  const AuditedExecution& audited_;
  const TimeBounds& bounds_;
  const bool ready_;
  const absl::Time due_;
  Findings& findings_;
};

}  // namespace

bool AwaitsChild(const core::Branch& branch) {
  if (branch.phase != core::Phase::kSubmitted) return false;
  const std::string& resource = branch.task->resource;
  return asl::PatternOf(resource) == asl::Pattern::kSync && !asl::RunsJob(resource);
}

void CheckHistory(const AuditedExecution& audited, Findings* findings) {
  HistoryCheck check(findings);
  bool empty = true;
  for (const AuditedRow& row : audited.history) {
    for (const HistoryEvent& event : row.events) {
      empty = false;
      if (!check.Check(event)) return;
    }
  }
  if (empty) findings->push_back({rule::kBeginsWithStart, "it has no history"});
  CheckTransactions(audited, findings);
}

void CheckState(const AuditedExecution& audited, const TimeBounds& bounds, Findings* findings) {
  const core::Execution& execution = audited.execution;
  if (audited.history.empty() || audited.history.back().events.empty()) return;
  const HistoryEvent& last = audited.history.back().events.back();
  if (execution.last_event_id != last.id) {
    findings->push_back({rule::kAtLastEvent, StrCat("it stands at event ", execution.last_event_id,
                                                    ", its history ends with event ", last.id)});
  }
  if (execution.closed()) return CheckClosed(execution, last, findings);
  if (EndsExecution(last.type)) {
    findings->push_back({rule::kStatusFits, StrCat("it is open, but ", Named(last), " ended it")});
  }
  OpenCheck(audited, bounds, findings).Check();
}

}  // namespace pawl::audit
