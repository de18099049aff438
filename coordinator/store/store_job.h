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
template <typename Work, typename Done>
void RunJob(Pool* pool, Effect effect, const char* operation, std::string subject, Work work,
            Done done) {
  using Answer = std::invoke_result_t<Work&, Session&>;
  pool->Enqueue([effect, operation, subject = std::move(subject), work = std::move(work),
                 done = std::move(done)](absl::StatusOr<Session*> session) mutable {
    if (!session.ok()) {
      done(absl::Status(session.status().code(),
                        StrCat(operation, ": ", session.status().message())));
      return;
    }
    // Outside of the try block: an exception of `done` is not one of the database's.
    done([&]() -> Answer {
      try {
        return work(**session);
      } catch (...) {
        return FromCurrentException(StrCat(operation, "(", subject, ")"), effect);
      }
    }());
  });
}

}  // namespace pawl::store

#endif  // PAWL_STORE_STORE_JOB_H_
