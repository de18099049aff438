#include "coordinator/engine/starter.h"

#include <utility>

#include "coordinator/base/clock.h"
#include "coordinator/engine/child_ends.h"
#include "coordinator/engine/step_metrics.h"

namespace pawl::engine {
namespace {

// A machine that is updated again and again while a start of it is written; nobody gets there.
constexpr int kMaxAttempts = 10;

std::optional<store::ChildWait> WaitOf(const std::optional<ByTask>& task, ExecutionId child) {
  if (!task || !task->waits) return std::nullopt;
  return store::ChildWait{child, task->execution, task->branch, task->nonce, task->parsed};
}

// Whether an execution of the name that is wanted is what the request starts.
bool IsSameStart(const store::ExecutionRecord& record, const Text& input,
                 const std::shared_ptr<const core::ForkOrigin>& fork,
                 const std::optional<ByTask>& task) {
  if (record.input != input) return false;
  if ((record.fork == nullptr) != (fork == nullptr)) return false;
  if (fork != nullptr && *record.fork != *fork) return false;
  // A repeat of a start that is still running is answered as the first one was (api.md 4.1).
  if (record.status == core::Status::kRunning) return true;
  return task && record.started_at >= task->scheduled_at;
}

}  // namespace

void Starter::Start(std::string machine_name, std::string name, Text input,
                    std::optional<ByTask> task, store::Callback<Started> done) {
  auto request = std::make_shared<Request>();
  request->machine_name = std::move(machine_name);
  request->name = std::move(name);
  request->input = std::move(input);
  request->task = std::move(task);
  request->done = std::move(done);
  Attempt(std::move(request));
}

void Starter::StartFork(Fork fork, store::Callback<Started> done) {
  auto request = std::make_shared<Request>();
  request->machine_name = std::move(fork.machine_name);
  request->name = std::move(fork.name);
  request->input = std::move(fork.input);
  request->revision = std::move(fork.revision);
  request->fork = std::move(fork.origin);
  request->done = std::move(done);
  Attempt(std::move(request));
}

void Starter::Attempt(RequestPtr request) {
  if (++request->attempts > kMaxAttempts) {
    return request->done(absl::UnavailableError("the state machine changes too often"));
  }
  if (request->fork != nullptr) return Prepare(request);
  parts_->machines->GetCurrent(request->machine_name, [self = shared_from_this(), request](
                                                          absl::StatusOr<CompiledPtr> revision) {
    if (!revision.ok()) return request->done(revision.status());
    request->revision = *revision;
    self->Prepare(request);
  });
}

void Starter::Prepare(const RequestPtr& request) {
  const std::vector<std::string>& activities = request->revision->activities;
  if (parts_->activities->Fresh(activities)) return Write(request);
  parts_->activities->Refresh(activities,
                              [self = shared_from_this(), request](const absl::Status& status) {
                                if (!status.ok()) return request->done(status);
                                self->Write(request);
                              });
}

void Starter::Write(const RequestPtr& request) {
  const store::Revision& revision = request->revision->revision;
  const absl::Time now = absl::FromUnixMillis(absl::ToUnixMillis(parts_->clock->Now()));
  auto facts = std::make_shared<core::ExecutionFacts>();
  facts->id = ExecutionId(Uuid::TimeOrdered(now, parts_->random));
  facts->machine_id = revision.machine_id;
  facts->revision_id = revision.id;
  facts->execution_arn = account_.ExecutionArn(request->machine_name, request->name);
  facts->name = request->name;
  facts->state_machine_arn = account_.StateMachineArn(request->machine_name);
  facts->machine_name = request->machine_name;
  facts->role_arn = revision.role_arn;
  facts->started_at = now;
  facts->input = request->input;
  facts->limits = limits_;
  facts->fork = request->fork;

  core::Execution execution;
  execution.facts = std::move(facts);
  core::Transition transition = core::Begin(request->revision->machine(), *parts_->world, now,
                                            static_cast<uint64_t>(parts_->random()), execution);
  request->given = GiveTasks(*parts_, execution, transition);
  execution.fence = parts_->draw_fence(execution);

  const bool goes_on = core::NextReady(execution) != nullptr || core::NextDue(execution) <= now;
  const absl::Time claimable_at = goes_on ? now + parts_->claim_hint : core::NextDue(execution);
  std::optional<store::ChildWait> wait = WaitOf(request->task, execution.facts->id);
  request->start = {std::move(execution), std::move(transition), claimable_at, std::move(wait)};
  request->sent_at = DatabaseClock::SteadyNow();
  request->epoch = parts_->store->Epoch();
  parts_->store->StartExecution(request->start, [self = shared_from_this(), request](
                                                    absl::StatusOr<store::StartResult> result) {
    self->Written(request, std::move(result));
  });
}

void Starter::Written(const RequestPtr& request, absl::StatusOr<store::StartResult> result) {
  // A name that was taken has written nothing: not a commit.
  if (!result.ok() || result->kind == store::StartResult::Kind::kStarted) {
    parts_->metrics->CommitReturned(result.status(), DatabaseClock::SteadyNow() - request->sent_at);
  }
  if (!result.ok()) {
    if (absl::IsUnknown(result.status())) return Settle(request);
    GiveBack(*request);
    return request->done(result.status());
  }
  switch (result->kind) {
    case store::StartResult::Kind::kStarted:
      return Begun(*request);
    case store::StartResult::Kind::kNameTaken:
      GiveBack(*request);
      return Compare(request);
    case store::StartResult::Kind::kMachineChanged:
      GiveBack(*request);
      parts_->machines->Forget(request->machine_name);
      // Another revision does not matter to it: the machine is gone.
      if (request->fork != nullptr) {
        return request->done(absl::FailedPreconditionError("the state machine is being deleted"));
      }
      return Attempt(request);
  }
}

void Starter::Begun(Request& request) {
  const core::ExecutionFacts& facts = *request.start.execution.facts;
  const Started started{facts.id, facts.started_at};
  if (request.start.wait) {
    parts_->children->Await({*request.start.wait, request.machine_name, request.name});
  }
  parts_->store->AwaitFlush(
      request.epoch, [done = std::move(request.done), started](absl::Status flushed) mutable {
        if (flushed.ok()) return done(started);
        done(absl::UnavailableError("whether the execution was started is not known"));
      });
  chains_->Get(started.id)
      ->Begin(std::move(request.start.execution), request.start.claimable_at,
              std::move(request.start.transition), std::move(request.given), request.epoch,
              metrics::TransitionKind::kStart);
}

void Starter::GiveBack(Request& request) {
  for (Given& given : request.given) parts_->dispatcher->GiveBack(std::move(given.poller));
  request.given.clear();
}

void Starter::Compare(const RequestPtr& request) {
  parts_->store->FindExecution(
      request->machine_name, request->name,
      [self = shared_from_this(), request](absl::StatusOr<store::ExecutionRecord> record) {
        // What has taken it was not on disk, and is lost: the name is free again.
        if (absl::IsNotFound(record.status())) return self->Attempt(request);
        if (!record.ok()) return request->done(record.status());
        if (IsSameStart(*record, request->input, request->fork, request->task)) {
          return self->Join(request, {record->id, record->started_at});
        }
        request->done(absl::AlreadyExistsError("an execution of that name exists"));
      });
}

void Starter::Join(const RequestPtr& request, const Started& started) {
  const std::optional<store::ChildWait> wait = WaitOf(request->task, started.id);
  if (!wait) return request->done(started);
  parts_->store->AwaitChild(*wait, [self = shared_from_this(), request, started,
                                    wait = *wait](const absl::Status& status) {
    // Written or not, it can be written again.
    if (!status.ok()) {
      return request->done(
          absl::UnavailableError("whether the execution is waited for is not known"));
    }
    self->parts_->children->Await({wait, request->machine_name, request->name});
    request->done(started);
  });
}

void Starter::Settle(const RequestPtr& request) {
  parts_->store->FindExecution(
      request->machine_name, request->name,
      [self = shared_from_this(), request,
       epoch = parts_->store->Epoch()](absl::StatusOr<store::ExecutionRecord> record) {
        const ExecutionId id = request->start.execution.facts->id;
        if (record.ok() && record->id == id) {
          CountTransition(metrics::TransitionKind::kStart, request->start.transition,
                          request->start.execution, self->parts_->metrics.get());
          // Whoever claims it goes on with it; a task that the start gave to a worker here goes to
          // it.
          for (Given& given : request->given) {
            self->parts_->dispatcher->Deliver(std::move(given.poller), request->start.execution,
                                              given.branch, epoch);
          }
          return request->done(Started{record->id, record->started_at});
        }
        self->GiveBack(*request);
        request->done(absl::UnavailableError("whether the execution was started is not known"));
      });
}

}  // namespace pawl::engine
