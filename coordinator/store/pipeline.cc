#include "coordinator/store/pipeline.h"

#include <poll.h>

#include <cstdlib>
#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/pqxx_status.h"

namespace pawl::store {
namespace {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

void IgnoreNotice(void* /*argument*/, const PGresult* /*result*/) {}

absl::Status ConnectionError(PGconn* connection) {
  return FromLostConnection("connect", Effect::kRead, PQerrorMessage(connection));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Pipeline>> Pipeline::Open(const Options& options, FlushEpoch epoch) {
  const std::string url = WithConnectionSettings(options.database_url, options.application_name);
  PGconn* connection = PQconnectdb(url.c_str());
  std::unique_ptr<Pipeline> pipeline(
      new Pipeline(connection, epoch, options.returns_before_commit));
  if (PQstatus(connection) != CONNECTION_OK) return ConnectionError(connection);
  PQsetNoticeReceiver(connection, IgnoreNotice, nullptr);
  {
    const AnswerExpected expected(&pipeline->answers_);
    if (absl::Status status = Prepare(connection, options); !status.ok()) return status;
  }
  if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1) {
    return ConnectionError(connection);
  }
  return pipeline;
}

absl::Status Pipeline::Prepare(PGconn* connection, const Options& options) {
  const ResultPtr settings(PQexec(connection, SessionSettings(options.synchronous_commit).c_str()));
  if (PQresultStatus(settings.get()) != PGRES_COMMAND_OK) return ConnectionError(connection);
  for (const Statement* statement : options.statements) {
    const ResultPtr made(PQprepare(connection, statement->name, statement->sql, 0, nullptr));
    if (PQresultStatus(made.get()) == PGRES_COMMAND_OK) continue;
    const char* sqlstate = PQresultErrorField(made.get(), PG_DIAG_SQLSTATE);
    if (sqlstate == nullptr) return ConnectionError(connection);
    return FromSqlState(StrCat("prepare ", statement->name), Effect::kRead, sqlstate,
                        PQresultErrorMessage(made.get()));
  }
  return absl::OkStatus();
}

Pipeline::~Pipeline() { PQfinish(connection_); }

void Pipeline::Send(Request request) {
  const BoundStatement::Arrays arrays = request.statement.arrays();
  const bool sent =
      PQsendQueryPrepared(connection_, request.statement.statement().name,
                          static_cast<int>(arrays.values.size()), arrays.values.data(),
                          arrays.lengths.data(), arrays.formats.data(), /*resultFormat=*/1) == 1 &&
      PQpipelineSync(connection_) == 1;
  // In doubt also when it was not sent: part of it may have been.
  if (sent_.empty()) answers_.Expect();
  sent_.push_back({.request = std::move(request)});
  if (!sent) {
    failed_ = true;
    return;
  }
  unsent_ = PQflush(connection_) > 0;
}

void Pipeline::Receive() {
  if (PQconsumeInput(connection_) != 1) failed_ = true;
  const int left = PQflush(connection_);
  if (left < 0) failed_ = true;
  unsent_ = left > 0;
}

bool Pipeline::HungUp() const {
  if (!sent_.empty()) return false;
  // Nothing is expected; what is there to read is the server's farewell, which comes before the
  // end.
  pollfd wait = {socket(), POLLIN | POLLRDHUP, 0};
  return poll(&wait, 1, 0) != 0;
}

std::optional<Pipeline::Answered> Pipeline::Next() {
  bool gap = false;
  while (!sent_.empty() && !broken() && PQisBusy(connection_) == 0) {
    const ResultPtr result(PQgetResult(connection_));
    if (result == nullptr) {  // stands between two results
      if (std::exchange(gap, true)) return std::nullopt;
      continue;
    }
    gap = false;
    if (std::optional<Answered> answered = Take(result.get())) return answered;
  }
  return std::nullopt;
}

std::optional<Pipeline::Answered> Pipeline::Take(const PGresult* result) {
  Sent& first = sent_.front();
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      first.result = std::atoll(PQcmdTuples(const_cast<PGresult*>(result)));
      if (!returns_before_commit_) return std::nullopt;
      first.answered = true;
      return Answered{std::move(first.request), first.result};
    case PGRES_PIPELINE_SYNC: {  // its transaction has ended
      Sent sent = std::move(first);
      sent_.pop_front();
      sent_.empty() ? answers_.Clear() : answers_.Expect();
      if (sent.answered) return std::nullopt;
      return Answered{std::move(sent.request), std::move(sent.result)};
    }
    default: {
      const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
      if (sqlstate == nullptr) {
        failed_ = true;  // libpq's own words: the connection is gone
      } else {
        first.result = FromSqlState(Subject(first.request), Effect::kWrite, sqlstate,
                                    PQresultErrorMessage(result));
      }
      return std::nullopt;
    }
  }
}

std::vector<Pipeline::Answered> Pipeline::Abandon() {
  std::vector<Answered> all;
  for (Sent& sent : std::exchange(sent_, {})) {
    if (sent.answered) continue;
    absl::Status status =
        FromLostConnection(Subject(sent.request), Effect::kWrite, PQerrorMessage(connection_));
    all.push_back({std::move(sent.request), std::move(status)});
  }
  return all;
}

std::string Pipeline::Subject(const Request& request) {
  return StrCat(request.operation, "(execution ", request.execution.ToString(), ")");
}

}  // namespace pawl::store
