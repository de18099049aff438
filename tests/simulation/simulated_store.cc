#include "tests/simulation/simulated_store.h"

#include <utility>

#include "coordinator/base/strings.h"

namespace pawl::simulation {
namespace {

// How long a node goes on before it takes a call for lost: tcp_user_timeout, roughly.
constexpr absl::Duration kCallTimeout = absl::Seconds(6);

absl::Status Refused() { return absl::UnavailableError("simulated: refused"); }

}  // namespace

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

template <typename Answer>
void SimulatedStore::Call(Kind kind, Operation<Answer> operation,
                          absl::AnyInvocable<void(Answer)> done) {
  if (on_call_) on_call_(++calls_);
  if (!process_->alive) return;
  const Answer lost = kind == Kind::kRead ? absl::UnavailableError("simulated: no answer")
                                          : absl::UnknownError("simulated: no answer");
  Fate fate = DrawFate();
  const bool cut = cut_until_ > loop_->Now();
  if (!connected_) fate = Fate::kRefused;
  if (cut) fate = loop_->chance().Happens(0.5) ? Fate::kLostRequest : Fate::kLate;
  // Whoever waits for an answer that does not come learns of it when the session breaks, at once
  // or after a time-out.
  const absl::Duration notice =
      cut ? kCallTimeout : loop_->chance().Delay(absl::Milliseconds(1), kCallTimeout);

  if (fate == Fate::kRefused || fate == Fate::kLostRequest) {
    Answer answer = fate == Fate::kRefused ? Answer(Refused()) : lost;
    const absl::Duration wait = fate == Fate::kRefused ? Way() : notice;
    return loop_->Post(wait, process_,
                       [done = std::move(done), answer]() mutable { done(std::move(answer)); });
  }
  absl::Duration way_there = Way();
  if (fate == Fate::kLate) {
    loop_->Post(notice, process_, [done = std::move(done), lost]() mutable { done(lost); });
    way_there += loop_->chance().Between(absl::ZeroDuration(), kCallTimeout);
  }
  const bool answers = fate == Fate::kGood;
  const bool repeats = breakage_ == Breakage::kRepeatedAfterLoss && fate == Fate::kLostReply;
  loop_->Post(way_there, nullptr,
              [loop = loop_, database = database_, generation = database_->generation(),
               process = process_, operation = std::move(operation), done = std::move(done), lost,
               answers, repeats, way_back = answers ? Way() : notice]() mutable {
                Answer answer = lost;
                if (database->up() && database->generation() == generation) {
                  operation(database->tables(), [&](Answer given) {
                    if (answers) answer = std::move(given);
                  });
                  if (repeats) operation(database->tables(), [](const Answer&) {});
                }
                if (done == nullptr) return;
                loop->Post(way_back, process,
                           [done = std::move(done), answer = std::move(answer)]() mutable {
                             done(std::move(answer));
                           });
              });
}

template <typename T>
void SimulatedStore::HeldRead(Operation<absl::StatusOr<T>> operation, Callback<T> done) {
  if (breakage_ == Breakage::kUnheldReads) {
    return Call<absl::StatusOr<T>>(Kind::kRead, std::move(operation), std::move(done));
  }
  const FlushEpoch epoch = epoch_;
  Call<absl::StatusOr<T>>(Kind::kRead, std::move(operation),
                          [this, epoch, done = std::move(done)](absl::StatusOr<T> answer) mutable {
                            AwaitFlush(epoch, [done = std::move(done), answer = std::move(answer)](
                                                  const absl::Status& flushed) mutable {
                              if (!flushed.ok()) return done(flushed);
                              done(std::move(answer));
                            });
                          });
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

// ---------------------------------------------------------------- reading

void SimulatedStore::FindExecution(std::string_view machine_name, std::string_view name,
                                   Callback<store::ExecutionRecord> done) {
  HeldRead<store::ExecutionRecord>(
      [machine = std::string(machine_name), name = std::string(name)](store::MemoryStore& tables,
                                                                      auto reply) {
        tables.FindExecution(machine, name, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::ListExecutions(const store::ExecutionQuery& query,
                                    Callback<store::Page<store::ExecutionRecord>> done) {
  HeldRead<store::Page<store::ExecutionRecord>>(
      [query](store::MemoryStore& tables, auto reply) {
        tables.ListExecutions(query, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::GetHistory(const store::HistoryQuery& query,
                                Callback<store::Page<core::HistoryEvent>> done) {
  HeldRead<store::Page<core::HistoryEvent>>(
      [query](store::MemoryStore& tables, auto reply) {
        tables.GetHistory(query, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::ReadyBacklog(int64_t limit, Callback<store::Backlog> done) {
  Call<absl::StatusOr<store::Backlog>>(
      Kind::kRead,
      [limit](store::MemoryStore& tables, auto reply) {
        tables.ReadyBacklog(limit, std::move(reply));
      },
      std::move(done));
}

// ---------------------------------------------------------------- machines, activities, cluster

void SimulatedStore::CreateMachine(const store::Machine& machine, Callback<store::Machine> done) {
  Call<absl::StatusOr<store::Machine>>(
      Kind::kWrite,
      [machine](store::MemoryStore& tables, auto reply) {
        tables.CreateMachine(machine, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::GetMachine(std::string_view name, Callback<store::Machine> done) {
  Call<absl::StatusOr<store::Machine>>(
      Kind::kRead,
      [name = std::string(name)](store::MemoryStore& tables, auto reply) {
        tables.GetMachine(name, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::GetRevision(RevisionId id, Callback<store::Revision> done) {
  Call<absl::StatusOr<store::Revision>>(
      Kind::kRead,
      [id](store::MemoryStore& tables, auto reply) { tables.GetRevision(id, std::move(reply)); },
      std::move(done));
}

void SimulatedStore::AddRevision(const store::Revision& revision, RevisionId expected,
                                 store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [revision, expected](store::MemoryStore& tables, auto reply) {
        tables.AddRevision(revision, expected, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::DeleteMachine(std::string_view name, store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [name = std::string(name)](store::MemoryStore& tables, auto reply) {
        tables.DeleteMachine(name, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::ListMachines(std::string_view after, int64_t limit,
                                  Callback<store::Page<store::Machine>> done) {
  Call<absl::StatusOr<store::Page<store::Machine>>>(
      Kind::kRead,
      [after = std::string(after), limit](store::MemoryStore& tables, auto reply) {
        tables.ListMachines(after, limit, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::CreateActivity(const store::Activity& activity,
                                    Callback<store::Activity> done) {
  Call<absl::StatusOr<store::Activity>>(
      Kind::kWrite,
      [activity](store::MemoryStore& tables, auto reply) {
        tables.CreateActivity(activity, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::GetActivity(std::string_view name, Callback<store::Activity> done) {
  Call<absl::StatusOr<store::Activity>>(
      Kind::kRead,
      [name = std::string(name)](store::MemoryStore& tables, auto reply) {
        tables.GetActivity(name, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::DeleteActivity(std::string_view name, store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [name = std::string(name)](store::MemoryStore& tables, auto reply) {
        tables.DeleteActivity(name, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::ListActivities(std::string_view after, int64_t limit,
                                    Callback<store::Page<store::Activity>> done) {
  Call<absl::StatusOr<store::Page<store::Activity>>>(
      Kind::kRead,
      [after = std::string(after), limit](store::MemoryStore& tables, auto reply) {
        tables.ListActivities(after, limit, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::AwaitChild(const store::ChildWait& wait, store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [wait](store::MemoryStore& tables, auto reply) {
        tables.AwaitChild(wait, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::EndedWaits(int64_t limit, Callback<std::vector<store::WaitedFor>> done) {
  HeldRead<std::vector<store::WaitedFor>>(
      [limit, forgets = breakage_ == Breakage::kUntoldEnd](store::MemoryStore& tables, auto reply) {
        tables.EndedWaits(limit, [&](absl::StatusOr<std::vector<store::WaitedFor>> ended) {
          for (const store::WaitedFor& waited : *ended) {
            if (forgets) tables.ForgetWait(waited.wait, [](const absl::Status&) {});
          }
          reply(std::move(ended));
        });
      },
      std::move(done));
}

void SimulatedStore::OrphanedWaits(int64_t limit, Callback<std::vector<store::WaitedFor>> done) {
  if (breakage_ == Breakage::kUnstoppedChild) limit = 0;
  HeldRead<std::vector<store::WaitedFor>>(
      [limit](store::MemoryStore& tables, auto reply) {
        tables.OrphanedWaits(limit, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::ForgetWait(const store::ChildWait& wait, store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [wait](store::MemoryStore& tables, auto reply) {
        tables.ForgetWait(wait, std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::DatabaseTime(Callback<absl::Time> done) {
  Call<absl::StatusOr<absl::Time>>(
      Kind::kRead,
      [](store::MemoryStore& tables, auto reply) { tables.DatabaseTime(std::move(reply)); },
      std::move(done));
}

void SimulatedStore::ClusterSecret(Callback<std::string> done) {
  Call<absl::StatusOr<std::string>>(
      Kind::kRead,
      [](store::MemoryStore& tables, auto reply) { tables.ClusterSecret(std::move(reply)); },
      std::move(done));
}

void SimulatedStore::FinishDeletions(store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [](store::MemoryStore& tables, auto reply) {
        tables.FinishDeletions(std::move(reply));
        tables.Flush();
      },
      std::move(done));
}

void SimulatedStore::MaintainPartitions(absl::Time now, absl::Duration retention,
                                        store::DoneCallback done) {
  Call<absl::Status>(
      Kind::kWrite,
      [now, retention](store::MemoryStore& tables, auto reply) {
        tables.MaintainPartitions(now, retention, std::move(reply));
      },
      std::move(done));
}

void SimulatedStore::NotifyReady(const std::vector<std::string>& activities,
                                 store::DoneCallback done) {
  for (auto& [process, on_ready] : *hints_) {
    if (process == process_ || !process->alive || loop_->chance().Happens(0.2)) continue;
    for (const std::string& activity : activities) {
      loop_->Post(Way(), process, [on_ready, activity] { on_ready(activity); });
    }
  }
  loop_->Post(Way(), process_, [done = std::move(done)]() mutable { done(absl::OkStatus()); });
}

void SimulatedStore::ListenReady(std::function<void(const std::string& activity)> on_ready) {
  hints_->emplace_back(process_, std::move(on_ready));
}

}  // namespace pawl::simulation
