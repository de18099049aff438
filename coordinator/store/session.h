// One connection to PostgreSQL with the settings that all of Pawl's connections have, and the
// statements prepared on it. For one thread at a time. Everything here may throw what libpqxx
// throws; whoever calls it translates (pqxx_status.h).

#ifndef PAWL_STORE_SESSION_H_
#define PAWL_STORE_SESSION_H_

#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "coordinator/base/ids.h"
#include "coordinator/store/answer_deadline.h"

namespace pawl::store {

// A named statement. A constant of the file that uses it: sessions remember its address.
struct Statement {
  const char* name;
  const char* sql;
};

// `database_url` (a URI or keyword=value) with the keepalive and timeout settings of the client's
// end.
std::string WithConnectionSettings(std::string_view database_url,
                                   std::string_view application_name);

// Whether a commit returns before it has reached the disk (flush_barrier.h has what then follows).
enum class SynchronousCommit { kOff, kOn };

// What every session is set to, as SQL.
std::string SessionSettings(SynchronousCommit synchronous_commit);

class Session {
 public:
  // `epoch`: the flush barrier's when it was opened; none without a barrier.
  Session(const std::string& database_url, const std::string& application_name,
          SynchronousCommit synchronous_commit = SynchronousCommit::kOn,
          FlushEpoch epoch = FlushEpoch());

  // Runs `statement` as a transaction of its own: one round trip, after the first time.
  template <typename... Args>
  pqxx::result Run(const Statement& statement, Args&&... args) {
    pqxx::nontransaction transaction(connection_);
    return RunIn(&transaction, statement, std::forward<Args>(args)...);
  }

  // Runs it within `transaction`, which is of this session.
  template <typename... Args>
  pqxx::result RunIn(pqxx::transaction_base* transaction, const Statement& statement,
                     Args&&... args) {
    const AnswerExpected expected(&answers_);
    Prepare(statement);
    return transaction->exec_prepared(statement.name, std::forward<Args>(args)...);
  }

  pqxx::connection& connection() { return connection_; }
  // Until when the server has to answer. Set while a statement runs; whoever uses the connection
  // itself sets it.
  AnswerDeadline& answers() { return answers_; }
  FlushEpoch epoch() const { return epoch_; }
  // False once the connection is known to be broken; it never comes back.
  bool open() const { return connection_.is_open(); }
  // Whether the server has ended a session that is not in use: what is sent on it would be lost.
  bool HungUp() const;

 private:
  // libpqxx sends it at its first use.
  void Prepare(const Statement& statement) {
    if (prepared_.insert(&statement).second) connection_.prepare(statement.name, statement.sql);
  }

  const FlushEpoch epoch_;
  pqxx::connection connection_;
  AnswerDeadline answers_;
  pqxx::quiet_errorhandler quiet_;  // errors come as exceptions; nothing is to be printed
  absl::flat_hash_set<const Statement*> prepared_;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_SESSION_H_
