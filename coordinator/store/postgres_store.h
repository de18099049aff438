// The store over PostgreSQL (schema/README.md). Its connections: pipelined ones for starts and
// transitions, some for claims and hand-outs, some for reads and the API's own tables, one that
// listens for hints, one for the flush barrier. Callbacks come on the threads of these.
//
// Transitions commit asynchronously behind the barrier, or synchronously without one; then they run
// on blocking connections, of which there should be as many as executions shall move at once.
//
// The schema must be current (migrate.h). The store connects by itself, also again after an outage;
// until then its methods answer UNAVAILABLE after `unavailable_after`.

#ifndef PAWL_STORE_POSTGRES_STORE_H_
#define PAWL_STORE_POSTGRES_STORE_H_

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/base/account.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/store/flush_barrier.h"
#include "coordinator/store/pipelined_lane.h"
#include "coordinator/store/pool.h"
#include "coordinator/store/ready_listener.h"
#include "coordinator/store/store.h"

namespace pawl::store {

struct PostgresStoreOptions {
  std::string database_url;  // a URI or keyword=value, as libpq takes them
  Account account;           // whose ARNs executions have
  // Without it commits are synchronous: where a pooler stands between, which gives a client another
  // session when it likes. Nothing is pipelined then.
  bool flush_barrier = true;
  // 0: starts and transitions run on the claim connections.
  int pipelined_connections = 4;
  int claim_connections = 3;
  int read_connections = 2;
  // As FlushSession::Options has them.
  std::string synchronous_commit = "on";
  bool allow_fsync_off = false;
  BarrierFaults barrier_faults;  // for tests
  // How long work waits for a connection when there is none.
  absl::Duration unavailable_after = absl::Seconds(1);
  std::string application_name = "pawl";
  // Gets the figures of the lanes.
  std::shared_ptr<metrics::Metrics> metrics = std::make_shared<metrics::Metrics>();
};

class PostgresStore : public Store {
 public:
  explicit PostgresStore(PostgresStoreOptions options);
  // What waits is answered with UNAVAILABLE. Not from a callback.
  ~PostgresStore() override;

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

  FlushEpoch Epoch() const override;
  void AwaitFlush(FlushEpoch epoch, DoneCallback done) override;

  void FindExecution(std::string_view machine_name, std::string_view name,
                     Callback<ExecutionRecord> done) override;
  void ListExecutions(const ExecutionQuery& query, Callback<Page<ExecutionRecord>> done) override;
  void GetHistory(const HistoryQuery& query, Callback<Page<core::HistoryEvent>> done) override;

  void ReadyBacklog(int64_t limit, Callback<Backlog> done) override;

  void DatabaseTime(Callback<absl::Time> done) override;
  void ClusterSecret(Callback<std::string> done) override;
  void FinishDeletions(DoneCallback done) override;
  void MaintainPartitions(absl::Time now, absl::Duration retention, DoneCallback done) override;
  void NotifyReady(const std::vector<std::string>& activities, DoneCallback done) override;
  void ListenReady(std::function<void(const std::string& activity)> on_ready) override;
  bool Healthy() const override;

 private:
  // A statement of the pipelined lane; `done` gets how many rows it affected.
  void Execute(BoundStatement statement, const char* operation, ExecutionId execution,
               absl::AnyInvocable<void(absl::StatusOr<int64_t>)> done);
  // Runs a read whose answer leaves the node, and gives the answer once what was read is on disk.
  template <typename Work, typename T>
  void RunHeldRead(const char* operation, std::string subject, Work work, Callback<T> done);

  const PostgresStoreOptions options_;
  const std::string node_;  // names this store in hints, so that it can leave out its own
  std::atomic<bool> healthy_ = false;
  std::mutex mu_;  // guards listener_
  std::unique_ptr<ReadyListener> listener_;
  // The lanes go first when the store ends, for their jobs use what is above. Null: no barrier, or
  // no pipelines.
  std::unique_ptr<FlushBarrier> barrier_;
  Pool claims_;
  Pool reads_;
  std::unique_ptr<PipelinedLane> pipelines_;
};

// Whether the server flushes what it confirms, as the barrier needs it: to be asked once, before a
// store is made. FAILED_PRECONDITION says what is wrong.
absl::Status CheckFlushes(const PostgresStoreOptions& options);

}  // namespace pawl::store

#endif  // PAWL_STORE_POSTGRES_STORE_H_
