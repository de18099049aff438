#include "coordinator/engine/claimer.h"

#include <algorithm>
#include <utility>

#include "coordinator/base/log.h"

namespace pawl::engine {

void Claimer::Run() { Look(); }

void Claimer::Stop() {
  absl::MutexLock lock(&mu_);
  stopped_ = true;
}

void Claimer::WakeAt(absl::Time time) {
  absl::MutexLock lock(&mu_);
  if (looking_) {
    wanted_ = std::min(wanted_, time);  // WakeAfterLook sees to it
  } else if (time < wake_at_) {
    Schedule(time);
  }
}

void Claimer::Schedule(absl::Time at) {
  wake_at_ = at;
  const absl::Duration delay = std::max(at - parts_.clock->Now(), absl::ZeroDuration());
  parts_.scheduler->RunAfter(delay, [self = shared_from_this(), at] {
    {
      absl::MutexLock lock(&self->mu_);
      if (self->wake_at_ != at) return;  // an earlier one has been scheduled since
    }
    self->Look();
  });
}

void Claimer::Look() {
  {
    absl::MutexLock lock(&mu_);
    if (stopped_ || looking_) return;
    looking_ = true;
  }
  parts_.tick();
  const int64_t room = std::min(parts_.room(), parts_.batch);
  const absl::Time now = parts_.clock->Now();
  if (room <= 0) return WakeAfterLook(absl::InfiniteFuture());
  const absl::Time until = now + parts_.claim_hint;
  auto self = shared_from_this();
  parts_.store->ClaimDue(now, until, room,
                         [self, until, room, epoch = parts_.store->Epoch()](
                             absl::StatusOr<std::vector<core::Execution>> executions) {
                           self->Claimed(std::move(executions), until, room, epoch);
                         });
}

void Claimer::Claimed(absl::StatusOr<std::vector<core::Execution>> executions, absl::Time until,
                      int64_t asked, FlushEpoch epoch) {
  if (!executions.ok()) {
    log::Warn("claim_failed", {{"status", executions.status()}});
    return WakeAfterLook(absl::InfiniteFuture());
  }
  const bool more = static_cast<int64_t>(executions->size()) == asked;
  for (core::Execution& execution : *executions) {
    parts_.claimed(std::move(execution), until, epoch);
  }
  const absl::Time now = parts_.clock->Now();
  if (more) return WakeAfterLook(now);
  auto self = shared_from_this();
  parts_.store->NextClaimableAt(now, [self](absl::StatusOr<absl::Time> next) {
    self->WakeAfterLook(next.ok() ? *next : absl::InfiniteFuture());
  });
}

void Claimer::WakeAfterLook(absl::Time next_due) {
  const absl::Time latest = parts_.clock->Now() + parts_.poll_interval;
  absl::MutexLock lock(&mu_);
  looking_ = false;
  const absl::Time wanted = std::exchange(wanted_, absl::InfiniteFuture());
  if (!stopped_) Schedule(std::min({next_due, latest, wanted}));
}

}  // namespace pawl::engine
