// Pawl's tables: what vacuum leaves of them, and their partitions.

#include <pqxx/pqxx>
#include <utility>

#include "absl/strings/match.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/inspect_parts.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// From the server's counters and statistics; the tables themselves are not read. A row takes its
// columns and 32 bytes of headers, and the tables are filled to 70 of 100.
constexpr Statement kHotTables{"inspect_hot_tables", R"(
  select c.relname, coalesce(s.n_live_tup, 0) as live, coalesce(s.n_dead_tup, 0) as dead,
         coalesce(s.n_tup_upd, 0) as updates, coalesce(s.n_tup_hot_upd, 0) as hot_updates,
         pg_relation_size(c.oid) as bytes,
         (coalesce(w.width + 32, 0) * coalesce(s.n_live_tup, 0) / 0.7)::bigint as needed_bytes,
         greatest(s.last_vacuum, s.last_autovacuum) as last_vacuum
    from pg_class c left join pg_stat_all_tables s on s.relid = c.oid
    cross join lateral (select sum(avg_width * (1 - null_frac)) as width from pg_stats
                         where schemaname = 'pawl' and tablename = c.relname) w
   where c.oid in ('pawl.execution'::regclass, 'pawl.branch'::regclass)
   order by c.relname desc)"};

constexpr Statement kClosedEstimate{"inspect_closed_estimate", R"(
  select coalesce(sum(s.n_live_tup), 0)
    from pg_inherits i join pg_stat_all_tables s on s.relid = i.inhrelid
   where i.inhparent = 'pawl.closed_execution'::regclass)"};

constexpr Statement kPartitions{"inspect_partitions", R"(
  select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = $1::regclass and c.relname ~ '_p[0-9]{8}$' order by 1)"};

// Ranges of the default partitions' primary keys, counted up to a limit: what is to be in none of
// them, and what was moved there. $1 is where the oldest partition begins.
constexpr Statement kHistoryDefault{"inspect_history_default", R"(
  select (select count(*) from (select from history_default
           where execution_id >= first_execution_id($1) limit $2) r),
         (select execution_id from history_default
           where execution_id >= first_execution_id($1) order by execution_id limit 1),
         (select execution_id from history_default
           where execution_id >= first_execution_id($1) order by execution_id desc limit 1),
         (select count(*) from (select from history_default
           where execution_id < first_execution_id($1) limit $2) r))"};
constexpr Statement kClosedDefault{"inspect_closed_default", R"(
  select (select count(*) from (select from closed_execution_default
           where execution_id >= first_execution_id($1) limit $2) r),
         (select execution_id from closed_execution_default
           where execution_id >= first_execution_id($1) order by execution_id limit 1),
         (select execution_id from closed_execution_default
           where execution_id >= first_execution_id($1) order by execution_id desc limit 1),
         (select count(*) from (select from closed_execution_default
           where execution_id < first_execution_id($1) limit $2) r))"};

constexpr int64_t kCountedRows = 10'000;

Count CountOf(const pqxx::field& field) {
  const int64_t value = GetInt64(field);
  return {.value = value, .more = value >= kCountedRows};
}

// The time that a UUID of version 7 begins with.
absl::Time StartOf(const pqxx::field& id) {
  int64_t milliseconds = 0;
  const Uuid uuid = GetUuid(id);
  for (int i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | uuid.bytes()[i];
  return absl::FromUnixMillis(milliseconds);
}

PartitionFacts ReadPartitions(Session* session, const std::string& table,
                              const Statement& default_rows) {
  PartitionFacts facts{.table = table};
  for (const pqxx::row& row : session->Run(kPartitions, "pawl." + table)) {
    const std::string_view name = GetText(row[0]);
    absl::Time monday;
    std::string error;
    if (absl::ParseTime("%E4Y%m%d", ToAbsl(name.substr(name.size() - 8)), &monday, &error)) {
      facts.weeks.push_back(monday);
    }
  }
  const std::string oldest = TimeText(facts.weeks.empty() ? absl::UnixEpoch() : facts.weeks[0]);
  const pqxx::result rows = session->Run(default_rows, oldest, kCountedRows);
  facts.misplaced = CountOf(rows[0][0]);
  if (!rows[0][1].is_null()) facts.misplaced_from = StartOf(rows[0][1]);
  if (!rows[0][2].is_null()) facts.misplaced_to = StartOf(rows[0][2]);
  facts.outlived = CountOf(rows[0][3]);
  return facts;
}

}  // namespace

void InspectTables(Session* session, DatabaseFacts* facts) {
  for (const pqxx::row& row : session->Run(kHotTables)) {
    HotTableFacts table{.name = std::string(GetText(row["relname"])),
                        .live = GetInt64(row["live"]),
                        .dead = GetInt64(row["dead"]),
                        .updates = GetInt64(row["updates"]),
                        .hot_updates = GetInt64(row["hot_updates"]),
                        .bytes = GetInt64(row["bytes"]),
                        .needed_bytes = GetInt64(row["needed_bytes"])};
    if (!row["last_vacuum"].is_null()) table.last_vacuum = GetTime(row["last_vacuum"]);
    facts->tables.push_back(std::move(table));
  }
  facts->closed_estimate = GetInt64(session->Run(kClosedEstimate)[0][0]);
}

void InspectPartitions(Session* session, DatabaseFacts* facts) {
  facts->partitions.push_back(ReadPartitions(session, "history", kHistoryDefault));
  facts->partitions.push_back(ReadPartitions(session, "closed_execution", kClosedDefault));
}

}  // namespace pawl::store
