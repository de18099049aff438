// The audit of a database in use: what it looks at, what it does not take for broken, that it holds
// no snapshot, and that it goes through no table more than once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/audit_database.h"
#include "coordinator/store/diagnosis.h"
#include "tests/store/audit_fixture.h"

namespace pawl::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
namespace rule = audit::rule;

// Sessions of an audit of this database, with `condition`.
std::string AuditSessions(const std::string& condition) {
  return StrCat(
      "select count(*) from pg_stat_activity where application_name = 'pawl-audit' and "
      "datname = current_database() and ",
      condition);
}

class AuditLiveDatabaseTest : public AuditFixture {
 protected:
  // Of each violation.
  std::vector<std::string> BrokenIds(const AuditDatabaseOptions& options) {
    std::vector<std::string> ids;
    for (const audit::Violation& violation : AuditedWith(options).violations) {
      ids.push_back(violation.execution);
    }
    return ids;
  }
  std::string BeginNeverClaimed(const std::string& name, absl::Time at) {
    Begin(name, at);
    Sql("update execution set claimable_at = 'infinity'");
    return Id();
  }
  // Begins one that waits for its timer.
  void BeginWait(const std::string& name) {
    Begin(name);
    Proceed();
    for (const int64_t branch : {1, 2}) Give(BranchId(branch));
    for (const int64_t branch : {1, 2}) Succeed(BranchId(branch));
  }
};

TEST_F(AuditLiveDatabaseTest, TheDiagnosisNamesTheRuleOfEachBrokenExecution) {
  Begin("closed");
  RunToTheEnd();
  EXPECT_EQ(DiagnoseWalk(Audited(), 10).level, Level::kOk);
  Sql("update closed_execution set status = 3");
  const Finding finding = DiagnoseWalk(Audited(), 1000);
  EXPECT_EQ(finding.level, Level::kBroken);
  EXPECT_THAT(finding.found, HasSubstr("2 violations in 0 open and 1 closed executions"));
  EXPECT_THAT(finding.details,
              ElementsAre(HasSubstr("replay-gives-position: "),
                          StrCat(Id(),
                                 ": status-fits-history: it is FAILED but its last event is "
                                 "event 20 (ExecutionSucceeded)")));
}

TEST_F(AuditLiveDatabaseTest, TheLimitTakesTheNewestOfBothKinds) {
  const std::string old = BeginNeverClaimed("old", TestTime());
  const std::string young = BeginNeverClaimed("young", TestTime() + absl::Milliseconds(1));
  for (int i = 2; i < 5; ++i) {
    Begin(StrCat("closed", i), TestTime() + absl::Milliseconds(i));
    RunToTheEnd();
  }
  EXPECT_THAT(BrokenIds({.limit = 1}), ElementsAre(young));
  EXPECT_THAT(BrokenIds({.limit = 2}), UnorderedElementsAre(young, old));
  const audit::AuditReport report = AuditedWith({.limit = 2});
  EXPECT_EQ(report.open, 2);
  EXPECT_EQ(report.closed, 2);
}

TEST_F(AuditLiveDatabaseTest, HistoriesLongerThanAPageAreReadToTheirEnd) {
  Begin("long");
  core::Execution execution = execution_;
  for (int i = 0; i < 450; ++i) {
    const Step step = NextStep(execution);
    ASSERT_TRUE(Commit(store_.get(), step, ClaimableAt()).ok());
    execution = step.execution;
  }
  EXPECT_EQ(Audited().events, 452);
  EXPECT_THAT(Broken(), ElementsAre(rule::kReplayEvents));  // the core would not have
  Sql("delete from history where first_event_id = 400");
  EXPECT_THAT(Broken(), ElementsAre(rule::kIdsContiguous));
}

TEST_F(AuditLiveDatabaseTest, WhatANodeHasInHandIsNotBroken) {
  BeginWait("wait");  // its timer is due
  Sql("update execution set claimable_at = now() + interval '2 s'");
  EXPECT_THAT(Broken(), IsEmpty());
  Sql("update execution set claimable_at = now() + interval '1 min'");
  EXPECT_THAT(Broken(), ElementsAre(rule::kClaimable));
}

TEST_F(AuditLiveDatabaseTest, AStepThatIsNotTakenForLongIsBroken) {
  Begin("ready");
  Sql("update execution set claimable_at = now() + interval '2 s'");
  EXPECT_THAT(Broken(), IsEmpty());
  Sql("update execution set claimable_at = now() + interval '1 min'");
  EXPECT_THAT(Broken(), ElementsAre(rule::kClaimable));
}

// As when housekeeping moves rows while the first snapshot is taken.
TEST_F(AuditLiveDatabaseTest, WhatASecondLookDoesNotFindIsNotReported) {
  Begin("one");
  // Names are nowhere to be seen until a session looks for the second time. It may write nothing,
  // but it remembers its locks.
  Sql("alter table execution_name rename to name_table;"
      "create function looks_again() returns boolean language plpgsql as $$ begin "
      "  if exists (select from pg_locks where locktype = 'advisory' and objid = 42 "
      "             and pid = pg_backend_pid()) then return true; end if; "
      "  perform pg_advisory_lock(42); return false; end $$;"
      "create view execution_name as select xmin, execution_id, machine_name, name "
      "  from name_table where pawl.looks_again()");
  EXPECT_EQ(Ask("select count(*) from pawl.execution_name"), 0);
  EXPECT_THAT(Broken(), IsEmpty());
  Sql("create or replace function looks_again() returns boolean language sql as 'select false'");
  EXPECT_THAT(Broken(), ElementsAre(rule::kNameFound));
}

// What vacuum may remove is not held back by a walk that goes on for hours.
TEST_F(AuditLiveDatabaseTest, NoSnapshotOutlivesAFewExecutions) {
  for (int i = 0; i < 4; ++i) Begin(StrCat("e", i));
  Sql("update execution set last_event_id = 5000");  // more than are read together with others
  int looks = 0;
  int64_t held = 0;
  AuditedWith({.progress = [&](const audit::AuditReport& so_far) {
    ++looks;
    EXPECT_LE(so_far.open, looks);
    held += Ask(AuditSessions("(xact_start is not null or backend_xmin is not null)"));
    return true;
  }});
  EXPECT_GE(looks, 4);
  EXPECT_EQ(held, 0);
}

TEST_F(AuditLiveDatabaseTest, ItCanBeStopped) {
  Begin("one");
  const AuditDatabaseOptions options{.progress = [](const audit::AuditReport&) { return false; }};
  EXPECT_TRUE(absl::IsCancelled(AuditDatabase(url_, options).status()));
}

// Twice as many executions cost twice as much, and not four times: none of the statements goes
// through more than its page.
TEST_F(AuditLiveDatabaseTest, EachRowIsReadAFewTimesOnly) {
  Begin("closed");
  RunToTheEnd();
  const std::string closed = Id();
  Begin("open");
  Proceed();
  const std::string open = Id();
  // Copies of these.
  Sql("create table copy as select first_execution_id(now() - n * interval '1 ms') as id, "
      "'e' || n as name, n % 2 = 0 as closed from generate_series(1, 20000) n");
  Sql("insert into execution (execution_id, revision_id, fence, version, last_event_id, "
      "machine_id, started_at, claimable_at, branch_count, machine_name, name, position) select "
      "copy.id, revision_id, fence, version, last_event_id, machine_id, started_at, claimable_at, "
      "branch_count, machine_name, copy.name, position from copy, execution where not closed");
  Sql("insert into closed_execution (execution_id, revision_id, machine_id, started_at, closed_at, "
      "last_event_id, fence, status, machine_name, name, output) select copy.id, revision_id, "
      "machine_id, started_at, closed_at, last_event_id, fence, status, machine_name, copy.name, "
      "output from copy, closed_execution where closed");
  for (const auto& [original, of] : {std::pair(&open, "not closed"), {&closed, "closed"}}) {
    Sql(
        StrCat("insert into history select copy.id, first_event_id, occurred_at, event_count, "
               "events from copy, history where history.execution_id = '",
               *original, "' and ", of));
  }
  Sql("insert into execution_name select id, 'machine', name from copy");
  Sql("insert into branch (execution_id, branch_id, ready_activity, ready_at, position) select "
      "copy.id, branch_id, ready_activity, ready_at, position from branch, copy where not closed");
  Sql("drop table copy");
  Sql("analyze");
  // Tables of one row apart.
  const std::string read =
      "select sum(seq_tup_read + idx_tup_read + seq_scan * 1000) from (select coalesce(sum("
      "idx_tup_read), 0) as idx_tup_read, max(t.seq_tup_read) as seq_tup_read, max(t.seq_scan) as "
      "seq_scan from pg_stat_user_tables t left join pg_stat_user_indexes i using (relid) where "
      "t.schemaname = 'pawl' and t.relname !~ 'revision|state_machine|cluster' group by relid) r";
  const int64_t before = Ask(read);
  const audit::AuditReport report = Audited();
  EXPECT_EQ(report.open + report.closed, 20002);
  EXPECT_EQ(report.violation_count, 0) << report.violations[0].what;
  while (Ask(AuditSessions("true")) > 0) std::this_thread::yield();
  const double reads_per_execution = static_cast<double>(Ask(read) - before) / 20'002;
  EXPECT_GT(reads_per_execution, 5);
  EXPECT_LT(reads_per_execution, 20);
}

}  // namespace
}  // namespace pawl::store
