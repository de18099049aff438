// Executions that are started by a version or an alias.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/base/strings.h"
#include "coordinator/engine/version_cache.h"
#include "tests/support/fake_caller.h"
#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {
namespace {

using ::testing::HasSubstr;

std::string Passing(std::string_view result) {
  return StrCat(R"({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": ")", result,
                R"(", "End": true}}})");
}

struct RouteCase {
  std::string name;
  std::vector<store::Route> routes;
  int64_t percent;
  int64_t version;
};

class VersionAtTest : public ::testing::TestWithParam<RouteCase> {};

TEST_P(VersionAtTest, LaysWeightsEndToEnd) {
  EXPECT_EQ(VersionAt(GetParam().routes, GetParam().percent), GetParam().version);
}

INSTANTIATE_TEST_SUITE_P(Routes, VersionAtTest,
                         ::testing::ValuesIn(std::vector<RouteCase>{
                             {"OneGetsTheFirst", {{7, 100}}, 0, 7},
                             {"OneGetsTheLast", {{7, 100}}, 99, 7},
                             {"TheFirstEndsBeforeItsWeight", {{1, 30}, {2, 70}}, 29, 1},
                             {"TheSecondBeginsAtTheFirstsWeight", {{1, 30}, {2, 70}}, 30, 2},
                             {"TheSecondGetsTheLast", {{1, 30}, {2, 70}}, 99, 2},
                             {"AWeightOf0GetsNothing", {{1, 0}, {2, 100}}, 0, 2},
                             {"NorAtTheEnd", {{1, 100}, {2, 0}}, 99, 1},
                         }),
                         [](const auto& info) { return info.param.name; });

class VersionsTest : public EngineTest {
 protected:
  VersionsTest() {
    Deploy("m", Passing("one"));
    Update("two", store::Version{});
    Update("three", std::nullopt);
  }

  // Publishes what there is, then makes it give `result`; version 1 gives "one", 2 "two".
  void Update(std::string_view result, std::optional<store::Version> version) {
    store_.GetMachine("m", [&](absl::StatusOr<store::Machine> machine) {
      ASSERT_TRUE(machine.ok()) << machine.status();
      current_ = machine->current;
    });
    Run();
    if (!current_.version) {
      store_.PublishVersion("m", current_.id, {}, [](const auto& published) {
        ASSERT_TRUE(published.ok()) << published.status();
      });
      Run();
    }
    store::Revision next = current_;
    next.id = RevisionId(Uuid::Random());
    next.definition = Passing(result);
    next.initial = false;
    next.version = std::move(version);
    store_.AddRevision(next, current_.id,
                       [](const auto& added) { ASSERT_TRUE(added.ok()) << added.status(); });
    Run();
  }

  void Lead(const std::string& alias, std::vector<store::Route> routes) {
    store_.CreateAlias({.machine_name = "m", .name = alias, .routes = std::move(routes)},
                       [](const absl::Status& created) { ASSERT_TRUE(created.ok()) << created; });
    Run();
  }
  void Redirect(const std::string& alias, std::vector<store::Route> routes) {
    store_.UpdateAlias({.machine_name = "m", .name = alias, .routes = std::move(routes)},
                       [](const absl::Status& updated) { ASSERT_TRUE(updated.ok()) << updated; });
    Run();
  }

  absl::Status StartBy(Engine& node, const std::string& qualifier, const std::string& name) {
    absl::Status answer = absl::InternalError("not answered");
    node.StartExecution({"m", qualifier}, name, Text("{}"),
                        [&](auto started) { answer = started.status(); });
    Run();
    return answer;
  }
  std::string OutputOf(const std::string& name) { return Find("m", name).output.str(); }

  store::Revision current_;
};

TEST_F(VersionsTest, EachRunsItsOwnRevision) {
  auto node = MakeNode(&store_);
  Lead("live", {{2, 100}});
  for (const auto& [qualifier, name] :
       {std::pair("", "plain"), {"1", "first"}, {"2", "second"}, {"live", "alias"}}) {
    ASSERT_TRUE(StartBy(*node, qualifier, name).ok()) << name;
  }
  EXPECT_EQ(OutputOf("plain"), "\"three\"");
  EXPECT_EQ(OutputOf("first"), "\"one\"");
  EXPECT_EQ(OutputOf("second"), "\"two\"");
  EXPECT_EQ(OutputOf("alias"), "\"two\"");
  EXPECT_EQ(Find("m", "plain").origin, nullptr);
  EXPECT_EQ(*Find("m", "first").origin, (core::Origin{.version = 1}));
  EXPECT_EQ(*Find("m", "alias").origin, (core::Origin{.version = 2, .alias = "live"}));
}

TEST_F(VersionsTest, WhatIsNotThereIsNotFound) {
  auto node = MakeNode(&store_);
  for (const auto& qualifier : {"3", "99999999999999999999", "nobody"}) {
    EXPECT_TRUE(absl::IsNotFound(StartBy(*node, qualifier, "e"))) << qualifier;
  }
}

TEST_F(VersionsTest, AWarmNodeFollowsAnAliasThatIsRedirectedAndNoticesAVersionThatGoes) {
  auto node = MakeNode(&store_);
  Lead("live", {{1, 100}});
  ASSERT_TRUE(StartBy(*node, "live", "before").ok());
  Redirect("live", {{2, 100}});
  ASSERT_TRUE(StartBy(*node, "live", "after").ok());
  EXPECT_EQ(OutputOf("before"), "\"one\"");
  EXPECT_EQ(OutputOf("after"), "\"two\"");
  ASSERT_TRUE(StartBy(*node, "1", "version").ok());
  store_.DeleteVersion("m", 1, [](const auto& aliases) { ASSERT_TRUE(aliases->empty()); });
  Run();
  EXPECT_TRUE(absl::IsNotFound(StartBy(*node, "1", "gone")));
}

TEST_F(VersionsTest, AMachineThatIsBeingDeletedSaysSo) {
  auto node = MakeNode(&store_);
  Deploy("waits",
         R"({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9, "End": true}}})");
  ASSERT_TRUE(StartBy(*node, "2", "before").ok());
  ASSERT_TRUE(Start(*node, "waits", "open").ok());
  store_.DeleteMachine("waits", [](const absl::Status&) {});
  Run();
  absl::Status answer;
  node->StartExecution({"waits", "1"}, "e", Text("{}"),
                       [&](auto started) { answer = started.status(); });
  Run();
  EXPECT_TRUE(absl::IsFailedPrecondition(answer)) << answer;
}

TEST_F(VersionsTest, StartsByAnAliasAreSharedOutByWeight) {
  auto node = MakeNode(&store_);
  Lead("live", {{1, 30}, {2, 70}});
  constexpr int kStarts = 1000;
  int first = 0;
  for (int i = 0; i < kStarts; ++i) {
    const std::string name = StrCat("e", i);
    ASSERT_TRUE(StartBy(*node, "live", name).ok());
    if (Find("m", name).origin->version == 1) ++first;
  }
  // Of 1000 draws of 30 in a hundred: five standard deviations (14.5) to either side, beyond which
  // one run in two million comes.
  EXPECT_NEAR(first, 300, 73);
}

TEST_F(VersionsTest, EqualRandomnessGivesEqualVersions) {
  Lead("live", {{1, 50}, {2, 50}});
  std::vector<std::vector<int64_t>> runs;
  for (const std::string run : {"a", "b"}) {
    uint64_t state = 1;
    Engine node({.random =
                     [&] {
                       state = state * 6364136223846793005u + 1442695040888963407u;
                       return static_cast<int64_t>(state);
                     },
                 .draw_fence = [](const core::Execution&) { return Fence(RandomInt64()); }},
                &store_, &clock_, &scheduler_);
    node.Run([](absl::Status status) { ASSERT_TRUE(status.ok()) << status; });
    Run();
    std::vector<int64_t>& versions = runs.emplace_back();
    for (int i = 0; i < 20; ++i) {
      // The ids of both runs would be the same.
      scheduler_.Advance(absl::Milliseconds(1));
      const std::string name = StrCat(run, i);
      ASSERT_TRUE(StartBy(node, "live", name).ok());
      versions.push_back(Find("m", name).origin->version);
    }
  }
  EXPECT_EQ(runs[0], runs[1]);
  EXPECT_THAT(runs[0], ::testing::Contains(1));
  EXPECT_THAT(runs[0], ::testing::Contains(2));
}

TEST_F(VersionsTest, AChildIsStartedByTheAliasThatItsTaskNames) {
  Lead("live", {{2, 100}});
  Deploy("parent", R"({"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
    "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {
      "StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:m:live",
      "Name": "kid", "TraceHeader": "Root=1"}}}})");
  testing_support::FakeCaller caller;
  auto node = std::make_unique<Engine>(Options{.caller = &caller}, &store_, &clock_, &scheduler_);
  node->Run([](absl::Status status) { ASSERT_TRUE(status.ok()) << status; });
  Run();
  ASSERT_TRUE(Start(*node, "parent", "one").ok());
  EXPECT_EQ(OutputOf("kid"), "\"two\"");
  scheduler_.Advance(absl::Seconds(1));
  const std::string output = Find("parent", "one").output.str();
  EXPECT_THAT(output, HasSubstr("stateMachine:m:live\""));
  EXPECT_THAT(output, HasSubstr("stateMachine:m:2\""));
  EXPECT_THAT(output, HasSubstr(R"("TraceHeader":"Root=1")"));
}

}  // namespace
}  // namespace pawl::engine
