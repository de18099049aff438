// The walk over the tables for CheckInvariants (invariants.h).

#include <map>
#include <pqxx/pqxx>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/history_batch.h"
#include "coordinator/store/inspect_parts.h"
#include "coordinator/store/invariants.h"
#include "coordinator/store/loaded_execution.h"
#include "coordinator/store/pqxx_status.h"
#include "coordinator/store/session.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// Pages of primary keys, newest executions first.
constexpr Statement kOpenPage{"check_open_page", R"(
  select execution_id, last_event_id from execution
   where execution_id < $1 order by execution_id desc limit 500)"};

constexpr Statement kClosedPage{"check_closed_page", R"(
  select execution_id, last_event_id from closed_execution
   where execution_id < $1 order by execution_id desc limit 500)"};

// What is true of each of these executions in this snapshot. Here and below each execution is
// looked up by its key: `lateral ... limit 1` keeps the planner from joining whole tables instead.
constexpr Statement kPlaces{"check_places", R"(
  select w.id, e.execution_id is not null as open, c.execution_id is not null as closed,
         n.execution_id is not null as named, clock_timestamp() as now
    from unnest($1::uuid[]) w (id)
    left join lateral (select execution_id, machine_name, name from execution
                        where execution_id = w.id limit 1) e on true
    left join lateral (select execution_id from closed_execution
                        where execution_id = w.id limit 1) c on true
    left join lateral (select execution_id from execution_name
                        where machine_name = e.machine_name and name = e.name
                          and execution_id = e.execution_id limit 1) n on true)"};

constexpr Statement kClosedRows{"check_closed_rows", R"(
  select w.id, c.last_event_id, c.status
    from unnest($1::uuid[]) w (id)
    cross join lateral (select last_event_id, status from closed_execution
                         where execution_id = w.id limit 1) c)"};

constexpr Statement kBranchPage{"check_branch_page", R"(
  select b.execution_id, b.branch_id, e.execution_id is not null as open
    from (select execution_id, branch_id from branch
           where (execution_id, branch_id) > ($1::uuid, $2::bigint)
           order by execution_id, branch_id limit 1000) b
    left join lateral (select execution_id from execution
                        where execution_id = b.execution_id limit 1) e on true
   order by b.execution_id, b.branch_id)"};

constexpr Statement kNamePage{"check_name_page", R"(
  select n.machine_name, n.name, n.execution_id,
         e.execution_id is not null or c.execution_id is not null as known
    from (select machine_name, name, execution_id from execution_name
           where (machine_name, name) > ($1::text, $2::text)
           order by machine_name, name limit 500) n
    left join lateral (select execution_id from execution
                        where execution_id = n.execution_id limit 1) e on true
    left join lateral (select execution_id from closed_execution
                        where execution_id = n.execution_id limit 1) c on true
   order by n.machine_name, n.name)"};

// A second look at one of them.
constexpr Statement kNameOfNothing{"check_name_of_nothing", R"(
  select from execution_name n
   where n.machine_name = $1 and n.name = $2
     and not exists (select from execution e where e.execution_id = n.execution_id)
     and not exists (select from closed_execution c where c.execution_id = n.execution_id))"};

constexpr char kAfterAllIds[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

// Executions that are read in one snapshot: until they have this many events together.
constexpr int64_t kEventsPerSnapshot = 500;

// What a node has in hand is claimable this far ahead at the most, whatever its timers say.
constexpr absl::Duration kInHand = absl::Seconds(10);

class Walk {
 public:
  Walk(Session* session, const InvariantOptions& options) : session_(*session), options_(options) {}

  absl::StatusOr<InvariantReport> Run() {
    using Step = absl::Status (Walk::*)();
    for (const Step step :
         {&Walk::WalkOpen, &Walk::WalkClosed, &Walk::WalkBranches, &Walk::WalkNames}) {
      if (absl::Status status = (this->*step)(); !status.ok()) return status;
    }
    return std::move(report_);
  }

 private:
  using Transaction =
      pqxx::transaction<pqxx::isolation_level::repeatable_read, pqxx::readwrite_policy::read_only>;
  using Batch = std::vector<std::string>;  // ids
  // What was found of each execution in one snapshot; empty: nothing wrong.
  using Found = std::map<std::string, std::vector<std::string>>;
  // Looks at executions in one snapshot.
  using Check = Found (Walk::*)(const Batch&);

  // Retention that moves rows to another partition meanwhile shows them in neither to a snapshot
  // from before: what is wrong is wrong in a second one, too.
  void LookAt(const Batch& batch, Check check) {
    for (const auto& [id, first_look] : (this->*check)(batch)) {
      if (report_.violations.size() >= InvariantReport::kMaxViolations) break;
      const int64_t events = report_.events;
      for (auto& [same_id, what] : (this->*check)({id})) {
        for (std::string& sentence : what) Add(id, std::move(sentence));
      }
      report_.events = events;
    }
    report_.open += check == &Walk::CheckOpenBatch ? std::ssize(batch) : 0;
    report_.closed += check == &Walk::CheckClosedBatch ? std::ssize(batch) : 0;
  }

  void Add(const std::string& execution, std::string what) {
    if (report_.violations.size() < InvariantReport::kMaxViolations) {
      report_.violations.push_back({execution, std::move(what)});
    }
  }

  absl::Status Tell() {
    if (options_.progress(report_)) return absl::OkStatus();
    return absl::CancelledError("interrupted");
  }

  // Walks a table by pages of `statement`, a few executions in each snapshot.
  absl::Status WalkPages(const Statement& statement, Check check) {
    std::string after = kAfterAllIds;
    for (int64_t left = options_.limit; left > 0;) {
      const pqxx::result rows = session_.Run(statement, after);
      if (rows.empty()) break;
      Batch batch;
      int64_t events = 0;
      for (const pqxx::row& row : rows) {
        if (left-- <= 0) break;
        after = row[0].c_str();
        batch.push_back(after);
        events += GetInt64(row[1]);
        if (events < kEventsPerSnapshot) continue;
        LookAt(batch, check);
        batch.clear();
        events = 0;
        if (absl::Status status = Tell(); !status.ok()) return status;
      }
      if (!batch.empty()) LookAt(batch, check);
      if (absl::Status status = Tell(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status WalkOpen() { return WalkPages(kOpenPage, &Walk::CheckOpenBatch); }
  absl::Status WalkClosed() { return WalkPages(kClosedPage, &Walk::CheckClosedBatch); }

  Found CheckOpenBatch(const Batch& batch) {
    static const std::string load_sql =
        StrCat("select ", kLoadedColumns, " from load_executions($1::uuid[]) l");
    static const Statement load{"check_load", load_sql.c_str()};
    Found found;
    Transaction transaction(session_.connection());
    const pqxx::binarystring ids = UuidArray(batch);
    std::set<std::string> open;
    absl::Time now;
    for (const pqxx::row& row : session_.RunIn(&transaction, kPlaces, ids)) {
      const std::string id = row["id"].c_str();
      now = GetTime(row["now"]);
      CheckPlace(row, id, &found);
      if (row["open"].as<bool>()) open.insert(id);  // else it has been closed since
    }
    std::map<std::string, StoredHistory> histories = ReadHistories(&session_, &transaction, batch);
    for (const pqxx::row& row : session_.RunIn(&transaction, load, ids)) {
      const std::string id = row["execution_id"].c_str();
      open.erase(id);
      CheckLoaded(&transaction, row, now, &histories[id]);
    }
    TakeProblems(std::move(histories), &found);
    for (const std::string& id : open) {
      found[id].push_back("cannot be loaded: its first history row or its revision is missing");
    }
    return found;
  }

  static void CheckPlace(const pqxx::row& row, const std::string& id, Found* found) {
    const bool open = row["open"].as<bool>();
    const bool closed = row["closed"].as<bool>();
    if (open && closed) (*found)[id].push_back("is both open and closed");
    if (!open && !closed) (*found)[id].push_back("was open and is now neither open nor closed");
    if (open && !row["named"].as<bool>()) (*found)[id].push_back("is open and has no name");
  }

  // Adds what is wrong to the history's problems.
  void CheckLoaded(Transaction* transaction, const pqxx::row& row, absl::Time now,
                   StoredHistory* history) {
    CheckHistory(history->events, &history->problems);
    const absl::StatusOr<core::Execution> execution =
        ReadExecution(row, Account(), {&session_, transaction});
    if (!execution.ok()) {
      history->problems.push_back(std::string(execution.status().message()));
      return;
    }
    absl::Time claimable_at = GetTime(row["claimable_at"]);
    // In hand, or taken up in a moment: neither a step nor a timer is missed.
    if (claimable_at <= now + kInHand) claimable_at = absl::InfinitePast();
    CheckOpen(*execution, claimable_at, history->events, &history->problems);
  }

  Found CheckClosedBatch(const Batch& batch) {
    Found found;
    Transaction transaction(session_.connection());
    // One that is past its retention since has no row.
    const pqxx::result rows = session_.RunIn(&transaction, kClosedRows, UuidArray(batch));
    std::map<std::string, StoredHistory> histories = ReadHistories(&session_, &transaction, batch);
    for (const pqxx::row& row : rows) {
      StoredHistory& history = histories[row["id"].c_str()];
      CheckHistory(history.events, &history.problems);
      CheckClosed(static_cast<core::Status>(row["status"].as<int>()),
                  GetInt64(row["last_event_id"]), history.events, &history.problems);
    }
    TakeProblems(std::move(histories), &found);
    return found;
  }

  void TakeProblems(std::map<std::string, StoredHistory> histories, Found* found) {
    for (auto& [id, history] : histories) {
      report_.events += std::ssize(history.events);
      if (history.problems.empty()) continue;
      std::vector<std::string>& all = (*found)[id];
      all.insert(all.end(), history.problems.begin(), history.problems.end());
    }
  }

  absl::Status WalkBranches() {
    std::string after = Uuid().ToString();
    int64_t after_branch = 0;
    std::string told;
    for (int64_t left = options_.limit; left > 0;) {
      const pqxx::result rows = session_.Run(kBranchPage, after, after_branch);
      if (rows.empty()) break;
      for (const pqxx::row& row : rows) {
        after = row[0].c_str();
        after_branch = GetInt64(row[1]);
        if (row["open"].as<bool>() || told == after) continue;
        Add(after, "has branches and no execution");
        told = after;
      }
      left -= static_cast<int64_t>(rows.size());
      if (absl::Status status = Tell(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status WalkNames() {
    std::string machine, name;
    for (int64_t left = options_.limit; left > 0;) {
      const pqxx::result rows = session_.Run(kNamePage, machine, name);
      if (rows.empty()) break;
      for (const pqxx::row& row : rows) {
        machine = row[0].c_str();
        name = row[1].c_str();
        if (!row["known"].as<bool>() && !session_.Run(kNameOfNothing, machine, name).empty()) {
          Add(row["execution_id"].c_str(), "has a name and is neither open nor closed");
        }
      }
      left -= static_cast<int64_t>(rows.size());
      if (absl::Status status = Tell(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  Session& session_;
  const InvariantOptions& options_;
  InvariantReport report_;
};

}  // namespace

absl::StatusOr<InvariantReport> CheckInvariants(const std::string& database_url,
                                                const InvariantOptions& options) {
  try {
    Session session(database_url, "pawl-check");
    PrepareToLook(&session);
    return Walk(&session, options).Run();
  } catch (...) {
    return FromCurrentException("CheckInvariants", Effect::kRead);
  }
}

}  // namespace pawl::store
