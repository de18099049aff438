// A database of one's own with executions that the core has led, each as far as a test wants, and
// SQL to change it behind the store's back: for the tests of the audit.

#ifndef PAWL_TESTS_STORE_AUDIT_FIXTURE_H_
#define PAWL_TESTS_STORE_AUDIT_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/audit_database.h"
#include "coordinator/store/postgres_store.h"
#include "tests/store/store_test_support.h"
#include "tests/support/fake_world.h"
#include "tests/support/postgres_cluster.h"

namespace pawl::store {

inline constexpr char kAuditedDefinition[] = R"({"StartAt": "First", "States": {
  "First": {"Type": "Pass", "Next": "Both"},
  "Both": {"Type": "Parallel", "Next": "Rest", "Branches": [
    {"StartAt": "A", "States": {"A": {"Type": "Task", "TimeoutSeconds": 60, "End": true,
      "Resource": "arn:aws:states:us-east-1:000000000000:activity:work"}}},
    {"StartAt": "B", "States": {"B": {"Type": "Task", "HeartbeatSeconds": 60, "End": true,
      "Resource": "arn:aws:states:us-east-1:000000000000:activity:work"}}}]},
  "Rest": {"Type": "Wait", "Seconds": 1, "End": true}}})";

class AuditFixture : public ::testing::Test {
 protected:
  AuditFixture()
      : url_(testing::PostgresCluster::Shared().FreshDatabase()),
        store_(std::make_unique<PostgresStore>(PostgresStoreOptions{.database_url = url_,
                                                                    .flush_barrier = false,
                                                                    .read_connections = 1,
                                                                    .allow_fsync_off = true})),
        compiled_(asl::CompileMachine(kAuditedDefinition).machine) {
    Machine machine = NewMachine("machine");
    machine.current.definition = kAuditedDefinition;
    machine_ = *Create(store_.get(), machine);
  }

  static bool Exists(std::string_view) { return true; }

  void Begin(const std::string& name, absl::Time at = TestTime()) {
    execution_ = core::Execution();
    execution_.facts = NewStart(machine_, name, at).execution.facts;
    execution_.fence = Fence(RandomInt64());
    Step step;
    step.transition = core::Begin(*compiled_, FakeWorld(Exists), at, 1, execution_);
    step.execution = execution_;
    EXPECT_TRUE(Start(store_.get(), step, ClaimableAt()).ok());
    now_ = at;
  }

  absl::Time ClaimableAt() const {
    return core::NextReady(execution_) != nullptr ? now_ : core::NextDue(execution_);
  }

  void Write(absl::StatusOr<core::Transition> transition) {
    ASSERT_TRUE(transition.ok()) << transition.status();
    const Fence before = execution_.fence;
    execution_.fence = Fence(RandomInt64());
    ASSERT_TRUE(Commit(store_.get(), {execution_, *transition, before},
                       execution_.closed() ? std::nullopt : std::optional(ClaimableAt()))
                    .ok());
  }
  void Take(decltype(core::Event::what) what) {
    Write(core::Advance(*compiled_, FakeWorld(Exists), {what, now_, 1}, execution_));
  }
  void Proceed() { Take(core::Proceed{core::NextReady(execution_)->id}); }
  void Give(BranchId branch) { Write(core::StartTask(branch, Text("w"), now_, execution_)); }
  void Succeed(BranchId branch) {
    Take(core::TaskSucceeded{branch, execution_.branches.at(branch).task->nonce, Text("1")});
  }
  void EndWait() {
    now_ = core::NextDue(execution_);
    Take(core::TimerFired());
  }
  void RunToTheEnd() {
    Proceed();
    Give(BranchId(1));
    Give(BranchId(2));
    Succeed(BranchId(2));
    Succeed(BranchId(1));
    EndWait();
  }

  void Sql(const std::string& sql) {
    pqxx::connection connection(url_);
    pqxx::work transaction(connection);
    transaction.exec("set local search_path = pawl; " + sql);
    transaction.commit();
  }

  int64_t Ask(const std::string& sql) {
    pqxx::connection connection(url_);
    return pqxx::nontransaction(connection).exec1(sql)[0].as<int64_t>();
  }
  std::string Id() const { return execution_.facts->id.value().ToString(); }

  audit::AuditReport AuditedWith(const AuditDatabaseOptions& options) {
    const auto report = AuditDatabase(url_, options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : audit::AuditReport();
  }

  audit::AuditReport Audited(const audit::CallLog* log = nullptr) {
    return AuditedWith({.log = log});
  }

  // The rules that are broken, each once.
  std::vector<std::string> Broken(const audit::CallLog* log = nullptr) {
    std::vector<std::string> rules;
    for (const audit::Violation& violation : Audited(log).violations) {
      rules.push_back(violation.rule);
    }
    std::sort(rules.begin(), rules.end());
    rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
    return rules;
  }

  const std::string url_;
  std::unique_ptr<PostgresStore> store_;
  std::shared_ptr<const asl::Machine> compiled_;
  Machine machine_;
  core::Execution execution_;
  absl::Time now_;
};

}  // namespace pawl::store

#endif  // PAWL_TESTS_STORE_AUDIT_FIXTURE_H_
