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

// Lists leave out output, error and cause.
constexpr char kOpenRows[] = R"(
  select e.execution_id, e.machine_name, e.name, 1 as status, e.machine_id, e.revision_id,
         e.started_at, null::timestamptz as closed_at, e.redrive_count, e.redriven_at, v.version,
         v.alias
    from execution e )";
constexpr char kClosedRows[] = R"(
  select e.execution_id, e.machine_name, e.name, e.status, e.machine_id, e.revision_id,
         e.started_at, e.closed_at, e.redrive_count, e.redriven_at, v.version, v.alias
    from closed_execution e )";
constexpr char kPageOfRows[] = R"(
   where e.machine_name = $1 and e.execution_id < $2)";
constexpr char kNewestFirst[] = " order by execution_id desc limit $3";

// The three lists of one way to start: open ones, those of one final status ($4), all. `joined`
// says what versioned_execution, `v`, has to do with it; its parameter comes last.
struct Lists {
  std::string open_sql;
  std::string closed_sql;
  std::string all_sql;
  Statement open;
  Statement closed;
  Statement all;

  // `names` are those of the statements; `joined` gets the number of its parameter.
  Lists(std::array<const char*, 3> names, std::string (*joined)(int parameter))
      : open_sql(StrCat(kOpenRows, joined(4), kPageOfRows, kNewestFirst)),
        closed_sql(StrCat(kClosedRows, joined(5), kPageOfRows, " and e.status = $4", kNewestFirst)),
        all_sql(StrCat("(", open_sql, ") union all (", kClosedRows, joined(4), kPageOfRows,
                       kNewestFirst, ")", kNewestFirst)),
        open{names[0], open_sql.c_str()},
        closed{names[1], closed_sql.c_str()},
        all{names[2], all_sql.c_str()} {}
  Lists(const Lists&) = delete;
};

const Lists kAnyStart({"list_open", "list_closed", "list_all"}, [](int /*parameter*/) {
  return std::string("left join versioned_execution v on v.execution_id = e.execution_id");
});

// Says the range of ids of `v` too, so that its own index can be the one that is walked.
std::string Started(std::string_view column, std::string_view parameter) {
  return StrCat("join versioned_execution v on v.execution_id = e.execution_id",
                " and v.machine_name = $1 and v.execution_id < $2 and v.", column, " = ",
                parameter);
}

const Lists kByVersion({"list_version_open", "list_version_closed", "list_version_all"},
                       [](int parameter) {
                         return Started("version", StrCat("$", parameter, "::bigint"));
                       });
const Lists kByAlias({"list_alias_open", "list_alias_closed", "list_alias_all"}, [](int parameter) {
  return Started("alias", StrCat("$", parameter, "::text"));
});

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
