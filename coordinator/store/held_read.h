// Reads of the PostgreSQL store whose answer leaves the node.

#ifndef PAWL_STORE_HELD_READ_H_
#define PAWL_STORE_HELD_READ_H_

#include <string>
#include <utility>

#include "coordinator/store/postgres_store.h"
#include "coordinator/store/store_job.h"

namespace pawl::store {

// What is read here may have been committed by any node, and not be on disk yet.
template <typename Work, typename T>
void PostgresStore::RunHeldRead(const char* operation, std::string subject, Work work,
                                Callback<T> done) {
  const bool held = barrier_ != nullptr && !options_.barrier_faults.reads_are_not_held;
  reads_.Enqueue([this, held, operation, subject = std::move(subject), work = std::move(work),
                  done = std::move(done)](absl::StatusOr<Session*> session) mutable {
    absl::StatusOr<T> answer = RunOn(session, Effect::kRead, operation, subject, std::move(work));
    if (!held || !session.ok()) return done(std::move(answer));
    // Of the session, which has waited for a connection perhaps, and so is younger than the call.
    barrier_->Await((*session)->epoch(), [answer = std::move(answer), done = std::move(done)](
                                             const absl::Status& flushed) mutable {
      if (!flushed.ok()) return done(flushed);
      done(std::move(answer));
    });
  });
}

}  // namespace pawl::store

#endif  // PAWL_STORE_HELD_READ_H_
