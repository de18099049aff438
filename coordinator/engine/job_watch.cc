#include "coordinator/engine/job_watch.h"

#include <algorithm>
#include <utility>

#include "coordinator/base/log.h"

namespace pawl::engine {

using integrations::CallResult;

absl::Duration LookPause(absl::Duration age) {
  return std::clamp(age / 8, absl::Seconds(1), absl::Seconds(30));
}

std::optional<LeasedWork::Id> JobWatch::Begin(LeasedCall leased, Done done) {
  Id id;
  {
    absl::MutexLock lock(&mu_);
    id = ++last_id_;
    watched_.emplace(id, Watched{std::move(leased.call), std::move(done), std::nullopt});
  }
  // Nothing ends within a moment of its submission; what is taken over may have ended long ago.
  const absl::Duration age = parts_.clock->Now() - leased.started_at;
  const absl::Duration pause = std::max(absl::Seconds(1) - age, absl::ZeroDuration());
  parts_.scheduler->RunAfter(pause, [weak = weak_from_this(), id] {
    if (auto self = weak.lock()) self->Look(id);
  });
  return id;
}

void JobWatch::Cancel(Id id) {
  std::optional<Watched> gone;  // goes without the lock
  absl::MutexLock lock(&mu_);
  const auto at = watched_.find(id);
  if (at == watched_.end()) return;
  gone = std::move(at->second);
  watched_.erase(at);
  if (gone->look) parts_.caller->Cancel(*gone->look);
}

void JobWatch::Look(Id id) {
  auto done = [weak = weak_from_this(), scheduler = parts_.scheduler,
               id](std::optional<CallResult> result) {
    // Not on the thread that makes calls.
    scheduler->Run([weak, id, result = std::move(result)]() mutable {
      if (auto self = weak.lock()) self->Looked(id, std::move(result));
    });
  };
  absl::MutexLock lock(&mu_);
  const auto at = watched_.find(id);
  if (at == watched_.end()) return;
  at->second.look = parts_.caller->Look(at->second.call, std::move(done));
}

void JobWatch::Looked(Id id, std::optional<CallResult> result) {
  Done done;
  {
    absl::MutexLock lock(&mu_);
    const auto at = watched_.find(id);
    if (at == watched_.end()) return;
    at->second.look.reset();
    if (!result) {
      const absl::Duration age = parts_.clock->Now() - at->second.call.made_at;
      return parts_.scheduler->RunAfter(LookPause(age), [weak = weak_from_this(), id] {
        if (auto self = weak.lock()) self->Look(id);
      });
    }
    done = std::move(at->second.done);
    watched_.erase(at);
  }
  done(*std::move(result));
}

decltype(Work::what) JobWatch::EndOf(const TaskId& task, const CallResult& result) const {
  if (result.ok()) return core::TaskSucceeded{task.branch, task.nonce, Text(*result)};
  const integrations::CallFailure& failure = result.error();
  std::optional<Text> cause;
  if (failure.cause) cause = Text(*failure.cause);
  return core::TaskFailed{task.branch, task.nonce, Text(failure.error), std::move(cause)};
}

void JobWatch::ShowUnderWay(size_t count) {
  parts_.metrics->jobs_watched.Set(static_cast<double>(count));
}

void JobWatch::Stop(integrations::Call call) {
  ++stopping_;
  call.deadline = absl::InfiniteFuture();  // was the task's
  TryToStop(std::make_shared<const integrations::Call>(std::move(call)), 1);
}

void JobWatch::TryToStop(std::shared_ptr<const integrations::Call> call, int attempt) {
  parts_.caller->StopJob(*call, [self = shared_from_this(), call, attempt](CallResult result) {
    if (result.ok()) {
      --self->stopping_;
      return self->parts_.metrics->jobs_stopped.Add();
    }
    const bool last = attempt >= kStopAttempts;
    log::Warn(last ? "job_not_stopped" : "job_stop_failed",
              {{"execution", call->execution_arn},
               {"service", call->service},
               {"job", call->job},
               {"error", result.error().error},
               {"cause", result.error().cause.value_or("")}});
    if (last) {
      --self->stopping_;
      return;
    }
    self->parts_.scheduler->RunAfter(kStopPause * (1 << (attempt - 1)),
                                     [self, call, attempt] { self->TryToStop(call, attempt + 1); });
  });
}

}  // namespace pawl::engine
