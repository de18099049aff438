#include "coordinator/engine/chain.h"

#include <type_traits>
#include <utility>

#include "coordinator/base/log.h"
#include "coordinator/engine/child_ends.h"
#include "coordinator/engine/step_metrics.h"
#include "coordinator/store/execution_record.h"

namespace pawl::engine {
namespace {

// How long a position that is in memory answers for what is in the database where nothing has to be
// written: a worker whose task another node has ended learns of it that much later at the most.
constexpr absl::Duration kBelieved = absl::Seconds(1);

// The nonce of the task that the work ends.
std::optional<int64_t> EndedTask(const Work& work) {
  return std::visit(
      [](const auto& what) -> std::optional<int64_t> {
        using What = std::decay_t<decltype(what)>;
        constexpr bool kEnds =
            std::is_same_v<What, core::TaskSucceeded> || std::is_same_v<What, core::TaskFailed> ||
            std::is_same_v<What, core::CallReturned> || std::is_same_v<What, core::CallFailed> ||
            std::is_same_v<What, Work::FunctionReturned>;
        if constexpr (kEnds) {
          return what.nonce;
        } else {
          return std::nullopt;
        }
      },
      work.what);
}

}  // namespace

std::vector<Given> GiveTasks(const ChainParts& parts, core::Execution& execution,
                             core::Transition& transition) {
  std::vector<Given> given;
  const std::vector<BranchId> scheduled = transition.scheduled;
  for (const BranchId id : scheduled) {
    std::optional<Poller> poller =
        parts.dispatcher->pollers().Take(execution.Find(id)->task->queue);
    if (!poller) continue;
    absl::StatusOr<core::Transition> started =
        core::StartTask(id, poller->worker_name, parts.clock->Now(), execution);
    if (!started.ok()) {
      parts.dispatcher->GiveBack(std::move(*poller));
      continue;
    }
    core::Append(std::move(*started), &transition);
    std::erase(transition.scheduled, id);
    given.push_back({std::move(*poller), id});
    if (!execution.closed()) continue;
    // The history has no room for the hand-out, and the execution is over: nobody gets anything.
    for (Given& none : given) parts.dispatcher->GiveBack(std::move(none.poller));
    return {};
  }
  return given;
}

void Chain::Post(Work work) {
  {
    absl::MutexLock lock(&mu_);
    inbox_.push_back(std::move(work));
    if (working_) return;
    working_ = true;
  }
  Next();
}

void Chain::Adopt(core::Execution execution, absl::Time claimable_at, FlushEpoch epoch) {
  {
    absl::MutexLock lock(&mu_);
    if (working_) return;
    working_ = true;
  }
  execution_ = std::move(execution);
  known_at_ = absl::InfinitePast();
  epoch_ = epoch;
  row_claimable_at_ = claimable_at;
  claimed_ = true;
  Next();
}

void Chain::Begin(core::Execution execution, absl::Time claimable_at, core::Transition transition,
                  std::vector<Given> given, FlushEpoch epoch, metrics::TransitionKind kind) {
  Pending pending;
  pending.transition = std::move(transition);
  pending.claimable_at = claimable_at;
  pending.given = std::move(given);
  pending.kind = kind;
  bool claimed_meanwhile = false;
  {
    absl::MutexLock lock(&mu_);
    claimed_meanwhile = std::exchange(working_, true);
  }
  // The answer to the start came so late that this node has claimed the execution since, and has it
  // in hand.
  if (claimed_meanwhile) return Announce(pending, execution, epoch);
  execution_ = std::move(execution);
  known_at_ = absl::InfinitePast();
  epoch_ = epoch;
  Succeeded(pending);
  Next();
}

bool Chain::Remember(core::Execution execution, FlushEpoch epoch) {
  absl::MutexLock lock(&mu_);
  if (working_) return false;
  execution_ = std::move(execution);
  known_at_ = absl::InfinitePast();
  epoch_ = epoch;
  row_claimable_at_.reset();
  claimed_ = false;
  fresh_ = false;
  return true;
}

bool Chain::Forget() {
  absl::MutexLock lock(&mu_);
  if (working_) return false;
  execution_.reset();
  return true;
}

bool Chain::HasWork() {
  absl::MutexLock lock(&mu_);
  return !inbox_.empty();
}

std::optional<Work> Chain::TakeWork() {
  absl::MutexLock lock(&mu_);
  if (inbox_.empty()) return std::nullopt;
  Work work = std::move(inbox_.front());
  inbox_.pop_front();
  return work;
}

void Chain::PutBackWork(std::optional<Work> work) {
  if (!work) return;
  absl::MutexLock lock(&mu_);
  inbox_.push_front(std::move(*work));
}

bool Chain::StepIsDue() const {
  return core::NextReady(*execution_) != nullptr ||
         core::NextDue(*execution_) <= parts_->clock->Now();
}

void Chain::ForgetDoubtful() {
  if (!execution_ || epoch_ == parts_->store->Epoch()) return;
  // What was claimed is claimed again by whoever finds its claim run out.
  execution_.reset();
  row_claimable_at_.reset();
  claimed_ = false;
}

void Chain::Next() {
  ForgetDoubtful();
  const bool has_work = HasWork();
  if (!execution_) {
    if (has_work) return Load();
    return Rest();
  }
  if (execution_->closed()) {
    execution_.reset();
    return FailAll(absl::NotFoundError("the execution is closed"));
  }
  if (!has_work && parts_->draining()) return Rest();
  if (!has_work && !StepIsDue() && !claimed_) return Rest();

  const RevisionId revision_id = execution_->facts->revision_id;
  CompiledPtr revision = parts_->machines->Peek(revision_id);
  if (revision != nullptr && parts_->activities->Fresh(revision->activities)) {
    return Decide(revision);
  }
  parts_->machines->Get(revision_id, [self = shared_from_this()](absl::StatusOr<CompiledPtr> made) {
    if (!made.ok()) return self->FailAll(made.status());
    const CompiledPtr revision = *made;
    self->parts_->activities->Refresh(revision->activities, [self, revision](absl::Status status) {
      if (!status.ok()) return self->FailAll(status);
      self->Decide(revision);
    });
  });
}

void Chain::Load() {
  epoch_ = parts_->store->Epoch();
  parts_->store->LoadExecution(id_, [self = shared_from_this(), asked = parts_->clock->Now()](
                                        absl::StatusOr<core::Execution> execution) {
    if (!execution.ok()) return self->FailAll(execution.status());
    self->execution_ = *std::move(execution);
    self->known_at_ = asked;
    self->fresh_ = true;
    self->row_claimable_at_.reset();
    self->claimed_ = false;
    self->Next();
  });
}

core::Event Chain::NextEvent(const std::optional<Work>& work) const {
  core::Event event;
  event.now = parts_->clock->Now();
  event.seed = static_cast<uint64_t>(parts_->random());
  if (work) {
    std::visit([&](const auto& what) { FillEvent(what, &event); }, work->what);
  } else if (core::NextDue(*execution_) <= event.now) {
    event.what = core::TimerFired{};
  } else {
    event.what = core::Proceed{core::NextReady(*execution_)->id};
  }
  return event;
}

template <typename What>
void Chain::FillEvent(const What& what, core::Event* event) const {
  if constexpr (std::is_same_v<What, Work::FunctionReturned>) {
    const core::Branch* branch = execution_->Find(what.branch);
    const bool open = branch != nullptr && branch->task && branch->task->nonce == what.nonce;
    event->what = core::CallReturned{
        what.branch, what.nonce,
        open ? InvocationResult(*branch->task, what.payload, what.log_tail, event->now)
             : what.payload};
  } else if constexpr (std::is_constructible_v<decltype(event->what), const What&>) {
    event->what = what;
  }
}

absl::StatusOr<core::Transition> Chain::Compute(const asl::Machine& machine, Pending* pending) {
  const std::optional<Work>& work = pending->work;
  if (work) {
    if (const auto* heartbeat = std::get_if<Work::Heartbeat>(&work->what)) {
      return core::Heartbeat(heartbeat->branch, heartbeat->nonce, parts_->clock->Now(),
                             *execution_);
    }
    if (const auto* renew = std::get_if<Work::Renew>(&work->what)) {
      return core::RenewLease(renew->branch, renew->nonce, parts_->clock->Now(), *execution_);
    }
    if (const auto* confirm = std::get_if<Work::Confirm>(&work->what)) {
      return core::ConfirmTask(confirm->branch, confirm->nonce, parts_->clock->Now(), *execution_);
    }
    if (const auto* back = std::get_if<Work::Return>(&work->what)) {
      return core::ReturnTask(back->branch, back->nonce, parts_->clock->Now(), *execution_);
    }
  } else if (!StepIsDue()) {
    return core::Transition();  // only the claim is given back
  }
  const core::Event event = NextEvent(work);
  pending->kind = KindOf(event);
  if (pending->kind == metrics::TransitionKind::kTimer) {
    pending->timer_lag = event.now - core::NextDue(*execution_);
  }
  return core::Advance(machine, *parts_->world, event, *execution_);
}

void Chain::Decide(const CompiledPtr& revision) {
  auto pending = std::make_shared<Pending>();
  pending->decided_at = parts_->clock->Now();
  pending->work = TakeWork();
  pending->expected = execution_->fence;
  const int64_t version = execution_->version;
  absl::StatusOr<core::Transition> transition = Compute(revision->machine(), pending.get());
  if (!transition.ok()) return Rejected(std::move(pending->work), transition.status());
  if (execution_->version == version && !claimed_) return NothingToWrite(std::move(pending->work));
  pending->transition = *std::move(transition);
  pending->given = GiveTasks(*parts_, *execution_, pending->transition);
  Commit(std::move(pending));
}

void Chain::NothingToWrite(std::optional<Work> work) {
  // Another node may have ended the task since: its worker must learn of it.
  if (!fresh_ && parts_->clock->Now() - known_at_ > kBelieved) {
    PutBackWork(std::move(work));
    execution_.reset();
    return Load();
  }
  fresh_ = false;
  Answer(std::move(work), absl::OkStatus());
  Next();
}

void Chain::Rejected(std::optional<Work> work, const absl::Status& status) {
  if (!fresh_ && work) {
    // The position may be older than what the work is about: decide again from a fresh read.
    PutBackWork(std::move(work));
    execution_.reset();
    return Load();
  }
  fresh_ = false;
  Answer(std::move(work), status);
  Next();
}

std::optional<absl::Time> Chain::ClaimableAt(const Pending& pending) const {
  if (execution_->closed()) return std::nullopt;
  const absl::Time now = parts_->clock->Now();
  const absl::Time newest = now + parts_->claim_hint;
  if (StepIsDue()) {
    const bool claim_holds = row_claimable_at_ && *row_claimable_at_ <= newest &&
                             *row_claimable_at_ > newest - parts_->claim_renewal;
    return claim_holds ? std::nullopt : std::optional<absl::Time>(newest);
  }
  const absl::Time due = core::NextDue(*execution_);
  if (row_claimable_at_ == due) return std::nullopt;
  // A task that a worker has just got will probably end soon: a time that is too early is left as
  // it is, so that the update stays heap-only. If the task does not end, the execution is claimed
  // once for nothing and gets its right time then.
  if (!pending.given.empty() && row_claimable_at_ && *row_claimable_at_ <= due &&
      *row_claimable_at_ > now + parts_->claim_renewal) {
    return std::nullopt;
  }
  return due;
}

void Chain::Commit(PendingPtr pending) {
  fresh_ = false;
  pending->written = parts_->draw_fence(*execution_);
  execution_->fence = pending->written;
  pending->claimable_at = ClaimableAt(*pending);
  const store::CommitRequest request{*execution_, pending->transition, pending->expected,
                                     pending->claimable_at};
  pending->sent_at = DatabaseClock::SteadyNow();
  parts_->store->CommitTransition(request,
                                  [self = shared_from_this(), pending](absl::Status status) {
                                    self->Committed(pending, status);
                                  });
}

void Chain::Committed(const PendingPtr& pending, const absl::Status& status) {
  parts_->metrics->CommitReturned(status, DatabaseClock::SteadyNow() - pending->sent_at);
  if (status.ok()) {
    known_at_ = pending->decided_at;
    Succeeded(*pending);
    return Next();
  }
  known_at_ = absl::InfinitePast();
  if (absl::IsUnknown(status)) return Settle(pending);
  Drop(*pending);
  if (absl::IsAborted(status)) {
    log::Debug("commit_refused", {{"execution", id_.value().ToString()}});
    PutBackWork(std::move(pending->work));
  } else {
    log::Warn("commit_failed", {{"execution", id_.value().ToString()}, {"status", status}});
    Answer(std::move(pending->work), absl::UnavailableError("the transition was not written"));
  }
  Next();
}

void Chain::Succeeded(Pending& pending) {
  if (pending.claimable_at) row_claimable_at_ = *pending.claimable_at;
  claimed_ = false;
  Announce(pending, *execution_, epoch_);
  Answer(std::move(pending.work), absl::OkStatus());
}

void Chain::Announce(Pending& pending, const core::Execution& execution, FlushEpoch epoch) const {
  CountTransition(pending.kind, pending.transition, execution, parts_->metrics.get());
  if (pending.timer_lag) parts_->metrics->timer_lag.Observe(*pending.timer_lag);
  for (Given& given : pending.given) {
    parts_->dispatcher->Deliver(std::move(given.poller), execution, given.branch, epoch);
  }
  for (const BranchId id : pending.transition.scheduled) {
    const std::string& activity = execution.Find(id)->task->queue;
    parts_->dispatcher->TaskReady(activity);
    parts_->dispatcher->Look(activity);
  }
  if (pending.claimable_at && *pending.claimable_at != absl::InfiniteFuture()) {
    parts_->timer_set(*pending.claimable_at);
  }
  parts_->children->Moved(execution);
  parts_->moved(execution, epoch);
  for (const core::TaskAttempt& task : pending.transition.given_up) {
    parts_->store->AwaitFlush(
        epoch, [parts = parts_, job = CallOf(*execution.facts, task)](const absl::Status& flushed) {
          if (flushed.ok()) parts->given_up(job);
        });
  }
  if (execution.closed()) {
    parts_->store->AwaitFlush(
        epoch, [parts = parts_, record = store::RecordOf(execution)](const absl::Status& flushed) {
          if (flushed.ok()) parts->closed(record);
        });
  }
}

void Chain::Drop(Pending& pending) {
  execution_.reset();
  row_claimable_at_.reset();
  claimed_ = false;
  for (Given& given : pending.given) parts_->dispatcher->GiveBack(std::move(given.poller));
  pending.given.clear();
}

void Chain::Settle(const PendingPtr& pending) {
  epoch_ = parts_->store->Epoch();
  parts_->store->LoadExecution(
      id_, [self = shared_from_this(), pending](absl::StatusOr<core::Execution> execution) {
        if (absl::IsNotFound(execution.status())) return self->SettleClosed(pending);
        if (!execution.ok()) {
          return self->parts_->scheduler->RunAfter(absl::Milliseconds(200),
                                                   [self, pending] { self->Settle(pending); });
        }
        const bool committed = execution->fence == pending->written;
        log::Info("commit_settled",
                  {{"execution", self->id_.value().ToString()}, {"committed", committed}});
        if (!committed) {
          self->Drop(*pending);
          self->PutBackWork(std::move(pending->work));
        }
        self->execution_ = *std::move(execution);
        self->row_claimable_at_.reset();
        self->fresh_ = !committed;
        if (committed) self->Succeeded(*pending);
        self->Next();
      });
}

void Chain::SettleClosed(const PendingPtr& pending) {
  const core::ExecutionFacts& facts = *execution_->facts;
  parts_->store->FindExecution(
      facts.machine_name, facts.name,
      [self = shared_from_this(), pending](absl::StatusOr<store::ExecutionRecord> record) {
        if (!record.ok() && !absl::IsNotFound(record.status())) {
          return self->parts_->scheduler->RunAfter(absl::Milliseconds(200),
                                                   [self, pending] { self->Settle(pending); });
        }
        if (record.ok() && record->id == self->id_ && record->fence == pending->written) {
          self->Succeeded(*pending);
          return self->Next();
        }
        self->Drop(*pending);
        self->Answer(std::move(pending->work), absl::NotFoundError("the execution is closed"));
        self->Next();
      });
}

void Chain::FailAll(const absl::Status& status) {
  if (!absl::IsNotFound(status)) {
    log::Warn("execution_not_loaded", {{"execution", id_.value().ToString()}, {"status", status}});
  }
  execution_.reset();
  fresh_ = false;
  while (std::optional<Work> work = TakeWork()) Answer(std::move(work), status);
  Rest();
}

void Chain::Rest() {
  fresh_ = false;
  bool more = false;
  {
    absl::MutexLock lock(&mu_);
    // Whoever posts while the chain works leaves the work to it.
    more = !inbox_.empty();
    working_ = more;
  }
  if (more) return Next();
  parts_->idle(id_);
}

void Chain::Answer(std::optional<Work> work, absl::Status status) {
  if (!work) return;
  // What has ended needs no confirmation any more.
  if (status.ok() || absl::IsFailedPrecondition(status) || absl::IsNotFound(status)) {
    if (const std::optional<int64_t> nonce = EndedTask(*work)) {
      parts_->confirmations->Forget(*nonce);
    }
  }
  if (status.ok() && std::holds_alternative<Work::Heartbeat>(work->what)) {
    parts_->metrics->task_heartbeats.Add();
  }
  // A refusal, too, tells what stands in the rows.
  parts_->store->AwaitFlush(epoch_, [done = std::move(work->done), status = std::move(status)](
                                        const absl::Status& flushed) mutable {
    done(flushed.ok() ? std::move(status) : absl::UnavailableError("the outcome is not known"));
  });
}

}  // namespace pawl::engine
