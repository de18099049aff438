// What the API shows of executions.

#include <algorithm>
#include <limits>
#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/codec.h"
#include "coordinator/store/held_read.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// An execution is either open or closed in one snapshot, never both, never neither.
constexpr Statement kFindExecution{"find_execution", R"(
  select n.execution_id, n.machine_name, n.name, x.status, x.machine_id, x.revision_id,
         x.started_at, x.closed_at, x.fence, x.output, x.error, x.cause, x.last_event_id,
         x.redrive_count, x.redriven_at, m.deleting, h.events
    from execution_name n
   cross join lateral (
     select 1 as status, machine_id, revision_id, started_at, null::timestamptz as closed_at, fence,
            '' as output, null as error, null as cause, last_event_id, redrive_count, redriven_at
       from execution where execution_id = n.execution_id
      union all
     select status, machine_id, revision_id, started_at, closed_at, fence, output, error, cause,
            last_event_id, redrive_count, redriven_at
       from closed_execution where execution_id = n.execution_id) x
    join state_machine m on m.machine_id = x.machine_id
    join history h on h.execution_id = n.execution_id and h.first_event_id = 1
   where n.machine_name = $1 and n.name = $2)"};

// Lists leave out what is long.
constexpr Statement kListOpen{"list_open", R"(
  select execution_id, machine_name, name, 1 as status, machine_id, revision_id, started_at,
         null::timestamptz as closed_at, redrive_count, redriven_at
    from execution
   where machine_name = $1 and execution_id < $2
   order by execution_id desc limit $3)"};

constexpr Statement kListClosed{"list_closed", R"(
  select execution_id, machine_name, name, status, machine_id, revision_id, started_at, closed_at,
         redrive_count, redriven_at
    from closed_execution
   where machine_name = $1 and execution_id < $2 and status = $4
   order by execution_id desc limit $3)"};

constexpr Statement kListAll{"list_all", R"(
  (select execution_id, machine_name, name, 1 as status, machine_id, revision_id, started_at,
          null::timestamptz as closed_at, redrive_count, redriven_at
     from execution
    where machine_name = $1 and execution_id < $2
    order by execution_id desc limit $3)
  union all
  (select execution_id, machine_name, name, status, machine_id, revision_id, started_at, closed_at,
          redrive_count, redriven_at
     from closed_execution
    where machine_name = $1 and execution_id < $2
    order by execution_id desc limit $3)
  order by execution_id desc limit $3)"};

// Rows until they hold `limit` events after event $2. The row in which event $2 + 1 lies may begin
// before it. Only the rows that are returned have their events fetched.
constexpr Statement kHistoryForward{"history_forward", R"(
  with counted as (
    select first_event_id,
           sum(event_count) over (order by first_event_id rows unbounded preceding) - event_count
             as events_before
      from (select first_event_id, event_count from history
             where execution_id = $1
               and first_event_id >= coalesce((select max(first_event_id) from history
                                                where execution_id = $1
                                                  and first_event_id <= $2::bigint + 1), 0)
             order by first_event_id limit $3 + 1) near)
  select h.first_event_id, h.events
    from counted c join history h on h.execution_id = $1 and h.first_event_id = c.first_event_id
   where c.events_before <= $3 + (select max(event_count) from history
                                   where execution_id = $1 and first_event_id = (
                                     select min(first_event_id) from counted))
   order by h.first_event_id)"};

// The same towards the beginning: events before event $2.
constexpr Statement kHistoryReverse{"history_reverse", R"(
  with counted as (
    select first_event_id,
           sum(event_count) over (order by first_event_id desc rows unbounded preceding) - event_count
             as events_before
      from (select first_event_id, event_count from history
             where execution_id = $1 and first_event_id < $2
             order by first_event_id desc limit $3 + 1) near)
  select h.first_event_id, h.events
    from counted c join history h on h.execution_id = $1 and h.first_event_id = c.first_event_id
   where c.events_before <= $3 + (select max(event_count) from history
                                   where execution_id = $1 and first_event_id = (
                                     select max(first_event_id) from counted))
   order by h.first_event_id desc)"};

// Greater than all ids of executions.
constexpr char kAfterAllIds[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

ExecutionRecord ReadRecord(const pqxx::row& row) {
  ExecutionRecord record;
  record.id = ExecutionId(GetUuid(row["execution_id"]));
  record.machine_id = MachineId(GetInt64(row["machine_id"]));
  record.revision_id = RevisionId(GetUuid(row["revision_id"]));
  record.machine_name = GetText(row["machine_name"]);
  record.name = GetText(row["name"]);
  record.status = static_cast<core::Status>(row["status"].as<int>());
  record.started_at = GetTime(row["started_at"]);
  if (!row["closed_at"].is_null()) record.closed_at = GetTime(row["closed_at"]);
  if (!row["redrive_count"].is_null()) record.redrive_count = GetInt64(row["redrive_count"]);
  if (!row["redriven_at"].is_null()) record.redriven_at = GetTime(row["redriven_at"]);
  return record;
}

absl::StatusOr<ExecutionRecord> ReadFullRecord(const pqxx::row& row) {
  ExecutionRecord record = ReadRecord(row);
  record.fence = Fence(GetInt64(row["fence"]));
  record.last_event_id = GetInt64(row["last_event_id"]);
  record.machine_deleted = row["deleting"].as<bool>();
  record.output = Text(GetText(row["output"]));
  if (!row["error"].is_null()) record.error = Text(GetText(row["error"]));
  if (!row["cause"].is_null()) record.cause = Text(GetText(row["cause"]));
  std::vector<core::HistoryEvent> events;
  if (absl::Status status = DecodeHistory(GetBytes(row["events"]), 1, &events); !status.ok()) {
    return status;
  }
  record.input = events.front().payload;  // ExecutionStarted
  record.limits = events.front().limits;
  record.fork = events.front().fork;
  return record;
}

absl::StatusOr<Page<ExecutionRecord>> ListOn(Session* session, const ExecutionQuery& query) {
  if (!query.after.empty() && !Uuid::Parse(query.after).ok()) {
    return absl::InvalidArgumentError("ListExecutions: not a place to go on from");
  }
  const std::string after = query.after.empty() ? kAfterAllIds : query.after;
  const int64_t limit = query.limit + 1;
  pqxx::result rows;
  if (!query.status) {
    rows = session->Run(kListAll, query.machine_name, after, limit);
  } else if (*query.status == core::Status::kRunning) {
    rows = session->Run(kListOpen, query.machine_name, after, limit);
  } else {
    rows = session->Run(kListClosed, query.machine_name, after, limit,
                        static_cast<int>(*query.status));
  }
  Page<ExecutionRecord> page;
  for (const pqxx::row& row : rows) {
    if (static_cast<int64_t>(page.items.size()) == query.limit) {
      page.next = page.items.back().id.value().ToString();
      break;
    }
    page.items.push_back(ReadRecord(row));
  }
  return page;
}

// The rows' events in the order of the query, from the one after `query.after` on.
absl::StatusOr<Page<core::HistoryEvent>> ReadHistory(const pqxx::result& rows,
                                                     const HistoryQuery& query) {
  Page<core::HistoryEvent> page;
  for (const pqxx::row& row : rows) {
    std::vector<core::HistoryEvent> events;
    absl::Status status = DecodeHistory(GetBytes(row[1]), GetInt64(row[0]), &events);
    if (!status.ok()) return status;
    if (query.reverse) std::reverse(events.begin(), events.end());
    for (core::HistoryEvent& event : events) {
      const bool seen =
          query.after != 0 && (query.reverse ? event.id >= query.after : event.id <= query.after);
      if (seen) continue;
      if (static_cast<int64_t>(page.items.size()) == query.limit) {
        page.next = StrCat(page.items.back().id);
        return page;
      }
      page.items.push_back(std::move(event));
    }
  }
  return page;
}

}  // namespace

void PostgresStore::FindExecution(std::string_view machine_name, std::string_view name,
                                  Callback<ExecutionRecord> done) {
  RunHeldRead(
      "FindExecution", StrCat(machine_name, ":", name),
      [machine_name = std::string(machine_name),
       name = std::string(name)](Session& session) -> absl::StatusOr<ExecutionRecord> {
        const pqxx::result rows = session.Run(kFindExecution, machine_name, name);
        if (!rows.empty()) return ReadFullRecord(rows[0]);
        return absl::NotFoundError(StrCat("there is no execution ", machine_name, ":", name));
      },
      std::move(done));
}

void PostgresStore::ListExecutions(const ExecutionQuery& query,
                                   Callback<Page<ExecutionRecord>> done) {
  RunHeldRead(
      "ListExecutions", query.machine_name,
      [query](Session& session) { return ListOn(&session, query); }, std::move(done));
}

void PostgresStore::GetHistory(const HistoryQuery& query, Callback<Page<core::HistoryEvent>> done) {
  RunHeldRead(
      "GetHistory", query.execution.value().ToString(),
      [query](Session& session) -> absl::StatusOr<Page<core::HistoryEvent>> {
        const std::string id = query.execution.value().ToString();
        const bool from_the_end = query.reverse && query.after == 0;
        const int64_t after = from_the_end ? std::numeric_limits<int64_t>::max() : query.after;
        const pqxx::result rows =
            session.Run(query.reverse ? kHistoryReverse : kHistoryForward, id, after, query.limit);
        if (rows.empty() && query.after == 0) {
          return absl::NotFoundError(StrCat("execution ", id, " has no history"));
        }
        return ReadHistory(rows, query);
      },
      std::move(done));
}

}  // namespace pawl::store
