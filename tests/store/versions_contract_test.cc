// Versions, aliases and tags. versioned_starts_contract_test.cc has the executions that are started
// through them.

#include "tests/store/versions_contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "coordinator/base/strings.h"

namespace pawl::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// ---------------------------------------------------------------- versions

TEST_P(VersionsContract, ARevisionIsPublishedOnce) {
  const Machine machine = MakeMachine();
  EXPECT_FALSE(Get()->current.version.has_value());
  const auto first = Publish(machine.current.id, "one");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->version->number, 1);
  EXPECT_EQ(first->version->description, "one");
  EXPECT_EQ(first->version->created_at, TestTime());
  const auto again = Publish(machine.current.id, "other words");
  EXPECT_EQ(again->version->number, 1);
  EXPECT_EQ(again->version->description, "one");
  EXPECT_EQ(Get()->current.version->number, 1);
}

TEST_P(VersionsContract, AMachineCanBePublishedAsItIsMade) {
  Machine machine = NewMachine("machine");
  machine.current.version = Version{.created_at = TestTime(), .description = "first"};
  const auto made = Create(store_, machine);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->current.version->number, 1);
  EXPECT_EQ(GetVersion(1)->current.version->description, "first");
}

TEST_P(VersionsContract, AVersionGoesOnStandingForItsRevision) {
  const Machine machine = MakeMachine();
  ASSERT_TRUE(Publish(machine.current.id).ok());
  const auto next = Update(machine.current, Version{.created_at = TestTime()});
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->version->number, 2);
  const auto first = GetVersion(1);
  EXPECT_EQ(first->current.id, machine.current.id);
  EXPECT_EQ(first->current.definition, machine.current.definition);
  EXPECT_EQ(first->current.version->number, 1);
  EXPECT_EQ(GetVersion(2)->current.id, next->id);
  EXPECT_TRUE(absl::IsNotFound(GetVersion(3).status()));
}

TEST_P(VersionsContract, OnlyTheCurrentRevisionIsPublished) {
  const Machine machine = MakeMachine();
  ASSERT_TRUE(Update(machine.current).ok());
  EXPECT_TRUE(absl::IsAborted(Publish(machine.current.id).status()));
  EXPECT_TRUE(absl::IsNotFound(Publish(machine.current.id, "", "nobody").status()));
  EXPECT_THAT(Versions(10), IsEmpty());
}

TEST_P(VersionsContract, NumbersAreNeverGivenOutTwice) {
  Revision current = MakeMachine().current;
  for (int64_t number = 1; number <= 5; ++number) {
    const auto published = Publish(current.id);
    EXPECT_EQ(published->version->number, number);
    if (number < 5) current = *Update(*published);
  }
  EXPECT_THAT(*DeleteVersion(5), IsEmpty());
  EXPECT_THAT(*DeleteVersion(2), IsEmpty());
  EXPECT_THAT(*DeleteVersion(2), IsEmpty());
  EXPECT_EQ(Publish(current.id)->version->number, 6);
  for (const int64_t limit : {1, 2, 100}) {
    EXPECT_THAT(Versions(limit), ElementsAre(6, 4, 3, 1)) << "limit " << limit;
  }
}

TEST_P(VersionsContract, ThoseWhoPublishAtOnceGetOneVersion) {
  const Machine machine = MakeMachine();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(Publish(machine.current.id)->version->number, 1); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(Versions(10), ElementsAre(1));
}

TEST_P(VersionsContract, AMachineHasSoManyVersionsAtTheMost) {
  Revision current = MakeMachine().current;
  for (int64_t i = 0; i < kMaxVersions; ++i) {
    const auto next = Update(current, Version{.created_at = TestTime()});
    ASSERT_TRUE(next.ok()) << next.status();
    current = *next;
  }
  const auto refused = Update(current, Version{.created_at = TestTime()});
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  EXPECT_EQ(Get()->current.id, current.id);  // the update went with its publication
  const auto unpublished = Update(current);
  EXPECT_TRUE(absl::IsResourceExhausted(Publish(unpublished->id).status()));
}

// ---------------------------------------------------------------- aliases

TEST_P(VersionsContract, AnAliasLeadsToVersionsThatAreThere) {
  const Machine machine = MakeMachine();
  EXPECT_TRUE(absl::IsNotFound(CreateAlias("live", {{1, 100}})));
  EXPECT_TRUE(absl::IsNotFound(CreateAlias("live", {{1, 100}}, "nobody")));
  const auto first = Publish(machine.current.id);
  ASSERT_TRUE(Update(*first, Version{.created_at = TestTime()}).ok());
  ASSERT_TRUE(CreateAlias("live", {{1, 30}, {2, 70}}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(CreateAlias("live", {{1, 100}})));
  EXPECT_TRUE(absl::IsNotFound(CreateAlias("other", {{1, 50}, {3, 50}})));
  const auto alias = GetAlias("live");
  ASSERT_TRUE(alias.ok()) << alias.status();
  EXPECT_EQ(alias->machine_name, "machine");
  EXPECT_EQ(alias->description, "of live");
  EXPECT_THAT(alias->routes, ElementsAre(Route{1, 30}, Route{2, 70}));
  EXPECT_EQ(alias->created_at, TestTime());
  EXPECT_EQ(alias->updated_at, TestTime());
}

TEST_P(VersionsContract, AnUpdateOfAnAliasLeavesWhatItDoesNotName) {
  ASSERT_TRUE(Publish(MakeMachine().current.id).ok());
  ASSERT_TRUE(CreateAlias("live", {{1, 100}}).ok());
  const absl::Time later = TestTime() + absl::Seconds(5);
  AliasChange change{.machine_name = "machine", .name = "live", .updated_at = later};
  change.description = "";
  ASSERT_TRUE(UpdateAlias(change).ok());
  EXPECT_EQ(GetAlias("live")->description, "");
  EXPECT_THAT(GetAlias("live")->routes, ElementsAre(Route{1, 100}));
  EXPECT_EQ(GetAlias("live")->updated_at, later);
  EXPECT_EQ(GetAlias("live")->created_at, TestTime());
  change.description.reset();
  change.routes = {{2, 100}};
  EXPECT_TRUE(absl::IsFailedPrecondition(UpdateAlias(change)));
  change.name = "nobody";
  EXPECT_TRUE(absl::IsNotFound(UpdateAlias(change)));
}

TEST_P(VersionsContract, AVersionThatAnAliasLeadsToStays) {
  const auto first = Publish(MakeMachine().current.id);
  ASSERT_TRUE(Update(*first, Version{.created_at = TestTime()}).ok());
  ASSERT_TRUE(CreateAlias("live", {{1, 100}}).ok());
  ASSERT_TRUE(CreateAlias("both", {{2, 0}, {1, 100}}).ok());
  EXPECT_THAT(*DeleteVersion(1), ElementsAre("both", "live"));
  EXPECT_THAT(*DeleteVersion(2), ElementsAre("both"));
  EXPECT_TRUE(GetVersion(1).ok());
  const auto remove = [&](const std::string& name) {
    return AwaitDone([&](auto done) { store_->DeleteAlias("machine", name, std::move(done)); });
  };
  EXPECT_TRUE(remove("both").ok());
  EXPECT_TRUE(absl::IsNotFound(remove("both")));
  EXPECT_THAT(*DeleteVersion(2), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(GetVersion(2).status()));
}

TEST_P(VersionsContract, AliasesAreListedByNameAndByVersion) {
  const auto first = Publish(MakeMachine().current.id);
  ASSERT_TRUE(Update(*first, Version{.created_at = TestTime()}).ok());
  for (const auto& [name, version] : {std::pair("c", 1), {"a", 2}, {"b", 1}, {"B", 2}}) {
    ASSERT_TRUE(CreateAlias(name, {{version, 100}}).ok());
  }
  for (const int64_t limit : {1, 3, 100}) {
    EXPECT_THAT(Aliases({.limit = limit}), ElementsAre("B", "a", "b", "c"));
    EXPECT_THAT(Aliases({.version = 1, .limit = limit}), ElementsAre("b", "c"));
  }
}

TEST_P(VersionsContract, AMachineHasSoManyAliasesAtTheMost) {
  ASSERT_TRUE(Publish(MakeMachine().current.id).ok());
  for (int64_t i = 0; i < kMaxAliases; ++i) {
    ASSERT_TRUE(CreateAlias(StrCat("a", i), {{1, 100}}).ok());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(CreateAlias("more", {{1, 100}})));
}

TEST_P(VersionsContract, VersionsAndAliasesGoWithTheMachine) {
  const Machine machine = MakeMachine();
  ASSERT_TRUE(Publish(machine.current.id).ok());
  ASSERT_TRUE(CreateAlias("live", {{1, 100}}).ok());
  Begin(machine, "open");  // keeps the machine for a while
  ASSERT_TRUE(
      AwaitDone([&](auto done) { store_->DeleteMachine("machine", std::move(done)); }).ok());
  EXPECT_TRUE(Get()->deleting);
  EXPECT_TRUE(absl::IsNotFound(GetVersion(1).status()));
  EXPECT_TRUE(absl::IsNotFound(GetAlias("live").status()));
  EXPECT_THAT(Versions(10), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(Publish(machine.current.id).status()));
}

// ---------------------------------------------------------------- tags

TEST_P(VersionsContract, TagsAreSetReplacedAndRemoved) {
  Machine machine = NewMachine("machine");
  machine.tags = {{"team", "orders"}, {"stage", ""}};
  ASSERT_TRUE(Create(store_, machine).ok());
  const Activity activity{
      .name = "work", .created_at = TestTime(), .tags = {{"a", "ä \"quoted\""}}};
  ASSERT_TRUE(
      Await<Activity>([&](auto done) { store_->CreateActivity(activity, std::move(done)); }).ok());
  const auto tags = [&](const Taggable& thing) {
    return Await<Tags>([&](auto done) { store_->GetTags(thing, std::move(done)); });
  };
  const auto change = [&](const Taggable& thing, const TagChange& what) {
    return AwaitDone([&](auto done) { store_->ChangeTags(thing, what, std::move(done)); });
  };
  const Taggable the_machine{Taggable::Kind::kMachine, "machine"};
  const Taggable the_activity{Taggable::Kind::kActivity, "work"};
  EXPECT_EQ(*tags(the_machine), machine.tags);
  EXPECT_EQ(*tags(the_activity), activity.tags);
  ASSERT_TRUE(change(the_machine, {.set = {{"team", "billing"}, {"n", "1"}}}).ok());
  ASSERT_TRUE(change(the_machine, {.removed = {"stage", "never there"}}).ok());
  EXPECT_EQ(*tags(the_machine), (Tags{{"n", "1"}, {"team", "billing"}}));
  EXPECT_EQ(*tags(the_activity), activity.tags);
  Tags many;
  for (int64_t i = 0; i < kMaxTags - 1; ++i) many[StrCat("k", i)] = "v";
  EXPECT_TRUE(absl::IsResourceExhausted(change(the_machine, {.set = many})));
  EXPECT_THAT(*tags(the_machine), SizeIs(2));
  ASSERT_TRUE(change(the_activity, {.set = many}).ok());
  EXPECT_THAT(*tags(the_activity), SizeIs(kMaxTags));
  const Taggable nobody{Taggable::Kind::kActivity, "machine"};
  EXPECT_TRUE(absl::IsNotFound(tags(nobody).status()));
  EXPECT_TRUE(absl::IsNotFound(change(nobody, {.removed = {"a"}})));
}

INSTANTIATE_TEST_SUITE_P(Stores, VersionsContract, AllStores(), StoreName);

}  // namespace
}  // namespace pawl::store
