#include "coordinator/store/history_batch.h"

#include "coordinator/base/strings.h"
#include "coordinator/store/codec.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// A range of the primary key for each execution. Payloads make a row large, so that long histories
// come in pages.
constexpr Statement kFirstPages{"history_first_pages", R"(
  select w.id, h.first_event_id, h.event_count, h.events
    from unnest($1::uuid[]) w (id)
    cross join lateral (select first_event_id, event_count, events from history
                         where execution_id = w.id order by first_event_id limit 200) h
   order by w.id, h.first_event_id)"};

constexpr Statement kNextPage{"history_next_page", R"(
  select execution_id, first_event_id, event_count, events from history
   where execution_id = $1 and first_event_id > $2 order by first_event_id limit 200)"};
constexpr int kPageRows = 200;

// Where a history goes on.
struct Place {
  int rows = 0;  // of the page
  int64_t last_row = 0;
};

void ReadRow(const pqxx::row& row, StoredHistory* history) {
  const size_t before = history->events.size();
  const absl::Status status = DecodeHistory(GetBytes(row[3]), GetInt64(row[1]), &history->events);
  if (!status.ok()) {
    history->problems.push_back(
        StrCat("history row ", row[1].c_str(), ": ", std::string(status.message())));
  }
  if (history->events.size() - before != static_cast<size_t>(GetInt64(row[2]))) {
    history->problems.push_back(
        StrCat("history row ", row[1].c_str(), " has not the number of events that it says"));
  }
  for (size_t i = before; i < history->events.size(); ++i) history->events[i].payload = Text();
}

}  // namespace

pqxx::binarystring UuidArray(const std::vector<std::string>& executions) {
  ArrayParameter ids(ArrayParameter::Type::kUuid);
  for (const std::string& execution : executions) ids.Add(*Uuid::Parse(execution));
  return ids.Finish();
}

std::map<std::string, StoredHistory> ReadHistories(Session* session,
                                                   pqxx::transaction_base* transaction,
                                                   const std::vector<std::string>& executions) {
  std::map<std::string, StoredHistory> histories;
  std::map<std::string, Place> places;
  for (const std::string& execution : executions) histories[execution];
  for (const pqxx::row& row : session->RunIn(transaction, kFirstPages, UuidArray(executions))) {
    Place& place = places[row[0].c_str()];
    ++place.rows;
    place.last_row = GetInt64(row[1]);
    ReadRow(row, &histories[row[0].c_str()]);
  }
  for (auto& [execution, place] : places) {
    while (place.rows == kPageRows) {
      const pqxx::result rows = session->RunIn(transaction, kNextPage, execution, place.last_row);
      place.rows = static_cast<int>(rows.size());
      for (const pqxx::row& row : rows) {
        place.last_row = GetInt64(row[1]);
        ReadRow(row, &histories[execution]);
      }
    }
  }
  return histories;
}

}  // namespace pawl::store
