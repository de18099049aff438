// How a SimulatedStore sends a call, for the files that have its methods.

#ifndef PAWL_TESTS_SIMULATION_SIMULATED_CALL_H_
#define PAWL_TESTS_SIMULATION_SIMULATED_CALL_H_

#include <memory>
#include <utility>

#include "tests/simulation/simulated_store.h"

namespace pawl::simulation {

// How long a node goes on before it takes a call for lost: tcp_user_timeout, roughly.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(6);

inline absl::Status Refused() { return absl::UnavailableError("simulated: refused"); }

template <typename Answer>
void SimulatedStore::Call(Kind kind, Operation<Answer> operation,
                          absl::AnyInvocable<void(Answer)> done) {
  if (on_call_) on_call_(++calls_);
  if (!process_->alive) return;
  const Answer lost = kind == Kind::kRead ? absl::UnavailableError("simulated: no answer")
                                          : absl::UnknownError("simulated: no answer");
  Fate fate = DrawFate();
  const bool cut = cut_until_ > loop_->Now();
  if (!connected_) fate = Fate::kRefused;
  if (cut) fate = loop_->chance().Happens(0.5) ? Fate::kLostRequest : Fate::kLate;
  // Whoever waits for an answer that does not come learns of it when the session breaks, at once
  // or after a time-out.
  const absl::Duration notice =
      cut ? kCallTimeout : loop_->chance().Delay(absl::Milliseconds(1), kCallTimeout);

  if (fate == Fate::kRefused || fate == Fate::kLostRequest) {
    Answer answer = fate == Fate::kRefused ? Answer(Refused()) : lost;
    const absl::Duration wait = fate == Fate::kRefused ? Way() : notice;
    return loop_->Post(wait, process_,
                       [done = std::move(done), answer]() mutable { done(std::move(answer)); });
  }
  absl::Duration way_there = Way();
  if (fate == Fate::kLate) {
    loop_->Post(notice, process_, [done = std::move(done), lost]() mutable { done(lost); });
    way_there += loop_->chance().Between(absl::ZeroDuration(), kCallTimeout);
  }
  const bool answers = fate == Fate::kGood;
  const bool repeats = breakage_ == Breakage::kRepeatedAfterLoss && fate == Fate::kLostReply;
  loop_->Post(way_there, nullptr,
              [loop = loop_, database = database_, generation = database_->generation(),
               process = process_, operation = std::move(operation), done = std::move(done), lost,
               answers, repeats, way_back = answers ? Way() : notice]() mutable {
                Answer answer = lost;
                if (database->up() && database->generation() == generation) {
                  operation(database->tables(), [&](Answer given) {
                    if (answers) answer = std::move(given);
                  });
                  if (repeats) operation(database->tables(), [](const Answer&) {});
                }
                if (done == nullptr) return;
                loop->Post(way_back, process,
                           [done = std::move(done), answer = std::move(answer)]() mutable {
                             done(std::move(answer));
                           });
              });
}

template <typename T>
void SimulatedStore::HeldRead(Operation<absl::StatusOr<T>> operation, Callback<T> done) {
  if (breakage_ == Breakage::kUnheldReads) {
    return Call<absl::StatusOr<T>>(Kind::kRead, std::move(operation), std::move(done));
  }
  const FlushEpoch epoch = epoch_;
  Call<absl::StatusOr<T>>(Kind::kRead, std::move(operation),
                          [this, epoch, done = std::move(done)](absl::StatusOr<T> answer) mutable {
                            AwaitFlush(epoch, [done = std::move(done), answer = std::move(answer)](
                                                  const absl::Status& flushed) mutable {
                              if (!flushed.ok()) return done(flushed);
                              done(std::move(answer));
                            });
                          });
}

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_SIMULATED_CALL_H_
