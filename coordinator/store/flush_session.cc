#include "coordinator/store/flush_session.h"

#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/pqxx_status.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// The message is transactional, so the transaction has an id and has written to the log before its
// commit record: only then does PostgreSQL flush at the commit. Where all of the log is on disk
// already (a read on an idle system) there is nothing to do; that tells nothing of a standby.
constexpr Statement kFlush{"flush", R"(
  select case when current_setting('synchronous_standby_names') = ''
                   and pg_current_wal_insert_lsn() <= pg_current_wal_flush_lsn() then null
              else pg_logical_emit_message(true, 'pawl', '') end)"};
constexpr Statement kWriteNothing{"write_nothing", "select txid_current()"};
constexpr Statement kAlwaysFlush{"always_flush", R"(
  select pg_logical_emit_message(true, 'pawl', ''))"};

constexpr Statement kFlushSettings{"flush_settings", R"(
  select current_setting('fsync') as fsync,
         current_setting('synchronous_commit') as synchronous_commit,
         current_setting('synchronous_standby_names') as standbys)"};
constexpr Statement kSyncMethod{"sync_method", "select current_setting('wal_sync_method')"};
constexpr Statement kSyncs{"syncs", R"(
  select wal_sync from pg_stat_wal, (select pg_stat_force_next_flush()) as reported)"};

// Another session may flush this one's record along, and report it later.
constexpr int kTestAttempts = 10;

}  // namespace

FlushSession::FlushSession(const Options& options)
    : session_(options.database_url, options.application_name, SynchronousCommit::kOn),
      warnings_(session_.connection()) {}

absl::StatusOr<std::unique_ptr<FlushSession>> FlushSession::Open(const Options& options) {
  try {
    std::unique_ptr<FlushSession> session(new FlushSession(options));
    absl::Status status = session->CheckSettings(options);
    if (!status.ok()) return status;
    return session;
  } catch (...) {
    return FromCurrentException("open the flush session", Effect::kRead);
  }
}

absl::Status FlushSession::CheckSettings(const Options& options) {
  pqxx::nontransaction(session_.connection())
      .exec(StrCat("set synchronous_commit = ", options.synchronous_commit));
  const pqxx::result rows = session_.Run(kFlushSettings);
  const auto setting = [&](const char* name) { return std::string(GetText(rows[0][name])); };
  if (setting("synchronous_commit") != options.synchronous_commit ||
      options.synchronous_commit == "off") {
    return absl::FailedPreconditionError(StrCat("synchronous_commit of the flush session is ",
                                                setting("synchronous_commit"), ", not ",
                                                options.synchronous_commit));
  }
  if (setting("fsync") != "on" && !options.allow_fsync_off) {
    return absl::FailedPreconditionError(
        "the database server runs with fsync=off, so that a crash of its machine loses and damages "
        "data; set allow_fsync_off if all of it may be thrown away");
  }
  if (options.synchronous_commit == "local" && !setting("standbys").empty()) {
    return absl::FailedPreconditionError(
        StrCat("synchronous_commit=local does not wait for the standbys of "
               "synchronous_standby_names=",
               setting("standbys"), ": a failover would lose what was confirmed"));
  }
  return absl::OkStatus();
}

absl::Status FlushSession::Flush() {
  warnings_.TakeWarned();
  try {
    session_.Run(write_nothing_ ? kWriteNothing : kFlush);
  } catch (...) {
    return absl::UnavailableError(FromCurrentException("flush", Effect::kRead).message());
  }
  // A wait for a standby that was cancelled ends like this: committed here, not there.
  if (warnings_.TakeWarned()) return absl::UnavailableError("the server warned at a flush");
  return absl::OkStatus();
}

absl::Status FlushSession::TestFlush() {
  try {
    const std::string method(GetText(session_.Run(kSyncMethod)[0][0]));
    // These flush as they write; the server counts no separate syncs.
    if (method.starts_with("open_")) return absl::OkStatus();
    const pqxx::result fsync = session_.Run(kFlushSettings);
    if (GetText(fsync[0]["fsync"]) != "on") return absl::OkStatus();  // allowed, or not open
    const int64_t before = GetInt64(session_.Run(kSyncs)[0][0]);
    for (int i = 0; i < kTestAttempts; ++i) {
      session_.Run(kAlwaysFlush);
      if (GetInt64(session_.Run(kSyncs)[0][0]) > before) return absl::OkStatus();
    }
  } catch (...) {
    return FromCurrentException("test a flush", Effect::kRead);
  }
  return absl::FailedPreconditionError(
      "a synchronous commit did not make the server flush its write-ahead log (pg_stat_wal)");
}

}  // namespace pawl::store
