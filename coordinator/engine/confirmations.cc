#include "coordinator/engine/confirmations.h"

#include <algorithm>
#include <vector>

namespace pawl::engine {

void Confirmations::Given(const TaskId& task, absl::Time confirm_by, bool written) {
  absl::MutexLock lock(&mu_);
  DropLeases();
  confirmed_[task.nonce] = false;
  if (!written) {
    leased_.push_back({task, confirm_by});
    return;
  }
  given_.push_back({task, confirm_by - kWriteAhead});
  SetTimer();
}

void Confirmations::DropLeases() {
  const absl::Time now = clock_->Now();
  while (!leased_.empty() && leased_.front().write_at <= now) {
    confirmed_.erase(leased_.front().task.nonce);
    leased_.pop_front();
  }
}

bool Confirmations::Confirm(int64_t nonce) {
  absl::MutexLock lock(&mu_);
  const auto at = confirmed_.find(nonce);
  if (at == confirmed_.end()) return false;
  at->second = true;
  return true;
}

bool Confirmations::Return(int64_t nonce) {
  absl::MutexLock lock(&mu_);
  const auto at = confirmed_.find(nonce);
  if (at == confirmed_.end()) return true;
  if (at->second) return false;
  confirmed_.erase(at);
  return true;
}

void Confirmations::Forget(int64_t nonce) {
  absl::MutexLock lock(&mu_);
  confirmed_.erase(nonce);
}

void Confirmations::SetTimer() {
  if (timer_set_ || given_.empty()) return;
  timer_set_ = true;
  const absl::Duration delay = given_.front().write_at - clock_->Now();
  scheduler_->RunAfter(std::max(delay, absl::ZeroDuration()), [weak = weak_from_this()] {
    auto self = weak.lock();
    if (self == nullptr) return;
    {
      absl::MutexLock lock(&self->mu_);
      self->timer_set_ = false;
    }
    self->Write(self->clock_->Now());
  });
}

void Confirmations::Write(absl::Time until) {
  std::vector<TaskId> due;
  {
    absl::MutexLock lock(&mu_);
    while (!given_.empty() && given_.front().write_at <= until) {
      const TaskId task = given_.front().task;
      given_.pop_front();
      // A confirmation that comes later is written at once.
      const auto at = confirmed_.find(task.nonce);
      if (at == confirmed_.end()) continue;
      if (at->second) due.push_back(task);
      confirmed_.erase(at);
    }
    SetTimer();
  }
  for (const TaskId& task : due) write_(task);
}

}  // namespace pawl::engine
