// The store in memory: the same contract as PostgresStore's, and the same tests (tests/store). For
// fast tests of what lies above. It keeps what a transition says it changed, and no more, so that a
// step that forgets to name a branch is found out here too.
//
// Callbacks, and HandOut as a whole, run through the executor; by default at once, on the caller's
// thread, before the method returns.
//
// For simulations it can lose what was not flushed, as PostgreSQL does with synchronous_commit=off.
//
// memory_machines.cc has state machines and activities, memory_children.cc the waits for other
// executions, memory_reads.cc what the API reads and the
// cluster, memory_crashes.cc the losses, memory_store.cc the rest.

#ifndef PAWL_STORE_MEMORY_STORE_H_
#define PAWL_STORE_MEMORY_STORE_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "coordinator/audit/audited_execution.h"
#include "coordinator/base/account.h"
#include "coordinator/base/clock.h"
#include "coordinator/store/store.h"

namespace pawl::store {

class MemoryStore : public Store {
 public:
  using Executor = std::function<void(absl::AnyInvocable<void()>)>;

  // Gives what a revision runs; null when it is not to be had.
  using Compile = std::function<std::shared_ptr<const asl::Machine>(const Revision&)>;

  // `clock` is the database's and must outlive the store; null: this machine's.
  explicit MemoryStore(Account account = {}, Executor executor = nullptr,
                       const Clock* clock = nullptr);

  void CreateMachine(const Machine& machine, Callback<Machine> done) override;
  void GetMachine(std::string_view name, Callback<Machine> done) override;
  void GetRevision(RevisionId id, Callback<Revision> done) override;
  void AddRevision(const Revision& revision, RevisionId expected, DoneCallback done) override;
  void DeleteMachine(std::string_view name, DoneCallback done) override;
  void ListMachines(std::string_view after, int64_t limit, Callback<Page<Machine>> done) override;

  void CreateActivity(const Activity& activity, Callback<Activity> done) override;
  void GetActivity(std::string_view name, Callback<Activity> done) override;
  void DeleteActivity(std::string_view name, DoneCallback done) override;
  void ListActivities(std::string_view after, int64_t limit,
                      Callback<Page<Activity>> done) override;

  void StartExecution(const StartRequest& request, Callback<StartResult> done) override;
  void CommitTransition(const CommitRequest& request, DoneCallback done) override;
  void RedriveExecution(const RedriveRequest& request, DoneCallback done) override;
  void FindRedrive(ExecutionId id, std::string_view client_token, absl::Time since,
                   Callback<absl::Time> done) override;
  void LoadExecution(ExecutionId id, Callback<core::Execution> done) override;
  void ClaimDue(absl::Time now, absl::Time until, int64_t limit,
                Callback<std::vector<core::Execution>> done) override;
  void NextClaimableAt(absl::Time now, Callback<absl::Time> done) override;
  void HandOut(std::string_view activity, int64_t limit, Decide decide,
               Callback<std::vector<HandedOut>> done) override;

  void AwaitChild(const ChildWait& wait, DoneCallback done) override;
  void EndedWaits(int64_t limit, Callback<std::vector<WaitedFor>> done) override;
  void OrphanedWaits(int64_t limit, Callback<std::vector<WaitedFor>> done) override;
  void ForgetWait(const ChildWait& wait, DoneCallback done) override;

  void FindExecution(std::string_view machine_name, std::string_view name,
                     Callback<ExecutionRecord> done) override;
  void ListExecutions(const ExecutionQuery& query, Callback<Page<ExecutionRecord>> done) override;
  void GetHistory(const HistoryQuery& query, Callback<Page<core::HistoryEvent>> done) override;

  void ReadyBacklog(int64_t limit, Callback<Backlog> done) override;

  void DatabaseTime(Callback<absl::Time> done) override;
  void ClusterSecret(Callback<std::string> done) override;
  void FinishDeletions(DoneCallback done) override;
  void MaintainPartitions(absl::Time now, absl::Duration retention, DoneCallback done) override;
  // There is one node: nobody hears of it.
  void NotifyReady(const std::vector<std::string>& activities, DoneCallback done) override;
  void ListenReady(std::function<void(const std::string& activity)> on_ready) override;
  bool Healthy() const override { return true; }
  // Memory is as good as disk here.
  FlushEpoch Epoch() const override { return FlushEpoch(1); }
  void AwaitFlush(FlushEpoch /*epoch*/, DoneCallback done) override { done(absl::OkStatus()); }

  // From now on what is written of executions can be taken back, and randomness comes from
  // `random`.
  void Simulate(std::function<int64_t()> random);
  // What was written so far is on disk.
  void Flush();
  // A crash: takes back what was written since the last Flush. Gives how many writes that were.
  int64_t LoseUnflushed();
  // Calls `visit` with each open execution, in the order of the ids. It must not come back here.
  using OpenVisitor = std::function<void(const core::Execution&, absl::Time claimable_at)>;
  void VisitOpen(const OpenVisitor& visit);
  // The waits for other executions that have not been forgotten, and whether each has ended.
  std::vector<std::pair<ChildWait, bool>> Waits();
  // All executions as they stand, for the audit. `compile` is called once for each revision.
  std::vector<audit::AuditedExecution> Audited(const Compile& compile);

 private:
  struct Open {
    core::Execution execution;
    absl::Time claimable_at;
  };

  using WaitIterator = std::map<ChildWait, bool>::iterator;

  template <typename Done, typename Answer>
  void Reply(Done done, Answer answer) {
    if (executor_ == nullptr) return done(std::move(answer));
    executor_([done = std::move(done), answer = std::move(answer)]() mutable {
      done(std::move(answer));
    });
  }
  static absl::Status NotFound(std::string_view kind, std::string_view name);

  // What was stored of one execution before a write.
  struct Undo {
    ExecutionId id;
    std::pair<std::string, std::string> name;
    std::optional<Open> open;
    std::optional<core::Execution> closed;
    size_t history_rows = 0;
    std::vector<std::pair<ChildWait, bool>> waits;  // for its end
  };

  // With mu_ held, from here to HandOutNow.
  // Comes before each write of an execution.
  void Remember(const core::ExecutionFacts& facts);
  bool IsCurrent(const core::ExecutionFacts& facts) const;
  bool IsDeleted(MachineId id) const;
  void Write(const core::Execution& execution, const core::Transition& transition, Open* row);
  void Close(const core::Execution& execution);
  // The waits for the end of `child`.
  std::pair<WaitIterator, WaitIterator> WaitsFor(ExecutionId child);
  // What the tasks of `parent` wait for nobody waits for any more.
  void OrphanWaitsOf(ExecutionId parent);
  // One step of the deletion of a machine; whether it has gone.
  bool FinishDeletion(const Machine& machine);
  std::vector<audit::AuditedWait> AuditedWaitsOf(ExecutionId parent) const;
  std::vector<HandedOut> HandOutNow(const std::string& activity, int64_t limit,
                                    const Decide& decide);

  const Account account_;
  const Executor executor_;
  const DatabaseClock own_clock_;
  const Clock& clock_;

  std::mutex mu_;  // guards what follows
  std::map<std::string, Machine, std::less<>> machines_;
  std::map<RevisionId, Revision> revisions_;
  std::map<std::string, Activity, std::less<>> activities_;
  std::map<std::pair<std::string, std::string>, ExecutionId> names_;
  std::map<ExecutionId, Open> open_;
  std::map<ExecutionId, core::Execution> closed_;
  std::map<ExecutionId, std::vector<audit::AuditedRow>> history_;
  std::map<ChildWait, bool> waits_;  // whether each has ended
  // When each execution was redriven with a client token.
  std::map<std::pair<ExecutionId, std::string>, absl::Time> redrives_;
  int64_t next_machine_id_ = 1;
  uint64_t transaction_ = 0;  // counts those that write
  bool keeps_undo_ = false;
  std::function<int64_t()> random_ = RandomInt64;
  std::vector<Undo> undo_;  // oldest first
};

}  // namespace pawl::store

#endif  // PAWL_STORE_MEMORY_STORE_H_
