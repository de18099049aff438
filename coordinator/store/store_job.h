// Runs a store method on a lane: `work` gets the session and gives the answer, exceptions become
// statuses, and `done` gets the answer.

#ifndef PAWL_STORE_STORE_JOB_H_
#define PAWL_STORE_STORE_JOB_H_

#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/pool.h"
#include "coordinator/store/pqxx_status.h"

namespace pawl::store {

// `operation` and `subject` are for messages: "LoadExecution(execution 0192...)".
template <typename Work>
auto RunOn(const absl::StatusOr<Session*>& session, Effect effect, const char* operation,
           const std::string& subject, Work work) -> std::invoke_result_t<Work&, Session&> {
  if (!session.ok()) {
    return absl::Status(session.status().code(),
                        StrCat(operation, ": ", session.status().message()));
  }
  try {
    return work(**session);
  } catch (...) {
    return FromCurrentException(StrCat(operation, "(", subject, ")"), effect);
  }
}

template <typename Work, typename Done>
void RunJob(Pool* pool, Effect effect, const char* operation, std::string subject, Work work,
            Done done) {
  pool->Enqueue([effect, operation, subject = std::move(subject), work = std::move(work),
                 done = std::move(done)](absl::StatusOr<Session*> session) mutable {
    // `done` runs outside: an exception of its own is not one of the database's.
    done(RunOn(session, effect, operation, subject, std::move(work)));
  });
}

}  // namespace pawl::store

#endif  // PAWL_STORE_STORE_JOB_H_
