// The histories of AuditedRows.

#include "coordinator/base/strings.h"
#include "coordinator/store/audited_rows.h"
#include "coordinator/store/codec.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

namespace rule = audit::rule;

// A range of the primary key for each execution. Payloads make a row large, so that long histories
// come in pages, each within the statement timeout.
constexpr int kPageRows = 200;
constexpr Statement kFirstPages{"audit_first_pages", R"(
  select w.id as execution_id, h.*
    from unnest($1::uuid[]) w (id)
   cross join lateral (
     select first_event_id, occurred_at, event_count, events, xmin::text as written_by
       from history where execution_id = w.id order by first_event_id limit 200) h
   order by w.id, h.first_event_id)"};

constexpr Statement kNextPage{"audit_next_page", R"(
  select execution_id, first_event_id, occurred_at, event_count, events, xmin::text as written_by
    from history where execution_id = $1 and first_event_id > $2
   order by first_event_id limit 200)"};

}  // namespace

void AuditedRows::ReadHistories(const pqxx::binarystring& ids, Batch* batch) {
  struct Page {
    int rows = 0;
    int64_t last_row = 0;
  };
  std::map<Uuid, Page> pages;
  for (const pqxx::row& row : session_.RunIn(transaction_, kFirstPages, ids)) {
    Page& page = pages[GetUuid(row["execution_id"])];
    ++page.rows;
    page.last_row = GetInt64(row["first_event_id"]);
    ReadHistoryRow(row, batch);
  }
  for (const auto& [id, page] : pages) {
    if (page.rows == kPageRows) ReadRestOfHistory(id, page.last_row, batch);
  }
}

void AuditedRows::ReadRestOfHistory(const Uuid& id, int64_t after, Batch* batch) {
  const std::string text = id.ToString();
  for (int rows = kPageRows; rows == kPageRows;) {
    const pqxx::result page = session_.RunIn(transaction_, kNextPage, text, after);
    rows = static_cast<int>(page.size());
    for (const pqxx::row& row : page) {
      after = GetInt64(row["first_event_id"]);
      ReadHistoryRow(row, batch);
    }
  }
}

void AuditedRows::ReadHistoryRow(const pqxx::row& row, Batch* batch) {
  const Uuid id = GetUuid(row["execution_id"]);
  const auto at = batch->executions.find(id);
  if (at == batch->executions.end()) return;  // has been reported
  const int64_t first_id = GetInt64(row["first_event_id"]);
  audit::AuditedRow& read = at->second.history.emplace_back();
  read.written_by = row["written_by"].as<uint64_t>();
  const pqxx::binarystring events(row["events"]);
  const absl::Status status = DecodeHistory(
      {reinterpret_cast<const char*>(events.data()), events.size()}, first_id, &read.events);
  if (!status.ok()) Add(id, rule::kReadable, std::string(status.message()));
  const bool counted = read.events.size() == static_cast<size_t>(GetInt64(row["event_count"]));
  const bool dated =
      !read.events.empty() && read.events.back().timestamp == GetTime(row["occurred_at"]);
  if (!counted || !dated) {
    Add(id, rule::kReadable,
        StrCat("the history row from event ", first_id,
               " has not the number or time of events that it says"));
  }
}

}  // namespace pawl::store
