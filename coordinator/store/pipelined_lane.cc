#include "coordinator/store/pipelined_lane.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "coordinator/base/batch.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/reconnect.h"

namespace pawl::store {
namespace {

constexpr absl::Duration kOverduePoll = absl::Milliseconds(100);
// Requests of one batch that go to one connection. Fewer would wake more threads and more of the
// server's processes for the same work, more would let the other processors wait.
constexpr int kBatchShare = 16;

}  // namespace

thread_local PipelinedLane::Worker* PipelinedLane::current_worker = nullptr;
thread_local PipelinedLane* PipelinedLane::current_lane = nullptr;
thread_local PipelinedLane::BatchShare PipelinedLane::batch_share;

PipelinedLane::Worker::Worker() : wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
PipelinedLane::Worker::~Worker() { close(wake); }

void PipelinedLane::Worker::Wake() {
  const uint64_t one = 1;
  // Cannot fail: the counter is far from full.
  [[maybe_unused]] const ssize_t written = write(wake, &one, sizeof(one));
}

void PipelinedLane::Worker::WakeUp() {
  if (std::exchange(asleep, false)) Wake();
}

PipelinedLane::PipelinedLane(Options options) : options_(std::move(options)) {
  for (int i = 0; i < options_.connections; ++i) {
    workers_.push_back(std::make_shared<Worker>());
    workers_.back()->backoff = kBackoffMin;
  }
  for (auto& worker : workers_) {
    worker->thread = std::thread([this, w = worker.get()] { Work(w); });
  }
}

PipelinedLane::~PipelinedLane() {
  stopping_ = true;
  for (auto& worker : workers_) worker->Wake();
  for (auto& worker : workers_) worker->thread.join();
}

void PipelinedLane::Execute(Pipeline::Request request) {
  Queued queued{std::move(request), DatabaseClock::SteadyNow()};
  if (current_lane == this) {
    current_worker->load.fetch_add(1, std::memory_order_relaxed);
    current_worker->waiting.push_back(std::move(queued));
    return;
  }
  const std::shared_ptr<Worker> worker = ForThisBatch();
  worker->load.fetch_add(1, std::memory_order_relaxed);
  std::lock_guard lock(worker->mu);
  worker->inbox.push_back(std::move(queued));
  if (!worker->asleep) return;
  if (!Batch::open()) return worker->WakeUp();
  if (std::exchange(worker->wake_promised, true)) return;
  Batch::AtEnd([worker] {
    std::lock_guard lock(worker->mu);
    worker->wake_promised = false;
    worker->WakeUp();
  });
}

std::shared_ptr<PipelinedLane::Worker> PipelinedLane::ForThisBatch() {
  if (!Batch::open()) return LeastLoaded();
  if (batch_share.lane != this || batch_share.left == 0) {
    if (batch_share.lane == nullptr) Batch::AtEnd([] { batch_share = {}; });
    batch_share = {.lane = this, .worker = LeastLoaded(), .left = kBatchShare};
  }
  --batch_share.left;
  return batch_share.worker;
}

std::shared_ptr<PipelinedLane::Worker> PipelinedLane::LeastLoaded() {
  const auto load = [](const auto& worker) { return worker->load.load(std::memory_order_relaxed); };
  return *std::min_element(workers_.begin(), workers_.end(),
                           [&](const auto& a, const auto& b) { return load(a) < load(b); });
}

void PipelinedLane::Work(Worker* worker) {
  current_worker = worker;
  current_lane = this;
  while (true) {
    TakeInbox(worker);
    if (stopping_ && worker->pipeline == nullptr) break;
    if (worker->pipeline == nullptr) {
      // Connects when there is work for it.
      worker->waiting.empty() ? Sleep(worker, absl::InfiniteDuration()) : Connect(worker);
      continue;
    }
    Serve(worker);
    if (worker->pipeline == nullptr) continue;
    if (stopping_ && worker->pipeline->under_way() == 0) break;
    Sleep(worker, absl::InfiniteDuration());
  }
  TakeInbox(worker);
  while (!worker->waiting.empty()) FailOverdue(worker, absl::ZeroDuration());
}

void PipelinedLane::Serve(Worker* worker) {
  if (options_.barrier != nullptr && worker->pipeline->epoch() != options_.barrier->epoch()) {
    return Lose(worker);
  }
  if (worker->pipeline->HungUp()) return Lose(worker);
  worker->pipeline->Receive();
  if (worker->pipeline->broken()) return Lose(worker);
  if (!stopping_) SendWaiting(worker);
  const Batch batch;
  while (std::optional<Pipeline::Answered> answered = worker->pipeline->Next()) {
    options_.healthy->store(true, std::memory_order_relaxed);
    Tell(worker, *std::move(answered));
    if (!stopping_) SendWaiting(worker);
  }
  if (worker->pipeline->broken()) Lose(worker);
}

void PipelinedLane::SendWaiting(Worker* worker) {
  while (!worker->waiting.empty()) {
    options_.metrics->wait.Observe(DatabaseClock::SteadyNow() - worker->waiting.front().at);
    worker->pipeline->Send(std::move(worker->waiting.front().request));
    worker->waiting.pop_front();
  }
}

void PipelinedLane::Tell(Worker* worker, Pipeline::Answered answered) {
  worker->load.fetch_sub(1, std::memory_order_relaxed);
  answered.request.done(std::move(answered.result));
}

void PipelinedLane::TakeInbox(Worker* worker) {
  std::lock_guard lock(worker->mu);
  worker->asleep = false;
  std::move(worker->inbox.begin(), worker->inbox.end(), std::back_inserter(worker->waiting));
  worker->inbox.clear();
}

void PipelinedLane::Connect(Worker* worker) {
  const bool closed = options_.barrier != nullptr && !options_.barrier->open();
  const absl::Duration wait = closed ? kBarrierPoll : worker->retry_at - DatabaseClock::SteadyNow();
  if (wait > absl::ZeroDuration()) {
    FailOverdue(worker, options_.unavailable_after);
    return Sleep(worker, std::min(wait, kOverduePoll));
  }
  const FlushEpoch epoch = options_.barrier == nullptr ? FlushEpoch() : options_.barrier->epoch();
  absl::StatusOr<std::unique_ptr<Pipeline>> pipeline = Pipeline::Open(options_.connection, epoch);
  if (pipeline.ok()) {
    worker->pipeline = *std::move(pipeline);
    worker->backoff = kBackoffMin;
    options_.metrics->connections.Add(1);
    options_.healthy->store(true, std::memory_order_relaxed);
    return;
  }
  // Once for each outage, not for each attempt.
  if (worker->backoff == kBackoffMin) {
    log::Warn("database_connection_failed", {{"error", pipeline.status()}});
  }
  options_.healthy->store(false, std::memory_order_relaxed);
  FailOverdue(worker, options_.unavailable_after);
  worker->retry_at = DatabaseClock::SteadyNow() + worker->backoff;
  worker->backoff = std::min(worker->backoff * 2, kBackoffMax);
}

void PipelinedLane::Lose(Worker* worker) {
  std::vector<Pipeline::Answered> in_doubt = worker->pipeline->Abandon();
  worker->pipeline.reset();
  options_.metrics->connections.Add(-1);
  options_.healthy->store(false, std::memory_order_relaxed);
  for (Pipeline::Answered& answered : in_doubt) Tell(worker, std::move(answered));
}

void PipelinedLane::FailOverdue(Worker* worker, absl::Duration older_than) {
  const absl::Duration now = DatabaseClock::SteadyNow();
  // What the callbacks send meanwhile waits its own time.
  for (size_t left = worker->waiting.size(); left > 0; --left) {
    if (now - worker->waiting.front().at < older_than) return;
    Queued queued = std::move(worker->waiting.front());
    worker->waiting.pop_front();
    Tell(worker, {std::move(queued.request),
                  absl::UnavailableError(
                      StrCat(queued.request.operation, ": no connection to the database"))});
  }
}

void PipelinedLane::Sleep(Worker* worker, absl::Duration at_most) {
  {
    std::lock_guard lock(worker->mu);
    if (!worker->inbox.empty()) return;
    worker->asleep = true;
  }
  if (stopping_ && worker->pipeline == nullptr) return;
  pollfd waits[2] = {{worker->wake, POLLIN, 0}, {-1, POLLIN, 0}};
  if (worker->pipeline != nullptr) {
    waits[1].fd = worker->pipeline->socket();
    if (worker->pipeline->wants_write()) waits[1].events |= POLLOUT;
  }
  const int timeout = at_most == absl::InfiniteDuration()
                          ? -1
                          : static_cast<int>(absl::ToInt64Milliseconds(at_most)) + 1;
  poll(waits, 2, timeout);
  if (waits[0].revents != 0) {
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = read(worker->wake, &count, sizeof(count));
  }
}

}  // namespace pawl::store
