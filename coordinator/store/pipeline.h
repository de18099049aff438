// One connection in libpq's pipeline mode: statements are sent without waiting for the answers of
// those before. Each is a transaction of its own. libpqxx has no such mode; everything that needs
// it is here and in pipelined_lane.h.
//
// For one thread at a time. Never blocks, except in Open.

#ifndef PAWL_STORE_PIPELINE_H_
#define PAWL_STORE_PIPELINE_H_

#include <libpq-fe.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/store/answer_deadline.h"
#include "coordinator/store/bound_statement.h"

namespace pawl::store {

class Pipeline {
 public:
  struct Options {
    std::string database_url;
    std::string application_name;
    SynchronousCommit synchronous_commit = SynchronousCommit::kOff;
    // All that will be sent; they are prepared here.
    std::vector<const Statement*> statements;
    // Rule 2 of the flush barrier broken, for tests: a statement counts as returned when its result
    // has come, although its transaction may not have committed yet.
    bool returns_before_commit = false;
  };
  // UNAVAILABLE, or INTERNAL when a statement does not fit the schema.
  static absl::StatusOr<std::unique_ptr<Pipeline>> Open(const Options& options, FlushEpoch epoch);
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  struct Request {
    BoundStatement statement;
    // For messages: "CommitTransition(execution 0192...)".
    const char* operation;
    Uuid execution;
    // Gets how many rows were affected, or what FromCurrentException would make of the failure of a
    // write. Its transaction has ended.
    absl::AnyInvocable<void(absl::StatusOr<int64_t>)> done;
  };

  // The answer comes through Next, or through Abandon.
  void Send(Request request);
  // An answer that has come: a request and what is to be told to its `done`; nullopt: none at the
  // moment. `Receive` is to be called first when there is something to read.
  struct Answered {
    Request request;
    absl::StatusOr<int64_t> result;
  };
  std::optional<Answered> Next();
  // Reads what the server has sent, and sends on what it had no room for.
  void Receive();

  // The connection is broken; what was sent is in doubt.
  bool broken() const { return PQstatus(connection_) != CONNECTION_OK || failed_; }
  // Gives all that was sent and not answered, each as in doubt.
  std::vector<Answered> Abandon();

  // Whether the server has ended a connection that is not in use: what is sent on it would be lost.
  bool HungUp() const;

  size_t under_way() const { return sent_.size(); }
  int socket() const { return PQsocket(connection_); }
  // Whether there is something left to send once the socket takes it.
  bool wants_write() const { return unsent_; }
  FlushEpoch epoch() const { return epoch_; }

 private:
  struct Sent {
    Request request;
    absl::StatusOr<int64_t> result = absl::InternalError("no result");
    bool answered = false;  // early: a broken rule 2
  };

  explicit Pipeline(PGconn* connection, FlushEpoch epoch, bool returns_before_commit)
      : connection_(connection),
        answers_(PQsocket(connection)),
        epoch_(epoch),
        returns_before_commit_(returns_before_commit) {}
  static absl::Status Prepare(PGconn* connection, const Options& options);
  std::optional<Answered> Take(const PGresult* result);
  static std::string Subject(const Request& request);

  PGconn* const connection_;
  AnswerDeadline answers_;  // of the first of those that were sent
  const FlushEpoch epoch_;
  const bool returns_before_commit_;
  bool failed_ = false;
  bool unsent_ = false;
  std::deque<Sent> sent_;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_PIPELINE_H_
