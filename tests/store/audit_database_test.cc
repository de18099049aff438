// The audit of a database: executions that the core has led are found good, and each change behind
// the store's back is found.

#include "coordinator/store/audit_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "coordinator/base/strings.h"
#include "tests/store/audit_fixture.h"

namespace pawl::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
namespace rule = audit::rule;

class AuditDatabaseTest : public AuditFixture {};

TEST_F(AuditDatabaseTest, ExecutionsAtEachMomentAreGood) {
  Begin("closed");
  RunToTheEnd();
  Begin("ready");
  Begin("scheduled");
  Proceed();
  Begin("started");
  Proceed();
  Give(BranchId(1));
  Begin("waiting");
  Proceed();
  Give(BranchId(1));
  Give(BranchId(2));
  Succeed(BranchId(1));
  Succeed(BranchId(2));
  const audit::AuditReport report = Audited();
  EXPECT_THAT(report.violations, IsEmpty()) << report.violations[0].what;
  EXPECT_EQ(report.closed, 1);
  EXPECT_EQ(report.open, 4);
  EXPECT_EQ(report.transitions, 7 + 1 + 2 + 3 + 6);
  EXPECT_EQ(report.not_replayable, 0);
}

TEST_F(AuditDatabaseTest, WalksOverAnyNumberOfExecutions) {
  for (int i = 0; i < 230; ++i) {
    Begin(StrCat("e", i), TestTime() + absl::Milliseconds(i));
    if (i % 2 == 0) RunToTheEnd();
  }
  const audit::AuditReport report = Audited();
  EXPECT_EQ(report.open, 115);
  EXPECT_EQ(report.closed, 115);
  EXPECT_EQ(report.violation_count, 0);
}

TEST_F(AuditDatabaseTest, LongHistoriesAreReadFewAtATime) {
  for (int i = 0; i < 3; ++i) Begin(StrCat("e", i));
  Sql("update execution set last_event_id = 30000");
  EXPECT_THAT(Broken(), ElementsAre(rule::kAtLastEvent, rule::kReplayPosition));
  EXPECT_EQ(Audited().open, 3);
}

TEST_F(AuditDatabaseTest, ADatabaseThatIsNotThereIsUnavailable) {
  EXPECT_TRUE(absl::IsUnavailable(AuditDatabase("postgresql:///pawl?host=/nowhere").status()));
}

struct ChangeCase {
  std::string name;
  std::string sql;
  std::vector<std::string_view> rules;
};
void PrintTo(const ChangeCase& change, std::ostream* out) { *out << change.name; }

class ChangedDatabaseTest : public AuditDatabaseTest,
                            public ::testing::WithParamInterface<ChangeCase> {};

TEST_P(ChangedDatabaseTest, IsFound) {
  Begin("closed");
  RunToTheEnd();
  Begin("open");
  Proceed();
  Begin("ready");
  ASSERT_THAT(Broken(), IsEmpty());
  Sql(GetParam().sql);
  std::vector<std::string> rules(GetParam().rules.begin(), GetParam().rules.end());
  std::sort(rules.begin(), rules.end());
  EXPECT_EQ(Broken(), rules);
}

INSTANTIATE_TEST_SUITE_P(
    AuditDatabase, ChangedDatabaseTest,
    ::testing::Values(
        ChangeCase{"NeverClaimed",
                   "update execution set claimable_at = 'infinity' where name = 'ready'",
                   {rule::kClaimable}},
        ChangeCase{"TaskThatNobodyFinds",
                   "update branch set ready_at = null, ready_activity = null",
                   {rule::kReadyFound}},
        ChangeCase{"TaskOfAnotherActivity",
                   "update branch set ready_activity = 'other' where branch_id = 1",
                   {rule::kReadyFound}},
        ChangeCase{"WrongBranchCount",
                   "update execution set branch_count = 1 where name = 'open'",
                   {rule::kRowsBelong}},
        ChangeCase{"LostBranch",
                   "delete from branch where branch_id = 2",
                   {rule::kReplayPosition, rule::kRowsBelong}},
        ChangeCase{"LostHistory",
                   "delete from history where first_event_id > 1",
                   {rule::kAtLastEvent, rule::kStatusFits, rule::kReplayPosition}},
        ChangeCase{"LostFirstRow",
                   "delete from history where first_event_id = 1",
                   {rule::kBeginsWithStart, rule::kReadable}},
        ChangeCase{
            "RepeatedRow",
            "update history h set events = o.events from history o"
            " where h.first_event_id = 3 and o.first_event_id = 1",
            {rule::kReadable, rule::kIdsContiguous, rule::kAtLastEvent, rule::kReplayEvents}},
        ChangeCase{"UnreadableHistory",
                   "update history set events = '\\xff'",
                   {rule::kReadable, rule::kBeginsWithStart}},
        ChangeCase{
            "UnreadablePosition", "update execution set position = '\\xff'", {rule::kReadable}},
        ChangeCase{"WrongTime",
                   "update history set occurred_at = occurred_at + interval '1 s'",
                   {rule::kReadable}},
        ChangeCase{"LostName", "delete from execution_name", {rule::kNameFound}},
        ChangeCase{"NameOfNothing",
                   "insert into execution_name values (gen_random_uuid(), 'machine', 'other')",
                   {rule::kNameFound}},
        ChangeCase{"BranchOfNothing",
                   "insert into branch values (gen_random_uuid(), 1, null, null, '')",
                   {rule::kRowsBelong}},
        ChangeCase{"LostExecution", "delete from execution", {rule::kNameFound, rule::kRowsBelong}},
        ChangeCase{
            "OpenAndClosed",
            "insert into closed_execution (execution_id, revision_id, machine_id, started_at,"
            " closed_at, last_event_id, fence, status, machine_name, name)"
            " select execution_id, revision_id, machine_id, started_at, started_at,"
            " last_event_id, fence, 2, machine_name, name from execution",
            {rule::kRowsBelong}},
        ChangeCase{"OtherOutput",
                   "update closed_execution set output = '2'",
                   {rule::kStatusFits, rule::kReplayPosition}},
        ChangeCase{"OtherStatus",
                   "update closed_execution set status = 3",
                   {rule::kStatusFits, rule::kReplayPosition}},
        ChangeCase{"OtherDefinition",
                   "update state_machine_revision set definition = replace(definition, "
                   "'\"Seconds\": 1,', '\"Seconds\": 2,')",
                   {rule::kTimerNotEarly}},
        ChangeCase{"BadDefinition",
                   "update state_machine_revision set definition = '{}'",
                   {rule::kReadable}}),
    [](const auto& info) { return info.param.name; });

// ---------------------------------------------------------------- waits for other executions

TEST_F(AuditDatabaseTest, ATaskWhoseChildsEndNothingWillTellIsFound) {
  Begin("kid");
  const ExecutionId kid = execution_.facts->id;
  Machine parent = NewMachine("parent");
  parent.current.definition = R"({"StartAt": "Run", "States": {"Run": {"Type": "Task",
      "Resource": "arn:aws:states:::states:startExecution.sync", "End": true, "Parameters": {
        "StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:machine"}}}})";
  machine_ = *Create(store_.get(), parent);
  compiled_ = asl::CompileMachine(parent.current.definition).machine;
  Begin("waits");
  if (core::NextReady(execution_) != nullptr) Proceed();
  Give(BranchId(0));
  const ChildWait wait{kid, execution_.facts->id, BranchId(0),
                       execution_.branches.at(BranchId(0)).task->nonce};
  ASSERT_TRUE(AwaitDone([&](auto done) { store_->AwaitChild(wait, std::move(done)); }).ok());
  Take(core::CallReturned{
      wait.branch, wait.nonce,
      Text(StrCat(R"({"ExecutionArn":")", Account().ExecutionArn("machine", "kid"), "\"}"))});
  EXPECT_THAT(Broken(), IsEmpty());
  Sql("update child_wait set ended = true");
  EXPECT_THAT(Broken(), ElementsAre(rule::kChildTells));
  Sql("update child_wait set ended = false, nonce = nonce + 1");
  EXPECT_THAT(Broken(), ElementsAre(rule::kChildTells));
  Sql("delete from child_wait");
  EXPECT_THAT(Broken(), ElementsAre(rule::kChildTells));
}

// ---------------------------------------------------------------- one transaction per transition

TEST_F(AuditDatabaseTest, RowsThatOneTransactionHasWrittenAreFound) {
  Begin("one");
  RunToTheEnd();
  Sql("update history set event_count = event_count where first_event_id > 1");
  EXPECT_THAT(Broken(), ElementsAre(rule::kTransactionEach));
}

TEST_F(AuditDatabaseTest, RowsThatHousekeepingHasMovedAreNotJudged) {
  // Older than all partitions: a year ago. Then its partition is made.
  Begin("old", TestTime() - absl::Hours(24 * 365));
  Proceed();
  Sql("select make_partition('history', date_trunc('week', now() - interval '365 days'))");
  Give(BranchId(1));
  EXPECT_THAT(Broken(), IsEmpty());
}

TEST_F(AuditDatabaseTest, RowsThatARestoreHasWrittenAreNotJudged) {
  Begin("one");
  RunToTheEnd();
  // As pg_restore --single-transaction leaves them.
  Sql("update history set event_count = event_count; update execution_name set name = name; "
      "update cluster set secret = secret");
  EXPECT_THAT(Broken(), IsEmpty());
}

// ---------------------------------------------------------------- what clients saw

TEST_F(AuditDatabaseTest, IsComparedWithWhatClientsSaw) {
  Begin("one");
  RunToTheEnd();
  audit::CallLog log;
  log.calls.push_back({.client = "c",
                       .sent = now_,
                       .answered = now_,
                       .outcome = "ok",
                       .what = audit::DescribeExecutionCall{
                           Account().ExecutionArn("machine", "one"), "SUCCEEDED", "[1,2]"}});
  EXPECT_EQ(Audited(&log).calls, 1);
  EXPECT_THAT(Broken(&log), ElementsAre(rule::kStatusKept));
  log.calls.push_back(log.calls[0]);
  log.calls[1].what = audit::StartExecutionCall{"machine", "lost", "{}",
                                                Account().ExecutionArn("machine", "lost"), now_};
  EXPECT_THAT(Broken(&log), UnorderedElementsAre(rule::kStatusKept, rule::kStartFound));
}

}  // namespace
}  // namespace pawl::store
