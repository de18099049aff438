#include "coordinator/audit/task_rules.h"

#include <algorithm>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "coordinator/audit/texts.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/queues.h"

namespace pawl::audit {
namespace {

using core::EventType;
using core::HistoryEvent;
using core::TaskPart;

// A heartbeat that need not be written is answered from what a node read a second ago at the most.
constexpr absl::Duration kHeartbeatGrace = absl::Seconds(1);

// Whether the call of that task hands out a token that ends it.
bool HandsOutToken(const HistoryEvent& scheduled) {
  return scheduled.type == EventType::kTaskScheduled && !scheduled.task_token.empty();
}

// An attempt with its events.
struct AttemptEvents {
  std::optional<BranchId> branch;  // absent: not replayed
  const HistoryEvent* scheduled = nullptr;
  const HistoryEvent* started = nullptr;
  const HistoryEvent* ended = nullptr;
  bool submitted = false;
  // When the rows of the last two were written, if that is known.
  std::optional<absl::Time> started_at;
  std::optional<absl::Time> ended_at;

  // Whether whoever has the task's token has said how it ends. The results of calls are told by
  // coordinators, which keep no record.
  bool Reported() const {
    const bool by_token = scheduled->type == EventType::kActivityScheduled ||
                          (HandsOutToken(*scheduled) && ended != nullptr &&
                           ended->type != EventType::kTaskSubmitFailed);
    const TaskPart part = ended != nullptr ? core::TaskPartOf(ended->type) : TaskPart::kNone;
    return by_token && (part == TaskPart::kSucceeded || part == TaskPart::kFailed);
  }
  // It was ended before its call had returned, and told later.
  bool MayBeEarly() const { return scheduled->type == EventType::kTaskScheduled; }
};

// Whether it was a task of the function that workers serve under that name.
bool IsFunction(const HistoryEvent& scheduled, std::string_view function) {
  if (scheduled.type == EventType::kTaskScheduled) {
    return asl::HistoryResource(scheduled.resource.view()).first == "lambda";
  }
  return scheduled.type == EventType::kLambdaFunctionScheduled &&
         asl::FunctionName(scheduled.resource.view()) == asl::FunctionName(function);
}

bool IsActivity(const HistoryEvent& scheduled, std::string_view name) {
  if (core::IsFunctionQueue(name)) {
    return IsFunction(scheduled, name.substr(core::kFunctionQueuePrefix.size()));
  }
  if (scheduled.type != EventType::kActivityScheduled) return false;
  const std::string_view arn = scheduled.resource.view();
  return arn.size() > name.size() && arn.ends_with(name) &&
         arn[arn.size() - name.size() - 1] == ':';
}

std::string_view View(const std::optional<Text>& text) {
  return text ? text->view() : std::string_view();
}

bool Says(const HistoryEvent& ended, const Completion& completion, const core::Limits& limits) {
  const TaskPart part = core::TaskPartOf(ended.type);
  // An output that the execution has no room for was recorded as a failure.
  const bool too_large =
      completion.succeeded && static_cast<int64_t>(completion.output.size()) > limits.payload_bytes;
  if (too_large) {
    return part == TaskPart::kFailed && View(ended.error) == "States.DataLimitExceeded";
  }
  if (completion.succeeded != (part == TaskPart::kSucceeded)) return false;
  if (completion.succeeded) return ended.payload == completion.output;
  return View(ended.error) == completion.error && View(ended.cause) == completion.cause;
}

std::vector<AttemptEvents> AttemptsOf(const AuditedExecution& stored,
                                      absl::Span<const Attempt> replayed) {
  std::vector<AttemptEvents> attempts;
  absl::flat_hash_map<int64_t, size_t> by_last_event;
  for (const AuditedRow& row : stored.history) {
    for (const HistoryEvent& event : row.events) {
      const TaskPart part = core::TaskPartOf(event.type);
      if (part == TaskPart::kScheduled) {
        by_last_event[event.id] = attempts.size();
        attempts.push_back({.scheduled = &event});
        continue;
      }
      const auto attempt = by_last_event.find(event.previous_id);
      if (attempt == by_last_event.end()) continue;
      if (part == TaskPart::kSubmitted) {
        attempts[attempt->second].submitted = true;
        by_last_event[event.id] = attempt->second;
      } else if (part == TaskPart::kStarted) {
        attempts[attempt->second].started = &event;
        attempts[attempt->second].started_at = row.written_at;
        by_last_event[event.id] = attempt->second;
      } else if (core::EndsTask(part)) {
        attempts[attempt->second].ended = &event;
        attempts[attempt->second].ended_at = row.written_at;
      }
    }
  }
  for (const Attempt& one : replayed) {
    const auto attempt = by_last_event.find(one.scheduled_id);
    if (attempt != by_last_event.end()) attempts[attempt->second].branch = one.branch;
  }
  return attempts;
}

class TaskCheck {
 public:
  TaskCheck(const TaskEvidence& evidence, const ClockSkew& skew, Findings* findings)
      : evidence_(evidence),
        skew_(skew),
        attempts_(AttemptsOf(evidence.stored, evidence.attempts)),
        findings_(*findings) {
    const auto& history = evidence.stored.history;
    if (evidence.stored.execution.closed() && !history.empty() && !history.back().events.empty()) {
      // Shown without the part of its millisecond.
      late_ = history.back().written_at.value_or(history.back().events.back().timestamp +
                                                 absl::Milliseconds(1) + skew.database);
    }
  }

  void Check(const CallIndex::Tokens& tokens) {
    for (const auto& [text, token] : tokens) {
      CheckGiven(token);
      CheckLate(token);
      CheckStillOpen(token);
    }
    CheckCounts(tokens);
    MatchCompletions(tokens);
    if (evidence_.complete_log) MatchResults(tokens);
  }

 private:
  void Fail(std::string_view rule, std::string what) {
    findings_.push_back({rule, std::move(what)});
  }

  static bool MayBe(const AttemptEvents& attempt, const TokenCalls& token) {
    if (token.activity == core::kCallbackQueue) {
      return attempt.scheduled->task_token == std::string_view(token.token);
    }
    return (!attempt.branch || *attempt.branch == token.branch) &&
           IsActivity(*attempt.scheduled, token.activity);
  }

  // Of lambda:invoke the function gets a part.
  static bool IsInput(const HistoryEvent& scheduled, std::string_view input) {
    return scheduled.type == EventType::kTaskScheduled || scheduled.payload == input;
  }

  // A worker got it: it was scheduled with that input, and started.
  void CheckGiven(const TokenCalls& token) {
    for (const auto& [call, what] : token.given) {
      if (!call->ok()) continue;
      const bool found =
          std::any_of(attempts_.begin(), attempts_.end(), [&](const AttemptEvents& attempt) {
            return attempt.started != nullptr && MayBe(attempt, token) &&
                   IsInput(*attempt.scheduled, what->input) &&
                   attempt.started_at.value_or(attempt.started->timestamp - skew_.database) <=
                       call->answered;
          });
      if (found) continue;
      Fail(rule::kTaskScheduled,
           StrCat(Shown(*call), " got a task of branch ", token.branch.value(),
                  ", the history has none of that input that was started by then"));
      return;
    }
  }

  // Each token is one attempt, and each attempt has one token.
  void CheckCounts(const CallIndex::Tokens& tokens) {
    absl::flat_hash_map<BranchId, int64_t> wanted;
    for (const auto& [text, token] : tokens) {
      const bool given = std::any_of(token.given.begin(), token.given.end(),
                                     [](const auto& one) { return one.call->ok(); });
      if (given) ++wanted[token.branch];
    }
    for (const auto& [branch, count] : wanted) {
      const int64_t started =
          std::count_if(attempts_.begin(), attempts_.end(), [&](const AttemptEvents& attempt) {
            return attempt.started != nullptr && (!attempt.branch || *attempt.branch == branch);
          });
      if (count <= started) continue;
      Fail(rule::kTaskScheduled, StrCat("workers got ", count, " tasks of branch ", branch.value(),
                                        ", the history has ", started, " that were started"));
    }
  }

  // A result that is acknowledged has been written before the end, and was decided after it was
  // sent.
  void CheckLate(const TokenCalls& token) {
    for (const Completion& completion : token.completions) {
      const Call& call = *completion.call;
      const bool known = call.sent > evidence_.known_end + skew_.clients;
      if (!call.ok() || (!known && call.sent <= late_)) continue;
      Fail(rule::kLateRefused,
           StrCat(Shown(call), " was acknowledged after the execution had ended"));
    }
    CheckHeartbeats(token);
  }

  void CheckHeartbeats(const TokenCalls& token) {
    absl::Time over = evidence_.known_end;
    for (const Completion& completion : token.completions) {
      if (completion.call->ok()) over = std::min(over, completion.call->answered);
    }
    for (const Call* heartbeat : token.heartbeats) {
      if (!heartbeat->ok() || heartbeat->sent <= over + kHeartbeatGrace + skew_.clients) continue;
      Fail(rule::kLateRefused,
           StrCat(Shown(*heartbeat), " was acknowledged after a client knew that it was over"));
    }
  }

  // What has been acknowledged is over.
  void CheckStillOpen(const TokenCalls& token) {
    const core::Branch* branch = evidence_.stored.execution.Find(token.branch);
    if (branch == nullptr || !branch->task || branch->task->nonce != token.nonce) return;
    if (branch->task->early || core::IsFunctionQueue(token.activity)) return;
    for (const Completion& completion : token.completions) {
      if (!completion.call->ok()) continue;
      Fail(rule::kCompletionFound,
           StrCat(Shown(*completion.call), " was acknowledged, and the task in branch ",
                  token.branch.value(), " is still open"));
    }
  }

  struct Report {
    const TokenCalls* token;
    const Completion* completion;
    bool matched = false;
  };

  // `later`: how long after the answer it may have been written.
  bool InTime(const HistoryEvent& event, std::optional<absl::Time> written_at, const Call& call,
              absl::Duration later = absl::ZeroDuration()) const {
    if (written_at) return *written_at >= call.sent && *written_at <= call.answered + later;
    const absl::Time decided = event.timestamp;  // milliseconds, cut off
    return decided + absl::Milliseconds(1) > call.sent - skew_.database &&
           decided <= call.answered + skew_.database + later;
  }

  // Each acknowledged report to a result of its own. Taking the results as they came, each to the
  // report that was answered first of those it can be, finds a match for all if there is one.
  void MatchCompletions(const CallIndex::Tokens& tokens) {
    std::vector<Report> reports;
    for (const auto& [text, token] : tokens) {
      // Of a function it is not recorded as it was sent.
      if (core::IsFunctionQueue(token.activity)) continue;
      for (const Completion& completion : token.completions) {
        if (completion.call->ok()) reports.push_back({&token, &completion});
      }
    }
    std::stable_sort(reports.begin(), reports.end(), [](const Report& a, const Report& b) {
      return a.completion->call->answered < b.completion->call->answered;
    });
    for (const AttemptEvents* attempt : Results()) {
      for (Report& report : reports) {
        if (report.matched || !MayBe(*attempt, *report.token) ||
            !Says(*attempt->ended, *report.completion, Limits()) ||
            !InTime(*attempt->ended, attempt->ended_at, *report.completion->call,
                    attempt->MayBeEarly() ? absl::InfiniteDuration() : absl::ZeroDuration())) {
          continue;
        }
        report.matched = true;
        break;
      }
    }
    for (const Report& report : reports) {
      if (report.matched || MetEnd(*report.completion->call) || CutOff(*report.token)) continue;
      Fail(rule::kCompletionFound,
           StrCat(Shown(*report.completion->call), " was acknowledged for the task in branch ",
                  report.token->branch.value(), ", the history has no such result of that time"));
    }
  }

  // Its token came back before its call had returned, and the task was cut off before the history
  // told it: the execution was stopped, or failed elsewhere. Or it is kept yet.
  bool CutOff(const TokenCalls& token) const {
    return token.activity == core::kCallbackQueue &&
           std::any_of(attempts_.begin(), attempts_.end(), [&](const AttemptEvents& attempt) {
             return MayBe(attempt, token) && attempt.started != nullptr && !attempt.submitted &&
                    attempt.ended == nullptr;
           });
  }

  const core::Limits& Limits() const { return evidence_.stored.execution.facts->limits; }

  // The report that makes an execution take its next step is acknowledged and not recorded where
  // that step ends it: its machine is deleted (reference/api.md, DeleteStateMachine), or its
  // history full.
  bool MetEnd(const Call& call) const {
    const core::Execution& execution = evidence_.stored.execution;
    if (!execution.closed() || !execution.cause) return false;
    const AuditedRow& last = evidence_.stored.history.back();
    const core::ExecutionFacts& facts = *execution.facts;
    const bool ended =
        *execution.cause == StrCat("State machine ", facts.machine_name, " has been deleted") ||
        *execution.cause == core::HistoryFullCause(facts.limits.history_events);
    return ended && InTime(last.events.back(), last.written_at, call);
  }

  // In the order in which they were recorded.
  std::vector<const AttemptEvents*> Results() const {
    std::vector<const AttemptEvents*> results;
    for (const AttemptEvents& attempt : attempts_) {
      if (attempt.Reported()) results.push_back(&attempt);
    }
    std::sort(results.begin(), results.end(), [](const AttemptEvents* a, const AttemptEvents* b) {
      return a->ended->id < b->ended->id;
    });
    return results;
  }

  // Whatever its caller was told: a reply can be lost, and its repeat be refused.
  void MatchResults(const CallIndex::Tokens& tokens) {
    for (const AttemptEvents* attempt : Results()) {
      const bool sent = std::any_of(tokens.begin(), tokens.end(), [&](const auto& entry) {
        const TokenCalls& token = entry.second;
        return MayBe(*attempt, token) &&
               std::any_of(token.completions.begin(), token.completions.end(),
                           [&](const Completion& completion) {
                             return Says(*attempt->ended, completion, Limits());
                           });
      });
      if (sent) continue;
      Fail(rule::kCompletionSent,
           StrCat("event ", attempt->ended->id, " (", core::EventTypeName(attempt->ended->type),
                  ") records a result that no worker sent"));
    }
  }

  const TaskEvidence& evidence_;
  const ClockSkew& skew_;
  const std::vector<AttemptEvents> attempts_;
  // From then on the execution had ended for everybody.
  absl::Time late_ = absl::InfiniteFuture();
  Findings& findings_;
};

}  // namespace

void CheckTokenAgrees(const TokenCalls& token, Findings* findings) {
  const Call* first = nullptr;
  for (const Completion& completion : token.completions) {
    if (!completion.call->ok()) continue;
    if (first != nullptr) {
      findings->push_back(
          {rule::kCompletionOnce, StrCat(Shown(*first), " and ", Shown(*completion.call),
                                         " were both acknowledged for one token")});
    }
    first = completion.call;
  }
}

void CheckTasksHold(const CallIndex::Tokens& tokens, const TaskEvidence& evidence,
                    const ClockSkew& skew, Findings* findings) {
  TaskCheck(evidence, skew, findings).Check(tokens);
}

}  // namespace pawl::audit
