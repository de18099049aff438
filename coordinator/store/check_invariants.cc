// The walk over the tables for CheckInvariants (invariants.h).

#include <pqxx/pqxx>

#include "coordinator/base/strings.h"
#include "coordinator/store/codec.h"
#include "coordinator/store/invariants.h"
#include "coordinator/store/loaded_execution.h"
#include "coordinator/store/pqxx_status.h"
#include "coordinator/store/session.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// Each row is read with the history that belongs to it, in one snapshot.
constexpr Statement kOpenIds{"check_open_ids", R"(
  select execution_id from execution where execution_id > $1 order by execution_id limit 500)"};

constexpr Statement kClosedRows{"check_closed_rows", R"(
  select execution_id, status, last_event_id from closed_execution
   where execution_id > $1 order by execution_id limit 500)"};

constexpr Statement kHistoryRows{"check_history_rows", R"(
  select first_event_id, event_count, events from history where execution_id = $1 order by first_event_id)"};

// Rows that belong to nothing.
struct OrphanQuery {
  const char* what;
  Statement statement;
};
constexpr OrphanQuery kOrphans[] = {
    {"is both open and closed",
     {"check_twice",
      "select execution_id from execution join closed_execution using (execution_id) limit 10"}},
    {"has branches and no execution", {"check_branches", R"(
       select distinct b.execution_id from branch b
        where not exists (select from execution e where e.execution_id = b.execution_id) limit 10)"}},
    {"has a name and is neither open nor closed", {"check_names", R"(
       select n.execution_id from execution_name n
        where not exists (select from execution e where e.execution_id = n.execution_id)
          and not exists (select from closed_execution c where c.execution_id = n.execution_id) limit 10)"}},
    {"is open and has no name", {"check_unnamed", R"(
       select e.execution_id from execution e
        where not exists (select from execution_name n
                           where n.machine_name = e.machine_name and n.name = e.name
                             and n.execution_id = e.execution_id) limit 10)"}},
};

class Walk {
 public:
  explicit Walk(Session* session) : session_(*session) {}

  InvariantReport Run() {
    pqxx::transaction<pqxx::isolation_level::repeatable_read> transaction(session_.connection());
    transaction_ = &transaction;
    WalkOpen();
    WalkClosed();
    for (const OrphanQuery& orphan : kOrphans) {
      for (const pqxx::row& row : session_.RunIn(transaction_, orphan.statement)) {
        Add(row[0].c_str(), orphan.what);
      }
    }
    return std::move(report_);
  }

 private:
  void Add(const std::string& execution, std::string what) {
    if (report_.violations.size() < InvariantReport::kMaxViolations) {
      report_.violations.push_back({execution, std::move(what)});
    }
  }

  std::vector<core::HistoryEvent> ReadHistory(const std::string& id) {
    std::vector<core::HistoryEvent> history;
    for (const pqxx::row& row : session_.RunIn(transaction_, kHistoryRows, id)) {
      const size_t before = history.size();
      const pqxx::binarystring events(row[2]);
      const absl::Status status =
          DecodeHistory({events.get(), events.size()}, row[0].as<int64_t>(), &history);
      if (!status.ok())
        Add(id, StrCat("history row ", row[0].c_str(), ": ", std::string(status.message())));
      if (history.size() - before != static_cast<size_t>(row[1].as<int64_t>())) {
        Add(id,
            StrCat("history row ", row[0].c_str(), " has not the number of events that it says"));
      }
    }
    report_.events += static_cast<int64_t>(history.size());
    return history;
  }

  void WalkOpen() {
    static const std::string load_sql =
        StrCat("select ", kLoadedColumns, " from load_executions(array[$1::uuid]) l");
    static const Statement load{"check_load", load_sql.c_str()};
    std::string after = Uuid().ToString();
    while (true) {
      const pqxx::result ids = session_.RunIn(transaction_, kOpenIds, after);
      if (ids.empty()) return;
      for (const pqxx::row& id_row : ids) {
        after = id_row[0].c_str();
        ++report_.open;
        const pqxx::result rows = session_.RunIn(transaction_, load, after);
        if (rows.empty()) {
          Add(after, "cannot be loaded: its first history row or its revision is missing");
          continue;
        }
        absl::StatusOr<core::Execution> execution =
            ReadExecution(rows[0], Account(), {&session_, transaction_});
        if (!execution.ok()) {
          Add(after, std::string(execution.status().message()));
          continue;
        }
        const std::vector<core::HistoryEvent> history = ReadHistory(after);
        std::vector<std::string> found;
        CheckHistory(history, &found);
        CheckOpen(*execution, GetTime(rows[0]["claimable_at"]), history, &found);
        for (std::string& what : found) Add(after, std::move(what));
      }
    }
  }

  void WalkClosed() {
    std::string after = Uuid().ToString();
    while (true) {
      const pqxx::result rows = session_.RunIn(transaction_, kClosedRows, after);
      if (rows.empty()) return;
      for (const pqxx::row& row : rows) {
        after = row[0].c_str();
        ++report_.closed;
        const std::vector<core::HistoryEvent> history = ReadHistory(after);
        std::vector<std::string> found;
        CheckHistory(history, &found);
        CheckClosed(static_cast<core::Status>(row[1].as<int>()), row[2].as<int64_t>(), history,
                    &found);
        for (std::string& what : found) Add(after, std::move(what));
      }
    }
  }

  Session& session_;
  pqxx::transaction_base* transaction_ = nullptr;
  InvariantReport report_;
};

}  // namespace

absl::StatusOr<InvariantReport> CheckInvariants(const std::string& database_url) {
  try {
    Session session(database_url, "pawl-check");
    return Walk(&session).Run();
  } catch (...) {
    return FromCurrentException("CheckInvariants", Effect::kRead);
  }
}

}  // namespace pawl::store
