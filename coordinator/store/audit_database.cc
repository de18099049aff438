#include "coordinator/store/audit_database.h"

#include <algorithm>
#include <map>
#include <pqxx/pqxx>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/audited_rows.h"
#include "coordinator/store/inspect_parts.h"
#include "coordinator/store/pqxx_status.h"
#include "coordinator/store/session.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// Executions that are read in one snapshot, and are in memory together: so many, or fewer with so
// many events.
constexpr int64_t kBatch = 100;
constexpr int64_t kBatchEvents = 2'000;

// Newest first; both kinds in one walk, for an execution may be closed meanwhile.
constexpr Statement kNextIds{"audit_next_ids", R"(
  select execution_id, max(last_event_id) as last_event_id, bool_or(open) as open,
         bool_or(not open) as closed
    from (
      (select execution_id, last_event_id, true as open from execution
        where execution_id < $1 order by execution_id desc limit $2)
      union all
      (select execution_id, last_event_id, false from closed_execution
        where execution_id < $1 order by execution_id desc limit $3)) one
   group by execution_id order by execution_id desc limit 100)"};

constexpr Statement kFindName{"audit_find_name", R"(
  select execution_id from execution_name where machine_name = $1 and name = $2)"};

// Pages of rows that should belong to an execution, in the order of their keys. Each execution is
// looked up by its key: `lateral ... limit 1` keeps the planner from joining whole tables instead.
constexpr Statement kNamePage{"audit_name_page", R"(
  select n.machine_name, n.name, n.execution_id,
         e.execution_id is null and c.execution_id is null as lost
    from (select machine_name, name, execution_id from execution_name
           where (machine_name, name) > ($1::text, $2::text)
           order by machine_name, name limit 500) n
    left join lateral (select execution_id from execution
                        where execution_id = n.execution_id limit 1) e on true
    left join lateral (select execution_id from closed_execution
                        where execution_id = n.execution_id limit 1) c on true
   order by n.machine_name, n.name)"};

// A second look at one of them.
constexpr Statement kNameOfNothing{"audit_name_of_nothing", R"(
  select from execution_name n
   where n.machine_name = $1 and n.name = $2
     and not exists (select from execution e where e.execution_id = n.execution_id)
     and not exists (select from closed_execution c where c.execution_id = n.execution_id))"};

constexpr Statement kBranchPage{"audit_branch_page", R"(
  select b.execution_id, b.branch_id, e.execution_id is null as lost
    from (select execution_id, branch_id from branch
           where (execution_id, branch_id) > ($1::uuid, $2::bigint)
           order by execution_id, branch_id limit 1000) b
    left join lateral (select execution_id from execution
                        where execution_id = b.execution_id limit 1) e on true
   order by b.execution_id, b.branch_id)"};

constexpr char kAfterAllIds[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

class DatabaseAudit {
 public:
  DatabaseAudit(Session* session, const AuditDatabaseOptions& options)
      : session_(*session),
        options_(options),
        auditor_(options.log, options.rules),
        rows_(session, options.account, [this](std::string execution, audit::Finding finding) {
          // What is wrong with more than one execution does not pass.
          if (execution.empty()) return auditor_.Report("", std::move(finding));
          found_[execution].push_back(std::move(finding));
        }) {}

  absl::StatusOr<audit::AuditReport> Run() {
    using Step = absl::Status (DatabaseAudit::*)();
    for (const Step step : {&DatabaseAudit::WalkExecutions, &DatabaseAudit::FindMissing,
                            &DatabaseAudit::WalkNames, &DatabaseAudit::WalkBranches}) {
      if (absl::Status status = (this->*step)(); !status.ok()) return status;
    }
    return auditor_.Finish();
  }

 private:
  using Findings = std::map<std::string, audit::Findings>;  // by execution
  using Examine = audit::Findings (audit::Auditor::*)(const audit::AuditedExecution&);

  // In one snapshot.
  Findings LookAt(const std::vector<Uuid>& ids, Examine examine) {
    rows_.Read(ids, [&](const audit::AuditedExecution& audited) {
      audit::Findings findings = (auditor_.*examine)(audited);
      if (findings.empty()) return;
      audit::Findings& all = found_[audited.execution.facts->id.value().ToString()];
      std::move(findings.begin(), findings.end(), std::back_inserter(all));
    });
    return std::exchange(found_, {});
  }

  // Reports the rules that two looks found broken, with what the second one saw.
  absl::Status Read(const std::vector<Uuid>& ids) {
    const Findings first = LookAt(ids, &audit::Auditor::Examine);
    std::vector<Uuid> again;
    for (const auto& [id, findings] : first) again.push_back(*Uuid::Parse(id));
    for (auto& [id, findings] : LookAt(again, &audit::Auditor::ExamineAgain)) {
      const audit::Findings& before = first.at(id);
      for (audit::Finding& finding : findings) {
        const bool twice = std::any_of(before.begin(), before.end(),
                                       [&](const auto& one) { return one.rule == finding.rule; });
        if (twice) auditor_.Report(id, std::move(finding));
      }
    }
    return Tell();
  }

  absl::Status Tell() {
    if (options_.progress(auditor_.report())) return absl::OkStatus();
    return absl::CancelledError("interrupted");
  }

  absl::Status WalkExecutions() {
    std::string after = kAfterAllIds;
    int64_t open_left = options_.limit;
    int64_t closed_left = options_.limit;
    while (true) {
      const pqxx::result page =
          session_.Run(kNextIds, after, std::min(open_left, kBatch), std::min(closed_left, kBatch));
      if (page.empty()) return absl::OkStatus();
      std::vector<Uuid> ids;
      int64_t events = 0;
      for (const pqxx::row& row : page) {
        after = row["execution_id"].c_str();
        ids.push_back(GetUuid(row["execution_id"]));
        open_left -= row["open"].as<bool>();
        closed_left -= row["closed"].as<bool>();
        events += GetInt64(row["last_event_id"]);
        if (events < kBatchEvents) continue;
        if (absl::Status status = Read(std::exchange(ids, {})); !status.ok()) return status;
        events = 0;
      }
      if (ids.empty()) continue;
      if (absl::Status status = Read(ids); !status.ok()) return status;
    }
  }

  // Those that the log names and the walk has not met, having begun before or after those it met.
  absl::Status FindMissing() {
    std::vector<Uuid> ids;
    for (const audit::ExecutionName& name : auditor_.MissingNames()) {
      for (const pqxx::row& row : session_.Run(kFindName, name.first, name.second)) {
        ids.push_back(GetUuid(row[0]));
      }
    }
    for (const ExecutionId& id : auditor_.MissingIds()) ids.push_back(id.value());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (size_t at = 0; at < ids.size(); at += kBatch) {
      const size_t end = std::min(at + kBatch, ids.size());
      if (absl::Status status = Read({ids.begin() + at, ids.begin() + end}); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status WalkNames() {
    std::string machine_name, name;
    for (int64_t left = options_.limit; left > 0;) {
      const pqxx::result page = session_.Run(kNamePage, machine_name, name);
      if (page.empty()) break;
      for (const pqxx::row& row : page) {
        machine_name = row["machine_name"].c_str();
        name = row["name"].c_str();
        const bool lost =
            row["lost"].as<bool>() && !session_.Run(kNameOfNothing, machine_name, name).empty();
        if (!lost) continue;
        auditor_.Report(
            row["execution_id"].c_str(),
            {audit::rule::kNameFound, StrCat("the name '", name, "' of machine '", machine_name,
                                             "' leads to it, it is neither open nor closed")});
      }
      left -= static_cast<int64_t>(page.size());
      if (absl::Status status = Tell(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status WalkBranches() {
    std::string after = Uuid().ToString();
    int64_t after_branch = 0;
    std::string told;
    for (int64_t left = options_.limit; left > 0;) {
      const pqxx::result page = session_.Run(kBranchPage, after, after_branch);
      if (page.empty()) break;
      for (const pqxx::row& row : page) {
        after = row["execution_id"].c_str();
        after_branch = GetInt64(row["branch_id"]);
        if (!row["lost"].as<bool>() || told == after) continue;
        auditor_.Report(after, {audit::rule::kRowsBelong, "it has branches and is not open"});
        told = after;
      }
      left -= static_cast<int64_t>(page.size());
      if (absl::Status status = Tell(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  Session& session_;
  const AuditDatabaseOptions& options_;
  audit::Auditor auditor_;
  Findings found_;  // of one look
  AuditedRows rows_;
};

}  // namespace

absl::StatusOr<audit::AuditReport> AuditDatabase(const std::string& database_url,
                                                 const AuditDatabaseOptions& options) {
  try {
    Session session(database_url, "pawl-audit");
    PrepareToLook(&session);
    return DatabaseAudit(&session, options).Run();
  } catch (...) {
    return FromCurrentException("AuditDatabase", Effect::kRead);
  }
}

}  // namespace pawl::store
