// The walk over all histories, on a database in use: what it finds, and that it holds no snapshot.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "coordinator/base/strings.h"
#include "coordinator/store/diagnosis.h"
#include "coordinator/store/invariants.h"
#include "tests/store/inspect_fixture.h"

namespace pawl::store {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class CheckInvariantsTest : public InspectFixture {
 protected:
  absl::Time Soon() { return Now() + absl::Seconds(5); }
  void Close(const core::Execution& execution) {
    ASSERT_TRUE(Commit(store_.get(), LastStep(execution)).ok());
  }
  std::vector<std::string> Violations(const InvariantOptions& options = {}) {
    const absl::StatusOr<InvariantReport> report = CheckInvariants(url_, options);
    EXPECT_TRUE(report.ok()) << report.status();
    std::vector<std::string> violations;
    for (const Violation& violation : report->violations) {
      violations.push_back(StrCat(violation.execution, ": ", violation.what));
    }
    return violations;
  }
  static std::string IdOf(const core::Execution& execution) {
    return execution.facts->id.value().ToString();
  }
};

TEST_F(CheckInvariantsTest, WhatIsAsItShouldBeHasNoViolations) {
  Begin("open", Soon());
  BeginWithBranch("parent");
  Close(Begin("closed", Soon()));
  const absl::StatusOr<InvariantReport> report = CheckInvariants(url_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->open, 2);
  EXPECT_EQ(report->closed, 1);
  EXPECT_EQ(report->events, 7);
  EXPECT_THAT(report->violations, IsEmpty());
  EXPECT_EQ(DiagnoseWalk(*report, 10).level, Level::kOk);
}

TEST_F(CheckInvariantsTest, EachBrokenExecutionIsNamed) {
  const std::string stuck = IdOf(Begin("stuck", absl::InfiniteFuture()));
  const std::string unnamed = IdOf(Begin("unnamed", Soon()));
  const std::string lost = IdOf(Begin("lost", Soon()));
  const std::string gap = IdOf(Begin("gap", Soon()));
  const std::string orphan = IdOf(BeginWithBranch("orphan"));
  const core::Execution twice = Begin("twice", Soon());
  const core::Execution closed = Begin("closed", Soon());
  Close(closed);
  Run("delete from pawl.execution_name where name = 'unnamed'");
  Run("delete from pawl.history where execution_id = '" + lost + "'");
  Run("update pawl.execution set last_event_id = 7 where execution_id = '" + gap + "'");
  Run("delete from pawl.execution where execution_id = '" + orphan + "'");
  Run("insert into pawl.closed_execution select execution_id, revision_id, machine_id, started_at, "
      "now(), last_event_id, fence, 2, machine_name, name, null, null, '' from pawl.execution "
      "where "
      "name = 'twice'");
  Run("update pawl.closed_execution set status = 3 where name = 'closed'");
  EXPECT_THAT(Violations(),
              UnorderedElementsAre(
                  stuck + ": has a step to take and will never be claimed",
                  unnamed + ": is open and has no name",
                  lost + ": cannot be loaded: its first history row or its revision is missing",
                  gap + ": the position says last event 7, the history has 2",
                  orphan + ": has branches and no execution",
                  orphan + ": has a name and is neither open nor closed",
                  IdOf(twice) + ": is both open and closed",
                  IdOf(twice) + ": is SUCCEEDED but its last event is PassStateEntered",
                  IdOf(closed) + ": is FAILED but its last event is ExecutionSucceeded"));
  const Finding finding = DiagnoseWalk(*CheckInvariants(url_), 1000);
  EXPECT_EQ(finding.level, Level::kBroken);
  EXPECT_THAT(finding.found, HasSubstr("9 violations"));
}

TEST_F(CheckInvariantsTest, TheLimitTakesTheNewest) {
  const std::string one = IdOf(Begin("one", absl::InfiniteFuture()));
  const std::string two = IdOf(Begin("two", absl::InfiniteFuture()));
  const auto [old, young] = std::minmax(one, two);  // ids begin with the time
  EXPECT_THAT(Violations({.limit = 1}), Contains(HasSubstr(young)));
  EXPECT_THAT(Violations({.limit = 1}), Not(Contains(HasSubstr(old))));
  EXPECT_THAT(Violations({.limit = 2}), Contains(HasSubstr(old)));
}

TEST_F(CheckInvariantsTest, HistoriesLongerThanAPageAreReadToTheirEnd) {
  core::Execution execution = Begin("long", Soon());
  for (int i = 0; i < 450; ++i) {
    const Step step = NextStep(execution);
    ASSERT_TRUE(Commit(store_.get(), step, Soon()).ok());
    execution = step.execution;
  }
  EXPECT_THAT(Violations(), IsEmpty());
  EXPECT_EQ(CheckInvariants(url_)->events, 452);
  Run("delete from pawl.history where first_event_id = 400");
  EXPECT_THAT(Violations(), Contains(HasSubstr("expected event id 400, found 401")));
}

// What vacuum may remove is not held back by a walk that goes on for hours.
TEST_F(CheckInvariantsTest, NoSnapshotOutlivesAFewExecutions) {
  for (int i = 0; i < 4; ++i) {
    core::Execution execution = Begin(StrCat("e", i), Soon());
    // More than are read together with others.
    Run(StrCat("update pawl.execution set last_event_id = 5000 where execution_id = '",
               IdOf(execution), "'"));
  }
  int looks = 0;
  int64_t held = 0;
  const InvariantOptions options{.progress = [&](const InvariantReport&) {
    ++looks;
    held +=
        Ask("select count(*) from pg_stat_activity where application_name = 'pawl-check' and "
            "datname = current_database() and (xact_start is not null or backend_xmin is not "
            "null)");
    return true;
  }};
  ASSERT_TRUE(CheckInvariants(url_, options).ok());
  EXPECT_GE(looks, 4);
  EXPECT_EQ(held, 0);
}

// Twice as many executions cost twice as much, and not four times: none of the statements goes
// through more than its page.
TEST_F(CheckInvariantsTest, EachRowIsReadAFewTimesOnly) {
  const core::Execution closed = Begin("closed", Soon());
  Close(closed);
  const core::Execution open = BeginTask("open", "charge");
  // Copies of these.
  Run("create table copy as select pawl.first_execution_id(now() - n * interval '1 ms') as id, "
      "'e' || n as name, n % 2 = 0 as closed from generate_series(1, 20000) n");
  Run("insert into pawl.execution (execution_id, revision_id, fence, version, last_event_id, "
      "machine_id, started_at, claimable_at, branch_count, machine_name, name, position) select "
      "copy.id, revision_id, fence, version, last_event_id, machine_id, started_at, claimable_at, "
      "branch_count, machine_name, copy.name, position from copy, pawl.execution where not closed");
  Run("insert into pawl.closed_execution (execution_id, revision_id, machine_id, started_at, "
      "closed_at, last_event_id, fence, status, machine_name, name) select copy.id, revision_id, "
      "machine_id, started_at, closed_at, last_event_id, fence, status, machine_name, copy.name "
      "from copy, pawl.closed_execution where closed");
  for (const auto& [original, of] : {std::pair(&open, "not closed"), {&closed, "closed"}}) {
    Run(
        StrCat("insert into pawl.history select copy.id, first_event_id, occurred_at, event_count, "
               "events from copy, pawl.history where history.execution_id = '",
               IdOf(*original), "' and ", of));
  }
  Run("insert into pawl.execution_name select id, 'machine', name from copy");
  Run("insert into pawl.branch (execution_id, branch_id, position) select execution_id, 1, "
      "position "
      "from pawl.execution");
  Run("analyze");
  const std::string read =
      "select sum(seq_tup_read + idx_tup_read + seq_scan * 1000) from (select coalesce(sum("
      "idx_tup_read), 0) as idx_tup_read, max(t.seq_tup_read) as seq_tup_read, max(t.seq_scan) as "
      "seq_scan from pg_stat_user_tables t left join pg_stat_user_indexes i using (relid) where "
      "t.schemaname = 'pawl' and t.relname !~ 'revision' group by relid) r";
  Run("select pg_stat_force_next_flush()");
  const int64_t before = Ask(read);
  const absl::StatusOr<InvariantReport> report = CheckInvariants(url_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->open + report->closed, 20002);
  for (const Violation& violation : report->violations) {
    ADD_FAILURE() << violation.execution << ": " << violation.what;
  }
  while (
      Ask("select count(*) from pg_stat_activity where application_name = 'pawl-check' and "
          "datname = current_database()")) {
    std::this_thread::yield();
  }
  const double reads_per_execution = static_cast<double>(Ask(read) - before) / 20'002;
  EXPECT_GT(reads_per_execution, 5);
  EXPECT_LT(reads_per_execution, 12);
}

TEST_F(CheckInvariantsTest, ItCanBeStopped) {
  Begin("one", Soon());
  const InvariantOptions options{.progress = [](const InvariantReport&) { return false; }};
  EXPECT_TRUE(absl::IsCancelled(CheckInvariants(url_, options).status()));
}

}  // namespace
}  // namespace pawl::store
