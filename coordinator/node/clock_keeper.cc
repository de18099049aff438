#include "coordinator/node/clock_keeper.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "coordinator/base/log.h"

namespace pawl::node {
namespace {

constexpr absl::Duration kSampleInterval = absl::Seconds(2);

}  // namespace

void ClockKeeper::Sample(store::DoneCallback done) {
  const absl::Duration asked = clock_->Steady();
  store_->DatabaseTime(
      [this, asked, done = std::move(done)](absl::StatusOr<absl::Time> now) mutable {
        if (now.ok()) clock_->Sample(*now, asked, clock_->Steady());
        done(now.status());
      });
}

absl::Status ClockKeeper::SampleOnce() {
  absl::Notification answered;
  absl::Status result;
  Sample([&](absl::Status status) {
    result = std::move(status);
    answered.Notify();
  });
  answered.WaitForNotification();
  return result;
}

void ClockKeeper::Run() {
  scheduler_->RunAfter(kSampleInterval, [this] {
    Sample([this](absl::Status status) {
      // The clock goes on with this machine's steady time meanwhile.
      if (!status.ok()) log::Debug("clock_sample_failed", {{"reason", status}});
      Run();
    });
  });
}

}  // namespace pawl::node
