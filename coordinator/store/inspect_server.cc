// The server: settings, sessions, and what holds back vacuum. All of it is in the server's memory
// or in small catalogs; the cost does not grow with Pawl's tables.

#include <pqxx/pqxx>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/inspect_parts.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// PostgreSQL shows rows of other roles' sessions, but not what they do, to those without
// pg_read_all_stats.
constexpr Statement kServer{"inspect_server", R"(
  select clock_timestamp() as now, current_setting('server_version_num')::integer as version_number,
         current_setting('server_version') as version, pg_is_in_recovery() as standby,
         pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_all_sessions,
         (select count(*) from pg_stat_activity where backend_type = 'client backend') as connections,
         age(d.datfrozenxid) as database_age, mxid_age(d.datminmxid) as multixact_age
    from pg_database d where d.datname = current_database())"};

// What RESET would give: this session has set some of them itself.
constexpr Statement kSettings{"inspect_settings", R"(
  select name, reset_val from pg_settings
   where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names',
                  'max_connections', 'superuser_reserved_connections', 'autovacuum', 'track_counts',
                  'autovacuum_freeze_max_age', 'max_prepared_transactions'))"};

constexpr Statement kStandbys{"inspect_standbys", R"(
  select coalesce(application_name, ''), coalesce(state, ''), coalesce(sync_state, '')
    from pg_stat_replication order by application_name)"};

// Sessions of other databases hold back vacuum of shared catalogs only; walsenders are of none. A
// transaction that has written holds it back with its own number as well. A walsender shows what
// its standby asks for, and no time. What a vacuum reads does not hold back others.
constexpr Statement kOldestSession{"inspect_oldest_session", R"(
  select 'pid ' || pid, coalesce(usename, '') as usename,
         coalesce(nullif(application_name, ''), backend_type, '') as application,
         coalesce(state, '') as state, left(coalesce(query, ''), 500) as query,
         greatest(coalesce(age(backend_xmin), 0), coalesce(age(backend_xid), 0)) as transactions,
         xact_start as since
    from pg_stat_activity
   where (backend_xmin is not null or backend_xid is not null) and pid <> pg_backend_pid()
     and (datname is null or datname = current_database())
     and pid not in (select pid from pg_stat_progress_vacuum)
   order by transactions desc, xact_start limit 1)"};

constexpr Statement kOldestPrepared{"inspect_oldest_prepared", R"(
  select gid, owner, '' as application, 'prepared' as state, '' as query,
         age(transaction) as transactions, prepared as since
    from pg_prepared_xacts where database = current_database()
   order by transactions desc limit 1)"};

// catalog_xmin, of logical slots, keeps rows of catalogs only, and so does not count here.
constexpr Statement kOldestSlot{"inspect_oldest_slot", R"(
  select slot_name, '' as usename, '' as application,
         case when active then 'active' else 'inactive' end as state, '' as query,
         age(xmin) as transactions, null::timestamptz as since
    from pg_replication_slots where xmin is not null order by transactions desc limit 1)"};

constexpr Statement kSessions{"inspect_sessions", R"(
  select application_name, coalesce(state, 'unknown'), count(*),
         count(*) filter (where query ilike 'listen %'), min(xact_start)
    from pg_stat_activity
   where datname = current_database() and application_name like 'pawl%' and pid <> pg_backend_pid()
   group by 1, 2 order by 1, 2)"};

// pg_blocking_pids takes the locks of the lock table: it is asked for waiting sessions only.
constexpr Statement kBlocked{"inspect_blocked", R"(
  select a.pid, a.application_name, left(a.query, 500),
         (select min(l.waitstart) from pg_locks l where l.pid = a.pid and not l.granted),
         array_to_string(pg_blocking_pids(a.pid), ',')
    from pg_stat_activity a
   where a.datname = current_database() and a.wait_event_type = 'Lock'
     and cardinality(pg_blocking_pids(a.pid)) > 0
   order by 4 limit 20)"};

std::optional<absl::Time> OptionalTime(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return GetTime(field);
}

// The older one of the two stays.
void Consider(const pqxx::result& rows, HeldSnapshot::Holder holder, DatabaseFacts* facts) {
  for (const pqxx::row& row : rows) {
    HeldSnapshot held{.holder = holder,
                      .name = std::string(GetText(row[0])),
                      .user = std::string(GetText(row[1])),
                      .application = std::string(GetText(row[2])),
                      .state = std::string(GetText(row[3])),
                      .query = std::string(GetText(row[4])),
                      .transactions = GetInt64(row[5]),
                      .since = OptionalTime(row[6])};
    const std::optional<HeldSnapshot>& oldest = facts->oldest_snapshot;
    if (!oldest || held.transactions > oldest->transactions) {
      facts->oldest_snapshot = std::move(held);
    }
  }
}

}  // namespace

void InspectServer(Session* session, DatabaseFacts* facts) {
  const pqxx::result rows = session->Run(kServer);
  const pqxx::row row = rows[0];
  facts->now = GetTime(row["now"]);
  ServerFacts& server = facts->server;
  server.version_number = row["version_number"].as<int>();
  server.version = GetText(row["version"]);
  server.standby = row["standby"].as<bool>();
  server.sees_all_sessions = row["sees_all_sessions"].as<bool>();
  server.connections = GetInt64(row["connections"]);
  server.database_age = GetInt64(row["database_age"]);
  server.multixact_age = GetInt64(row["multixact_age"]);
  for (const pqxx::row& setting : session->Run(kSettings)) {
    server.settings[setting[0].c_str()] = setting[1].c_str();
  }
  for (const pqxx::row& standby : session->Run(kStandbys)) {
    facts->standbys.push_back({std::string(GetText(standby[0])), std::string(GetText(standby[1])),
                               std::string(GetText(standby[2]))});
  }
}

void InspectSnapshots(Session* session, DatabaseFacts* facts) {
  using Holder = HeldSnapshot::Holder;
  Consider(session->Run(kOldestSession), Holder::kSession, facts);
  Consider(session->Run(kOldestPrepared), Holder::kPreparedTransaction, facts);
  Consider(session->Run(kOldestSlot), Holder::kReplicationSlot, facts);
}

void InspectSessions(Session* session, DatabaseFacts* facts) {
  for (const pqxx::row& row : session->Run(kSessions)) {
    facts->sessions.push_back({.application = std::string(GetText(row[0])),
                               .state = std::string(GetText(row[1])),
                               .sessions = GetInt64(row[2]),
                               .listeners = GetInt64(row[3]),
                               .oldest_transaction = OptionalTime(row[4])});
  }
  for (const pqxx::row& row : session->Run(kBlocked)) {
    BlockedSession blocked{.pid = row[0].as<int>(),
                           .application = std::string(GetText(row[1])),
                           .query = std::string(GetText(row[2])),
                           .waits_since = OptionalTime(row[3])};
    for (const absl::string_view text : absl::StrSplit(row[4].c_str(), ',', absl::SkipEmpty())) {
      int pid = 0;  // 0: a prepared transaction
      if (absl::SimpleAtoi(text, &pid)) blocked.blocked_by.push_back(pid);
    }
    facts->blocked.push_back(std::move(blocked));
  }
}

}  // namespace pawl::store
