// The walk over the tables for CheckInvariants (invariants.h).

#include <map>
#include <pqxx/pqxx>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/codec.h"
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

// What is true of each of these executions in this snapshot.
constexpr Statement kPlaces{"check_places", R"(
  select w.id, e.execution_id is not null as open, c.execution_id is not null as closed,
         n.execution_id is not null as named, clock_timestamp() as now
    from unnest($1::uuid[]) w (id)
    left join execution e on e.execution_id = w.id
    left join closed_execution c on c.execution_id = w.id
    left join execution_name n on n.machine_name = e.machine_name and n.name = e.name
                              and n.execution_id = e.execution_id)"};

constexpr Statement kClosedOne{"check_closed_one", R"(
  select execution_id, last_event_id, status from closed_execution where execution_id = $1)"};

// History rows of one execution from event $2 on; payloads make a row large, so they come in pages.
constexpr Statement kHistoryPage{"check_history_page", R"(
  select first_event_id, event_count, events from history
   where execution_id = $1 and first_event_id > $2 order by first_event_id limit 200)"};

constexpr Statement kBranchPage{"check_branch_page", R"(
  select b.execution_id, b.branch_id, e.execution_id is not null as open
    from branch b left join execution e on e.execution_id = b.execution_id
   where (b.execution_id, b.branch_id) > ($1::uuid, $2::bigint)
   order by b.execution_id, b.branch_id limit 1000)"};

constexpr Statement kNamePage{"check_name_page", R"(
  select n.machine_name, n.name, n.execution_id,
         exists (select from execution e where e.execution_id = n.execution_id)
         or exists (select from closed_execution c where c.execution_id = n.execution_id) as known
    from execution_name n where (n.machine_name, n.name) > ($1::text, $2::text)
   order by n.machine_name, n.name limit 500)"};

// A second look at one of them.
constexpr Statement kNameOfNothing{"check_name_of_nothing", R"(
  select from execution_name n
   where n.machine_name = $1 and n.name = $2
     and not exists (select from execution e where e.execution_id = n.execution_id)
     and not exists (select from closed_execution c where c.execution_id = n.execution_id))"};

constexpr char kAfterAllIds[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

// Executions that are read in one snapshot: until they have this many events together.
constexpr int64_t kEventsPerSnapshot = 2000;

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

  // The events without their payloads, which nothing here looks at and which may be large.
  std::vector<core::HistoryEvent> ReadHistory(Transaction* transaction, const std::string& id,
                                              std::vector<std::string>* found) {
    std::vector<core::HistoryEvent> history;
    int64_t after = 0;
    while (true) {
      const pqxx::result rows = session_.RunIn(transaction, kHistoryPage, id, after);
      if (rows.empty()) break;
      for (const pqxx::row& row : rows) {
        after = GetInt64(row[0]);
        ReadHistoryRow(row, &history, found);
      }
    }
    report_.events += std::ssize(history);
    CheckHistory(history, found);
    return history;
  }

  static void ReadHistoryRow(const pqxx::row& row, std::vector<core::HistoryEvent>* history,
                             std::vector<std::string>* found) {
    const size_t before = history->size();
    const absl::Status status = DecodeHistory(GetBytes(row[2]), GetInt64(row[0]), history);
    if (!status.ok()) {
      found->push_back(StrCat("history row ", row[0].c_str(), ": ", std::string(status.message())));
    }
    if (history->size() - before != static_cast<size_t>(GetInt64(row[1]))) {
      found->push_back(
          StrCat("history row ", row[0].c_str(), " has not the number of events that it says"));
    }
    for (size_t i = before; i < history->size(); ++i) (*history)[i].payload = Text();
  }

  Found CheckOpenBatch(const Batch& batch) {
    static const std::string load_sql =
        StrCat("select ", kLoadedColumns, " from load_executions($1::uuid[]) l");
    static const Statement load{"check_load", load_sql.c_str()};
    Found found;
    Transaction transaction(session_.connection());
    ArrayParameter ids(ArrayParameter::Type::kUuid);
    for (const std::string& id : batch) ids.Add(*Uuid::Parse(id));
    const pqxx::binarystring parameter = ids.Finish();
    std::set<std::string> open;
    absl::Time now;
    for (const pqxx::row& row : session_.RunIn(&transaction, kPlaces, parameter)) {
      const std::string id = row["id"].c_str();
      now = GetTime(row["now"]);
      CheckPlace(row, id, &found);
      if (row["open"].as<bool>()) open.insert(id);  // else it has been closed since
    }
    for (const pqxx::row& row : session_.RunIn(&transaction, load, parameter)) {
      open.erase(row["execution_id"].c_str());
      CheckLoaded(&transaction, row, now, &found);
    }
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

  void CheckLoaded(Transaction* transaction, const pqxx::row& row, absl::Time now, Found* found) {
    const std::string id = row["execution_id"].c_str();
    std::vector<std::string> what;
    const absl::StatusOr<core::Execution> execution =
        ReadExecution(row, Account(), {&session_, transaction});
    const std::vector<core::HistoryEvent> history = ReadHistory(transaction, id, &what);
    if (execution.ok()) {
      absl::Time claimable_at = GetTime(row["claimable_at"]);
      // In hand, or taken up in a moment: neither a step nor a timer is missed.
      if (claimable_at <= now + kInHand) claimable_at = absl::InfinitePast();
      CheckOpen(*execution, claimable_at, history, &what);
    } else {
      what.push_back(std::string(execution.status().message()));
    }
    if (what.empty()) return;
    std::vector<std::string>& all = (*found)[id];
    all.insert(all.end(), what.begin(), what.end());
  }

  Found CheckClosedBatch(const Batch& batch) {
    Found found;
    Transaction transaction(session_.connection());
    for (const std::string& id : batch) {
      const pqxx::result rows = session_.RunIn(&transaction, kClosedOne, id);
      if (rows.empty()) continue;  // past its retention since
      std::vector<std::string> what;
      const std::vector<core::HistoryEvent> history = ReadHistory(&transaction, id, &what);
      CheckClosed(static_cast<core::Status>(rows[0][2].as<int>()), GetInt64(rows[0][1]), history,
                  &what);
      if (!what.empty()) found[id] = std::move(what);
    }
    return found;
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
    return Walk(&session, options).Run();
  } catch (...) {
    return FromCurrentException("CheckInvariants", Effect::kRead);
  }
}

}  // namespace pawl::store
