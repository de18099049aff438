#include "coordinator/engine/dispatcher.h"

#include <algorithm>
#include <utility>

#include "coordinator/base/log.h"
#include "coordinator/core/queues.h"
#include "coordinator/engine/step_metrics.h"
#include "coordinator/store/execution_record.h"

namespace pawl::engine {

int64_t Dispatcher::Wait(Poller poller) {
  bool draining = false;
  {
    absl::MutexLock lock(&mu_);
    draining = draining_;
  }
  if (draining) {
    poller.done(std::optional<ActivityTask>());
    return 0;
  }
  const std::string activity = poller.activity;
  const int64_t id = pollers_.Add(std::move(poller));
  LookForOneMore(activity);
  return id;
}

void Dispatcher::GiveBack(Poller poller) {
  bool draining = false;
  {
    absl::MutexLock lock(&mu_);
    draining = draining_;
    if (!draining) pollers_.PutBack(std::move(poller));
  }
  if (draining && pollers_.Answer(poller.id)) poller.done(std::optional<ActivityTask>());
}

void Dispatcher::Tick() {
  for (Poller& poller : pollers_.RemoveExpired(parts_.clock->Now())) {
    poller.done(std::optional<ActivityTask>());
  }
  for (const std::string& activity : pollers_.Activities()) Look(activity);
}

void Dispatcher::Look(const std::string& activity) {
  const int64_t waiting = pollers_.Waiting(activity);
  {
    absl::MutexLock lock(&mu_);
    if (const auto resting = resting_.find(activity); resting != resting_.end()) {
      resting->second.tasks = true;
    }
    if (const auto it = looking_.find(activity); it != looking_.end()) {
      it->second.again = true;
      return;
    }
    if (waiting == 0) return;
    looking_.try_emplace(activity);
  }
  auto reserved = std::make_shared<std::vector<Reservation>>();
  auto self = shared_from_this();
  parts_.store->HandOut(
      activity, std::min(waiting, kHandOutBatch),
      [self, activity, reserved](core::Execution& execution, BranchId branch) {
        return self->Decide(activity, execution, branch, reserved);
      },
      [self, activity, reserved,
       epoch = parts_.store->Epoch()](absl::StatusOr<std::vector<store::HandedOut>> handed) {
        self->HandedOut(activity, reserved, epoch, std::move(handed));
      });
}

absl::StatusOr<core::Transition> Dispatcher::Decide(const std::string& activity,
                                                    core::Execution& execution, BranchId branch,
                                                    const Reservations& reserved) {
  std::optional<Poller> poller = pollers_.Take(activity);
  if (!poller) return absl::FailedPreconditionError("nobody waits any more");
  absl::StatusOr<core::Transition> transition =
      core::StartTask(branch, poller->worker_name, parts_.clock->Now(), execution);
  if (!transition.ok()) {
    GiveBack(std::move(*poller));
    return transition;
  }
  execution.fence = parts_.draw_fence(execution);
  // Several tasks of one execution are handed out by one commit, with the last fence.
  bool first = true;
  for (Reservation& reservation : *reserved) {
    if (reservation.execution != execution.facts->id) continue;
    reservation.fence = execution.fence;
    first = false;
  }
  reserved->push_back({std::move(*poller), execution.facts->id, branch, execution.fence, first,
                       !transition->history.empty()});
  return transition;
}

void Dispatcher::HandedOut(const std::string& activity, const Reservations& reserved,
                           FlushEpoch epoch, absl::StatusOr<std::vector<store::HandedOut>> handed) {
  if (!handed.ok()) {
    const bool in_doubt = absl::IsUnknown(handed.status());
    log::Warn("hand_out_failed", {{"activity", activity}, {"status", handed.status()}});
    for (Reservation& reservation : *reserved) {
      if (in_doubt) {
        Settle(std::move(reservation));
      } else {
        GiveBack(std::move(reservation.poller));
      }
    }
    return LookAgain(activity, /*found_some=*/false);
  }
  const size_t found = handed->size();
  absl::flat_hash_set<ExecutionId> counted, ended;
  for (store::HandedOut& task : *handed) {
    const auto at = std::find_if(reserved->begin(), reserved->end(), [&](const Reservation& one) {
      return one.execution == task.execution.facts->id && one.branch == task.branch;
    });
    if (at == reserved->end()) continue;
    if (task.execution.closed()) {  // its workers wait on
      if (ended.insert(task.execution.facts->id).second) Ended(task.execution, epoch);
      continue;
    }
    CountHandOut(counted.insert(task.execution.facts->id).second, at->first_of_task,
                 parts_.metrics.get());
    Poller poller = std::move(at->poller);
    reserved->erase(at);
    Deliver(std::move(poller), task.execution, task.branch, epoch);
    parts_.moved_on(std::move(task.execution), epoch);
  }
  // What was decided and not written (another node was first) leaves its worker waiting.
  for (Reservation& reservation : *reserved) GiveBack(std::move(reservation.poller));
  LookAgain(activity, found > 0);
}

void Dispatcher::Ended(const core::Execution& execution, FlushEpoch epoch) {
  CountFullHistory(execution, parts_.metrics.get());
  parts_.store->AwaitFlush(
      epoch, [ended = parts_.ended, record = store::RecordOf(execution)](absl::Status flushed) {
        if (flushed.ok()) ended(record);
      });
}

void Dispatcher::Settle(Reservation reservation) {
  auto shared = std::make_shared<Reservation>(std::move(reservation));
  auto self = shared_from_this();
  parts_.store->LoadExecution(shared->execution, [self, shared, epoch = parts_.store->Epoch()](
                                                     absl::StatusOr<core::Execution> execution) {
    if (execution.ok() && execution->fence == shared->fence) {
      CountHandOut(shared->first, shared->first_of_task, self->parts_.metrics.get());
      self->Deliver(std::move(shared->poller), *execution, shared->branch, epoch);
    } else {
      self->GiveBack(std::move(shared->poller));
    }
  });
}

void Dispatcher::LookAgain(const std::string& activity, bool found_some) {
  bool again = false, rest = false;
  {
    absl::MutexLock lock(&mu_);
    const auto it = looking_.find(activity);
    again = (it->second.again || found_some) && !draining_;
    if (!again) {
      const auto [resting, first] = resting_.try_emplace(activity);
      resting->second.tasks = false;
      resting->second.one_more |= it->second.one_more;
      rest = first;
    }
    looking_.erase(it);
  }
  if (again) return Look(activity);
  if (!rest) return;
  parts_.scheduler->RunAfter(kRest,
                             [self = shared_from_this(), activity] { self->EndRest(activity); });
}

void Dispatcher::LookForOneMore(const std::string& activity) {
  {
    absl::MutexLock lock(&mu_);
    if (const auto resting = resting_.find(activity);
        resting != resting_.end() && !resting->second.tasks) {
      resting->second.one_more = true;
      return;
    }
    if (const auto it = looking_.find(activity); it != looking_.end()) {
      it->second.one_more = true;
      return;
    }
  }
  Look(activity);
}

void Dispatcher::EndRest(const std::string& activity) {
  bool one_more = false;
  {
    absl::MutexLock lock(&mu_);
    const auto it = resting_.find(activity);
    one_more = it->second.one_more && !draining_;
    resting_.erase(it);
  }
  if (one_more) Look(activity);
}

void Dispatcher::TaskReady(const std::string& activity) {
  {
    absl::MutexLock lock(&mu_);
    hints_.insert(activity);
    if (hint_scheduled_) return;
    hint_scheduled_ = true;
  }
  parts_.scheduler->RunAfter(kHintDelay, [self = shared_from_this()] { self->SendHints(); });
}

void Dispatcher::SendHints() {
  std::vector<std::string> activities;
  {
    absl::MutexLock lock(&mu_);
    hint_scheduled_ = false;
    activities.assign(hints_.begin(), hints_.end());
    hints_.clear();
  }
  std::sort(activities.begin(), activities.end());
  // Lost hints cost latency only; the other nodes look by themselves every second.
  parts_.store->NotifyReady(activities, [](absl::Status) {});
}

void Dispatcher::Deliver(Poller poller, const core::Execution& execution, BranchId branch,
                         FlushEpoch epoch) {
  const core::Branch& at = *execution.Find(branch);
  ActivityTask task = MakeGivenTask(*tokens_, execution, at);
  if (!core::AwaitsJob(at)) {
    parts_.metrics->schedule_to_start.Observe(parts_.clock->Now() - at.task->scheduled_at);
  }
  const TaskId id{execution.facts->id, branch, at.task->nonce};
  // One whose heartbeats are asked for before that is confirmed in the table at once.
  const bool soon = at.heartbeat_due_at && at.confirm_by && *at.heartbeat_due_at < *at.confirm_by;
  if (!core::IsOwnQueue(at.task->queue) && at.confirm_by && !soon) {
    parts_.confirmations->Given(id, *at.confirm_by, /*written=*/!at.task->is_call());
  }
  parts_.store->AwaitFlush(epoch, [self = shared_from_this(), id, poller = std::move(poller),
                                   task = std::move(task)](absl::Status flushed) mutable {
    // If it was written after all, nobody confirms it, and it is given again.
    if (!flushed.ok()) return self->GiveBack(std::move(poller));
    if (!self->pollers_.Answer(poller.id)) return self->parts_.not_delivered(id);
    poller.done(std::optional<ActivityTask>(std::move(task)));
  });
}

void Dispatcher::Drain() {
  {
    absl::MutexLock lock(&mu_);
    draining_ = true;
  }
  for (Poller& poller : pollers_.RemoveAll()) poller.done(std::optional<ActivityTask>());
}

}  // namespace pawl::engine
