// One node's way to the simulated database: each call takes time there and back, and any may be
// refused, lost on the way there, lost on the way back, or carried out after its caller was told
// that nobody knows. Has a flush barrier of its own, whose session breaks as sessions do.

#ifndef PAWL_TESTS_SIMULATION_SIMULATED_STORE_H_
#define PAWL_TESTS_SIMULATION_SIMULATED_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/store/store.h"
#include "tests/simulation/breakage.h"
#include "tests/simulation/database.h"
#include "tests/simulation/loop.h"

namespace pawl::simulation {

// How often what goes wrong; shares of all calls.
struct StoreFaults {
  double refused = 0;
  double lost_request = 0;
  double lost_reply = 0;
  double late = 0;            // carried out after the caller was told UNKNOWN
  double barrier_breaks = 0;  // of flushes
  absl::Duration longest_way = absl::Milliseconds(5);
};

// Hints between nodes.
using Hints = std::vector<std::pair<ProcessPtr, std::function<void(const std::string&)>>>;

class SimulatedStore : public store::Store {
 public:
  template <typename T>
  using Callback = store::Callback<T>;

  // All that is pointed to outlives the store. `faults` may change while it lives.
  SimulatedStore(Loop* loop, Database* database, Hints* hints, ProcessPtr process,
                 const StoreFaults* faults, Breakage breakage);

  // The link to the database is cut: calls hang, and fail in the end, until it is whole again.
  void CutLink(absl::Duration how_long);
  // Called with the number of each call, from 1, before it is sent: the process may die there.
  void OnCall(std::function<void(int64_t)> on_call) { on_call_ = std::move(on_call); }

  void CreateMachine(const store::Machine& machine, Callback<store::Machine> done) override;
  void GetMachine(std::string_view name, Callback<store::Machine> done) override;
  void GetRevision(RevisionId id, Callback<store::Revision> done) override;
  void AddRevision(const store::Revision& revision, RevisionId expected,
                   store::DoneCallback done) override;
  void DeleteMachine(std::string_view name, store::DoneCallback done) override;
  void ListMachines(std::string_view after, int64_t limit,
                    Callback<store::Page<store::Machine>> done) override;
  void CreateActivity(const store::Activity& activity, Callback<store::Activity> done) override;
  void GetActivity(std::string_view name, Callback<store::Activity> done) override;
  void DeleteActivity(std::string_view name, store::DoneCallback done) override;
  void ListActivities(std::string_view after, int64_t limit,
                      Callback<store::Page<store::Activity>> done) override;

  void StartExecution(const store::StartRequest& request,
                      Callback<store::StartResult> done) override;
  void CommitTransition(const store::CommitRequest& request, store::DoneCallback done) override;
  void RedriveExecution(const store::RedriveRequest& request, store::DoneCallback done) override;
  void FindRedrive(ExecutionId id, std::string_view client_token, absl::Time since,
                   Callback<absl::Time> done) override;
  void LoadExecution(ExecutionId id, Callback<core::Execution> done) override;
  void ClaimDue(absl::Time now, absl::Time until, int64_t limit,
                Callback<std::vector<core::Execution>> done) override;
  void NextClaimableAt(absl::Time now, Callback<absl::Time> done) override;
  void HandOut(std::string_view activity, int64_t limit, Decide decide,
               Callback<std::vector<store::HandedOut>> done) override;

  void AwaitChild(const store::ChildWait& wait, store::DoneCallback done) override;
  void EndedWaits(int64_t limit, Callback<std::vector<store::WaitedFor>> done) override;
  void OrphanedWaits(int64_t limit, Callback<std::vector<store::WaitedFor>> done) override;
  void ForgetWait(const store::ChildWait& wait, store::DoneCallback done) override;

  FlushEpoch Epoch() const override { return epoch_; }
  void AwaitFlush(FlushEpoch epoch, store::DoneCallback done) override;

  void FindExecution(std::string_view machine_name, std::string_view name,
                     Callback<store::ExecutionRecord> done) override;
  void ListExecutions(const store::ExecutionQuery& query,
                      Callback<store::Page<store::ExecutionRecord>> done) override;
  void GetHistory(const store::HistoryQuery& query,
                  Callback<store::Page<core::HistoryEvent>> done) override;
  void ReadyBacklog(int64_t limit, Callback<store::Backlog> done) override;
  void DatabaseTime(Callback<absl::Time> done) override;
  void ClusterSecret(Callback<std::string> done) override;
  void FinishDeletions(store::DoneCallback done) override;
  void MaintainPartitions(absl::Time now, absl::Duration retention,
                          store::DoneCallback done) override;
  void NotifyReady(const std::vector<std::string>& activities, store::DoneCallback done) override;
  void ListenReady(std::function<void(const std::string& activity)> on_ready) override;
  bool Healthy() const override { return connected_; }

 private:
  enum class Fate { kGood, kRefused, kLostRequest, kLostReply, kLate };
  enum class Kind { kRead, kWrite };
  template <typename Answer>
  using Operation = absl::AnyInvocable<void(store::MemoryStore&, absl::AnyInvocable<void(Answer)>)>;

  template <typename Answer>
  void Call(Kind kind, Operation<Answer> operation, absl::AnyInvocable<void(Answer)> done);
  // A read whose answer leaves the node: given once what was read is on disk.
  template <typename T>
  void HeldRead(Operation<absl::StatusOr<T>> operation, Callback<T> done);
  Fate DrawFate();
  absl::Duration Way();

  using Effects = std::vector<store::DoneCallback>;
  void SendBarrier();
  void BarrierReturned(const std::shared_ptr<Effects>& covered, bool flushed);
  void EndEpoch();
  void Connect();

  Loop* const loop_;
  Database* const database_;
  Hints* const hints_;
  const ProcessPtr process_;
  const StoreFaults& faults_;
  const Breakage breakage_;
  std::function<void(int64_t)> on_call_;
  int64_t calls_ = 0;
  absl::Time cut_until_ = absl::InfinitePast();

  FlushEpoch epoch_{1};
  // The barrier's session: of which life of the database, and whether it is open.
  int64_t barrier_generation_;
  bool connected_ = true;
  bool flushing_ = false;
  Effects waiting_;
};

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_SIMULATED_STORE_H_
