// Whether the server keeps what Pawl relies on.

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "coordinator/base/age_text.h"
#include "coordinator/store/diagnosis_parts.h"

namespace pawl::store {
namespace {

constexpr int kOldestServer = 150000;
constexpr char kNode[] = "pawl";  // PostgresStoreOptions::application_name

std::string Setting(const DatabaseFacts& facts, const char* name) {
  const auto it = facts.server.settings.find(name);
  return it == facts.server.settings.end() ? std::string() : it->second;
}

int64_t Number(const DatabaseFacts& facts, const char* name) {
  int64_t value = 0;  // where the server does not show it
  (void)absl::SimpleAtoi(Setting(facts, name), &value);
  return value;
}

std::string Millions(int64_t transactions) {
  return transactions < 1'000'000 ? StrCat(transactions)
                                  : StrCat(transactions / 1'000'000, " million");
}

}  // namespace

Finding CheckSchema(const DatabaseFacts& facts) {
  const SchemaFacts& schema = facts.schema;
  if (schema.current()) {
    return Ok("schema", StrCat("version ", schema.database_version, ", that of this binary"));
  }
  const bool newer = schema.database_version > schema.binary_version;
  return {.level = Level::kBroken,
          .check = "schema",
          .found = StrCat("version ", schema.database_version, ": ", schema.problem),
          .expected = StrCat("version ", schema.binary_version, ", that of this binary"),
          .advice = newer ? "look with the `pawl` of the version that the nodes run; what is in "
                            "the tables was not looked at"
                          : "`pawl migrate`, unless this is another database than the nodes'; what "
                            "is in the tables was not looked at"};
}

Finding CheckServer(const DatabaseFacts& facts) {
  const ServerFacts& server = facts.server;
  if (server.version_number < kOldestServer) {
    return {.level = Level::kBroken,
            .check = "server",
            .found = StrCat("PostgreSQL ", server.version),
            .expected = "15 or newer",
            .advice = "upgrade the server (pg_upgrade keeps the data)"};
  }
  if (server.standby) {
    return {.level = Level::kWarn,
            .check = "server",
            .found = StrCat("PostgreSQL ", server.version, ", a standby"),
            .expected = "the server that the nodes write to",
            .advice = "name the primary: sessions, locks and vacuum are those of this one"};
  }
  if (!server.sees_all_sessions) {
    return {.level = Level::kWarn,
            .check = "server",
            .found = StrCat("PostgreSQL ", server.version,
                            "; this role does not see what sessions of other roles do"),
            .expected = "a role that may look",
            .advice = "grant pg_read_all_stats to it: a snapshot that others hold would not show"};
  }
  return Ok("server", StrCat("PostgreSQL ", server.version));
}

Finding CheckDurability(const DatabaseFacts& facts) {
  std::vector<std::string> off;
  for (const char* name : {"fsync", "full_page_writes"}) {
    if (Setting(facts, name) != "on") off.push_back(StrCat(name, "=", Setting(facts, name)));
  }
  if (!off.empty()) {
    return {.level = Level::kBroken,
            .check = "durability",
            .found = absl::StrJoin(off, ", "),
            .expected = "fsync=on, full_page_writes=on",
            .advice =
                "set them and restart the server: a power cut now loses what was confirmed "
                "and may damage the rest"};
  }
  for (const char* name : {"autovacuum", "track_counts"}) {
    if (Setting(facts, name) == "on") continue;
    return {.level = Level::kWarn,
            .check = "durability",
            .found = StrCat(name, "=", Setting(facts, name)),
            .expected = StrCat(name, "=on"),
            .advice = "set it: nothing removes the rows that transitions leave behind"};
  }
  return Ok("durability", "fsync=on, full_page_writes=on, autovacuum=on");
}

Finding CheckStandbys(const DatabaseFacts& facts, const DiagnosisOptions& options) {
  const std::string names = Setting(facts, "synchronous_standby_names");
  std::vector<std::string> connected;
  bool synchronous = false;
  for (const StandbyFacts& standby : facts.standbys) {
    synchronous = synchronous || standby.sync_state == "sync" || standby.sync_state == "quorum";
    connected.push_back(StrCat(standby.application, " (", standby.sync_state, ")"));
  }
  // As this command is configured, which should be as the nodes are.
  const std::string commit = StrCat("synchronous_commit=", options.synchronous_commit);
  const std::string standbys =
      connected.empty() ? "no standby connected" : absl::StrJoin(connected, ", ");
  Finding finding{.level = Level::kWarn, .check = "replication"};
  if (names.empty()) {
    // Transitions set it for themselves, whatever the server's default is.
    finding.found = StrCat("answers wait for the disk of this server (", commit, "); ", standbys);
    if (connected.empty()) return Ok("replication", finding.found);
    finding.expected = "a synchronous standby, where one is to be promoted after a failure";
    finding.advice = "set synchronous_standby_names: a promotion loses what a standby had not got";
  } else if (!synchronous) {
    finding.level = Level::kBroken;
    finding.found = StrCat("synchronous_standby_names=", names, ", but ", standbys);
    finding.expected = "a standby of that name, in step";
    finding.advice = "bring it back, or empty the setting and reload: until then no commit returns";
  } else if (options.synchronous_commit == "local" ||
             options.synchronous_commit == "remote_write") {
    finding.found = StrCat(commit, " with synchronous_standby_names=", names);
    finding.expected = "on, or remote_apply";
    finding.advice =
        "set `synchronous_commit` of the nodes: answers do not wait for the "
        "standby's disk, and a promotion may lose what was confirmed";
  } else {
    return Ok("replication", StrCat("answers wait for a standby (", commit, "): ", standbys));
  }
  return finding;
}

int64_t Nodes(const DatabaseFacts& facts) {
  int64_t nodes = 0;
  for (const SessionGroup& group : facts.sessions) {
    if (group.application == kNode) nodes += group.listeners;
  }
  return nodes;
}

Finding CheckSessions(const DatabaseFacts& facts, const DiagnosisOptions& options) {
  Finding finding{.check = "nodes"};
  std::vector<std::string> states;
  for (const SessionGroup& group : facts.sessions) {
    if (group.application == kNode) states.push_back(StrCat(group.sessions, " ", group.state));
    const absl::Duration age =
        facts.now - group.oldest_transaction.value_or(absl::InfiniteFuture());
    if (!group.state.starts_with("idle in transaction") || age < options.idle_transaction_warn) {
      continue;
    }
    finding.level = Level::kWarn;
    finding.details.push_back(StrCat(group.application, ": ", group.state, " for ", AgeText(age)));
    finding.expected = "transactions of one statement";
    finding.advice =
        "a node that hangs or is cut off: the server ends such sessions after 5 s; if "
        "it stays, stop that node";
  }
  finding.found =
      StrCat(Nodes(facts), Nodes(facts) == 1 ? " node" : " nodes",
             " connected; sessions: ", states.empty() ? "none" : absl::StrJoin(states, ", "));
  if (states.empty() && facts.server.sees_all_sessions) {
    finding.level = Level::kWarn;
    finding.expected = "at least one node";
    finding.advice = "start one (`pawl coordinator`): nothing moves without";
  }
  return finding;
}

Finding CheckConnections(const DatabaseFacts& facts, const DiagnosisOptions& options) {
  const int64_t usable =
      Number(facts, "max_connections") - Number(facts, "superuser_reserved_connections");
  const int64_t used = facts.server.connections;
  const std::string found = StrCat(used, " of ", usable, " connections in use; a node opens ",
                                   options.database_connections + 1);
  const bool full =
      static_cast<double>(used) > options.connections_warn * static_cast<double>(usable);
  if (!full && usable - used > options.database_connections) return Ok("connections", found);
  return {.level = Level::kWarn,
          .check = "connections",
          .found = found,
          .expected = "room for another node, and a fifth free",
          .advice = "raise max_connections, or lower database_connections of the nodes"};
}

Finding CheckLocks(const DatabaseFacts& facts, const DiagnosisOptions& options) {
  Finding finding = Ok("locks", StrCat(facts.blocked.size(), " sessions wait for a lock"));
  for (const BlockedSession& blocked : facts.blocked) {
    const absl::Duration age = facts.now - blocked.waits_since.value_or(facts.now);
    if (age < options.lock_warn) continue;
    finding.level = Level::kWarn;
    finding.expected = StrCat("no one to wait for longer than ", AgeText(options.lock_warn));
    finding.advice =
        "find out what the blocking session does; select pg_terminate_backend(its "
        "pid) ends it";
    finding.details.push_back(StrCat("pid ", blocked.pid, " (", blocked.application,
                                     ") has waited ", AgeText(age), " for pid ",
                                     absl::StrJoin(blocked.blocked_by, ", "), ": ", blocked.query));
  }
  return finding;
}

Finding CheckSnapshots(const DatabaseFacts& facts, const DiagnosisOptions& options) {
  if (!facts.oldest_snapshot) return Ok("snapshots", "none is held");
  const HeldSnapshot& held = *facts.oldest_snapshot;
  const char* kind = held.holder == HeldSnapshot::Holder::kSession ? ""
                     : held.holder == HeldSnapshot::Holder::kPreparedTransaction
                         ? "prepared transaction "
                         : "replication slot ";
  std::string found = StrCat("the oldest is held by ", kind, held.name);
  if (!held.application.empty()) StrAppend(&found, " (", held.application, ")");
  if (!held.user.empty()) StrAppend(&found, " of user ", held.user);
  if (!held.state.empty()) StrAppend(&found, ", ", held.state);
  const absl::Duration age = facts.now - held.since.value_or(facts.now);
  if (held.since) StrAppend(&found, ", for ", AgeText(age));
  StrAppend(&found, "; ", Millions(held.transactions), " transactions since");
  if (age < options.snapshot_warn && held.transactions < options.snapshot_transactions_warn) {
    return Ok("snapshots", found);
  }
  Finding finding{.level = Level::kWarn,
                  .check = "snapshots",
                  .found = found,
                  .expected = StrCat("none older than ", AgeText(options.snapshot_warn)),
                  .advice = "end it: the hot tables grow until then"};
  switch (held.holder) {
    case HeldSnapshot::Holder::kSession:
      StrAppend(&finding.advice, " (select pg_terminate_backend(", held.name.substr(4), "))");
      finding.details.push_back(held.query);
      break;
    case HeldSnapshot::Holder::kPreparedTransaction:
      StrAppend(&finding.advice, " (rollback prepared '", held.name, "')");
      break;
    case HeldSnapshot::Holder::kReplicationSlot:
      StrAppend(&finding.advice,
                ": bring its standby back, or (select "
                "pg_drop_replication_slot('",
                held.name, "'))");
      break;
  }
  return finding;
}

Finding CheckWraparound(const DatabaseFacts& facts, const DiagnosisOptions& options) {
  const int64_t age = std::max(facts.server.database_age, facts.server.multixact_age);
  const std::string found =
      StrCat("the oldest transaction that is not frozen is ", Millions(age), " back");
  if (age < options.wraparound_warn) return Ok("wraparound", found);
  return {.level = age < options.wraparound_broken ? Level::kWarn : Level::kBroken,
          .check = "wraparound",
          .found = found,
          .expected = StrCat("less than ", Millions(options.wraparound_warn),
                             "; at 2100 million the server stops all writes"),
          .advice = "end what holds old snapshots (above), then `vacuumdb --freeze --all`"};
}

}  // namespace pawl::store
