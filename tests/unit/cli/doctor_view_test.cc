#include "cli/doctor_view.h"

#include "cli/session.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::cli {
namespace {

using core::Phase;
using store::Finding;
using store::Level;
using testing::HasSubstr;
using testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

store::DatabaseFacts Facts() {
  store::DatabaseFacts facts;
  facts.now = kNow;
  facts.executions.by_phase = {{Phase::kReady, 1}, {Phase::kJoining, 12}};
  facts.executions.total = 13;
  facts.branches.by_phase = {{Phase::kScheduled, 340}};
  facts.branches.total = 340;
  facts.ready = {{.activity = "young", .tasks = {.value = 2}, .oldest_ready_at = kNow},
                 {.activity = "old",
                  .tasks = {.value = 10'000, .more = true},
                  .oldest_ready_at = kNow - absl::Minutes(17)}};
  return facts;
}

const Finding kOkFinding = {.check = "schema", .found = "version 1"};
const Finding kWarning = {.level = Level::kWarn,
                          .check = "snapshots",
                          .found = "held by pid 1",
                          .expected = "none",
                          .advice = "end it",
                          .details = {"select\n1"}};
const Finding kBroken = {.level = Level::kBroken,
                         .check = "durability",
                         .found = "fsync=off",
                         .expected = "fsync=on",
                         .advice = "set it"};

TEST(DoctorOverview, ShowsWhatWaitsForWhatOldestActivityFirst) {
  EXPECT_EQ(DoctorOverview(Facts()),
            "WAITS FOR         EXECUTIONS  BRANCHES\n"
            "a step of a node  1           0\n"
            "a worker          0           340\n"
            "its branches      12          0\n"
            "\n"
            "ACTIVITY  TASKS WAITING  OLDEST\n"
            "old       10000+         17 min 0 s\n"
            "young     2              0.0 s\n");
}

TEST(DoctorOverview, SaysWhenNotAllWereCounted) {
  store::DatabaseFacts facts = Facts();
  EXPECT_THAT(DoctorOverview(facts), Not(HasSubstr("--limit")));
  facts.branches.more = true;
  EXPECT_THAT(DoctorOverview(facts), HasSubstr("--limit"));
  EXPECT_EQ(DoctorOverview({}), "No execution is open.\n");
}

TEST(DoctorFindings, WhatIsNotOkSaysWhatWasExpectedAndWhatToDo) {
  EXPECT_EQ(DoctorFindings({kOkFinding, kWarning, kBroken}),
            "OK      schema      version 1\n"
            "WARN    snapshots   held by pid 1\n"
            "        - select 1\n"
            "        expected: none\n"
            "        do: end it\n"
            "BROKEN  durability  fsync=off\n"
            "        expected: fsync=on\n"
            "        do: set it\n"
            "\n"
            "broken: 1 broken, 1 to look at\n");
  EXPECT_THAT(DoctorFindings({kOkFinding, kWarning}), HasSubstr("nothing broken, 1 to look at"));
  EXPECT_THAT(DoctorFindings({kOkFinding}), HasSubstr("healthy"));
}

TEST(DoctorFindings, LongDetailsAreCutShort) {
  Finding finding = kBroken;
  finding.details.assign(25, "x");
  EXPECT_THAT(DoctorFindings({finding}), HasSubstr("and 5 more"));
}

TEST(DoctorJson, HasTheVerdictTheFindingsAndTheCounts) {
  const auto answer = Answer::Parse(DoctorJson(Facts(), {kOkFinding, kWarning, kBroken}));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->Text("verdict"), "BROKEN");
  const auto findings = answer->json().Find("findings").items();
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].Find("level").as_string(), "OK");
  EXPECT_FALSE(findings[0].Find("advice").is_string());
  EXPECT_EQ(findings[1].Find("advice").as_string(), "end it");
  EXPECT_EQ(findings[1].Find("details").items()[0].as_string(), "select\n1");
  EXPECT_EQ(answer->json().Find("executions").Find("branches").as_int(), 12);
  EXPECT_EQ(answer->json().Find("branches").Find("worker").as_int(), 340);
  EXPECT_EQ(answer->json().Find("tasks").items()[0].Find("activity").as_string(), "old");
  EXPECT_EQ(answer->json().Find("tasks").items()[0].Find("oldestReadyAt").as_string(),
            "2023-11-14T21:56:20Z");
}

TEST(DoctorJson, LeavesOutWhatWasNotLookedAt) {
  store::DatabaseFacts facts = Facts();
  facts.schema.problem = "none";
  EXPECT_THAT(DoctorJson(facts, {kBroken}), Not(HasSubstr("\"executions\"")));
}

}  // namespace
}  // namespace pawl::cli
