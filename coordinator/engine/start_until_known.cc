#include "coordinator/engine/start_until_known.h"

#include <memory>
#include <utility>

namespace pawl::engine {
namespace {

class Attempts : public std::enable_shared_from_this<Attempts> {
 public:
  Attempts(WantedExecution wanted, Scheduler* scheduler, StartFunction start,
           store::Callback<Started> done)
      : wanted_(std::move(wanted)),
        scheduler_(scheduler),
        start_(std::move(start)),
        done_(std::move(done)) {}

  void Try() {
    start_(wanted_.machine, wanted_.name, wanted_.input, wanted_.task,
           [self = shared_from_this()](absl::StatusOr<Started> started) {
             self->Tried(std::move(started));
           });
  }

 private:
  void Tried(absl::StatusOr<Started> started) {
    if (!absl::IsUnavailable(started.status()) || ++tried_ == kMostTries) {
      return done_(std::move(started));
    }
    scheduler_->RunAfter(kPause, [self = shared_from_this()] { self->Try(); });
  }

  static constexpr int kMostTries = 120;
  static constexpr absl::Duration kPause = absl::Milliseconds(500);

  const WantedExecution wanted_;
  Scheduler* const scheduler_;
  const StartFunction start_;
  store::Callback<Started> done_;
  int tried_ = 0;
};

}  // namespace

void StartUntilKnown(WantedExecution wanted, Scheduler* scheduler, StartFunction start,
                     store::Callback<Started> done) {
  std::make_shared<Attempts>(std::move(wanted), scheduler, std::move(start), std::move(done))
      ->Try();
}

}  // namespace pawl::engine
