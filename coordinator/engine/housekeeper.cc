#include "coordinator/engine/housekeeper.h"

#include "coordinator/base/log.h"

namespace pawl::engine {

void Housekeeper::Run() {
  FinishDeletions();
  MaintainPartitions();
}

void Housekeeper::Stop() {
  absl::MutexLock lock(&mu_);
  stopped_ = true;
}

bool Housekeeper::stopped() const {
  absl::MutexLock lock(&mu_);
  return stopped_;
}

void Housekeeper::FinishDeletions() {
  if (stopped()) return;
  store_->FinishDeletions([self = shared_from_this()](absl::Status status) {
    if (!status.ok()) log::Warn("finish_deletions_failed", {{"status", status}});
    self->scheduler_->RunAfter(kDeletionsEvery, [self] { self->FinishDeletions(); });
  });
}

void Housekeeper::MaintainPartitions() {
  if (stopped()) return;
  store_->MaintainPartitions(
      clock_->Now(), retention_, [self = shared_from_this()](absl::Status status) {
        if (!status.ok()) log::Warn("maintain_partitions_failed", {{"status", status}});
        self->scheduler_->RunAfter(kPartitionsEvery, [self] { self->MaintainPartitions(); });
      });
}

}  // namespace pawl::engine
