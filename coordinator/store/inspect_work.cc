// What open executions wait for.

#include <memory>
#include <pqxx/pqxx>
#include <set>
#include <utility>

#include "coordinator/audit/finding.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/codec.h"
#include "coordinator/store/inspect_parts.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// Pages of primary keys: 1000 rows in each snapshot, newest first, so that what begins meanwhile
// does not prolong the walk.
constexpr Statement kOpenPage{"inspect_open_page", R"(
  select execution_id, claimable_at, position, clock_timestamp() as now from execution
   where execution_id < $1 order by execution_id desc limit 1000)"};

constexpr Statement kBranchPage{"inspect_branch_page", R"(
  select b.execution_id, b.branch_id, b.position, e.claimable_at, clock_timestamp() as now
    from (select execution_id, branch_id, position from branch
           where (execution_id, branch_id) < ($1::uuid, $2::bigint)
           order by execution_id desc, branch_id desc limit 1000) b
    left join lateral (select claimable_at from execution
                        where execution_id = b.execution_id limit 1) e on true
   order by b.execution_id desc, b.branch_id desc)"};

// Entries of execution_claimable_idx: the first one, and up to $1 in all. Not clock_timestamp,
// which is another with each row, so that no index can be asked for it.
constexpr Statement kDue{"inspect_due", R"(
  select (select count(*) from (select from execution where claimable_at <= statement_timestamp()
                                 limit $1) r) as due,
         o.execution_id, o.machine_name, o.name, o.claimable_at
    from (values (1)) one
    left join lateral (select execution_id, machine_name, name, claimable_at from execution
                        where claimable_at <= statement_timestamp()
                        order by claimable_at limit 1) o on true)"};

// One step down both indexes of ready tasks for each activity that has any, and up to $1 entries of
// each; at most $2 activities.
constexpr Statement kReady{"inspect_ready", R"(
  with recursive waiting as (
    select least((select ready_activity from execution where ready_activity is not null
                   order by ready_activity limit 1),
                 (select ready_activity from branch where ready_activity is not null
                   order by ready_activity limit 1)) as activity
    union all
    select least((select e.ready_activity from execution e
                   where e.ready_activity is not null and e.ready_activity > waiting.activity
                   order by e.ready_activity limit 1),
                 (select b.ready_activity from branch b
                   where b.ready_activity is not null and b.ready_activity > waiting.activity
                   order by b.ready_activity limit 1))
      from waiting where waiting.activity is not null)
  select w.activity,
         (select count(*) from (
            (select from execution where ready_activity = w.activity limit $1)
            union all
            (select from branch where ready_activity = w.activity limit $1)) r),
         least((select ready_at from execution where ready_activity = w.activity
                 order by ready_at limit 1),
               (select ready_at from branch where ready_activity = w.activity
                 order by ready_at limit 1)),
         strpos(w.activity, ':') > 0 or exists (select from activity a where a.name = w.activity)
    from waiting w where w.activity is not null limit $2)"};

constexpr int64_t kCountedTasks = 10'000;
constexpr int64_t kCountedActivities = 200;
constexpr char kAfterAllIds[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

constexpr size_t kMaxViolations = 100;

std::string Utc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

class OpenWalk {
 public:
  OpenWalk(Session* session, const InspectOptions& options, DatabaseFacts* facts)
      : session_(*session), options_(options), facts_(*facts) {}

  absl::Status Run() {
    std::string after = kAfterAllIds;
    while (!facts_.executions.more) {
      const pqxx::result rows = session_.Run(kOpenPage, after);
      if (rows.empty()) break;
      for (const pqxx::row& row : rows) Look(row, BranchId(0), &facts_.executions);
      after = rows.back()[0].c_str();
      if (absl::Status status = Continue(&facts_.executions); !status.ok()) return status;
    }
    return WalkBranches();
  }

 private:
  absl::Status WalkBranches() {
    std::string after = kAfterAllIds;
    int64_t after_branch = 0;
    while (!facts_.branches.more) {
      const pqxx::result rows = session_.Run(kBranchPage, after, after_branch);
      if (rows.empty()) break;
      for (const pqxx::row& row : rows) {
        Look(row, BranchId(GetInt64(row["branch_id"])), &facts_.branches);
      }
      after = rows.back()[0].c_str();
      after_branch = GetInt64(rows.back()[1]);
      if (absl::Status status = Continue(&facts_.branches); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Continue(WaitCounts* counts) {
    counts->more = counts->total >= options_.limit;
    if (options_.progress(facts_.executions.total + facts_.branches.total)) {
      return absl::OkStatus();
    }
    return absl::CancelledError("interrupted");
  }

  // Counts the branch, and looks whether something will move it. Payloads are left where they are.
  void Look(const pqxx::row& row, BranchId id, WaitCounts* counts) {
    ++counts->total;
    const std::string execution_id = row["execution_id"].c_str();
    if (row["claimable_at"].is_null())
      return Add(execution_id, audit::rule::kRowsBelong, "it has branches and is not open");
    core::Execution execution;
    auto facts = std::make_shared<core::ExecutionFacts>();
    facts->id = ExecutionId(GetUuid(row["execution_id"]));
    execution.facts = std::move(facts);
    const auto no_payload = [](int64_t) -> absl::StatusOr<Text> { return Text(); };
    if (const absl::Status status =
            DecodePosition(GetBytes(row["position"]), id, no_payload, &execution);
        !status.ok()) {
      return Add(execution_id, audit::rule::kReadable, std::string(status.message()));
    }
    const core::Branch& branch = execution.branches.at(id);
    ++counts->by_phase[branch.phase];
    // Of branch 0 the execution's own TimeoutSeconds counts as well.
    const absl::Time due = core::NextDue(execution);
    const absl::Time claimable_at = GetTime(row["claimable_at"]);
    if (claimable_at <= GetTime(row["now"]) + audit::kInHand) return;
    const std::string when = claimable_at == absl::InfiniteFuture()
                                 ? "will never be claimed"
                                 : StrCat("is claimable at ", Utc(claimable_at), " only");
    if (branch.phase == core::Phase::kReady) {
      Add(execution_id, audit::rule::kClaimable, StrCat("it has a step to take and ", when));
    } else if (claimable_at > due) {
      Add(execution_id, audit::rule::kClaimable,
          StrCat("its timer is due at ", Utc(due), " and it ", when));
    }
  }

  // Once for each execution.
  void Add(const std::string& execution_id, std::string_view rule, std::string what) {
    if (facts_.violations.size() >= kMaxViolations) return;
    if (!seen_.insert(execution_id).second) return;
    facts_.violations.push_back({execution_id, std::string(rule), std::move(what)});
  }

  Session& session_;
  const InspectOptions& options_;
  DatabaseFacts& facts_;
  std::set<std::string> seen_;
};

}  // namespace

absl::Status InspectOpen(Session* session, const InspectOptions& options, DatabaseFacts* facts) {
  return OpenWalk(session, options, facts).Run();
}

void InspectDue(Session* session, DatabaseFacts* facts) {
  const pqxx::result rows = session->Run(kDue, kCountedTasks);
  const pqxx::row row = rows[0];
  facts->due.value = GetInt64(row["due"]);
  facts->due.more = facts->due.value >= kCountedTasks;
  if (row["execution_id"].is_null()) return;
  facts->oldest_due = DueExecution{.id = row["execution_id"].c_str(),
                                   .machine_name = std::string(GetText(row["machine_name"])),
                                   .name = std::string(GetText(row["name"])),
                                   .due_at = GetTime(row["claimable_at"])};
}

void InspectReady(Session* session, DatabaseFacts* facts) {
  for (const pqxx::row& row : session->Run(kReady, kCountedTasks, kCountedActivities)) {
    const int64_t tasks = GetInt64(row[1]);
    facts->ready.push_back({.activity = std::string(GetText(row[0])),
                            .tasks = {.value = tasks, .more = tasks >= kCountedTasks},
                            .oldest_ready_at = GetTime(row[2]),
                            .exists = row[3].as<bool>()});
  }
}

}  // namespace pawl::store
