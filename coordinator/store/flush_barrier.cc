#include "coordinator/store/flush_barrier.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "coordinator/base/batch.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/log.h"

namespace pawl::store {
namespace {

constexpr absl::Duration kRetryAfter = absl::Milliseconds(100);
// Fewer than these are worth no wait.
constexpr size_t kPacedFrom = 16;

}  // namespace

FlushBarrier::FlushBarrier(Options options)
    : options_(std::move(options)), thread_([this] { Work(); }) {}

FlushBarrier::~FlushBarrier() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
  Answer(std::move(waiting_), absl::UnavailableError("the store is closing"));
}

void FlushBarrier::Await(FlushEpoch epoch, DoneCallback done) {
  {
    std::lock_guard lock(mu_);
    if (epoch == this->epoch() && !stopping_) {
      waiting_.push_back(std::move(done));
      if (!resting_) return;
      if (!Batch::open()) return WakeUp();
      // At its end, so that the barrier covers all that the batch has.
      if (!std::exchange(wake_promised_, true)) Batch::AtEnd([this] { KeepPromise(); });
      return;
    }
  }
  done(absl::UnavailableError("the database was lost before this could reach its disk"));
}

void FlushBarrier::WakeUp() {
  if (std::exchange(resting_, false)) changed_.notify_one();
}

void FlushBarrier::KeepPromise() {
  std::lock_guard lock(mu_);
  wake_promised_ = false;
  WakeUp();
}

void FlushBarrier::Answer(Effects effects, const absl::Status& status) {
  const Batch batch;
  for (DoneCallback& done : effects) done(status);
}

void FlushBarrier::Work() {
  std::unique_lock lock(mu_);
  while (!stopping_) {
    if (session_ == nullptr && !Open(&lock)) {
      changed_.wait_for(lock, absl::ToChronoMilliseconds(kRetryAfter), [&] { return stopping_; });
      continue;
    }
    if (waiting_.empty()) {
      resting_ = true;
      changed_.wait(lock, [&] { return !resting_ || stopping_; });
      resting_ = false;
      continue;
    }
    const absl::Duration rest = last_sent_ + options_.pace - DatabaseClock::SteadyNow();
    if (waiting_.size() >= kPacedFrom && rest > absl::ZeroDuration()) {
      changed_.wait_for(lock, absl::ToChronoMicroseconds(rest), [&] { return stopping_; });
    }
    if (!Flush(&lock)) EndEpoch(&lock);
  }
}

bool FlushBarrier::Open(std::unique_lock<std::mutex>* lock) {
  lock->unlock();
  absl::StatusOr<std::unique_ptr<FlushSession>> session = FlushSession::Open(options_.session);
  lock->lock();
  if (!session.ok()) {
    if (!absl::IsUnavailable(session.status()) && !std::exchange(refused_, true)) {
      log::Error("flush_session_refused", {{"status", session.status()}});
    }
    options_.healthy->store(false, std::memory_order_relaxed);
    return false;
  }
  session_ = *std::move(session);
  refused_ = false;
  if (options_.faults.barrier_writes_nothing) session_->WriteNothing();
  open_.store(true, std::memory_order_release);
  return true;
}

bool FlushBarrier::Flush(std::unique_lock<std::mutex>* lock) {
  // What comes from now on waits for the next barrier: this one may be older than its commit.
  Effects covered = std::exchange(waiting_, {});
  lock->unlock();
  last_sent_ = DatabaseClock::SteadyNow();
  const absl::Status status = session_->Flush();
  if (status.ok()) {
    options_.metrics->flush_duration.Observe(DatabaseClock::SteadyNow() - last_sent_);
    Answer(std::move(covered), absl::OkStatus());
    lock->lock();
    if (options_.faults.releases_what_came_meanwhile) {
      Effects early = std::exchange(waiting_, {});
      lock->unlock();
      Answer(std::move(early), absl::OkStatus());
      lock->lock();
    }
    return true;
  }
  log::Warn("flush_failed", {{"status", status}});
  lock->lock();
  // Nothing is known of these: they wait for another barrier, or for the end of the epoch.
  std::move(waiting_.begin(), waiting_.end(), std::back_inserter(covered));
  waiting_ = std::move(covered);
  return session_->open();
}

void FlushBarrier::EndEpoch(std::unique_lock<std::mutex>* lock) {
  session_.reset();
  options_.healthy->store(false, std::memory_order_relaxed);
  if (options_.faults.effects_outlive_the_session) return;
  open_.store(false, std::memory_order_release);
  epoch_.fetch_add(1, std::memory_order_acq_rel);
  options_.metrics->flush_epochs_ended.Add();
  Effects lost = std::exchange(waiting_, {});
  lock->unlock();
  log::Warn("flush_epoch_ended", {{"effects_dropped", static_cast<int64_t>(lost.size())}});
  Answer(std::move(lost),
         absl::UnavailableError("the database was lost before this could reach its disk"));
  lock->lock();
}

}  // namespace pawl::store
