#include "coordinator/store/audit_database.h"

#include <algorithm>
#include <pqxx/pqxx>
#include <utility>
#include <vector>

#include "coordinator/base/strings.h"
#include "coordinator/store/audited_rows.h"
#include "coordinator/store/pqxx_status.h"
#include "coordinator/store/session.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// Executions that are read at once, and in memory: so many, or fewer with so many events.
constexpr size_t kBatch = 100;
constexpr int64_t kBatchEvents = 20'000;

constexpr Statement kNextIds{"audit_next_ids", R"(
  select execution_id, max(last_event_id) as last_event_id from (
    (select execution_id, last_event_id from execution where execution_id > $1
      order by execution_id limit 100)
    union all
    (select execution_id, last_event_id from closed_execution where execution_id > $1
      order by execution_id limit 100)) one
   group by execution_id order by execution_id limit 100)"};

constexpr Statement kFindName{"audit_find_name", R"(
  select execution_id from execution_name where machine_name = $1 and name = $2)"};

// Pages of rows that should belong to an execution, in the order of their keys.
constexpr Statement kNamePage{"audit_name_page", R"(
  select n.machine_name, n.name, n.execution_id,
         not exists (select from execution e where e.execution_id = n.execution_id)
     and not exists (select from closed_execution c where c.execution_id = n.execution_id) as lost
    from execution_name n where (n.machine_name, n.name) > ($1, $2)
   order by n.machine_name, n.name limit 2000)"};

constexpr Statement kBranchPage{"audit_branch_page", R"(
  select b.execution_id,
         not exists (select from execution e where e.execution_id = b.execution_id) as lost
    from branch b where b.execution_id > $1
   group by b.execution_id order by b.execution_id limit 100)"};

class DatabaseAudit {
 public:
  DatabaseAudit(Session* session, const Account& account, const audit::CallLog* log,
                const audit::AuditOptions& options)
      : session_(*session),
        auditor_(log, options),
        rows_(session, account, [this](std::string execution, audit::Finding finding) {
          auditor_.Report(std::move(execution), std::move(finding));
        }) {}

  audit::AuditReport Run() {
    WalkExecutions();
    FindMissing();
    WalkNames();
    WalkBranches();
    return auditor_.Finish();
  }

 private:
  void Read(const std::vector<Uuid>& ids) {
    rows_.Read(ids, [this](const audit::AuditedExecution& audited) { auditor_.Add(audited); });
  }

  void WalkExecutions() {
    std::string after = Uuid().ToString();
    while (true) {
      const pqxx::result page = session_.Run(kNextIds, after);
      if (page.empty()) return;
      std::vector<Uuid> ids;
      int64_t events = 0;
      for (const pqxx::row& row : page) {
        after = row["execution_id"].c_str();
        ids.push_back(GetUuid(row["execution_id"]));
        events += GetInt64(row["last_event_id"]);
        if (events < kBatchEvents) continue;
        Read(std::exchange(ids, {}));
        events = 0;
      }
      Read(ids);
    }
  }

  // The walk goes on while executions are started: one that has got a lower id meanwhile, by a
  // clock that is a little behind, lies behind it.
  void FindMissing() {
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
      Read({ids.begin() + at, ids.begin() + std::min(at + kBatch, ids.size())});
    }
  }

  void WalkNames() {
    std::string machine_name, name;
    while (true) {
      const pqxx::result page = session_.Run(kNamePage, machine_name, name);
      if (page.empty()) return;
      for (const pqxx::row& row : page) {
        machine_name = row["machine_name"].c_str();
        name = row["name"].c_str();
        if (!row["lost"].as<bool>()) continue;
        auditor_.Report(
            row["execution_id"].c_str(),
            {audit::rule::kNameFound, StrCat("the name '", name, "' of machine '", machine_name,
                                             "' leads to it, it is "
                                             "neither open nor closed")});
      }
    }
  }

  void WalkBranches() {
    std::string after = Uuid().ToString();
    while (true) {
      const pqxx::result page = session_.Run(kBranchPage, after);
      if (page.empty()) return;
      for (const pqxx::row& row : page) {
        after = row["execution_id"].c_str();
        if (!row["lost"].as<bool>()) continue;
        auditor_.Report(after, {audit::rule::kRowsBelong, "it has branches and is not open"});
      }
    }
  }

  Session& session_;
  audit::Auditor auditor_;
  AuditedRows rows_;
};

}  // namespace

absl::StatusOr<audit::AuditReport> AuditDatabase(const std::string& database_url,
                                                 const Account& account, const audit::CallLog* log,
                                                 const audit::AuditOptions& options) {
  try {
    Session session(database_url, "pawl-audit");
    return DatabaseAudit(&session, account, log, options).Run();
  } catch (...) {
    return FromCurrentException("AuditDatabase", Effect::kRead);
  }
}

}  // namespace pawl::store
