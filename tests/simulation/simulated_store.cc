#include "tests/simulation/simulated_store.h"

#include <utility>

#include "tests/simulation/simulated_call.h"

namespace pawl::simulation {

SimulatedStore::SimulatedStore(Loop* loop, Database* database, Hints* hints, ProcessPtr process,
                               const StoreFaults* faults, Breakage breakage)
    : loop_(loop),
      database_(database),
      hints_(hints),
      process_(std::move(process)),
      faults_(*faults),
      breakage_(breakage),
      barrier_generation_(database->generation()) {}

void SimulatedStore::CutLink(absl::Duration how_long) { cut_until_ = loop_->Now() + how_long; }

absl::Duration SimulatedStore::Way() {
  return loop_->chance().Delay(absl::Microseconds(50), faults_.longest_way);
}

SimulatedStore::Fate SimulatedStore::DrawFate() {
  Chance& chance = loop_->chance();
  if (chance.Happens(faults_.refused)) return Fate::kRefused;
  if (chance.Happens(faults_.lost_request)) return Fate::kLostRequest;
  if (chance.Happens(faults_.lost_reply)) return Fate::kLostReply;
  if (chance.Happens(faults_.late)) return Fate::kLate;
  return Fate::kGood;
}

// ---------------------------------------------------------------- the flush barrier

void SimulatedStore::AwaitFlush(FlushEpoch epoch, store::DoneCallback done) {
  if (breakage_ == Breakage::kEarlyRelease) return done(absl::OkStatus());
  if (epoch != epoch_) {
    return loop_->Post(absl::ZeroDuration(), process_, [done = std::move(done)]() mutable {
      done(absl::UnavailableError("simulated: the epoch has ended"));
    });
  }
  waiting_.push_back(std::move(done));
  SendBarrier();
}

void SimulatedStore::SendBarrier() {
  if (flushing_ || !connected_ || waiting_.empty()) return;
  flushing_ = true;
  auto covered = std::make_shared<Effects>(std::exchange(waiting_, {}));
  const bool breaks = loop_->chance().Happens(faults_.barrier_breaks) || cut_until_ > loop_->Now();
  const absl::Duration way_back = cut_until_ > loop_->Now() ? kCallTimeout : Way();
  loop_->Post(Way(), nullptr,
              [this, loop = loop_, database = database_, process = process_,
               generation = barrier_generation_, covered, breaks, way_back] {
                const bool flushed =
                    database->up() && database->generation() == generation && !breaks;
                if (flushed) database->Flush();
                loop->Post(way_back, process,
                           [this, covered, flushed] { BarrierReturned(covered, flushed); });
              });
}

void SimulatedStore::BarrierReturned(const std::shared_ptr<Effects>& covered, bool flushed) {
  flushing_ = false;
  if (!flushed) EndEpoch();
  const absl::Status status =
      flushed ? absl::OkStatus() : absl::UnavailableError("simulated: the barrier's session broke");
  for (store::DoneCallback& done : *covered) done(status);
  SendBarrier();
}

void SimulatedStore::EndEpoch() {
  epoch_ = FlushEpoch(epoch_.value() + 1);
  connected_ = false;
  for (store::DoneCallback& done : std::exchange(waiting_, {})) {
    done(absl::UnavailableError("simulated: the barrier's session broke"));
  }
  Connect();
}

void SimulatedStore::Connect() {
  loop_->Post(loop_->chance().Delay(absl::Milliseconds(1), absl::Milliseconds(500)), process_,
              [this] {
                if (!database_->up() || cut_until_ > loop_->Now()) return Connect();
                connected_ = true;
                barrier_generation_ = database_->generation();
                SendBarrier();
              });
}

// ---------------------------------------------------------------- executions

void SimulatedStore::StartExecution(const store::StartRequest& request,
                                    Callback<store::StartResult> done) {
  const bool loses_wait = breakage_ == Breakage::kLostWait && loop_->chance().Happens(0.1);
  Call<absl::StatusOr<store::StartResult>>(
      Kind::kWrite,
      [request = request, loses_wait](store::MemoryStore& tables, auto reply) mutable {
        if (loses_wait) request.wait.reset();
        tables.StartExecution(request, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::CommitTransition(const store::CommitRequest& request,
                                      store::DoneCallback done) {
  std::optional<absl::Time> claimable_at = request.claimable_at;
  if (breakage_ == Breakage::kLostTimer && claimable_at && loop_->chance().Happens(0.05)) {
    claimable_at = absl::InfiniteFuture();
  }
  if (breakage_ == Breakage::kLostCompletion && !request.transition.history.empty() &&
      request.transition.history.front().type == core::EventType::kActivitySucceeded &&
      loop_->chance().Happens(0.05)) {
    return loop_->Post(Way(), process_,
                       [done = std::move(done)]() mutable { done(absl::OkStatus()); });
  }
  const bool fenced = breakage_ != Breakage::kFenceDropped;
  Call<absl::Status>(
      Kind::kWrite,
      [database = database_, execution = request.execution, transition = request.transition,
       expected = request.expected_fence, claimable_at, fenced,
       repeats = breakage_ == Breakage::kRepeatedAfterLoss,
       times = 0](store::MemoryStore& tables, auto reply) mutable {
        Fence fence = expected;
        if (!fenced || (repeats && ++times > 1)) {
          tables.LoadExecution(execution.facts->id, [&](absl::StatusOr<core::Execution> row) {
            if (row.ok()) fence = row->fence;
          });
        }
        if (!transition.history.empty()) database->SawTime(execution.last_event_at);
        tables.CommitTransition({execution, transition, fence, claimable_at}, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::LoadExecution(ExecutionId id, Callback<core::Execution> done) {
  Call<absl::StatusOr<core::Execution>>(
      Kind::kRead,
      [id](store::MemoryStore& tables, auto reply) { tables.LoadExecution(id, std::move(reply)); },
      std::move(done));
}

void SimulatedStore::ClaimDue(absl::Time now, absl::Time until, int64_t limit,
                              Callback<std::vector<core::Execution>> done) {
  Call<absl::StatusOr<std::vector<core::Execution>>>(
      Kind::kWrite,
      [now, until, limit](store::MemoryStore& tables, auto reply) {
        tables.ClaimDue(now, until, limit, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::NextClaimableAt(absl::Time now, Callback<absl::Time> done) {
  Call<absl::StatusOr<absl::Time>>(
      Kind::kRead,
      [now](store::MemoryStore& tables, auto reply) {
        tables.NextClaimableAt(now, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::HandOut(std::string_view activity, int64_t limit, Decide decide,
                             Callback<std::vector<store::HandedOut>> done) {
  // Rolled back after the decision, now and then.
  const bool rolled_back = loop_->chance().Happens(faults_.refused);
  const bool unwritten = breakage_ == Breakage::kDoubleDispatch && loop_->chance().Happens(0.2);
  Call<absl::StatusOr<std::vector<store::HandedOut>>>(
      Kind::kWrite,
      [activity = std::string(activity), limit, decide = std::move(decide), rolled_back, unwritten,
       process = process_, loop = loop_](store::MemoryStore& tables, auto reply) {
        std::vector<store::HandedOut> forged;
        // A node that does not answer keeps its transaction open until the server ends it.
        const auto decides = [&](core::Execution& execution,
                                 BranchId branch) -> absl::StatusOr<core::Transition> {
          if (!process->alive || process->stopped_until > loop->Now()) return Refused();
          absl::StatusOr<core::Transition> step = decide(execution, branch);
          if (step.ok() && unwritten) forged.push_back({execution, branch});
          if (rolled_back || unwritten) return Refused();
          return step;
        };
        tables.HandOut(activity, limit, decides,
                       [&](absl::StatusOr<std::vector<store::HandedOut>> handed) {
                         if (rolled_back) return reply(Refused());
                         if (unwritten) return reply(std::move(forged));
                         reply(std::move(handed));
                       });
      },
      std::move(done));
}

}  // namespace pawl::simulation
