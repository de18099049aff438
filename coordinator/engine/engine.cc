#include "coordinator/engine/engine.h"

#include <utility>

#include "coordinator/core/queues.h"
#include "coordinator/engine/engine_impl.h"

namespace pawl::engine {
namespace {

// What a result means that was sent with that token.
Work EndOf(const TaskToken& task, const TaskResult& result) {
  if (core::IsCallQueue(task.queue)) {
    if (result.succeeded) {
      return {Work::FunctionReturned{task.branch, task.nonce, result.output, result.log_tail}, {}};
    }
    return {core::CallFailed{task.branch, task.nonce, result.error, result.cause}, {}};
  }
  if (result.succeeded) return {core::TaskSucceeded{task.branch, task.nonce, result.output}, {}};
  return {core::TaskFailed{task.branch, task.nonce, result.error, result.cause}, {}};
}

// `record` has ended and been redriven since: its history tells when it had ended.
void TellEndBeforeRedrive(store::Store* store, const store::ExecutionRecord& record,
                          store::Callback<absl::Time> done) {
  store->GetHistory({.execution = record.id, .reverse = true},
                    [redriven_at = record.redriven_at, done = std::move(done)](
                        const absl::StatusOr<store::Page<core::HistoryEvent>>& page) mutable {
                      if (!page.ok()) return done(page.status());
                      bool before = false;
                      for (const core::HistoryEvent& event : page->items) {
                        if (before) return done(event.timestamp);
                        before = event.type == core::EventType::kExecutionRedriven;
                      }
                      done(redriven_at);  // it has come far since
                    });
}

}  // namespace

void Engine::Impl::Run(store::DoneCallback ready) {
  store_->ClusterSecret([self = shared_from_this(),
                         ready = std::move(ready)](absl::StatusOr<std::string> secret) mutable {
    if (!secret.ok()) return ready(secret.status());
    self->Build(*secret);
    self->built_ = true;
    self->store_->ListenReady([weak = self->weak_from_this()](const std::string& activity) {
      if (auto self = weak.lock()) self->dispatcher_->Look(activity);
    });
    self->claimer_->Run();
    self->children_->Run();
    self->housekeeper_->Run();
    self->backlog_gauge_->Run();
    if (self->call_runner_ != nullptr) {
      self->call_runner_->Run();
      self->job_runner_->Run();
    }
    ready(absl::OkStatus());
  });
}

void Engine::Impl::Drain(absl::AnyInvocable<void()> done) {
  draining_ = true;
  if (claimer_ == nullptr) return done();  // never came to run
  claimer_->Stop();
  children_->Stop();
  housekeeper_->Stop();
  backlog_gauge_->Stop();
  dispatcher_->Drain();
  confirmations_->WriteAll();
  auto rest = [self = shared_from_this(), done = std::move(done)]() mutable {
    self->WaitForRest(std::move(done));
  };
  if (call_runner_ == nullptr) return rest();
  // Jobs go on for long: others look after them.
  job_runner_->Drain(absl::ZeroDuration(),
                     [self = shared_from_this(), rest = std::move(rest)]() mutable {
                       self->call_runner_->Drain(self->options_.call_grace, std::move(rest));
                     });
}

void Engine::Impl::WaitForRest(absl::AnyInvocable<void()> done) {
  const bool stopping = job_watch_ != nullptr && job_watch_->stopping() > 0;
  if (chains_->Working() == 0 && !stopping) return done();
  scheduler_->RunAfter(absl::Milliseconds(10),
                       [self = shared_from_this(), done = std::move(done)]() mutable {
                         self->WaitForRest(std::move(done));
                       });
}

void Engine::Impl::StopExecution(std::string machine_name, std::string name,
                                 std::optional<Text> error, std::optional<Text> cause,
                                 store::Callback<absl::Time> done) {
  store_->FindExecution(
      machine_name, name,
      [self = shared_from_this(), machine_name, name, error, cause,
       done = std::move(done)](absl::StatusOr<store::ExecutionRecord> record) mutable {
        if (!record.ok()) return done(record.status());
        if (record->status != core::Status::kRunning) return done(record->closed_at);
        auto stopped = [self, machine_name, name,
                        done = std::move(done)](absl::Status status) mutable {
          if (!status.ok() && !absl::IsNotFound(status)) return done(status);
          // Stopped now, or closed by something else in between: the record says when.
          self->store_->FindExecution(
              machine_name, name,
              [self,
               done = std::move(done)](absl::StatusOr<store::ExecutionRecord> record) mutable {
                if (!record.ok()) return done(record.status());
                if (record->status != core::Status::kRunning) return done(record->closed_at);
                TellEndBeforeRedrive(self->store_, *record, std::move(done));
              });
        };
        self->chains_->Get(record->id)->Post({core::Stop{error, cause}, std::move(stopped)});
      });
}

void Engine::Impl::PostTask(const std::string& token,
                            absl::AnyInvocable<Work(const TaskToken&)> make,
                            store::DoneCallback done) {
  if (absl::Status open = Open(); !open.ok()) return done(open);
  absl::StatusOr<TaskToken> task = dispatcher_->tokens().Decode(token);
  if (!task.ok()) return done(task.status());
  Work work = make(*task);
  const bool activity = task->queue.find(':') == std::string::npos;
  const std::string arn =
      activity ? options_.account.ActivityArn(task->queue) : "the task is no longer open";
  work.done = [arn, done = std::move(done)](absl::Status status) mutable {
    const bool late = absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
    done(late ? absl::FailedPreconditionError(arn) : status);
  };
  chains_->Get(task->execution)->Post(std::move(work));
}

void Engine::Impl::ConfirmTask(const std::string& token, store::DoneCallback done) {
  if (absl::Status open = Open(); !open.ok()) return done(open);
  if (const auto task = dispatcher_->tokens().Decode(token);
      task.ok() && confirmations_->Confirm(task->nonce)) {
    return done(absl::OkStatus());
  }
  PostTask(
      token,
      [](const TaskToken& task) {
        return Work{Work::Confirm{task.branch, task.nonce}, {}};
      },
      std::move(done));
}

void Engine::Impl::ReturnTask(const TaskId& task) {
  // A worker whose stream broke may have confirmed on its next one already.
  if (!confirmations_->Return(task.nonce)) return;
  // A node that goes down still gives back what its workers did not get.
  chains_->Get(task.execution)
      ->Post({Work::Return{task.branch, task.nonce}, [](const absl::Status&) {}});
}

Engine::Engine(Options options, store::Store* store, const Clock* clock, Scheduler* scheduler)
    : impl_(std::make_shared<Impl>(std::move(options), store, clock, scheduler)) {}

// What waits in a chain can hold the engine, which holds the chain.
Engine::~Engine() { impl_->chains().Clear(); }

void Engine::Run(store::DoneCallback ready) { impl_->Run(std::move(ready)); }

void Engine::Drain(absl::AnyInvocable<void()> done) { impl_->Drain(std::move(done)); }

void Engine::StartExecution(MachineRef machine, std::string name, StartInput input,
                            store::Callback<Started> done) {
  if (absl::Status open = impl_->Open(); !open.ok()) return done(open);
  impl_->starter().Start(std::move(machine), std::move(name), std::move(input), std::nullopt,
                         std::move(done));
}

void Engine::StopExecution(std::string machine_name, std::string name, std::optional<Text> error,
                           std::optional<Text> cause, store::Callback<absl::Time> done) {
  if (absl::Status open = impl_->Open(); !open.ok()) return done(open);
  impl_->StopExecution(std::move(machine_name), std::move(name), std::move(error), std::move(cause),
                       std::move(done));
}

void Engine::RedriveExecution(std::string machine_name, std::string name, std::string client_token,
                              store::Callback<absl::Time> done) {
  if (absl::Status open = impl_->Open(); !open.ok()) return done(open);
  impl_->redriver().Redrive(std::move(machine_name), std::move(name), std::move(client_token),
                            std::move(done));
}

void Engine::ForkExecution(ForkRequest request, store::Callback<Started> done) {
  if (absl::Status open = impl_->Open(); !open.ok()) return done(open);
  impl_->forker().Fork(std::move(request), std::move(done));
}

Engine::PollId Engine::PollActivity(std::string activity, Text worker_name, absl::Time deadline,
                                    store::Callback<std::optional<ActivityTask>> done) {
  if (absl::Status open = impl_->Open(); !open.ok()) {
    // A worker of a node that goes down is told at once that there is nothing.
    if (impl_->draining()) {
      done(std::optional<ActivityTask>());
    } else {
      done(open);
    }
    return 0;
  }
  return impl_->dispatcher().Wait(
      {0, std::move(activity), std::move(worker_name), deadline, std::move(done)});
}

Engine::PollId Engine::PollFunction(std::string_view function, Text worker_name,
                                    absl::Time deadline,
                                    store::Callback<std::optional<ActivityTask>> done) {
  return PollActivity(core::FunctionQueue(function), std::move(worker_name), deadline,
                      std::move(done));
}

void Engine::CancelPoll(PollId poll) {
  if (poll != 0) impl_->dispatcher().pollers().Cancel(poll);
}

void Engine::CompleteTask(std::string token, TaskResult result, store::DoneCallback done) {
  impl_->PostTask(
      token, [result = std::move(result)](const TaskToken& task) { return EndOf(task, result); },
      std::move(done));
}

void Engine::HeartbeatTask(std::string token, store::DoneCallback done) {
  impl_->PostTask(
      token,
      [](const TaskToken& task) {
        if (core::IsCallQueue(task.queue)) return Work{Work::Renew{task.branch, task.nonce}, {}};
        return Work{Work::Heartbeat{task.branch, task.nonce}, {}};
      },
      std::move(done));
}

void Engine::ConfirmTask(const std::string& token, store::DoneCallback done) {
  impl_->ConfirmTask(token, std::move(done));
}

void Engine::ReturnTask(const std::string& token) {
  if (!impl_->built()) return;
  const absl::StatusOr<TaskToken> task = impl_->dispatcher().tokens().Decode(token);
  if (task.ok()) impl_->ReturnTask({task->execution, task->branch, task->nonce});
}

void Engine::RunSoon(absl::AnyInvocable<void()> function) {
  impl_->scheduler().Run(std::move(function));
}

std::shared_ptr<const core::World> Engine::world() const {
  return impl_->Open().ok() ? impl_->world() : nullptr;
}

absl::Status Engine::MakeCall(const core::ExecutionFacts& facts, const core::TaskAttempt& task,
                              std::shared_ptr<integrations::HttpTrace> trace,
                              absl::Duration patience, LoneCallDone done) {
  if (absl::Status open = impl_->Open(); !open.ok()) return open;
  if (impl_->options().caller == nullptr) {
    return absl::FailedPreconditionError("this coordinator makes no calls");
  }
  MakeLoneCall(impl_->MakeLoneCallParts(), facts, task, std::move(trace), patience,
               std::move(done));
  return absl::OkStatus();
}

std::optional<std::string> Engine::ResultProblem(const asl::TaskResource& resource, Json result,
                                                 bool complete) const {
  const integrations::Caller* const caller = impl_->options().caller;
  if (caller == nullptr) return std::nullopt;
  return caller->ResultProblem(resource.service, resource.action,
                               resource.pattern == asl::Pattern::kSync, result, complete);
}

bool Engine::IsToken(const std::string& token) const {
  // Before the secret is known no token can be told from another; the call it is for fails then.
  if (!impl_->Open().ok()) return true;
  return impl_->dispatcher().tokens().Decode(token).ok();
}

}  // namespace pawl::engine
