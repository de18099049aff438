#include "coordinator/audit/call_rules.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "coordinator/audit/texts.h"
#include "coordinator/base/strings.h"

namespace pawl::audit {
namespace {

constexpr std::string_view kRunning = "RUNNING";

void Add(std::string_view rule, std::string what, Findings* findings) {
  findings->push_back({rule, std::move(what)});
}

bool EndsExecution(std::string_view type) {
  return type == "ExecutionSucceeded" || type == "ExecutionFailed" || type == "ExecutionAborted" ||
         type == "ExecutionTimedOut";
}

// What an execution is once that event has ended it.
std::string_view EndOf(core::EventType type) {
  switch (type) {
    case core::EventType::kExecutionFailed:
      return core::StatusName(core::Status::kFailed);
    case core::EventType::kExecutionAborted:
      return core::StatusName(core::Status::kAborted);
    case core::EventType::kExecutionTimedOut:
      return core::StatusName(core::Status::kTimedOut);
    default:
      return "";
  }
}

// Times on the wire have milliseconds.
bool SameMoment(absl::Time a, absl::Time b) {
  return absl::AbsDuration(a - b) < absl::Milliseconds(1);
}

// ---------------------------------------------------------------- calls alone

void CheckStartsAgree(const NamedCalls& calls, absl::Time late, Findings* findings) {
  const StartExecutionCall* first = nullptr;
  for (const auto& [call, what] : calls.starts) {
    if (!call->ok()) continue;
    if (call->sent > late) {
      Add(rule::kClosedNameRefused,
          StrCat(Shown(*call),
                 " was acknowledged after a client knew that the execution had ended"),
          findings);
    }
    if (first == nullptr) first = what;
    if (what->execution != first->execution || !SameMoment(what->started_at, first->started_at)) {
      Add(rule::kStartSame, StrCat(Shown(*call), " got another answer than an earlier start"),
          findings);
    } else if (what->input != first->input) {
      Add(rule::kStartSame,
          StrCat(Shown(*call), " was acknowledged with another input than an earlier start"),
          findings);
    }
  }
}

void CheckStatusesAgree(const NamedCalls& calls, absl::Time late, Findings* findings) {
  const DescribeExecutionCall* final_one = nullptr;
  for (const auto& [call, what] : calls.describes) {
    if (!call->ok()) continue;
    if (what->status == kRunning) {
      if (call->sent > late) {
        Add(rule::kStatusKept,
            StrCat(Shown(*call), " saw RUNNING after a client knew that the execution had ended"),
            findings);
      }
      continue;
    }
    if (final_one == nullptr) final_one = what;
    const bool same_output =
        !what->output || !final_one->output || *what->output == *final_one->output;
    if (what->status == final_one->status && same_output) continue;
    Add(rule::kStatusKept,
        StrCat(Shown(*call), " saw ", what->status, ", another read ", final_one->status,
               same_output ? "" : " with another output"),
        findings);
  }
}

void CheckReadsAgree(const NamedCalls& calls, Findings* findings) {
  struct Seen {
    const Call* call;
    const ReadEvent* event;
  };
  absl::flat_hash_map<int64_t, Seen> seen;
  for (const auto& [call, what] : calls.reads) {
    for (const ReadEvent& event : what->events) {
      const auto [before, fresh] = seen.try_emplace(event.id, Seen{call, &event});
      const ReadEvent& other = *before->second.event;
      if (fresh || (event.previous_id == other.previous_id && event.type == other.type &&
                    event.timestamp == other.timestamp && event.digest == other.digest)) {
        continue;
      }
      Add(rule::kEventsKept,
          StrCat("event ", event.id, " is ", event.type, " in ", Shown(*call), " and another ",
                 other.type, " in ", Shown(*before->second.call)),
          findings);
      return;
    }
  }
}

void CheckExists(const NamedCalls& calls, const ClockSkew& skew, Findings* findings) {
  absl::Time acknowledged = absl::InfiniteFuture();
  for (const auto& [call, what] : calls.starts) {
    if (call->ok()) acknowledged = std::min(acknowledged, call->answered);
  }
  const auto check = [&](const auto& asked) {
    for (const auto& [call, what] : asked) {
      if (call->outcome == "ExecutionDoesNotExist" && call->sent > acknowledged + skew.clients) {
        Add(rule::kStartFound,
            StrCat(Shown(*call),
                   " was told that it does not exist after its start had been "
                   "acknowledged"),
            findings);
      }
    }
  };
  check(calls.stops);
  check(calls.describes);
  check(calls.reads);
}

// ---------------------------------------------------------------- with what is stored

class StoredCheck {
 public:
  StoredCheck(const AuditedExecution& stored, Findings* findings)
      : execution_(stored.execution), findings_(*findings) {
    for (const AuditedRow& row : stored.history) {
      for (const core::HistoryEvent& event : row.events) {
        const bool redriven = event.type == core::EventType::kExecutionRedriven;
        if (redriven && !events_.empty()) taken_back_.push_back(events_.back());
        events_.push_back(&event);
      }
    }
  }

  void Check(const NamedCalls& calls) {
    for (const auto& [call, what] : calls.starts) CheckStart(*call, *what);
    for (const auto& [call, what] : calls.stops) CheckStop(*call, *what);
    for (const auto& [call, what] : calls.describes) CheckStatus(*call, *what);
    for (const auto& [call, what] : calls.reads) {
      for (const ReadEvent& event : what->events) {
        if (!CheckEvent(*call, event)) break;
      }
    }
  }

 private:
  void Fail(std::string_view rule, std::string what) { Add(rule, std::move(what), &findings_); }

  void CheckStart(const Call& call, const StartExecutionCall& what) {
    if (!call.ok()) return;
    if (!SameMoment(what.started_at, execution_.facts->started_at)) {
      Fail(rule::kStartFound,
           StrCat(Shown(call), " was answered with the start date ", Shown(what.started_at),
                  ", stored is ", Shown(execution_.facts->started_at)));
    }
    if (!(execution_.facts->input == std::string_view(what.input))) {
      Fail(rule::kStartFound, StrCat(Shown(call), " was acknowledged, the input is another one"));
    }
  }

  void CheckStop(const Call& call, const StopExecutionCall& what) {
    if (!call.ok() || TakenBack(what.stopped_at)) return;
    if (!execution_.closed()) {
      Fail(rule::kStopped, StrCat(Shown(call), " was acknowledged, the execution is open"));
    } else if (!SameMoment(what.stopped_at, execution_.closed_at)) {
      Fail(rule::kStopped, StrCat(Shown(call), " was told it ended at ", Shown(what.stopped_at),
                                  ", stored is ", Shown(execution_.closed_at)));
    }
  }

  void CheckStatus(const Call& call, const DescribeExecutionCall& what) {
    // When its end was decided is stored, not when that was written: RUNNING may be seen until
    // then.
    if (!call.ok() || what.status == kRunning || TakenBack(what.status)) return;
    const std::string_view status = core::StatusName(execution_.status);
    if (what.status != status) {
      Fail(rule::kStatusKept, StrCat(Shown(call), " saw ", what.status, ", stored is ", status));
    } else if (what.output && !(execution_.output == std::string_view(*what.output))) {
      Fail(rule::kStatusKept, StrCat(Shown(call), " saw another output than is stored"));
    }
  }

  bool CheckEvent(const Call& call, const ReadEvent& read) {
    if (read.id < 1 || read.id > static_cast<int64_t>(events_.size())) {
      Fail(rule::kEventsKept, StrCat(Shown(call), " saw event ", read.id, " (", read.type,
                                     "), the history has ", events_.size(), " events"));
      return false;
    }
    const core::HistoryEvent& event = *events_[static_cast<size_t>(read.id) - 1];
    if (event.previous_id == read.previous_id &&
        core::EventTypeName(event.type) == std::string_view(read.type) &&
        event.timestamp == read.timestamp) {
      return true;
    }
    Fail(rule::kEventsKept,
         StrCat(Shown(call), " saw event ", read.id, " (", read.type, " after ", read.previous_id,
                " at ", Shown(read.timestamp), "), stored is ", core::EventTypeName(event.type),
                " after ", event.previous_id, " at ", Shown(event.timestamp)));
    return false;
  }

  // Whether the execution had ended so before a redrive.
  bool TakenBack(std::string_view status) const {
    return std::any_of(taken_back_.begin(), taken_back_.end(),
                       [&](const auto* end) { return EndOf(end->type) == status; });
  }
  // The same of when it ended. What has timed out ended before its event: no stop tells when.
  bool TakenBack(absl::Time stopped_at) const {
    return std::any_of(taken_back_.begin(), taken_back_.end(), [&](const auto* end) {
      return end->type == core::EventType::kExecutionTimedOut ||
             SameMoment(end->timestamp, stopped_at);
    });
  }

  const core::Execution& execution_;
  std::vector<const core::HistoryEvent*> events_;      // by id, from 1
  std::vector<const core::HistoryEvent*> taken_back_;  // ends that redrives followed
  Findings& findings_;
};

}  // namespace

absl::Time KnownEnd(const NamedCalls& calls) {
  absl::Time end = absl::InfiniteFuture();
  for (const auto& [call, what] : calls.stops) {
    if (call->ok()) end = std::min(end, call->answered);
  }
  for (const auto& [call, what] : calls.describes) {
    if (call->ok() && what->status != kRunning) end = std::min(end, call->answered);
  }
  for (const auto& [call, what] : calls.reads) {
    const bool ended =
        std::any_of(what->events.begin(), what->events.end(),
                    [](const ReadEvent& event) { return EndsExecution(event.type); });
    if (ended) end = std::min(end, call->answered);
  }
  return end;
}

bool WasRedriven(const AuditedExecution& stored) {
  for (const AuditedRow& row : stored.history) {
    const bool redriven =
        !row.events.empty() && row.events.front().type == core::EventType::kExecutionRedriven;
    if (redriven) return true;
  }
  return false;
}

void CheckCallsAgree(const NamedCalls& calls, const ClockSkew& skew, bool redriven,
                     Findings* findings) {
  const absl::Time late = redriven ? absl::InfiniteFuture() : KnownEnd(calls) + skew.clients;
  CheckStartsAgree(calls, late, findings);
  if (!redriven) CheckStatusesAgree(calls, late, findings);
  CheckReadsAgree(calls, findings);
  CheckExists(calls, skew, findings);
}

void CheckCallsHold(const NamedCalls& calls, const AuditedExecution& stored, Findings* findings) {
  StoredCheck(stored, findings).Check(calls);
}

}  // namespace pawl::audit
