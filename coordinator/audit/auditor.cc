#include "coordinator/audit/auditor.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "coordinator/audit/call_index.h"
#include "coordinator/audit/call_rules.h"
#include "coordinator/audit/history_rules.h"
#include "coordinator/audit/replay.h"
#include "coordinator/audit/task_rules.h"
#include "coordinator/base/strings.h"

namespace pawl::audit {
namespace {

const CallLog& Empty() {
  static const CallLog empty;
  return empty;
}

// Whether the history is a chain of events that can be replayed.
bool IsChain(const Findings& findings) {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.rule == rule::kTransactionEach; });
}

}  // namespace

class Auditor::Impl {
 public:
  Impl(const CallLog* log, AuditOptions options)
      : options_(std::move(options)),
        bounds_{options_.timer_bound, options_.claim_hint},
        skew_{options_.database_skew, options_.client_skew},
        index_(log == nullptr ? Empty() : *log) {
    report_.calls = log == nullptr ? 0 : static_cast<int64_t>(log->calls.size());
    for (const Finding& finding : index_.findings()) Report("", finding);
  }

  void Add(const AuditedExecution& audited) {
    const std::string id = audited.execution.facts->id.value().ToString();
    for (Finding& finding : Examine(audited)) Report(id, std::move(finding));
  }

  Findings Examine(const AuditedExecution& audited) {
    Count(audited);
    const size_t name = NameOf(audited);
    if (!names_.insert(name).second) names_twice_.insert(name);
    ReplayResult replayed;
    Findings findings = Judge(audited, &replayed);
    report_.transitions += replayed.transitions;
    report_.not_replayable += replayed.stopped_at_event.has_value();
    return findings;
  }

  Findings ExamineAgain(const AuditedExecution& audited) {
    ReplayResult replayed;
    return Judge(audited, &replayed);
  }

  const AuditReport& report() const { return report_; }

  void Report(std::string execution, Finding finding) {
    ++report_.violation_count;
    if (report_.violations.size() >= options_.max_violations) return;
    report_.violations.push_back(
        {std::move(execution), std::string(finding.rule), std::move(finding.what)});
  }

  std::vector<ExecutionName> MissingNames() const {
    std::vector<ExecutionName> missing;
    for (const auto& [name, calls] : index_.by_name()) {
      if (calls.SeenByClient() && !seen_names_.contains(name)) missing.push_back(name);
    }
    std::sort(missing.begin(), missing.end());
    return missing;
  }

  std::vector<ExecutionId> MissingIds() const {
    std::vector<ExecutionId> missing;
    for (const auto& [id, tokens] : index_.by_id()) {
      const bool given = std::any_of(tokens.begin(), tokens.end(),
                                     [](const auto& entry) { return !entry.second.given.empty(); });
      if (given && !seen_ids_.contains(id)) missing.push_back(id);
    }
    std::sort(missing.begin(), missing.end());
    return missing;
  }

  AuditReport Finish() {
    for (const ExecutionName& name : MissingNames()) {
      Findings findings{
          {rule::kStartFound, "a client was told that it is there, it is not stored"}};
      CheckCallsAgree(index_.by_name().at(name), skew_, /*redriven=*/false, &findings);
      for (Finding& finding : findings) {
        Report(StrCat(name.first, ":", name.second), std::move(finding));
      }
    }
    for (const ExecutionId id : MissingIds()) {
      Report(id.value().ToString(),
             {rule::kTaskScheduled, "a worker got a task of it, it is not stored"});
    }
    return std::move(report_);
  }

 private:
  void Count(const AuditedExecution& audited) {
    ++(audited.execution.closed() ? report_.closed : report_.open);
    for (const AuditedRow& row : audited.history) {
      report_.events += static_cast<int64_t>(row.events.size());
    }
  }

  Findings Judge(const AuditedExecution& audited, ReplayResult* replayed) {
    Findings findings;
    CheckHistory(audited, &findings);
    if (audited.machine != nullptr && IsChain(findings)) *replayed = ReplayHistory(audited);
    std::move(replayed->findings.begin(), replayed->findings.end(), std::back_inserter(findings));
    CheckState(audited, bounds_, &findings);
    CheckName(audited, &findings);
    CheckCalls(audited, replayed->attempts, &findings);
    return findings;
  }

  static size_t NameOf(const AuditedExecution& audited) {
    return absl::HashOf(audited.execution.facts->machine_name, audited.execution.facts->name);
  }

  void CheckName(const AuditedExecution& audited, Findings* findings) {
    if (!names_twice_.contains(NameOf(audited))) return;
    const core::ExecutionFacts& facts = *audited.execution.facts;
    findings->push_back(
        {rule::kNameOnce, StrCat("another execution of state machine '", facts.machine_name,
                                 "' is named '", facts.name, "' too")});
  }

  void CheckCalls(const AuditedExecution& audited, const std::vector<Attempt>& attempts,
                  Findings* findings) {
    const core::ExecutionFacts& facts = *audited.execution.facts;
    TaskEvidence evidence{
        .stored = audited, .attempts = attempts, .complete_log = options_.complete_log};
    const auto named = index_.by_name().find({facts.machine_name, facts.name});
    if (named != index_.by_name().end()) {
      seen_names_.insert(named->first);
      const bool redriven = WasRedriven(audited);
      CheckCallsAgree(named->second, skew_, redriven, findings);
      CheckCallsHold(named->second, audited, findings);
      if (!redriven) evidence.known_end = KnownEnd(named->second);
    }
    const auto tokens = index_.by_id().find(facts.id);
    if (tokens != index_.by_id().end()) {
      seen_ids_.insert(facts.id);
      for (const auto& [text, token] : tokens->second) CheckTokenAgrees(token, findings);
      CheckTasksHold(tokens->second, evidence, skew_, findings);
    } else if (options_.complete_log) {
      CheckTasksHold({}, evidence, skew_, findings);
    }
  }

  const AuditOptions options_;
  const TimeBounds bounds_;
  const ClockSkew skew_;
  const CallIndex index_;
  AuditReport report_;
  // Of those that were examined. Names are kept as hashes: there may be very many.
  absl::flat_hash_set<size_t> names_;
  absl::flat_hash_set<size_t> names_twice_;
  absl::flat_hash_set<ExecutionName> seen_names_;
  absl::flat_hash_set<ExecutionId> seen_ids_;
};

Auditor::Auditor(const CallLog* log, AuditOptions options)
    : impl_(std::make_unique<Impl>(log, std::move(options))) {}

Auditor::~Auditor() = default;

void Auditor::Add(const AuditedExecution& audited) { impl_->Add(audited); }

Findings Auditor::Examine(const AuditedExecution& audited) { return impl_->Examine(audited); }

Findings Auditor::ExamineAgain(const AuditedExecution& audited) {
  return impl_->ExamineAgain(audited);
}

const AuditReport& Auditor::report() const { return impl_->report(); }

void Auditor::Report(std::string execution, Finding finding) {
  impl_->Report(std::move(execution), std::move(finding));
}

std::vector<ExecutionName> Auditor::MissingNames() const { return impl_->MissingNames(); }

std::vector<ExecutionId> Auditor::MissingIds() const { return impl_->MissingIds(); }

AuditReport Auditor::Finish() { return impl_->Finish(); }

AuditReport Audit(absl::Span<const AuditedExecution> executions, const CallLog* log,
                  const AuditOptions& options) {
  Auditor auditor(log, options);
  for (const AuditedExecution& audited : executions) auditor.Add(audited);
  return auditor.Finish();
}

}  // namespace pawl::audit
