#include "coordinator/engine/engine.h"

#include <atomic>
#include <utility>

#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/queues.h"
#include "coordinator/engine/backlog_gauge.h"
#include "coordinator/engine/call_maker.h"
#include "coordinator/engine/call_runner.h"
#include "coordinator/engine/chain.h"
#include "coordinator/engine/chain_table.h"
#include "coordinator/engine/child_ends.h"
#include "coordinator/engine/claimer.h"
#include "coordinator/engine/confirmations.h"
#include "coordinator/engine/dispatcher.h"
#include "coordinator/engine/housekeeper.h"
#include "coordinator/engine/job_watch.h"
#include "coordinator/engine/lone_call.h"
#include "coordinator/engine/machine_cache.h"
#include "coordinator/engine/starter.h"
#include "coordinator/engine/world.h"

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

}  // namespace

class Engine::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Options options, store::Store* store, const Clock* clock, Scheduler* scheduler)
      : options_(std::move(options)),
        store_(store),
        clock_(clock),
        scheduler_(scheduler),
        machines_(std::make_shared<MachineCache>(store, options_.compile)),
        activities_(std::make_shared<ActivityDirectory>(store, clock)),
        chains_(std::make_shared<ChainTable>(options_.cached_executions)) {}

  void Run(store::DoneCallback ready);
  void Drain(absl::AnyInvocable<void()> done);
  void StopExecution(std::string machine_name, std::string name, std::optional<Text> error,
                     std::optional<Text> cause, store::Callback<absl::Time> done);
  void PostTask(const std::string& token, absl::AnyInvocable<Work(const TaskToken&)> make,
                store::DoneCallback done);

  void ConfirmTask(const std::string& token, store::DoneCallback done);
  void ReturnTask(const TaskId& task);

  bool draining() const { return draining_; }
  bool built() const { return built_; }
  // OK while calls are taken: after Run has built the parts, and before Drain.
  absl::Status Open() const {
    if (draining_) return absl::UnavailableError("this coordinator is going down");
    if (!built_) return absl::UnavailableError("this coordinator is starting");
    return absl::OkStatus();
  }
  Dispatcher& dispatcher() { return *dispatcher_; }
  Starter& starter() { return *starter_; }
  ChainTable& chains() { return *chains_; }
  const Clock& clock() const { return *clock_; }
  const std::shared_ptr<const core::World>& world() const { return world_; }
  const Options& options() const { return options_; }
  Scheduler& scheduler() { return *scheduler_; }
  LoneCallParts MakeLoneCallParts();

 private:
  void Build(std::string secret);
  void BuildDispatcher(std::string secret);
  void BuildChildren();
  ChainParts MakeChainParts();
  void BuildClaimer();
  void BuildCallRunners();
  std::shared_ptr<CallRunner> MakeRunner(std::string_view queue, std::shared_ptr<LeasedWork> work,
                                         int64_t most);
  std::shared_ptr<CallMaker> MakeCallMaker();
  void CreateEventMachine(store::DoneCallback done);
  std::function<Fence(const core::Execution&)> DrawFence() const {
    if (options_.draw_fence) return options_.draw_fence;
    return [random = options_.random](const core::Execution&) { return Fence(random()); };
  }
  void WaitForRest(absl::AnyInvocable<void()> done);

  const Options options_;
  store::Store* const store_;
  const Clock* const clock_;
  Scheduler* const scheduler_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> built_{false};
  // Shared with what is under way, which may outlive the engine.
  const std::shared_ptr<MachineCache> machines_;
  const std::shared_ptr<ActivityDirectory> activities_;
  const std::shared_ptr<ChainTable> chains_;
  std::shared_ptr<Confirmations> confirmations_;
  std::shared_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<const core::World> world_;
  std::shared_ptr<Claimer> claimer_;
  // Null: this node makes no calls.
  std::shared_ptr<CallRunner> call_runner_;
  std::shared_ptr<CallRunner> job_runner_;
  std::shared_ptr<JobWatch> job_watch_;
  std::shared_ptr<Starter> starter_;
  std::shared_ptr<ChildEnds> children_;
  std::shared_ptr<Housekeeper> housekeeper_;
  std::shared_ptr<BacklogGauge> backlog_gauge_;
};

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

// What the parts tell each other goes through weak pointers: nothing keeps a stopped engine alive.
void Engine::Impl::Build(std::string secret) {
  BuildDispatcher(std::move(secret));
  BuildChildren();
  auto parts = std::make_shared<ChainParts>(MakeChainParts());
  chains_->SetParts(parts);
  starter_ = std::make_shared<Starter>(options_.account, options_.limits, parts, chains_);
  housekeeper_ = std::make_shared<Housekeeper>(store_, clock_, scheduler_, options_.retention);
  backlog_gauge_ = std::make_shared<BacklogGauge>(store_, clock_, scheduler_, options_.metrics);
  BuildClaimer();
  if (options_.caller != nullptr) BuildCallRunners();
}

void Engine::Impl::BuildDispatcher(std::string secret) {
  auto write = [weak = weak_from_this()](const TaskId& task) {
    auto self = weak.lock();
    if (self == nullptr) return;
    self->chains_->Get(task.execution)
        ->Post({Work::Confirm{task.branch, task.nonce}, [](const absl::Status&) {}});
  };
  confirmations_ = std::make_shared<Confirmations>(clock_, scheduler_, std::move(write));
  Dispatcher::Parts parts{.store = store_,
                          .clock = clock_,
                          .scheduler = scheduler_,
                          .metrics = options_.metrics,
                          .confirmations = confirmations_,
                          .draw_fence = DrawFence()};
  parts.not_delivered = [weak = weak_from_this()](const TaskId& task) {
    if (auto self = weak.lock()) self->ReturnTask(task);
  };
  parts.moved_on = [weak = weak_from_this()](core::Execution execution, FlushEpoch epoch) {
    auto self = weak.lock();
    if (self == nullptr) return;
    const ExecutionId id = execution.facts->id;
    if (self->chains_->Get(id)->Remember(std::move(execution), epoch)) self->chains_->Rested(id);
  };
  parts.ended = options_.closed;
  dispatcher_ = std::make_shared<Dispatcher>(std::move(parts));
  dispatcher_->SetTokens(TaskTokens(
      std::move(secret), StrCat(options_.account.region, ":", options_.account.account_id)));
}

void Engine::Impl::BuildChildren() {
  auto weak = weak_from_this();
  ChildEnds::Parts parts{.store = store_, .scheduler = scheduler_, .account = options_.account};
  parts.post = [weak](ExecutionId id, Work work) {
    if (auto self = weak.lock()) return self->chains_->Get(id)->Post(std::move(work));
    work.done(absl::UnavailableError("this coordinator is going down"));
  };
  parts.stop = [weak](std::string machine_name, std::string name) {
    auto self = weak.lock();
    if (self == nullptr || !self->Open().ok()) return;
    self->StopExecution(std::move(machine_name), std::move(name), std::nullopt, std::nullopt,
                        [](const absl::StatusOr<absl::Time>&) {});
  };
  children_ = std::make_shared<ChildEnds>(std::move(parts));
}

ChainParts Engine::Impl::MakeChainParts() {
  world_ = std::make_shared<NodeWorld>(activities_, options_.caller, options_.served_function,
                                       dispatcher_->tokens());
  ChainParts parts{.store = store_,
                   .clock = clock_,
                   .scheduler = scheduler_,
                   .machines = machines_,
                   .activities = activities_,
                   .world = world_,
                   .dispatcher = dispatcher_,
                   .confirmations = confirmations_,
                   .children = children_,
                   .metrics = options_.metrics,
                   .random = options_.random,
                   .draw_fence = DrawFence(),
                   .claim_hint = options_.claim_hint,
                   .claim_renewal = options_.claim_renewal,
                   .closed = options_.closed};
  auto weak = weak_from_this();
  parts.timer_set = [weak](absl::Time at) {
    if (auto self = weak.lock()) self->claimer_->WakeAt(at);
  };
  parts.moved = [weak](const core::Execution& execution, FlushEpoch epoch) {
    const auto self = weak.lock();
    if (self == nullptr || self->call_runner_ == nullptr) return;
    self->call_runner_->Moved(execution, epoch);
    self->job_runner_->Moved(execution, epoch);
  };
  parts.given_up = [weak](integrations::Call job) {
    const auto self = weak.lock();
    if (self != nullptr && self->job_watch_ != nullptr) self->job_watch_->Stop(std::move(job));
  };
  parts.idle = [weak](ExecutionId id) {
    if (auto self = weak.lock()) self->chains_->Rested(id);
  };
  parts.draining = [weak] {
    auto self = weak.lock();
    return self == nullptr || self->draining();
  };
  return parts;
}

void Engine::Impl::BuildClaimer() {
  Claimer::Parts parts{.store = store_,
                       .clock = clock_,
                       .scheduler = scheduler_,
                       .claim_hint = options_.claim_hint,
                       .poll_interval = options_.poll_interval,
                       .batch = options_.claim_batch};
  auto weak = weak_from_this();
  parts.claimed = [weak](core::Execution execution, absl::Time claimable_at, FlushEpoch epoch) {
    auto self = weak.lock();
    if (self == nullptr) return;
    self->options_.metrics->claims.Add();
    const ExecutionId id = execution.facts->id;
    self->chains_->Get(id)->Adopt(std::move(execution), claimable_at, epoch);
  };
  parts.room = [weak]() -> int64_t {
    auto self = weak.lock();
    return self == nullptr ? 0 : self->options_.max_chains - self->chains_->Working();
  };
  parts.tick = [weak] {
    if (auto self = weak.lock()) self->dispatcher_->Tick();
  };
  claimer_ = std::make_shared<Claimer>(std::move(parts));
}

void Engine::Impl::BuildCallRunners() {
  job_watch_ = std::make_shared<JobWatch>(
      JobWatch::Parts{options_.caller, clock_, scheduler_, options_.metrics});
  call_runner_ = MakeRunner(core::kCallQueue, MakeCallMaker(), options_.max_calls);
  job_runner_ = MakeRunner(core::kJobQueue, job_watch_, options_.max_jobs);
}

std::shared_ptr<CallRunner> Engine::Impl::MakeRunner(std::string_view queue,
                                                     std::shared_ptr<LeasedWork> work,
                                                     int64_t most) {
  CallRunner::Parts parts{
      .work = std::move(work), .clock = clock_, .scheduler = scheduler_, .most = most};
  auto weak = weak_from_this();
  parts.take = [weak, queue = std::string(queue)](CallRunner::TakeCallback done) {
    auto self = weak.lock();
    if (self == nullptr) return done(std::optional<ActivityTask>());
    self->dispatcher_->Wait({0, queue, Text(), absl::InfiniteFuture(), std::move(done)});
  };
  parts.post = [weak](ExecutionId id, Work work) {
    if (auto self = weak.lock()) self->chains_->Get(id)->Post(std::move(work));
  };
  parts.await_flush = [store = store_](FlushEpoch epoch, store::DoneCallback done) {
    store->AwaitFlush(epoch, std::move(done));
  };
  return std::make_shared<CallRunner>(std::move(parts));
}

std::shared_ptr<CallMaker> Engine::Impl::MakeCallMaker() {
  CallMaker::Parts parts{.caller = options_.caller,
                         .account = options_.account,
                         .clock = clock_,
                         .scheduler = scheduler_,
                         .metrics = options_.metrics};
  auto weak = weak_from_this();
  parts.start = [weak](std::string machine, std::string name, Text input, ByTask task,
                       store::Callback<Started> done) {
    auto self = weak.lock();
    if (self == nullptr) return done(absl::UnavailableError("this coordinator has gone"));
    self->starter_->Start(std::move(machine), std::move(name), std::move(input), std::move(task),
                          std::move(done));
  };
  parts.served_function = options_.served_function;
  parts.create_event_machine = [weak](store::DoneCallback done) {
    if (auto self = weak.lock()) return self->CreateEventMachine(std::move(done));
    done(absl::UnavailableError("this coordinator has gone"));
  };
  parts.stop_job = [watch = job_watch_](integrations::Call job) { watch->Stop(std::move(job)); };
  return std::make_shared<CallMaker>(std::move(parts));
}

LoneCallParts Engine::Impl::MakeLoneCallParts() {
  return {.caller = options_.caller,
          .account = options_.account,
          .clock = clock_,
          .scheduler = scheduler_,
          .start = [weak = weak_from_this()](std::string machine, std::string name, Text input,
                                             const ByTask&, store::Callback<Started> done) {
            auto self = weak.lock();
            if (self == nullptr) return done(absl::UnavailableError("this coordinator has gone"));
            self->starter_->Start(std::move(machine), std::move(name), std::move(input),
                                  std::nullopt, std::move(done));
          }};
}

void Engine::Impl::CreateEventMachine(store::DoneCallback done) {
  store::Machine machine;
  machine.name = kEventMachine;
  machine.type = "STANDARD";
  machine.created_at = clock_->Now();
  store::Revision& revision = machine.current;
  revision.id = RevisionId(Uuid::TimeOrdered(machine.created_at, options_.random));
  revision.machine_name = machine.name;
  revision.definition = kEventDefinition;
  revision.role_arn = StrCat("arn:", options_.account.partition,
                             ":iam::", options_.account.account_id, ":role/", kEventMachine);
  revision.created_at = machine.created_at;
  store_->CreateMachine(
      machine, [done = std::move(done)](const absl::StatusOr<store::Machine>& created) mutable {
        done(absl::IsAlreadyExists(created.status()) ? absl::OkStatus() : created.status());
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
              [done = std::move(done)](absl::StatusOr<store::ExecutionRecord> record) mutable {
                if (!record.ok()) return done(record.status());
                done(record->closed_at);
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

void Engine::StartExecution(std::string machine_name, std::string name, Text input,
                            store::Callback<Started> done) {
  if (absl::Status open = impl_->Open(); !open.ok()) return done(open);
  impl_->starter().Start(std::move(machine_name), std::move(name), std::move(input), std::nullopt,
                         std::move(done));
}

void Engine::StopExecution(std::string machine_name, std::string name, std::optional<Text> error,
                           std::optional<Text> cause, store::Callback<absl::Time> done) {
  if (absl::Status open = impl_->Open(); !open.ok()) return done(open);
  impl_->StopExecution(std::move(machine_name), std::move(name), std::move(error), std::move(cause),
                       std::move(done));
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
