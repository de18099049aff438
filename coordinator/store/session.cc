#include "coordinator/store/session.h"

#include <poll.h>

#include "absl/strings/str_replace.h"
#include "coordinator/base/strings.h"

namespace pawl::store {
namespace {

// What bounds the time until a dead or hanging end is noticed, on both ends of the connection, and
// what the statements rely on. Statements never scan a table: a plan made while one was empty must
// not live on when it has grown. Every statement is a look-up by key, whose plan does not depend on
// the values: planning it anew would only cost.
constexpr char kSessionSettings[] = R"(
set search_path = pawl;
set timezone = 'UTC';
set datestyle = 'ISO';
set bytea_output = 'hex';
set statement_timeout = '10s';
set lock_timeout = '1s';
set idle_in_transaction_session_timeout = '5s';
set tcp_keepalives_idle = 3;
set tcp_keepalives_interval = 1;
set tcp_keepalives_count = 3;
set tcp_user_timeout = '6s';
set enable_seqscan = off;
set plan_cache_mode = force_generic_plan;
set jit = off;
)";

}  // namespace

std::string WithConnectionSettings(std::string_view database_url,
                                   std::string_view application_name) {
  const std::string settings = StrCat(
      "connect_timeout=3 keepalives=1 keepalives_idle=3 keepalives_interval=1 keepalives_count=3 "
      "tcp_user_timeout=6000 client_encoding=UTF8 application_name=",
      application_name);
  if (database_url.starts_with("postgres://") || database_url.starts_with("postgresql://")) {
    const bool has_parameters = database_url.find('?') != std::string_view::npos;
    return StrCat(database_url, has_parameters ? "&" : "?",
                  absl::StrReplaceAll(settings, {{" ", "&"}}));
  }
  return StrCat(database_url, " ", settings);
}

std::string SessionSettings(SynchronousCommit synchronous_commit) {
  // Set although "on" is the default: a database or role may have another.
  return StrCat(kSessionSettings, "set synchronous_commit = ",
                synchronous_commit == SynchronousCommit::kOn ? "on" : "off");
}

Session::Session(const std::string& database_url, const std::string& application_name,
                 SynchronousCommit synchronous_commit, FlushEpoch epoch)
    : epoch_(epoch),
      connection_(WithConnectionSettings(database_url, application_name)),
      answers_(connection_.sock()),
      quiet_(connection_) {
  const AnswerExpected expected(&answers_);
  pqxx::nontransaction(connection_).exec(SessionSettings(synchronous_commit));
}

bool Session::HungUp() const {
  // Nothing is expected; what is there to read is the server's farewell, which comes before the
  // end.
  pollfd wait = {connection_.sock(), POLLIN | POLLRDHUP, 0};
  return poll(&wait, 1, 0) != 0;
}

}  // namespace pawl::store
