// A node or two on the memory store, with time in the test's hand.

#ifndef PAWL_TESTS_UNIT_ENGINE_ENGINE_FIXTURE_H_
#define PAWL_TESTS_UNIT_ENGINE_ENGINE_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/audit/auditor.h"
#include "coordinator/engine/engine.h"
#include "coordinator/store/memory_store.h"
#include "tests/support/manual_scheduler.h"

namespace pawl::engine {

inline constexpr char kTask[] =
    R"({"StartAt": "T", "States": {"T": {"Type": "Task", "TimeoutSeconds": 30,
  "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "Next": "P"},
  "P": {"Type": "Pass", "End": true}}})";

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    store_.CreateActivity({"work", clock_.Now()}, [](auto) {});
    Run();
  }

  // Whatever a test has done to it: what is stored keeps all rules.
  void TearDown() override {
    const auto stored = store_.Audited([](const store::Revision& revision) {
      return asl::CompileMachine(revision.definition).machine;
    });
    for (const audit::Violation& violation : audit::Audit(stored).violations) {
      ADD_FAILURE() << violation.execution << ": " << violation.rule << ": " << violation.what;
    }
  }

  std::unique_ptr<Engine> MakeNode(store::Store* store, core::Limits limits = {}) {
    metrics_ = std::make_shared<metrics::Metrics>();
    auto node = std::make_unique<Engine>(
        Options{.limits = limits,
                .closed = [this](const store::ExecutionRecord& one) { closed_.push_back(one.id); },
                .metrics = metrics_},
        store, &clock_, &scheduler_);
    node->Run([](absl::Status status) { ASSERT_TRUE(status.ok()) << status; });
    Run();
    return node;
  }

  void Run() { scheduler_.RunReady(); }

  void Deploy(const std::string& name, const std::string& definition) {
    store::Machine machine;
    machine.name = machine.current.machine_name = name;
    machine.type = "STANDARD";
    machine.created_at = machine.current.created_at = clock_.Now();
    machine.current.id = RevisionId(Uuid::Random());
    machine.current.definition = definition;
    machine.current.role_arn = "arn:aws:iam::000000000000:role/r";
    store_.CreateMachine(machine, [](auto created) { ASSERT_TRUE(created.ok()); });
    Run();
  }

  absl::StatusOr<Started> Start(Engine& node, const std::string& machine, const std::string& name,
                                const std::string& input = "{}") {
    absl::StatusOr<Started> answer = absl::InternalError("not answered");
    node.StartExecution(machine, name, Text(input), [&](auto started) { answer = started; });
    Run();
    return answer;
  }

  store::ExecutionRecord Find(const std::string& machine, const std::string& name) {
    store::ExecutionRecord found;
    store_.FindExecution(machine, name, [&](auto record) {
      ASSERT_TRUE(record.ok()) << record.status();
      found = *record;
    });
    Run();
    return found;
  }

  std::vector<std::string> History(const std::string& machine, const std::string& name) {
    std::vector<std::string> types;
    store_.GetHistory({.execution = Find(machine, name).id, .limit = 1000}, [&](auto page) {
      for (const auto& event : page->items) types.emplace_back(core::EventTypeName(event.type));
    });
    Run();
    return types;
  }

  // Polls for 60 s; the answer comes into `tasks_` when there is one.
  Engine::PollId Poll(Engine& node, const std::string& worker = "w") {
    const auto poll = node.PollActivity(
        "work", Text(worker), clock_.Now() + absl::Seconds(60), [this, &node](auto task) {
          ASSERT_TRUE(task.ok()) << task.status();
          if (*task) {
            tasks_.push_back(**task);
            if (confirms_) node.ConfirmTask((*task)->token, [](const absl::Status&) {});
          } else {
            ++empty_polls_;
          }
        });
    Run();
    return poll;
  }

  absl::Status Confirm(Engine& node, const std::string& token) {
    absl::Status answer = absl::InternalError("not answered");
    node.ConfirmTask(token, [&](absl::Status status) { answer = status; });
    Run();
    return answer;
  }

  absl::Status Succeed(Engine& node, const std::string& token, const std::string& output = "1") {
    absl::Status answer = absl::InternalError("not answered");
    node.CompleteTask(token, {.succeeded = true, .output = Text(output)},
                      [&](absl::Status status) { answer = status; });
    Run();
    return answer;
  }

  int64_t LastEvent(ExecutionId id) {
    int64_t last = 0;
    store_.GetHistory({.execution = id, .reverse = true, .limit = 1},
                      [&](auto page) { last = page->items.at(0).id; });
    scheduler_.Advance(absl::Milliseconds(1));
    return last;
  }

  FakeClock clock_;
  testing_support::ManualScheduler scheduler_{&clock_};
  absl::Duration latency_;  // of the store's answers
  store::MemoryStore store_{Account{}, [this](absl::AnyInvocable<void()> job) {
                              scheduler_.RunAfter(latency_, std::move(job));
                            }};
  std::vector<ActivityTask> tasks_;
  std::vector<ExecutionId> closed_;  // as the nodes told
  int empty_polls_ = 0;
  bool confirms_ = true;  // whoever polls confirms at once that it has the task
  std::shared_ptr<metrics::Metrics> metrics_;  // of the node made last
};

}  // namespace pawl::engine

#endif  // PAWL_TESTS_UNIT_ENGINE_ENGINE_FIXTURE_H_
