// Lists of executions: newest first, by the way they were started and by how they stand.

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/execution_rows.h"
#include "coordinator/store/held_read.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// Lists leave out output, error and cause. `v` is the execution's row in versioned_execution.
constexpr char kOpenColumns[] = R"(
  select e.execution_id, e.machine_name, e.name, 1 as status, e.machine_id, e.revision_id,
         e.started_at, null::timestamptz as closed_at, e.redrive_count, e.redriven_at,
         v.version, v.alias)";
constexpr char kClosedColumns[] = R"(
  select e.execution_id, e.machine_name, e.name, e.status, e.machine_id, e.revision_id,
         e.started_at, e.closed_at, e.redrive_count, e.redriven_at, v.version, v.alias)";
constexpr char kPageOfRows[] = R"(
   where e.machine_name = $1 and e.execution_id < $2)";
constexpr char kNewestFirst[] = " order by execution_id desc limit $3";

// The three lists of one way to start: open ones, those of one final status ($4), all.
struct Lists {
  std::string open_sql;
  std::string closed_sql;
  std::string all_sql;
  Statement open;
  Statement closed;
  Statement all;

  Lists(std::array<const char*, 3> names, std::string open, std::string closed_of_status,
        std::string all_of_them)
      : open_sql(std::move(open)),
        closed_sql(std::move(closed_of_status)),
        all_sql(std::move(all_of_them)),
        open{names[0], open_sql.c_str()},
        closed{names[1], closed_sql.c_str()},
        all{names[2], all_sql.c_str()} {}
  Lists(const Lists&) = delete;
};

const std::string kAnyOpen =
    StrCat(kOpenColumns, " from execution e left join versioned_execution v",
           " on v.execution_id = e.execution_id", kPageOfRows);
const std::string kAnyClosed =
    StrCat(kClosedColumns, " from closed_execution e left join versioned_execution v",
           " on v.execution_id = e.execution_id", kPageOfRows);

const Lists kAnyStart({"list_open", "list_closed", "list_all"}, StrCat(kAnyOpen, kNewestFirst),
                      StrCat(kAnyClosed, " and e.status = $4", kNewestFirst),
                      StrCat("(", kAnyOpen, kNewestFirst, ") union all (", kAnyClosed, kNewestFirst,
                             ")", kNewestFirst));

// For each execution whether it was started so. `offset 0` keeps it a question for each: joined as
// the planner likes, it would now and then walk all that were ever started so.
std::string EachStartedBy(std::string_view condition) {
  return StrCat(R"(
   cross join lateral (select version, alias from versioned_execution v
                        where v.execution_id = e.execution_id and v.)",
                condition, " offset 0) v");
}

// All that were started so, by the index that has them in order; each is open or closed.
std::string AllStartedBy(std::string_view condition) {
  return StrCat(R"(
  select e.* from (select execution_id, version, alias from versioned_execution v
                    where v.machine_name = $1 and v.execution_id < $2 and v.)",
                condition, R"(
                    order by execution_id desc) v
   cross join lateral ()",
                kOpenColumns, R"( from execution e where e.execution_id = v.execution_id
     union all )",
                kClosedColumns,
                R"( from closed_execution e where e.execution_id = v.execution_id offset 0) e
   order by v.execution_id desc limit $3)");
}

// `column` is a list's own parameter, of that type: $4, or behind the status.
std::string Is(const char* column, int parameter, const char* type) {
  return StrCat(column, " = $", parameter, "::", type);
}

Lists ListsBy(std::array<const char*, 3> names, const char* column, const char* type) {
  return Lists(
      names,
      StrCat(kOpenColumns, " from execution e", EachStartedBy(Is(column, 4, type)), kPageOfRows,
             kNewestFirst),
      StrCat(kClosedColumns, " from closed_execution e", EachStartedBy(Is(column, 5, type)),
             kPageOfRows, " and e.status = $4", kNewestFirst),
      AllStartedBy(Is(column, 4, type)));
}

const Lists kByVersion =
    ListsBy({"list_version_open", "list_version_closed", "list_version_all"}, "version", "bigint");
const Lists kByAlias =
    ListsBy({"list_alias_open", "list_alias_closed", "list_alias_all"}, "alias", "text");

// Greater than all ids of executions.
constexpr char kAfterAllIds[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

// `by`: what the list's own parameter is, if it has one.
template <typename... By>
pqxx::result RunList(Session* session, const Lists& lists, const ExecutionQuery& query,
                     const By&... by) {
  const std::string after = query.after.empty() ? kAfterAllIds : query.after;
  const int64_t limit = query.limit + 1;
  if (!query.status) return session->Run(lists.all, query.machine_name, after, limit, by...);
  if (*query.status == core::Status::kRunning) {
    return session->Run(lists.open, query.machine_name, after, limit, by...);
  }
  return session->Run(lists.closed, query.machine_name, after, limit,
                      static_cast<int>(*query.status), by...);
}

ExecutionRecord ReadItem(const pqxx::row& row) {
  ExecutionRecord record = ReadListedExecution(row);
  if (row["version"].is_null()) return record;
  core::Origin origin{.version = GetInt64(row["version"])};
  if (!row["alias"].is_null()) origin.alias = GetText(row["alias"]);
  record.origin = std::make_shared<core::Origin>(std::move(origin));
  return record;
}

absl::StatusOr<Page<ExecutionRecord>> ListOn(Session* session, const ExecutionQuery& query) {
  if (!query.after.empty() && !Uuid::Parse(query.after).ok()) {
    return absl::InvalidArgumentError("ListExecutions: not a place to go on from");
  }
  const pqxx::result rows = query.version ? RunList(session, kByVersion, query, *query.version)
                            : !query.alias.empty() ? RunList(session, kByAlias, query, query.alias)
                                                   : RunList(session, kAnyStart, query);
  Page<ExecutionRecord> page;
  for (const pqxx::row& row : rows) {
    if (static_cast<int64_t>(page.items.size()) == query.limit) {
      page.next = page.items.back().id.value().ToString();
      break;
    }
    page.items.push_back(ReadItem(row));
  }
  return page;
}

}  // namespace

ExecutionRecord ReadListedExecution(const pqxx::row& row) {
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

void PostgresStore::ListExecutions(const ExecutionQuery& query,
                                   Callback<Page<ExecutionRecord>> done) {
  RunHeldRead(
      "ListExecutions", query.machine_name,
      [query](Session& session) { return ListOn(&session, query); }, std::move(done));
}

}  // namespace pawl::store
