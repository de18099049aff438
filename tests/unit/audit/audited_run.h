// An execution that a test moves on through the pure core, and that it then has audited.

#ifndef PAWL_TESTS_UNIT_AUDIT_AUDITED_RUN_H_
#define PAWL_TESTS_UNIT_AUDIT_AUDITED_RUN_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "coordinator/asl/compile.h"
#include "coordinator/audit/auditor.h"
#include "coordinator/audit/history_rules.h"
#include "coordinator/audit/replay.h"
#include "coordinator/base/account.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/redrive.h"
#include "coordinator/core/task_token.h"
#include "tests/support/fake_world.h"

namespace pawl::audit {

inline const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

// A Task of activity "work" with `members` (JSON, with a comma behind each).
inline std::string TaskState(const std::string& members = "") {
  return R"({"Type": "Task", )" + members +
         R"("Resource": "arn:aws:states:us-east-1:000000000000:activity:work"})";
}

class AuditedRun {
 public:
  explicit AuditedRun(const std::string& definition, const std::string& input = "{}",
                      const std::string& name = "run", core::Limits limits = {}) {
    asl::CompileResult compiled = asl::CompileMachine(definition);
    EXPECT_TRUE(compiled.ok()) << compiled.ErrorText();
    machine_ = compiled.machine;
    auto facts = std::make_shared<core::ExecutionFacts>();
    facts->id = ExecutionId(Uuid::TimeOrdered(now_));
    facts->execution_arn = Account().ExecutionArn("M", name);
    facts->name = name;
    facts->machine_name = "M";
    facts->state_machine_arn = Account().StateMachineArn("M");
    facts->role_arn = "arn:aws:iam::000000000000:role/r";
    facts->started_at = now_;
    facts->input = Text(input);
    facts->limits = limits;
    execution_.facts = facts;
    Record(core::Begin(*machine_, FakeWorld(Exists), now_, ++seed_, execution_));
  }

  core::Execution& execution() { return execution_; }
  absl::Time now() const { return now_; }
  std::string arn() const { return execution_.facts->execution_arn; }

  // Takes all steps that can be taken at once.
  AuditedRun& Run() {
    while (const core::Branch* ready = core::NextReady(execution_)) Take(core::Proceed{ready->id});
    return *this;
  }
  AuditedRun& Step() { return Take(core::Proceed{core::NextReady(execution_)->id}); }
  // The first ready task goes to a worker.
  AuditedRun& Give() {
    Record(*core::StartTask(TaskIn(core::Phase::kScheduled).id, Text("w"), now_, execution_));
    return *this;
  }
  AuditedRun& Confirm() { return Ask(core::ConfirmTask); }
  AuditedRun& Return() { return Ask(core::ReturnTask); }
  AuditedRun& Beat() { return Ask(core::Heartbeat); }
  AuditedRun& Succeed(const std::string& output = "1") {
    const core::Branch& task = TaskIn(core::Phase::kStarted);
    return Take(core::TaskSucceeded{task.id, task.task->nonce, Text(output)});
  }
  AuditedRun& Fail(const std::string& error) {
    const core::Branch& task = TaskIn(core::Phase::kStarted);
    return Take(core::TaskFailed{task.id, task.task->nonce, Text(error), std::nullopt});
  }
  AuditedRun& Stop() { return Take(core::Stop{Text("E"), Text("C")}); }
  AuditedRun& Redrive() {
    core::Retrace stood(*machine_);
    for (const AuditedRow& row : rows_) {
      for (const core::HistoryEvent& event : row.events) EXPECT_TRUE(stood.Add(event).ok());
    }
    auto redriven = core::Redrive(*machine_, FakeWorld(Exists), now_, ++seed_, stood, execution_);
    EXPECT_TRUE(redriven.ok()) << redriven.status();
    if (redriven.ok()) Record(*std::move(redriven));
    return *this;
  }
  // Time passes; nothing fires.
  AuditedRun& Wait(absl::Duration by) {
    now_ += by;
    return *this;
  }
  // What is due next fires, when it is due.
  AuditedRun& Fire() {
    now_ = std::max(now_, core::NextDue(execution_));
    return Take(core::TimerFired());
  }
  AuditedRun& Take(decltype(core::Event::what) what) {
    auto taken =
        core::Advance(*machine_, FakeWorld(Exists), {std::move(what), now_, ++seed_}, execution_);
    EXPECT_TRUE(taken.ok()) << taken.status();
    if (taken.ok()) Record(*std::move(taken));
    return *this;
  }

  // The token of the open task, without a signature that anyone would accept.
  std::string Token() {
    for (const auto& [id, branch] : execution_.branches) {
      if (branch.task) return TokenOf({execution_.facts->id, id, branch.task->nonce, "work"});
    }
    return "";
  }
  static std::string TokenOf(const core::TaskToken& token) {
    const std::string bytes =
        core::TokenPayload(token) + std::string(core::kTokenSignatureBytes, 's');
    return absl::WebSafeBase64Escape(bytes);
  }

  AuditedExecution Stored() const {
    return {.execution = execution_,
            .claimable_at = core::NextReady(execution_) != nullptr ? now_
                            : execution_.closed()                  ? absl::InfiniteFuture()
                                                                   : core::NextDue(execution_),
            .machine = machine_,
            .history = rows_,
            .read_at = now_};
  }

 private:
  static bool Exists(std::string_view) { return true; }

  const core::Branch& TaskIn(core::Phase phase) const {
    for (const auto& [id, branch] : execution_.branches) {
      if (branch.phase == phase) return branch;
    }
    ADD_FAILURE() << "there is no such task";
    return execution_.branches.begin()->second;
  }

  template <typename Function>
  AuditedRun& Ask(Function ask) {
    const core::Branch& task = TaskIn(core::Phase::kStarted);
    auto answer = ask(task.id, task.task->nonce, now_, execution_);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return *this;
  }

  void Record(core::Transition transition) {
    if (transition.history.empty()) return;
    rows_.push_back({std::move(transition.history), rows_.size() + 1});
  }

  std::shared_ptr<const asl::Machine> machine_;
  core::Execution execution_;
  std::vector<AuditedRow> rows_;
  absl::Time now_ = kStart;
  uint64_t seed_ = 0;
};

inline void PrintTo(const Finding& finding, std::ostream* out) {
  *out << finding.rule << ": " << finding.what;
}
inline void PrintTo(const Violation& violation, std::ostream* out) {
  *out << violation.execution << ": " << violation.rule << ": " << violation.what;
}

// Matches a finding or a violation of the rule whose sentence has `words` in it.
MATCHER_P2(Breaks, rule_name, words, "") {
  return arg.rule == rule_name && arg.what.find(words) != std::string::npos;
}

}  // namespace pawl::audit

#endif  // PAWL_TESTS_UNIT_AUDIT_AUDITED_RUN_H_
