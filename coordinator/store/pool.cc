#include "coordinator/store/pool.h"

#include <algorithm>
#include <utility>

#include "coordinator/base/clock.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/pqxx_status.h"

namespace pawl::store {
namespace {

constexpr absl::Duration kBackoffMin = absl::Milliseconds(50);
constexpr absl::Duration kBackoffMax = absl::Seconds(2);

}  // namespace

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
    absl::MutexLock lock(&mu_);
    stopping_ = true;
    for (auto& worker : workers_) worker->wake.Signal();
    overdue_changed_.Signal();
  }
  for (auto& worker : workers_) worker->thread.join();
  overdue_thread_.join();
  std::deque<Queued> left;
  {
    absl::MutexLock lock(&mu_);
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
    absl::MutexLock lock(&mu_);
    if (!stopping_) {
      queue_.push_back(std::move(queued));
      WakeOne();
      if (connected_ == 0) overdue_changed_.Signal();
      return;
    }
  }
  queued.job(absl::UnavailableError("the store is closing"));
}

void Pool::Work(Worker* worker) {
  current_worker = worker;
  current_pool = this;
  while (std::optional<Queued> next = Next(worker)) {
    next->job(worker->session.get());
    next.reset();
    if (worker->session->open()) {
      SetHealthy(true);
    } else {
      Lost(worker);
    }
  }
}

std::optional<Pool::Queued> Pool::Next(Worker* worker) {
  absl::MutexLock lock(&mu_);
  std::optional<Queued> local = std::exchange(worker->local, std::nullopt);
  if (local && worker->session && queue_.empty() && !stopping_) return local;
  if (local) {
    // Others have waited longer. This thread takes the first of them, so nobody need be woken;
    // unless it has lost its session.
    queue_.push_back(*std::move(local));
    if (!worker->session) WakeOne();
  }
  while (!stopping_) {
    if (queue_.empty()) {
      Rest(worker);
    } else if (!worker->session) {
      Connect(worker);
    } else {
      Queued next = std::move(queue_.front());
      queue_.pop_front();
      return next;
    }
  }
  return std::nullopt;
}

void Pool::Rest(Worker* worker) {
  (worker->session ? resting_connected_ : resting_unconnected_).push_back(worker);
  worker->woken = false;
  while (!worker->woken && !stopping_) worker->wake.Wait(&mu_);
}

void Pool::WakeOne() {
  std::vector<Worker*>& resting =
      resting_connected_.empty() ? resting_unconnected_ : resting_connected_;
  if (resting.empty()) return;
  Worker* worker = resting.back();
  resting.pop_back();
  worker->woken = true;
  worker->wake.Signal();
}

void Pool::Connect(Worker* worker) {
  mu_.Unlock();
  absl::Status status;
  try {
    worker->session = std::make_unique<Session>(options_.database_url, options_.application_name);
  } catch (...) {
    status = FromCurrentException("connect", Effect::kRead);
  }
  mu_.Lock();
  if (status.ok()) {
    ++connected_;
    worker->backoff = kBackoffMin;
    SetHealthy(true);
    return;
  }
  // Once for each outage, not for each attempt.
  if (worker->backoff == kBackoffMin) log::Warn("database_connection_failed", {{"error", status}});
  if (connected_ == 0) SetHealthy(false);
  if (!stopping_) worker->wake.WaitWithTimeout(&mu_, worker->backoff);
  worker->backoff = std::min(worker->backoff * 2, kBackoffMax);
}

void Pool::Lost(Worker* worker) {
  worker->session.reset();
  SetHealthy(false);
  absl::MutexLock lock(&mu_);
  --connected_;
  overdue_changed_.Signal();
}

void Pool::FailOverdue() {
  absl::MutexLock lock(&mu_);
  while (!stopping_) {
    if (connected_ > 0 || queue_.empty()) {
      overdue_changed_.Wait(&mu_);
      continue;
    }
    const absl::Duration left =
        queue_.front().at + options_.unavailable_after - DatabaseClock::SteadyNow();
    if (left > absl::ZeroDuration()) {
      overdue_changed_.WaitWithTimeout(&mu_, left);
      continue;
    }
    Queued queued = std::move(queue_.front());
    queue_.pop_front();
    mu_.Unlock();
    queued.job(absl::UnavailableError(StrCat("no connection to the database for ",
                                             absl::FormatDuration(options_.unavailable_after))));
    mu_.Lock();
  }
}

}  // namespace pawl::store
