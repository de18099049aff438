// Starts, transitions, claims and hand-outs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "coordinator/base/strings.h"
#include "coordinator/store/execution_record.h"
#include "tests/store/store_contract.h"

namespace pawl::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TransitionContract : public StoreContractTest {};

Step WithLimits(Step start, core::Limits limits) {
  auto facts = std::make_shared<core::ExecutionFacts>(*start.execution.facts);
  facts->limits = start.transition.history.front().limits = limits;
  start.execution.facts = std::move(facts);
  return start;
}

// ---------------------------------------------------------------- transitions

TEST_P(TransitionContract, WhatWasStartedIsLoaded) {
  const core::Execution started = Begin(MakeMachine(), "one");
  const absl::StatusOr<core::Execution> loaded = Load(store_, started.facts->id);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ExpectSame(*loaded, started);
}

TEST_P(TransitionContract, WhatWasCommittedIsLoaded) {
  Step step = NextStep(Begin(MakeMachine(), "one"));
  step.execution.timeout_at = TestTime() + absl::Hours(1);
  step.execution.branches[BranchId(0)].variables = Text(R"({"x":1})");
  ASSERT_TRUE(Commit(store_, step).ok());
  const absl::StatusOr<core::Execution> loaded = Load(store_, step.execution.facts->id);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ExpectSame(*loaded, step.execution);
}

TEST_P(TransitionContract, AStaleFenceWritesNothing) {
  const core::Execution started = Begin(MakeMachine(), "one");
  const Step first = NextStep(started);
  ASSERT_TRUE(Commit(store_, first).ok());
  Step late = NextStep(started);
  AddBranch(&late, BranchId(1));
  EXPECT_TRUE(absl::IsAborted(Commit(store_, late, TestTime())));
  EXPECT_TRUE(absl::IsAborted(Commit(store_, LastStep(started))));
  ExpectSame(*Load(store_, started.facts->id), first.execution);
  const auto history = History(store_, {.execution = started.facts->id});
  EXPECT_THAT(history->items, SizeIs(3));
  EXPECT_THAT(*Claim(store_, TestTime() + absl::Hours(1), TestTime(), 10), IsEmpty());
}

TEST_P(TransitionContract, ACommitWithoutEventsMovesTheFence) {
  const core::Execution started = Begin(MakeMachine(), "one");
  Step heartbeat = NextStep(started);
  heartbeat.transition.history.clear();
  heartbeat.execution.last_event_id = started.last_event_id;
  ASSERT_TRUE(Commit(store_, heartbeat).ok());
  EXPECT_TRUE(absl::IsAborted(Commit(store_, heartbeat)));
  EXPECT_EQ(Load(store_, started.facts->id)->fence, heartbeat.execution.fence);
}

TEST_P(TransitionContract, AClosedExecutionIsOpenNoMore) {
  const core::Execution started = Begin(MakeMachine(), "one");
  Step end = LastStep(started);
  end.execution.status = core::Status::kFailed;
  end.execution.error = Text("Boom");
  end.execution.cause = Text("");
  ASSERT_TRUE(Commit(store_, end).ok());
  EXPECT_TRUE(absl::IsNotFound(Load(store_, started.facts->id).status()));
  EXPECT_TRUE(absl::IsAborted(Commit(store_, NextStep(end.execution))));
  const absl::StatusOr<ExecutionRecord> record = Find(store_, "machine", "one");
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->id, started.facts->id);
  EXPECT_EQ(record->status, core::Status::kFailed);
  EXPECT_EQ(record->input, started.facts->input);
  EXPECT_EQ(record->output, end.execution.output);
  EXPECT_EQ(record->error, Text("Boom"));
  EXPECT_EQ(record->cause, Text(""));
  EXPECT_EQ(record->started_at, started.facts->started_at);
  EXPECT_EQ(record->closed_at, end.execution.closed_at);
}

TEST_P(TransitionContract, AnEndIsToldAlikeFromItsPositionAndFromTheStore) {
  const core::Execution started = Begin(MakeMachine(), "one");
  Step end = LastStep(started);
  end.execution.status = core::Status::kFailed;
  end.execution.error = Text(std::string("a\0b", 3));
  end.execution.closed_at += absl::Nanoseconds(1234);
  ASSERT_TRUE(Commit(store_, end).ok());
  const ExecutionRecord told = RecordOf(end.execution);
  const absl::StatusOr<ExecutionRecord> stored = Find(store_, "machine", "one");
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(told.id, stored->id);
  EXPECT_EQ(told.machine_id, stored->machine_id);
  EXPECT_EQ(told.revision_id, stored->revision_id);
  EXPECT_EQ(told.machine_name, stored->machine_name);
  EXPECT_EQ(told.name, stored->name);
  EXPECT_EQ(told.status, stored->status);
  EXPECT_EQ(told.started_at, stored->started_at);
  EXPECT_EQ(told.closed_at, stored->closed_at);
  EXPECT_EQ(told.fence, stored->fence);
  EXPECT_EQ(told.input, stored->input);
  EXPECT_EQ(told.output, stored->output);
  EXPECT_EQ(told.error, stored->error);
  EXPECT_EQ(told.cause, stored->cause);
}

TEST_P(TransitionContract, AnExecutionMayEndWithItsStart) {
  const Machine machine = MakeMachine();
  Step start = NewStart(machine, "one");
  const Step end = LastStep(start.execution);
  start.execution = end.execution;
  start.transition.history.push_back(end.transition.history[0]);
  Begin(start);
  EXPECT_TRUE(absl::IsNotFound(Load(store_, start.execution.facts->id).status()));
  EXPECT_EQ(Find(store_, "machine", "one")->status, core::Status::kSucceeded);
  EXPECT_THAT(History(store_, {.execution = start.execution.facts->id})->items, SizeIs(3));
}

TEST_P(TransitionContract, BranchesComeChangeAndGo) {
  Step step = NextStep(Begin(MakeMachine(), "one"));
  for (int id = 1; id <= 3; ++id) AddBranch(&step, BranchId(id));
  ASSERT_TRUE(Commit(store_, step).ok());
  ExpectSame(*Load(store_, step.execution.facts->id), step.execution);

  Step second = NextStep(step.execution);
  second.execution.branches[BranchId(2)].data = Text("[2]");
  second.execution.branches.erase(BranchId(1));
  second.transition.changed = {BranchId(2)};
  second.transition.removed = {BranchId(1)};
  AddBranch(&second, BranchId(4));
  ASSERT_TRUE(Commit(store_, second).ok());
  ExpectSame(*Load(store_, step.execution.facts->id), second.execution);

  Step third = NextStep(second.execution);
  third.transition.removed = {BranchId(2), BranchId(3), BranchId(4)};
  for (BranchId id : third.transition.removed) third.execution.branches.erase(id);
  ASSERT_TRUE(Commit(store_, third).ok());
  ExpectSame(*Load(store_, step.execution.facts->id), third.execution);
}

TEST_P(TransitionContract, AStartMayHaveBranches) {
  Step start = NewStart(MakeMachine(), "one");
  AddBranch(&start, BranchId(1));
  AddBranch(&start, BranchId(2));
  Schedule(&start.execution, BranchId(2), "work", TestTime());
  Begin(start);
  ExpectSame(*Load(store_, start.execution.facts->id), start.execution);
  EXPECT_THAT(*HandOut(store_, "work", 10), SizeIs(1));
}

// ---------------------------------------------------------------- starts

TEST_P(TransitionContract, ANameIsTakenOnce) {
  const Machine machine = MakeMachine();
  const core::Execution first = Begin(machine, "one");
  const Step again = NewStart(machine, "one");
  absl::StatusOr<StartResult> result = Start(store_, again);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->kind, StartResult::Kind::kNameTaken);
  EXPECT_EQ(result->existing, first.facts->id);
  EXPECT_TRUE(absl::IsNotFound(Load(store_, again.execution.facts->id).status()));
  // Also after it has closed.
  ASSERT_TRUE(Commit(store_, LastStep(first)).ok());
  EXPECT_EQ(Start(store_, again)->kind, StartResult::Kind::kNameTaken);
}

TEST_P(TransitionContract, OfConcurrentStartsOneWins) {
  const Machine machine = MakeMachine();
  std::atomic<int> started = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto result = Start(store_, NewStart(machine, "same"));
      if (result.ok() && result->kind == StartResult::Kind::kStarted) ++started;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(started, 1);
}

TEST_P(TransitionContract, AStartOfAnOldRevisionIsRefused) {
  const Machine machine = MakeMachine();
  Revision next = machine.current;
  next.id = RevisionId(Uuid::Random());
  next.initial = false;
  ASSERT_TRUE(Await<Revision>([&](auto done) {
                store_->AddRevision(next, machine.current.id, std::move(done));
              }).ok());
  EXPECT_EQ(Start(store_, NewStart(machine, "one"))->kind, StartResult::Kind::kMachineChanged);
  EXPECT_TRUE(absl::IsNotFound(Find(store_, "machine", "one").status()));
}

// ---------------------------------------------------------------- claims

TEST_P(TransitionContract, WhatIsDueIsClaimedOldestFirst) {
  const Machine machine = MakeMachine();
  const absl::Time now = TestTime();
  const auto late = Begin(machine, "late", now - absl::Seconds(1));
  const auto early = Begin(machine, "early", now - absl::Seconds(2));
  Begin(machine, "future", now + absl::Seconds(1));
  Begin(machine, "never");
  const auto claimed = Claim(store_, now, now + absl::Seconds(2), 10);
  ASSERT_TRUE(claimed.ok()) << claimed.status();
  ASSERT_THAT(*claimed, SizeIs(2));
  ExpectSame((*claimed)[0], early);
  ExpectSame((*claimed)[1], late);
  // And left alone until the hint runs out.
  EXPECT_THAT(*Claim(store_, now, now + absl::Seconds(2), 10), IsEmpty());
  EXPECT_THAT(*Claim(store_, now + absl::Seconds(2), now + absl::Hours(1), 2), SizeIs(2));
}

TEST_P(TransitionContract, AClaimHasTheBranches) {
  Step step = NextStep(Begin(MakeMachine(), "one"));
  AddBranch(&step, BranchId(1));
  AddBranch(&step, BranchId(2));
  ASSERT_TRUE(Commit(store_, step, TestTime()).ok());
  const auto claimed = Claim(store_, TestTime(), absl::InfiniteFuture(), 1);
  ASSERT_THAT(*claimed, SizeIs(1));
  ExpectSame(claimed->front(), step.execution);
}

TEST_P(TransitionContract, ACommitLeavesTheHintAloneUnlessItSaysOtherwise) {
  const absl::Time now = TestTime();
  const Step step = NextStep(Begin(MakeMachine(), "one", now + absl::Seconds(5)));
  ASSERT_TRUE(Commit(store_, step).ok());
  const auto next = [&](absl::Time after) {
    return *Await<absl::Time>([&](auto done) { store_->NextClaimableAt(after, std::move(done)); });
  };
  EXPECT_EQ(next(now), now + absl::Seconds(5));
  ASSERT_TRUE(Commit(store_, NextStep(step.execution), now + absl::Seconds(9)).ok());
  EXPECT_EQ(next(now), now + absl::Seconds(9));
  EXPECT_EQ(next(now + absl::Seconds(9)), absl::InfiniteFuture());
}

// ---------------------------------------------------------------- hand-out

TEST_P(TransitionContract, TheOldestTaskIsHandedOutFirst) {
  const Machine machine = MakeMachine();
  for (int age = 1; age <= 3; ++age) {
    Step start = NewStart(machine, StrCat("age ", age));
    Schedule(&start.execution, BranchId(0), "work", TestTime() - absl::Seconds(age));
    Begin(start);
  }
  const auto handed_out = HandOut(store_, "work", 2);
  ASSERT_TRUE(handed_out.ok()) << handed_out.status();
  std::set<std::string> names;
  for (const HandedOut& task : *handed_out) names.insert(task.execution.facts->name);
  EXPECT_THAT(names, ElementsAre("age 2", "age 3"));
  for (const HandedOut& task : *handed_out) {
    ExpectSame(*Load(store_, task.execution.facts->id), task.execution);
  }
  EXPECT_THAT(*HandOut(store_, "other", 2), IsEmpty());
  EXPECT_THAT(*HandOut(store_, "work", 2), SizeIs(1));
  EXPECT_THAT(*HandOut(store_, "work", 2), IsEmpty());
}

TEST_P(TransitionContract, SeveralTasksOfOneExecutionGoOutTogether) {
  Step step = NextStep(Begin(MakeMachine(), "one"));
  step.execution.branches[BranchId(0)].phase = core::Phase::kJoining;
  for (int id = 1; id <= 5; ++id) {
    AddBranch(&step, BranchId(id));
    Schedule(&step.execution, BranchId(id), "work", TestTime() + absl::Milliseconds(id));
  }
  ASSERT_TRUE(Commit(store_, step).ok());
  const auto handed_out = HandOut(store_, "work", 3);
  ASSERT_THAT(*handed_out, SizeIs(3));
  EXPECT_EQ(handed_out->front().branch, BranchId(1));
  const auto stored = Load(store_, step.execution.facts->id);
  ExpectSame(*stored, handed_out->back().execution);
  EXPECT_EQ(stored->branches.at(BranchId(3)).phase, core::Phase::kStarted);
  EXPECT_EQ(stored->branches.at(BranchId(4)).phase, core::Phase::kScheduled);
  EXPECT_THAT(History(store_, {.execution = stored->facts->id})->items, SizeIs(6));
}

TEST_P(TransitionContract, ATaskThatWasTakenBackIsHandedOutAgain) {
  Step start = NewStart(MakeMachine(), "one");
  Schedule(&start.execution, BranchId(0), "work", TestTime());
  Begin(start);
  const auto lost = HandOut(store_, "work", 1);
  ASSERT_THAT(*lost, SizeIs(1));
  Step back = NextStep(lost->front().execution);
  core::Branch& branch = back.execution.branches[BranchId(0)];
  branch.phase = core::Phase::kScheduled;
  branch.task->given = true;
  back.execution.last_event_id -= static_cast<int64_t>(back.transition.history.size());
  back.transition.history.clear();
  ASSERT_TRUE(Commit(store_, back).ok());
  ExpectSame(*Load(store_, back.execution.facts->id), back.execution);
  const auto again = HandOut(store_, "work", 1);
  ASSERT_THAT(*again, SizeIs(1));
  EXPECT_EQ(again->front().execution.branches.at(BranchId(0)).task->nonce, branch.task->nonce);
  EXPECT_THAT(*HandOut(store_, "work", 1), IsEmpty());
}

TEST_P(TransitionContract, AnExecutionKeepsTheLimitsItBeganWith) {
  const Step start = WithLimits(NewStart(MakeMachine(), "one"), {1'000'000, 25'000});
  const core::Execution started = Begin(start);
  EXPECT_EQ(Load(store_, started.facts->id)->facts->limits, (core::Limits{1'000'000, 25'000}));
  const core::Execution other = Begin(NewStart(MakeMachine("other"), "two"));
  EXPECT_EQ(Load(store_, other.facts->id)->facts->limits, core::Limits());
}

// The history has room for one of two hand-outs.
TEST_P(TransitionContract, AHandOutMayEndTheExecution) {
  Step start = NewStart(MakeMachine(), "one");
  const int64_t after_next = NextStep(start.execution).execution.last_event_id;
  start = WithLimits(std::move(start), {core::kAwsPayloadBytes, after_next + 2});
  Step step = NextStep(Begin(start));
  ASSERT_EQ(step.execution.last_event_id, after_next);
  step.execution.branches[BranchId(0)].phase = core::Phase::kJoining;
  for (int id = 1; id <= 2; ++id) {
    AddBranch(&step, BranchId(id));
    Schedule(&step.execution, BranchId(id), "work", TestTime() + absl::Milliseconds(id));
  }
  ASSERT_TRUE(Commit(store_, step).ok());
  const auto handed_out = Await<std::vector<HandedOut>>([&](auto done) {
    store_->HandOut(
        "work", 5,
        [](core::Execution& execution, BranchId branch) {
          auto taken = core::StartTask(branch, Text("worker"), TestTime(), execution);
          execution.fence = Fence(RandomInt64());
          return taken;
        },
        std::move(done));
  });
  ASSERT_THAT(*handed_out, SizeIs(2));
  for (const HandedOut& task : *handed_out) EXPECT_TRUE(task.execution.closed());
  EXPECT_TRUE(absl::IsNotFound(Load(store_, step.execution.facts->id).status()));
  const absl::StatusOr<ExecutionRecord> record = Find(store_, "machine", "one");
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->status, core::Status::kFailed);
  EXPECT_EQ(record->cause, Text(core::HistoryFullCause(after_next + 2)));
  const auto history = History(store_, {.execution = step.execution.facts->id, .limit = 100});
  EXPECT_EQ(history->items.back().id, after_next + 2);
  EXPECT_EQ(history->items.back().type, core::EventType::kExecutionFailed);
  EXPECT_THAT(*HandOut(store_, "work", 5), IsEmpty());
}

TEST_P(TransitionContract, AHandedOutTaskIsDueAtItsTimeout) {
  Step start = NewStart(MakeMachine(), "one");
  Schedule(&start.execution, BranchId(0), "work", TestTime());
  Begin(start);
  const auto handed_out = HandOut(store_, "work", 1);
  ASSERT_THAT(*handed_out, SizeIs(1));
  const absl::Time due = *handed_out->front().execution.branches.at(BranchId(0)).due_at;
  EXPECT_THAT(*Claim(store_, due - absl::Milliseconds(1), due, 1), IsEmpty());
  EXPECT_THAT(*Claim(store_, due, due, 1), SizeIs(1));
}

TEST_P(TransitionContract, ATaskThatIsNotWantedStaysWhereItIs) {
  Step start = NewStart(MakeMachine(), "one");
  Schedule(&start.execution, BranchId(0), "work", TestTime());
  Begin(start);
  const auto refused = Await<std::vector<HandedOut>>([&](auto done) {
    store_->HandOut(
        "work", 1,
        [](core::Execution&, BranchId) -> absl::StatusOr<core::Transition> {
          return absl::FailedPreconditionError("no");
        },
        std::move(done));
  });
  EXPECT_THAT(*refused, IsEmpty());
  ExpectSame(*Load(store_, start.execution.facts->id), start.execution);
  EXPECT_THAT(*HandOut(store_, "work", 1), SizeIs(1));
}

TEST_P(TransitionContract, NoTaskIsHandedOutTwice) {
  const Machine machine = MakeMachine();
  constexpr int kTasks = 40;
  for (int i = 0; i < kTasks; ++i) {
    Step start = NewStart(machine, StrCat("task ", i));
    const BranchId place(i % 2);
    if (i % 2 == 1) AddBranch(&start, place);
    Schedule(&start.execution, place, "work", TestTime() + absl::Milliseconds(i));
    Begin(start);
  }
  std::mutex mu;
  std::multiset<std::string> seen;
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] {
      while (true) {
        const auto tasks = HandOut(store_, "work", 3);
        std::lock_guard lock(mu);
        for (const HandedOut& task : *tasks) seen.insert(task.execution.facts->name);
        // One that others have locked is nobody's loss: they hand it out.
        if (seen.size() >= kTasks) return;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(seen.size(), static_cast<size_t>(kTasks));
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), static_cast<size_t>(kTasks));
}

INSTANTIATE_TEST_SUITE_P(Stores, TransitionContract, AllStores(), StoreName);

}  // namespace
}  // namespace pawl::store
