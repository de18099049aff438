#include "tests/store/store_test_support.h"

#include "absl/time/clock.h"
#include "coordinator/base/account.h"
#include "coordinator/base/strings.h"

namespace pawl::store {
namespace {

core::HistoryEvent NewEvent(core::Execution* execution, core::EventType type) {
  core::HistoryEvent event;
  event.id = ++execution->last_event_id;
  event.previous_id = event.id - 1;
  event.timestamp = execution->last_event_at;
  event.type = type;
  return event;
}

Step AfterOf(const core::Execution& execution) {
  Step step{execution, {}, execution.fence};
  step.execution.fence = Fence(RandomInt64());
  ++step.execution.version;
  step.execution.last_event_at += absl::Milliseconds(7);
  return step;
}

}  // namespace

absl::Time TestTime() {
  static const absl::Time time =
      absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now())) + absl::Milliseconds(123);
  return time;
}

Machine NewMachine(const std::string& name) {
  Machine machine;
  machine.name = name;
  machine.type = "STANDARD";
  machine.created_at = TestTime();
  machine.current.id = RevisionId(Uuid::Random());
  machine.current.machine_name = name;
  machine.current.definition = R"({"StartAt": "First"})";
  machine.current.role_arn = "arn:aws:iam::000000000000:role/test";
  machine.current.created_at = TestTime();
  return machine;
}

Step NewStart(const Machine& machine, const std::string& name, absl::Time at,
              std::string_view input) {
  auto facts = std::make_shared<core::ExecutionFacts>();
  facts->id = ExecutionId(Uuid::TimeOrdered(at));
  facts->machine_id = machine.id;
  facts->revision_id = machine.current.id;
  facts->machine_name = machine.name;
  facts->name = name;
  facts->execution_arn = Account().ExecutionArn(machine.name, name);
  facts->state_machine_arn = Account().StateMachineArn(machine.name);
  facts->role_arn = machine.current.role_arn;
  facts->started_at = at;
  facts->input = Text(input);
  Step step;
  step.execution.facts = facts;
  step.execution.fence = Fence(RandomInt64());
  step.execution.version = 1;
  step.execution.last_event_at = at;
  core::Branch& root = step.execution.branches[BranchId(0)];
  root.state = Text("First");
  root.data = facts->input;
  root.entered_at = at;
  core::HistoryEvent started = NewEvent(&step.execution, core::EventType::kExecutionStarted);
  started.payload = facts->input;
  started.role_arn = Text(facts->role_arn);
  core::HistoryEvent entered = NewEvent(&step.execution, core::EventType::kPassStateEntered);
  entered.name = root.state;
  entered.payload = facts->input;
  root.entered_event_id = root.last_event_id = entered.id;
  step.transition.history = {started, entered};
  return step;
}

Step NextStep(const core::Execution& execution) {
  Step step = AfterOf(execution);
  step.transition.history.push_back(NewEvent(&step.execution, core::EventType::kPassStateExited));
  step.transition.history.back().payload = Text(StrCat("[", step.execution.version, "]"));
  step.execution.branches[BranchId(0)].last_event_id = step.execution.last_event_id;
  return step;
}

Step LastStep(const core::Execution& execution, std::string_view output) {
  Step step = AfterOf(execution);
  step.execution.status = core::Status::kSucceeded;
  step.execution.closed_at = step.execution.last_event_at;
  step.execution.output = Text(output);
  step.execution.branches.clear();
  step.transition.history.push_back(
      NewEvent(&step.execution, core::EventType::kExecutionSucceeded));
  step.transition.history.back().payload = step.execution.output;
  return step;
}

void Schedule(core::Execution* execution, BranchId id, const std::string& activity, absl::Time at) {
  core::Branch& branch = execution->branches.at(id);
  branch.phase = core::Phase::kScheduled;
  branch.task = core::TaskAttempt{.queue = activity,
                                  .resource = Account().ActivityArn(activity),
                                  .nonce = RandomInt64(),
                                  .input = branch.data,
                                  .scheduled_at = at,
                                  .timeout_seconds = 30};
}

void AddBranch(Step* step, BranchId id) {
  core::Branch& branch = step->execution.branches[id];
  branch.id = id;
  branch.index = id.value() - 1;
  branch.state = Text("Inner");
  branch.item = branch.data = Text(StrCat("\"item ", id.value(), "\""));
  branch.entered_at = step->execution.last_event_at;
  step->execution.next_branch_id = std::max(step->execution.next_branch_id, id.value() + 1);
  step->transition.changed.push_back(id);
}

absl::StatusOr<core::Transition> StartTaskOf(core::Execution& execution, BranchId id) {
  Step step = AfterOf(execution);
  core::Branch& branch = step.execution.branches.at(id);
  branch.phase = core::Phase::kStarted;
  branch.due_at = step.execution.last_event_at + absl::Seconds(*branch.task->timeout_seconds);
  step.transition.history.push_back(NewEvent(&step.execution, core::EventType::kActivityStarted));
  step.transition.history.back().worker_name = Text("worker");
  if (id != BranchId(0)) step.transition.changed.push_back(id);
  execution = std::move(step.execution);
  return std::move(step.transition);
}

absl::StatusOr<Machine> Create(Store* store, const Machine& machine) {
  return Await<Machine>([&](auto done) { store->CreateMachine(machine, std::move(done)); });
}

absl::StatusOr<StartResult> Start(Store* store, const Step& step, absl::Time claimable_at) {
  return Await<StartResult>([&](auto done) {
    store->StartExecution({step.execution, step.transition, claimable_at}, std::move(done));
  });
}

absl::Status Commit(Store* store, const Step& step, std::optional<absl::Time> claimable_at) {
  return AwaitDone([&](auto done) {
    store->CommitTransition({step.execution, step.transition, step.before, claimable_at},
                            std::move(done));
  });
}

absl::StatusOr<core::Execution> Load(Store* store, ExecutionId id) {
  return Await<core::Execution>([&](auto done) { store->LoadExecution(id, std::move(done)); });
}

absl::StatusOr<std::vector<core::Execution>> Claim(Store* store, absl::Time now, absl::Time until,
                                                   int64_t limit) {
  return Await<std::vector<core::Execution>>(
      [&](auto done) { store->ClaimDue(now, until, limit, std::move(done)); });
}

absl::StatusOr<std::vector<HandedOut>> HandOut(Store* store, const std::string& activity,
                                               int64_t limit) {
  return Await<std::vector<HandedOut>>(
      [&](auto done) { store->HandOut(activity, limit, StartTaskOf, std::move(done)); });
}

absl::StatusOr<ExecutionRecord> Find(Store* store, const std::string& machine,
                                     const std::string& name) {
  return Await<ExecutionRecord>(
      [&](auto done) { store->FindExecution(machine, name, std::move(done)); });
}

absl::StatusOr<Page<core::HistoryEvent>> History(Store* store, const HistoryQuery& query) {
  return Await<Page<core::HistoryEvent>>(
      [&](auto done) { store->GetHistory(query, std::move(done)); });
}

namespace {

void ExpectSameTask(const core::TaskAttempt& stored, const core::TaskAttempt& wanted) {
  EXPECT_EQ(stored.kind, wanted.kind);
  EXPECT_EQ(stored.queue, wanted.queue);
  EXPECT_EQ(stored.resource, wanted.resource);
  EXPECT_EQ(stored.nonce, wanted.nonce);
  EXPECT_EQ(stored.input, wanted.input);
  EXPECT_EQ(stored.scheduled_at, wanted.scheduled_at);
  EXPECT_EQ(stored.timeout_seconds, wanted.timeout_seconds);
  EXPECT_EQ(stored.heartbeat_seconds, wanted.heartbeat_seconds);
  EXPECT_EQ(stored.role_arn, wanted.role_arn);
  EXPECT_EQ(stored.started_at, wanted.started_at);
  EXPECT_EQ(stored.given, wanted.given);
  EXPECT_EQ(stored.early, wanted.early);
}

void ExpectSameBranch(const core::Branch& stored, const core::Branch& wanted) {
  EXPECT_EQ(stored.id, wanted.id);
  EXPECT_EQ(stored.parent, wanted.parent);
  EXPECT_EQ(stored.index, wanted.index);
  EXPECT_EQ(stored.item, wanted.item);
  EXPECT_EQ(stored.phase, wanted.phase);
  EXPECT_EQ(stored.state, wanted.state);
  EXPECT_EQ(stored.data, wanted.data);
  EXPECT_EQ(stored.variables, wanted.variables);
  EXPECT_EQ(stored.entered_event_id, wanted.entered_event_id);
  EXPECT_EQ(stored.entered_previous_id, wanted.entered_previous_id);
  EXPECT_EQ(stored.entered_at, wanted.entered_at);
  EXPECT_EQ(stored.last_event_id, wanted.last_event_id);
  EXPECT_EQ(stored.retries, wanted.retries);
  EXPECT_EQ(stored.due_at, wanted.due_at);
  EXPECT_EQ(stored.heartbeat_due_at, wanted.heartbeat_due_at);
  EXPECT_EQ(stored.confirm_by, wanted.confirm_by);
  ASSERT_EQ(stored.task.has_value(), wanted.task.has_value());
  if (wanted.task) ExpectSameTask(*stored.task, *wanted.task);
  ASSERT_EQ(stored.join.has_value(), wanted.join.has_value());
  if (wanted.join) {
    EXPECT_EQ(stored.join->length, wanted.join->length);
    EXPECT_EQ(stored.join->next_index, wanted.join->next_index);
    EXPECT_EQ(stored.join->ended, wanted.join->ended);
    EXPECT_EQ(stored.join->max_concurrency, wanted.join->max_concurrency);
    EXPECT_EQ(stored.join->items_seed, wanted.join->items_seed);
    EXPECT_EQ(stored.join->items_at, wanted.join->items_at);
  }
}

}  // namespace

void ExpectSame(const core::Execution& stored, const core::Execution& wanted) {
  EXPECT_EQ(stored.facts->id, wanted.facts->id);
  EXPECT_EQ(stored.facts->machine_id, wanted.facts->machine_id);
  EXPECT_EQ(stored.facts->revision_id, wanted.facts->revision_id);
  EXPECT_EQ(stored.facts->execution_arn, wanted.facts->execution_arn);
  EXPECT_EQ(stored.facts->state_machine_arn, wanted.facts->state_machine_arn);
  EXPECT_EQ(stored.facts->machine_name, wanted.facts->machine_name);
  EXPECT_EQ(stored.facts->name, wanted.facts->name);
  EXPECT_EQ(stored.facts->role_arn, wanted.facts->role_arn);
  EXPECT_EQ(stored.facts->started_at, wanted.facts->started_at);
  EXPECT_EQ(stored.facts->input, wanted.facts->input);
  EXPECT_EQ(stored.facts->fork == nullptr, wanted.facts->fork == nullptr);
  EXPECT_EQ(stored.status, wanted.status);
  EXPECT_EQ(stored.fence, wanted.fence);
  EXPECT_EQ(stored.version, wanted.version);
  EXPECT_EQ(stored.last_event_id, wanted.last_event_id);
  EXPECT_EQ(stored.last_event_at, wanted.last_event_at);
  EXPECT_EQ(stored.next_branch_id, wanted.next_branch_id);
  EXPECT_EQ(stored.timeout_at, wanted.timeout_at);
  EXPECT_EQ(stored.machine_deleted, wanted.machine_deleted);
  EXPECT_EQ(stored.redrive_count, wanted.redrive_count);
  EXPECT_EQ(stored.redriven_at, wanted.redriven_at);
  ASSERT_EQ(stored.branches.size(), wanted.branches.size());
  for (const auto& [id, branch] : wanted.branches) {
    ASSERT_TRUE(stored.branches.contains(id)) << "branch " << id.value();
    ExpectSameBranch(stored.branches.at(id), branch);
  }
}

void ExpectSame(const core::HistoryEvent& stored, const core::HistoryEvent& wanted) {
  EXPECT_EQ(stored.id, wanted.id);
  EXPECT_EQ(stored.previous_id, wanted.previous_id);
  EXPECT_EQ(stored.timestamp, wanted.timestamp);
  EXPECT_EQ(stored.type, wanted.type);
  EXPECT_EQ(stored.name, wanted.name);
  EXPECT_EQ(stored.payload, wanted.payload);
  EXPECT_EQ(stored.error, wanted.error);
  EXPECT_EQ(stored.cause, wanted.cause);
  EXPECT_EQ(stored.resource, wanted.resource);
  EXPECT_EQ(stored.worker_name, wanted.worker_name);
  EXPECT_EQ(stored.role_arn, wanted.role_arn);
  EXPECT_EQ(stored.location, wanted.location);
  EXPECT_EQ(stored.region, wanted.region);
  EXPECT_EQ(stored.task_token, wanted.task_token);
  EXPECT_EQ(stored.timeout_seconds, wanted.timeout_seconds);
  EXPECT_EQ(stored.heartbeat_seconds, wanted.heartbeat_seconds);
  EXPECT_EQ(stored.length, wanted.length);
  EXPECT_EQ(stored.index, wanted.index);
  EXPECT_EQ(stored.redrive_count, wanted.redrive_count);
  EXPECT_EQ(stored.items_seed, wanted.items_seed);
  ASSERT_EQ(stored.fork == nullptr, wanted.fork == nullptr);
  if (wanted.fork != nullptr) {
    EXPECT_EQ(*stored.fork, *wanted.fork);
  }
  EXPECT_EQ(stored.assigned, wanted.assigned);
}

}  // namespace pawl::store
