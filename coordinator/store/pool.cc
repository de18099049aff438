#include "coordinator/store/pool.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "coordinator/base/clock.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/pqxx_status.h"
#include "coordinator/store/reconnect.h"

namespace pawl::store {

thread_local Pool::Worker* Pool::current_worker = nullptr;
thread_local Pool* Pool::current_pool = nullptr;

Pool::Pool(Options options) : options_(std::move(options)) {
  for (int i = 0; i < options_.connections; ++i) {
    workers_.push_back(std::make_unique<Worker>());
    workers_.back()->backoff = kBackoffMin;
  }
  for (auto& worker : workers_) {
    worker->thread = std::thread([this, w = worker.get()] { Work(w); });
  }
  overdue_thread_ = std::thread([this] { FailOverdue(); });
}

Pool::~Pool() {
  {
    std::lock_guard lock(mu_);
    stopping_ = true;
    for (auto& worker : workers_) worker->wake.notify_one();
    overdue_changed_.notify_one();
  }
  for (auto& worker : workers_) worker->thread.join();
  overdue_thread_.join();
  std::deque<Queued> left;
  {
    std::lock_guard lock(mu_);
    left.swap(queue_);
  }
  for (Queued& queued : left) queued.job(absl::UnavailableError("the store is closing"));
}

void Pool::Enqueue(Job job) {
  Queued queued{std::move(job), DatabaseClock::SteadyNow()};
  if (current_pool == this && !current_worker->local) {
    current_worker->local = std::move(queued);
    return;
  }
  {
    std::lock_guard lock(mu_);
    if (!stopping_) {
      Push(std::move(queued));
      WakeOne();
      if (connected_ == 0) overdue_changed_.notify_one();
      return;
    }
  }
  queued.job(absl::UnavailableError("the store is closing"));
}

void Pool::Work(Worker* worker) {
  current_worker = worker;
  current_pool = this;
  while (std::optional<Queued> next = Next(worker)) {
    options_.metrics->busy.Add(1);
    {
      // A job may begin and commit transactions, beside the statements that it runs.
      const AnswerExpected expected(&worker->session->answers());
      next->job(worker->session.get());
    }
    next.reset();
    options_.metrics->busy.Add(-1);
    if (worker->session->open()) {
      SetHealthy(true);
    } else {
      std::lock_guard lock(mu_);
      Lost(worker);
    }
  }
}

std::optional<Pool::Queued> Pool::Next(Worker* worker) {
  std::unique_lock lock(mu_);
  std::optional<Queued> local = std::exchange(worker->local, std::nullopt);
  if (worker->session && Outdated(*worker)) Lost(worker);
  if (local && worker->session && queue_.empty() && !stopping_) return local;
  if (local) {
    // Others have waited longer. This thread takes the first of them, so nobody need be woken;
    // unless it has lost its session.
    Push(*std::move(local));
    if (!worker->session) WakeOne();
  }
  while (!stopping_) {
    if (queue_.empty()) {
      Rest(worker, &lock);
      if (worker->session && worker->session->HungUp()) Lost(worker);
    } else if (!worker->session) {
      Connect(worker, &lock);
    } else if (Outdated(*worker)) {
      Lost(worker);
    } else {
      return Pop();
    }
  }
  return std::nullopt;
}

void Pool::Push(Queued queued) {
  queue_.push_back(std::move(queued));
  options_.metrics->queued.Set(static_cast<double>(queue_.size()));
}

Pool::Queued Pool::Pop() {
  Queued next = std::move(queue_.front());
  queue_.pop_front();
  options_.metrics->queued.Set(static_cast<double>(queue_.size()));
  options_.metrics->wait.Observe(DatabaseClock::SteadyNow() - next.at);
  return next;
}

void Pool::SetConnected(int connected) {
  connected_ = connected;
  options_.metrics->connections.Set(connected);
}

void Pool::Rest(Worker* worker, std::unique_lock<std::mutex>* lock) {
  (worker->session ? resting_connected_ : resting_unconnected_).push_back(worker);
  worker->woken = false;
  worker->wake.wait(*lock, [&] { return worker->woken || stopping_; });
}

void Pool::WakeOne() {
  std::vector<Worker*>& resting =
      resting_connected_.empty() ? resting_unconnected_ : resting_connected_;
  if (resting.empty()) return;
  Worker* worker = resting.back();
  resting.pop_back();
  worker->woken = true;
  worker->wake.notify_one();
}

bool Pool::Outdated(const Worker& worker) const {
  return options_.barrier != nullptr && worker.session->epoch() != options_.barrier->epoch();
}

void Pool::Connect(Worker* worker, std::unique_lock<std::mutex>* lock) {
  const FlushBarrier* barrier = options_.barrier;
  if (barrier != nullptr && !barrier->open()) {
    worker->wake.wait_for(*lock, absl::ToChronoMilliseconds(kBarrierPoll),
                          [&] { return stopping_; });
    return;
  }
  const FlushEpoch epoch = barrier == nullptr ? FlushEpoch() : barrier->epoch();
  lock->unlock();
  absl::Status status;
  try {
    worker->session = std::make_unique<Session>(options_.database_url, options_.application_name,
                                                options_.synchronous_commit, epoch);
  } catch (...) {
    status = FromCurrentException("connect", Effect::kRead);
  }
  lock->lock();
  if (status.ok()) {
    SetConnected(connected_ + 1);
    worker->backoff = kBackoffMin;
    SetHealthy(true);
    return;
  }
  // Once for each outage, not for each attempt.
  if (worker->backoff == kBackoffMin) log::Warn("database_connection_failed", {{"error", status}});
  if (connected_ == 0) SetHealthy(false);
  if (!stopping_) {
    worker->wake.wait_for(*lock, absl::ToChronoMilliseconds(worker->backoff),
                          [&] { return stopping_; });
  }
  worker->backoff = std::min(worker->backoff * 2, kBackoffMax);
}

void Pool::Lost(Worker* worker) {
  worker->session.reset();
  SetHealthy(false);
  SetConnected(connected_ - 1);
  overdue_changed_.notify_one();
}

void Pool::FailOverdue() {
  std::unique_lock lock(mu_);
  while (!stopping_) {
    if (connected_ > 0 || queue_.empty()) {
      overdue_changed_.wait(lock);
      continue;
    }
    const absl::Duration left =
        queue_.front().at + options_.unavailable_after - DatabaseClock::SteadyNow();
    if (left > absl::ZeroDuration()) {
      overdue_changed_.wait_for(lock,
                                absl::ToChronoMicroseconds(left) + std::chrono::microseconds(1));
      continue;
    }
    Queued queued = Pop();
    lock.unlock();
    queued.job(absl::UnavailableError(StrCat("no connection to the database for ",
                                             absl::FormatDuration(options_.unavailable_after))));
    lock.lock();
  }
}

}  // namespace pawl::store
