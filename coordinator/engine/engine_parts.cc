// How an engine is put together. What its parts tell each other goes through weak pointers: nothing
// keeps a stopped engine alive.

#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/core/queues.h"
#include "coordinator/engine/engine_impl.h"
#include "coordinator/engine/version_cache.h"
#include "coordinator/engine/world.h"

namespace pawl::engine {

void Engine::Impl::Build(std::string secret) {
  BuildDispatcher(std::move(secret));
  BuildChildren();
  auto parts = std::make_shared<ChainParts>(MakeChainParts());
  chains_->SetParts(parts);
  starter_ = std::make_shared<Starter>(
      options_.account, options_.limits, parts,
      std::make_shared<VersionCache>(store_, machines_, options_.random), chains_);
  redriver_ = std::make_shared<Redriver>(options_.account, parts, chains_);
  forker_ = std::make_shared<Forker>(options_.account, parts, starter_);
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
  parts.start = [weak](MachineRef machine, std::string name, StartInput input, ByTask task,
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
          .start = [weak = weak_from_this()](MachineRef machine, std::string name, StartInput input,
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

}  // namespace pawl::engine
