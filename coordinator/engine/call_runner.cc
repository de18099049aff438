#include "coordinator/engine/call_runner.h"

#include <algorithm>
#include <utility>

#include "coordinator/base/log.h"

namespace pawl::engine {
namespace {

// The execution has gone on without the call: it is over, or others have ended it.
bool IsLate(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsNotFound(status);
}

// Whether one of its tasks still waits for that call.
bool WaitsFor(const core::Execution& execution, const TaskId& call) {
  if (execution.closed()) return false;
  const core::Branch* branch = execution.Find(call.branch);
  return branch != nullptr && branch->task && branch->task->nonce == call.nonce;
}

}  // namespace

void CallRunner::TakeMore() {
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      const int64_t room = parts_.most - static_cast<int64_t>(running_.size()) - polls_;
      if (stopped_ || room <= 0 || polls_ >= kPolls) return;
      ++polls_;
    }
    parts_.take([weak = weak_from_this()](absl::StatusOr<std::optional<ActivityTask>> task) {
      if (auto self = weak.lock()) self->Taken(std::move(task));
    });
  }
}

void CallRunner::Taken(absl::StatusOr<std::optional<ActivityTask>> task) {
  bool give_back = false;
  {
    absl::MutexLock lock(&mu_);
    --polls_;
    if (!task.ok() || !*task) {
      stopped_ = true;  // the node goes down
      return;
    }
    give_back = stopped_;
  }
  LeasedCall& leased = *(*task)->call;
  if (give_back) return GiveBack(leased.task);
  Make(std::move(leased));
  TakeMore();
}

void CallRunner::Make(LeasedCall leased) {
  const TaskId task = leased.task;
  const absl::Time now = parts_.clock->Now();
  {
    absl::MutexLock lock(&mu_);
    const auto [at, first] = running_.try_emplace(task.nonce);
    Running& running = at->second;
    running.renew_at = now + (leased.leased_until - now) / 2;
    SetTick();
    // Its lease has run out while this node was busy, and nobody else got it.
    if (!first) return;
    running.task = task;
    running.taken_at = now;
    running.started_at = leased.started_at;
    of_execution_[task.execution].push_back(task.nonce);
    ShowRunning();
  }
  if (leased.repeated) parts_.work->ShowRepeated();
  const auto id = parts_.work->Begin(std::move(leased),
                                     [weak = weak_from_this(), nonce = task.nonce](auto result) {
                                       if (auto self = weak.lock())
                                         self->Ended(nonce, std::move(result));
                                     });
  absl::MutexLock lock(&mu_);
  const auto at = running_.find(task.nonce);
  if (at != running_.end() && !at->second.ended) at->second.work = id;
}

void CallRunner::Ended(int64_t nonce, integrations::CallResult result) {
  TaskId task;
  {
    absl::MutexLock lock(&mu_);
    const auto at = running_.find(nonce);
    if (at == running_.end()) return;
    at->second.ended = true;
    at->second.work.reset();
    task = at->second.task;
    parts_.work->Took(parts_.clock->Now() - at->second.taken_at);
  }
  Tell(task, std::make_shared<const integrations::CallResult>(std::move(result)), kFirstPause);
}

void CallRunner::Tell(const TaskId& task, std::shared_ptr<const integrations::CallResult> result,
                      absl::Duration pause) {
  parts_.post(task.execution, {parts_.work->EndOf(task, *result),
                               [weak = weak_from_this(), task, result, pause](absl::Status status) {
                                 if (auto self = weak.lock()) {
                                   self->Told(task, result, pause, status);
                                 }
                               }});
}

void CallRunner::Told(const TaskId& task, std::shared_ptr<const integrations::CallResult> result,
                      absl::Duration pause, const absl::Status& status) {
  if (status.ok() || IsLate(status)) return Drop(task.nonce);
  parts_.scheduler->RunAfter(pause,
                             [weak = weak_from_this(), task, result = std::move(result), pause] {
                               if (auto self = weak.lock())
                                 self->Tell(task, result, std::min(pause * 2, kLongestPause));
                             });
}

void CallRunner::SetTick() {
  if (tick_set_ || running_.empty()) return;
  tick_set_ = true;
  parts_.scheduler->RunAfter(kTick, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->Tick();
  });
}

void CallRunner::Tick() {
  std::vector<TaskId> due;
  {
    absl::MutexLock lock(&mu_);
    tick_set_ = false;
    const absl::Time now = parts_.clock->Now();
    for (auto& [nonce, running] : running_) {
      if (running.renew_at > now) continue;
      running.renew_at = absl::InfiniteFuture();  // until that has been answered
      due.push_back(running.task);
    }
    SetTick();
  }
  // Not in an order that follows from where things lie in memory.
  std::sort(due.begin(), due.end(),
            [](const TaskId& a, const TaskId& b) { return a.nonce < b.nonce; });
  for (const TaskId& task : due) Renew(task);
}

void CallRunner::Renew(const TaskId& task) {
  parts_.post(task.execution, {Work::Renew{task.branch, task.nonce},
                               [weak = weak_from_this(), task](absl::Status status) {
                                 if (auto self = weak.lock()) self->Renewed(task, status);
                               }});
}

void CallRunner::Renewed(const TaskId& task, const absl::Status& status) {
  if (IsLate(status)) return Drop(task.nonce);
  absl::MutexLock lock(&mu_);
  const auto at = running_.find(task.nonce);
  if (at == running_.end()) return;
  const absl::Time now = parts_.clock->Now();
  const absl::Duration lease = core::LeaseLength(now - at->second.started_at);
  at->second.renew_at = status.ok() ? now + lease / 2 : now + kTick;
}

void CallRunner::Drop(int64_t nonce) {
  std::optional<LeasedWork::Id> work;
  {
    absl::MutexLock lock(&mu_);
    const std::optional<Running> dropped = Remove(nonce);
    if (!dropped) return;
    work = dropped->work;
    ShowRunning();
  }
  if (work) parts_.work->GiveUp(*work);
  TakeMore();
}

std::optional<CallRunner::Running> CallRunner::Remove(int64_t nonce) {
  const auto at = running_.find(nonce);
  if (at == running_.end()) return std::nullopt;
  Running running = std::move(at->second);
  running_.erase(at);
  const auto siblings = of_execution_.find(running.task.execution);
  std::erase(siblings->second, nonce);
  if (siblings->second.empty()) of_execution_.erase(siblings);
  return running;
}

void CallRunner::Moved(const core::Execution& execution, FlushEpoch epoch) {
  if (!has_some_) return;
  std::vector<int64_t> unwanted;
  {
    absl::MutexLock lock(&mu_);
    const auto calls = of_execution_.find(execution.facts->id);
    if (calls == of_execution_.end()) return;
    for (const int64_t nonce : calls->second) {
      // What has ended already is dropped by who has told its end.
      const Running& running = running_.at(nonce);
      if (!running.ended && !WaitsFor(execution, running.task)) unwanted.push_back(nonce);
    }
  }
  if (unwanted.empty()) return;
  parts_.await_flush(epoch, [weak = weak_from_this(),
                             unwanted = std::move(unwanted)](const absl::Status& flushed) {
    const auto self = weak.lock();
    if (self == nullptr || !flushed.ok()) return;  // the next renewal tells whether it is so
    for (const int64_t nonce : unwanted) self->Drop(nonce);
  });
}

void CallRunner::GiveBack(const TaskId& task) {
  parts_.post(task.execution, {Work::Return{task.branch, task.nonce}, [](const absl::Status&) {}});
}

void CallRunner::ShowRunning() {
  has_some_ = !running_.empty();
  parts_.work->ShowUnderWay(running_.size());
}

void CallRunner::Drain(absl::Duration grace, absl::AnyInvocable<void()> done) {
  {
    absl::MutexLock lock(&mu_);
    stopped_ = true;
  }
  WaitForLast(parts_.clock->Now() + grace, std::move(done));
}

void CallRunner::WaitForLast(absl::Time until, absl::AnyInvocable<void()> done) {
  {
    absl::MutexLock lock(&mu_);
    if (running_.empty()) until = absl::InfinitePast();
  }
  if (until <= parts_.clock->Now()) {
    GiveBackAll();
    return done();
  }
  parts_.scheduler->RunAfter(absl::Milliseconds(10),
                             [self = shared_from_this(), until, done = std::move(done)]() mutable {
                               self->WaitForLast(until, std::move(done));
                             });
}

void CallRunner::GiveBackAll() {
  std::vector<Running> left;
  {
    absl::MutexLock lock(&mu_);
    for (auto& [nonce, running] : running_) left.push_back(running);
    running_.clear();
    of_execution_.clear();
    ShowRunning();
  }
  if (!left.empty()) log::Info("calls_given_back", {{"calls", left.size()}});
  std::sort(left.begin(), left.end(),
            [](const Running& a, const Running& b) { return a.task.nonce < b.task.nonce; });
  for (const Running& running : left) {
    if (running.work) parts_.work->Cancel(*running.work);
    GiveBack(running.task);
  }
}

}  // namespace pawl::engine
