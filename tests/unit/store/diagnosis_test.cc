#include "coordinator/store/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace pawl::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A Thursday.
const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2026, 3, 5, 12, 0, 0), absl::UTCTimeZone());
const absl::Time kMonday = absl::FromCivil(absl::CivilDay(2026, 3, 2), absl::UTCTimeZone());

PartitionFacts Partitions(const std::string& table) {
  PartitionFacts facts{.table = table};
  for (int week = -2; week < 4; ++week) facts.weeks.push_back(kMonday + week * absl::Hours(168));
  return facts;
}

// All is well.
DatabaseFacts GoodFacts() {
  DatabaseFacts facts;
  facts.now = kNow;
  facts.schema = {.database_version = 1, .binary_version = 1};
  facts.server = {.version_number = 150004,
                  .version = "15.4",
                  .sees_all_sessions = true,
                  .settings = {{"fsync", "on"},
                               {"full_page_writes", "on"},
                               {"autovacuum", "on"},
                               {"track_counts", "on"},
                               {"synchronous_standby_names", ""},
                               {"max_connections", "100"},
                               {"superuser_reserved_connections", "3"}},
                  .connections = 13};
  facts.sessions = {{.application = "pawl", .state = "idle", .sessions = 13, .listeners = 1}};
  facts.tables = {{.name = "execution",
                   .live = 1'000'000,
                   .dead = 40'000,
                   .updates = 1'000'000,
                   .hot_updates = 800'000,
                   .bytes = int64_t{400} << 20,
                   .needed_bytes = int64_t{300} << 20,
                   .last_vacuum = kNow - absl::Minutes(3)}};
  facts.partitions = {Partitions("history"), Partitions("closed_execution")};
  return facts;
}

TEST(Diagnosis, WhatIsWellIsOk) {
  for (const Finding& finding : Diagnose(GoodFacts())) {
    EXPECT_EQ(finding.level, Level::kOk) << finding.check << ": " << finding.found;
    EXPECT_FALSE(finding.found.empty()) << finding.check;
    EXPECT_TRUE(finding.expected.empty()) << finding.check;
  }
}

struct DiagnosisCase {
  const char* name;
  const char* check;
  Level level;
  const char* found;  // a part of it
  std::function<void(DatabaseFacts*)> hurt;
  DiagnosisOptions options = {};
};

class DiagnosisTest : public ::testing::TestWithParam<DiagnosisCase> {};

TEST_P(DiagnosisTest, OnlyWhatIsHurtIsNamedAndWithAWayOut) {
  DatabaseFacts facts = GoodFacts();
  GetParam().hurt(&facts);
  bool found = false;
  for (const Finding& finding : Diagnose(facts, GetParam().options)) {
    if (finding.check != GetParam().check) {
      EXPECT_EQ(finding.level, Level::kOk) << finding.check << ": " << finding.found;
      continue;
    }
    found = true;
    EXPECT_EQ(finding.level, GetParam().level) << finding.found;
    EXPECT_THAT(finding.found, HasSubstr(GetParam().found));
    EXPECT_EQ(finding.advice.empty(), finding.level == Level::kOk);
    EXPECT_EQ(finding.expected.empty(), finding.level == Level::kOk);
  }
  EXPECT_TRUE(found);
}

INSTANTIATE_TEST_SUITE_P(
    Findings, DiagnosisTest,
    ::testing::ValuesIn(std::vector<DiagnosisCase>{
        {"OldServer", "server", Level::kBroken, "14.9",
         [](DatabaseFacts* facts) {
           facts->server.version_number = 140009;
           facts->server.version = "14.9";
         }},
        {"Standby", "server", Level::kWarn, "a standby",
         [](DatabaseFacts* facts) { facts->server.standby = true; }},
        {"BlindRole", "server", Level::kWarn, "does not see",
         [](DatabaseFacts* facts) { facts->server.sees_all_sessions = false; }},
        {"FsyncOff", "durability", Level::kBroken, "fsync=off",
         [](DatabaseFacts* facts) { facts->server.settings["fsync"] = "off"; }},
        {"AutovacuumOff", "durability", Level::kWarn, "autovacuum=off",
         [](DatabaseFacts* facts) { facts->server.settings["autovacuum"] = "off"; }},
        {"AsynchronousStandby", "replication", Level::kWarn, "b (async)",
         [](DatabaseFacts* facts) {
           facts->standbys = {{"b", "streaming", "async"}};
         }},
        {"SynchronousStandby", "replication", Level::kOk, "b (sync)",
         [](DatabaseFacts* facts) {
           facts->standbys = {{"b", "streaming", "sync"}};
           facts->server.settings["synchronous_standby_names"] = "b";
         }},
        {"SynchronousStandbyThatIsAway", "replication", Level::kBroken, "no standby connected",
         [](DatabaseFacts* facts) { facts->server.settings["synchronous_standby_names"] = "b"; }},
        {"AnswersThatDoNotWaitForTheStandbysDisk",
         "replication",
         Level::kWarn,
         "remote_write",
         [](DatabaseFacts* facts) {
           facts->standbys = {{"b", "streaming", "quorum"}};
           facts->server.settings["synchronous_standby_names"] = "any 1 (b)";
         },
         {.synchronous_commit = "remote_write"}},
        {"NoNode", "nodes", Level::kWarn, "0 nodes",
         [](DatabaseFacts* facts) { facts->sessions.clear(); }},
        {"NodeThatHangs", "nodes", Level::kWarn, "1 node",
         [](DatabaseFacts* facts) {
           facts->sessions.push_back({.application = "pawl",
                                      .state = "idle in transaction",
                                      .sessions = 1,
                                      .oldest_transaction = kNow - absl::Seconds(30)});
         }},
        {"FewConnectionsLeft", "connections", Level::kWarn, "80 of 97",
         [](DatabaseFacts* facts) { facts->server.connections = 80; }},
        {"NoRoomForAnotherNode", "connections", Level::kWarn, "13 of 25",
         [](DatabaseFacts* facts) { facts->server.settings["max_connections"] = "28"; }},
        {"SlotOfALostStandby", "snapshots", Level::kWarn,
         "replication slot old, inactive; 2 million",
         [](DatabaseFacts* facts) {
           facts->oldest_snapshot = {.holder = HeldSnapshot::Holder::kReplicationSlot,
                                     .name = "old",
                                     .state = "inactive",
                                     .transactions = 2'000'000};
         }},
        {"SlotInUse", "snapshots", Level::kOk, "replication slot standby",
         [](DatabaseFacts* facts) {
           facts->oldest_snapshot = {.holder = HeldSnapshot::Holder::kReplicationSlot,
                                     .name = "standby",
                                     .state = "active",
                                     .transactions = 2000};
         }},
        {"DeadRows", "table execution", Level::kWarn, "29 %",
         [](DatabaseFacts* facts) { facts->tables[0].dead = 400'000; }},
        {"Bloat", "table execution", Level::kWarn, "bloat about 90 %",
         [](DatabaseFacts* facts) { facts->tables[0].needed_bytes = int64_t{40} << 20; }},
        {"SmallTablesMayBeBloated", "table execution", Level::kOk, "bloat about 99 %",
         [](DatabaseFacts* facts) {
           facts->tables[0] = {.name = "execution", .bytes = 1 << 20, .needed_bytes = 10'000};
         }},
        {"UpdatesThatTouchIndexes", "table execution", Level::kWarn, "heap-only updates 10 %",
         [](DatabaseFacts* facts) { facts->tables[0].hot_updates = 100'000; }},
        {"WraparoundAhead", "wraparound", Level::kWarn, "1200 million",
         [](DatabaseFacts* facts) { facts->server.database_age = 1'200'000'000; }},
        {"WraparoundOfMultixactsNear", "wraparound", Level::kBroken, "1700 million",
         [](DatabaseFacts* facts) { facts->server.multixact_age = 1'700'000'000; }},
        {"HoleBetweenPartitions", "partitions of history", Level::kWarn, "5 weeks",
         [](DatabaseFacts* facts) {
           std::vector<absl::Time>& weeks = facts->partitions[0].weeks;
           weeks.erase(weeks.begin() + 4);
         }},
        {"NoPartitions", "partitions of history", Level::kBroken, "none",
         [](DatabaseFacts* facts) { facts->partitions[0].weeks.clear(); }},
    }),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Diagnosis, WithoutASchemaNothingIsSaidOfWhatIsInIt) {
  DatabaseFacts facts = GoodFacts();
  facts.schema = {.database_version = 0, .binary_version = 1, .problem = "there is none"};
  facts.tables.clear();
  facts.partitions.clear();
  for (const Finding& finding : Diagnose(facts)) {
    EXPECT_NE(finding.check, "executions");
    EXPECT_EQ(finding.level, finding.check == "schema" ? Level::kBroken : Level::kOk);
  }
  EXPECT_EQ(Worst(Diagnose(facts)), Level::kBroken);
}

TEST(Diagnosis, AWalkWithoutViolationsIsOkAndSaysWhatItSaw) {
  const Finding finding = DiagnoseWalk({.open = 3, .closed = 4, .events = 50}, 1000);
  EXPECT_EQ(finding.level, Level::kOk);
  EXPECT_THAT(finding.found, AllOf(HasSubstr("3 open and 4 closed executions with 50 events"),
                                   HasSubstr("the newest 1000")));
}

}  // namespace
}  // namespace pawl::store
