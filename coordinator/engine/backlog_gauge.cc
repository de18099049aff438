#include "coordinator/engine/backlog_gauge.h"

#include <algorithm>

#include "coordinator/base/log.h"

namespace pawl::engine {

void BacklogGauge::Run() {
  {
    absl::MutexLock lock(&mu_);
    if (stopped_) return;
  }
  store_->ReadyBacklog(kCountLimit,
                       [self = shared_from_this()](absl::StatusOr<store::Backlog> backlog) {
                         if (backlog.ok()) {
                           self->Show(*backlog);
                         } else {
                           log::Warn("backlog_not_read", {{"status", backlog.status()}});
                         }
                         self->scheduler_->RunAfter(kEvery, [self] { self->Run(); });
                       });
}

void BacklogGauge::Stop() {
  absl::MutexLock lock(&mu_);
  stopped_ = true;
}

void BacklogGauge::Show(const store::Backlog& backlog) {
  metrics_->ready_tasks.Set(static_cast<double>(backlog.count));
  const absl::Duration age =
      backlog.oldest_ready_at ? clock_->Now() - *backlog.oldest_ready_at : absl::ZeroDuration();
  metrics_->ready_oldest_age.Set(absl::ToDoubleSeconds(std::max(age, absl::ZeroDuration())));
}

}  // namespace pawl::engine
