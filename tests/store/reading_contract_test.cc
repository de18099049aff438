// History, lists, machines, activities and housekeeping.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/base/strings.h"
#include "tests/store/store_contract.h"

namespace pawl::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ReadingContract : public StoreContractTest {};

// ---------------------------------------------------------------- history

TEST_P(ReadingContract, HistoryIsPagedBothWays) {
  core::Execution execution = Begin(MakeMachine(), "one");
  for (int i = 0; i < 8; ++i) {
    Step step = NextStep(execution);
    const core::HistoryEvent first = step.transition.history[0];
    for (int more = 0; more < i % 3; ++more) {  // rows of one, two and three events
      step.transition.history.push_back(first);
      step.transition.history.back().id = ++step.execution.last_event_id;
    }
    ASSERT_TRUE(Commit(store_, step).ok());
    execution = step.execution;
  }
  const auto last = execution.last_event_id;
  for (const bool reverse : {false, true}) {
    for (const int64_t limit : {1, 2, 3, 5, 100}) {
      std::vector<int64_t> ids;
      int64_t after = 0;
      std::string next;
      do {
        const auto page = History(store_, {execution.facts->id, reverse, limit, after});
        ASSERT_TRUE(page.ok()) << page.status();
        EXPECT_LE(page->items.size(), static_cast<size_t>(limit));
        for (const core::HistoryEvent& event : page->items) ids.push_back(event.id);
        after = ids.back();
        next = page->next;
      } while (!next.empty());
      std::vector<int64_t> wanted;
      for (int64_t id = 1; id <= last; ++id) wanted.push_back(reverse ? last + 1 - id : id);
      EXPECT_EQ(ids, wanted) << "reverse " << reverse << ", limit " << limit;
    }
  }
}

TEST_P(ReadingContract, HistoryIsThatOfTheTransitions) {
  Step start = NewStart(MakeMachine(), "one");
  Begin(start);
  const auto history = History(store_, {.execution = start.execution.facts->id});
  ASSERT_THAT(history->items, SizeIs(2));
  ExpectSame(history->items[0], start.transition.history[0]);
  ExpectSame(history->items[1], start.transition.history[1]);
  EXPECT_TRUE(
      absl::IsNotFound(History(store_, {.execution = ExecutionId(Uuid::Random())}).status()));
}

// ---------------------------------------------------------------- lists

TEST_P(ReadingContract, ExecutionsAreListedNewestFirst) {
  const Machine machine = MakeMachine();
  const Machine other = MakeMachine("other");
  Begin(other, "elsewhere");
  std::vector<std::string> names;
  for (int i = 0; i < 7; ++i) {
    const auto execution = Begin(NewStart(machine, StrCat("e", i), TestTime() + absl::Seconds(i)));
    if (i % 2 == 0) {
      ASSERT_TRUE(Commit(store_, LastStep(execution)).ok());
    }
  }
  const auto list = [&](std::optional<core::Status> status, int64_t limit) {
    std::vector<std::string> found;
    ExecutionQuery query{.machine_name = "machine", .status = status, .limit = limit};
    do {
      const auto page = *Await<Page<ExecutionRecord>>(
          [&](auto done) { store_->ListExecutions(query, std::move(done)); });
      for (const ExecutionRecord& record : page.items) found.push_back(record.name);
      query.after = page.next;
    } while (!query.after.empty());
    return found;
  };
  for (const int64_t limit : {1, 2, 3, 7, 100}) {
    EXPECT_THAT(list(std::nullopt, limit), ElementsAre("e6", "e5", "e4", "e3", "e2", "e1", "e0"));
    EXPECT_THAT(list(core::Status::kRunning, limit), ElementsAre("e5", "e3", "e1"));
    EXPECT_THAT(list(core::Status::kSucceeded, limit), ElementsAre("e6", "e4", "e2", "e0"));
    EXPECT_THAT(list(core::Status::kFailed, limit), IsEmpty());
  }
}

// ---------------------------------------------------------------- machines and activities

TEST_P(ReadingContract, AMachineIsMadeOnceAndUpdated) {
  const Machine machine = MakeMachine();
  EXPECT_TRUE(absl::IsAlreadyExists(Create(store_, NewMachine("machine")).status()));
  Revision next = machine.current;
  next.id = RevisionId(Uuid::Random());
  next.definition = "{}";
  next.initial = false;
  const auto add = [&](const Revision& revision, RevisionId expected) {
    return Await<Revision>(
               [&](auto done) { store_->AddRevision(revision, expected, std::move(done)); })
        .status();
  };
  ASSERT_TRUE(add(next, machine.current.id).ok());
  EXPECT_TRUE(absl::IsAborted(add(machine.current, machine.current.id)));
  Revision nobody = next;
  nobody.machine_name = "nobody";
  EXPECT_TRUE(absl::IsNotFound(add(nobody, next.id)));
  const auto get = [&](RevisionId id) {
    return *Await<Revision>([&](auto done) { store_->GetRevision(id, std::move(done)); });
  };
  EXPECT_EQ(get(machine.current.id).definition, machine.current.definition);
  EXPECT_EQ(get(next.id).definition, "{}");
  const auto found =
      *Await<Machine>([&](auto done) { store_->GetMachine("machine", std::move(done)); });
  EXPECT_EQ(found.current.id, next.id);
  EXPECT_EQ(found.id, machine.id);
  EXPECT_EQ(found.created_at, machine.created_at);
  EXPECT_FALSE(found.current.initial);
}

TEST_P(ReadingContract, MachinesAndActivitiesAreListedByName) {
  for (const char* name : {"b", "a", "C", "c"}) {
    MakeMachine(name);
    ASSERT_TRUE(Await<Activity>([&](auto done) {
                  store_->CreateActivity({name, TestTime()}, std::move(done));
                }).ok());
  }
  std::vector<std::string> machines, activities;
  std::string after;
  do {
    const auto page =
        *Await<Page<Machine>>([&](auto done) { store_->ListMachines(after, 3, std::move(done)); });
    for (const Machine& machine : page.items) machines.push_back(machine.name);
    after = page.next;
  } while (!after.empty());
  do {
    const auto page = *Await<Page<Activity>>(
        [&](auto done) { store_->ListActivities(after, 2, std::move(done)); });
    for (const Activity& activity : page.items) activities.push_back(activity.name);
    after = page.next;
  } while (!after.empty());
  EXPECT_THAT(machines, ElementsAre("C", "a", "b", "c"));
  EXPECT_THAT(activities, ElementsAre("C", "a", "b", "c"));
}

TEST_P(ReadingContract, AMachineWithoutOpenExecutionsIsGoneAtOnce) {
  const Machine machine = MakeMachine();
  ASSERT_TRUE(Commit(store_, LastStep(Begin(machine, "one"))).ok());
  const auto remove = [&] {
    return AwaitDone([&](auto done) { store_->DeleteMachine("machine", std::move(done)); });
  };
  ASSERT_TRUE(remove().ok());
  EXPECT_TRUE(absl::IsNotFound(remove()));
  EXPECT_EQ(Start(store_, NewStart(machine, "two"))->kind, StartResult::Kind::kMachineChanged);
  // What ran stays to be seen, its revision too.
  EXPECT_TRUE(Find(store_, "machine", "one").ok());
  EXPECT_TRUE(Await<Revision>([&](auto done) {
                store_->GetRevision(machine.current.id, std::move(done));
              }).ok());
  EXPECT_NE(MakeMachine().id, machine.id);
}

TEST_P(ReadingContract, ADeletedMachineEndsWithItsExecutions) {
  const Machine machine = MakeMachine();
  const core::Execution open = Begin(machine, "one");
  ASSERT_TRUE(
      AwaitDone([&](auto done) { store_->DeleteMachine("machine", std::move(done)); }).ok());
  EXPECT_TRUE(
      Await<Machine>([&](auto done) { store_->GetMachine("machine", std::move(done)); })->deleting);
  EXPECT_TRUE(absl::IsAlreadyExists(Create(store_, NewMachine("machine")).status()));
  // A chain in hand notices.
  EXPECT_TRUE(absl::IsAborted(Commit(store_, NextStep(open))));
  const auto marked = Load(store_, open.facts->id);
  ASSERT_TRUE(marked.ok()) << marked.status();
  EXPECT_TRUE(marked->machine_deleted);
  ASSERT_TRUE(Commit(store_, LastStep(*marked)).ok());
  ASSERT_TRUE(AwaitDone([&](auto done) { store_->FinishDeletions(std::move(done)); }).ok());
  EXPECT_TRUE(absl::IsNotFound(
      Await<Machine>([&](auto done) { store_->GetMachine("machine", std::move(done)); }).status()));
}

TEST_P(ReadingContract, AnActivityIsMadeOnceAndDeleted) {
  const auto create = [&](absl::Time at) {
    return Await<Activity>([&](auto done) {
      store_->CreateActivity({"work", at}, std::move(done));
    });
  };
  const auto get = [&] {
    return Await<Activity>([&](auto done) { store_->GetActivity("work", std::move(done)); });
  };
  const auto remove = [&] {
    return AwaitDone([&](auto done) { store_->DeleteActivity("work", std::move(done)); });
  };
  EXPECT_TRUE(absl::IsNotFound(get().status()));
  EXPECT_EQ(create(TestTime())->created_at, TestTime());
  EXPECT_EQ(create(TestTime() + absl::Hours(1))->created_at, TestTime());
  EXPECT_EQ(get()->created_at, TestTime());
  EXPECT_TRUE(remove().ok());
  EXPECT_TRUE(absl::IsNotFound(remove()));
}

// ---------------------------------------------------------------- housekeeping

TEST_P(ReadingContract, WhatIsPastRetentionIsForgottenAndTheRestIsKept) {
  const Machine machine = MakeMachine();
  const absl::Time long_ago = TestTime() - absl::Hours(24 * 60);
  const auto begin = [&](const std::string& name) {
    return Begin(NewStart(machine, name, long_ago));
  };
  const auto old = begin("closed long ago");
  ASSERT_TRUE(Commit(store_, LastStep(old)).ok());
  Step recent = LastStep(begin("closed now"));
  recent.execution.closed_at = TestTime();
  ASSERT_TRUE(Commit(store_, recent).ok());
  const auto open = begin("open");
  ASSERT_TRUE(AwaitDone([&](auto done) {
                store_->MaintainPartitions(TestTime(), absl::Hours(24 * 30), std::move(done));
              }).ok());
  EXPECT_TRUE(absl::IsNotFound(Find(store_, "machine", "closed long ago").status()));
  EXPECT_TRUE(absl::IsNotFound(History(store_, {.execution = old.facts->id}).status()));
  EXPECT_TRUE(Find(store_, "machine", "closed now").ok());
  ExpectSame(*Load(store_, open.facts->id), open);
  ASSERT_TRUE(Commit(store_, LastStep(open)).ok());
  EXPECT_THAT(History(store_, {.execution = open.facts->id})->items, SizeIs(3));
}

// ---------------------------------------------------------------- the backlog

TEST_P(ReadingContract, BacklogCountsReadyTasksOfAllActivitiesAndBranches) {
  const auto backlog = [&](int64_t limit) {
    return *Await<Backlog>([&](auto done) { store_->ReadyBacklog(limit, std::move(done)); });
  };
  EXPECT_EQ(backlog(10).count, 0);
  EXPECT_EQ(backlog(10).oldest_ready_at, std::nullopt);
  const Machine machine = MakeMachine();
  Begin(machine, "without a task");
  const auto schedule = [&](const std::string& name, const std::string& activity, int seconds) {
    Step step = NewStart(machine, name);
    Schedule(&step.execution, BranchId(0), activity, TestTime() + absl::Seconds(seconds));
    return Begin(step);
  };
  schedule("one", "a", 9);
  schedule("two", "b", 5);
  schedule("three", "b", 7);
  EXPECT_EQ(backlog(10).count, 3);
  EXPECT_EQ(backlog(10).oldest_ready_at, TestTime() + absl::Seconds(5));
  EXPECT_EQ(backlog(2).count, 2);

  Step step = NextStep(Begin(machine, "in a branch"));
  AddBranch(&step, BranchId(1));
  Schedule(&step.execution, BranchId(1), "c", TestTime() + absl::Seconds(3));
  ASSERT_TRUE(Commit(store_, step).ok());
  EXPECT_EQ(backlog(10).count, 4);
  EXPECT_EQ(backlog(10).oldest_ready_at, TestTime() + absl::Seconds(3));
  ASSERT_THAT(*HandOut(store_, "c", 1), SizeIs(1));
  EXPECT_EQ(backlog(10).count, 3);
  EXPECT_EQ(backlog(10).oldest_ready_at, TestTime() + absl::Seconds(5));
}

TEST_P(ReadingContract, TheSecretIsOneForAllAndTheTimeIsNow) {
  const auto secret = [&] {
    return *Await<std::string>([&](auto done) { store_->ClusterSecret(std::move(done)); });
  };
  EXPECT_EQ(secret().size(), 32u);
  EXPECT_EQ(secret(), secret());
  const absl::Time now =
      *Await<absl::Time>([&](auto done) { store_->DatabaseTime(std::move(done)); });
  EXPECT_LT(absl::AbsDuration(now - TestTime()), absl::Hours(1));
  EXPECT_TRUE(store_->Healthy());
}

INSTANTIATE_TEST_SUITE_P(Stores, ReadingContract, AllStores(), StoreName);

}  // namespace
}  // namespace pawl::store
