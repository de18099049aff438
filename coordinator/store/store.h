// Durable truth. Each method is exactly one transaction and returns at once; its answer comes
// through the callback, once, on a thread of the store's (a callback must not block). Thread-safe.
// Arguments are read before the method returns and need not outlive the call.
//
//   ABORTED      the fence is stale: somebody else moved the execution on. Nothing was written.
//   Drop what
//                was decided, read again, decide again.
//   UNAVAILABLE  nothing was written (no connection, rolled back). Retry.
//   UNKNOWN      the reply was lost. Never commit again: read the row; if its fence is the one this
//   call
//                wrote, it committed; else drop the result.
//   NOT_FOUND    there is no such thing.
//
// All times are UTC and come from the caller's Clock, which in production follows the database's.

#ifndef PAWL_STORE_STORE_H_
#define PAWL_STORE_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/text.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/execution.h"
#include "coordinator/core/history.h"

namespace pawl::store {

template <typename T>
using Callback = absl::AnyInvocable<void(absl::StatusOr<T>)>;
using DoneCallback = absl::AnyInvocable<void(absl::Status)>;

// ---------------------------------------------------------------- state machines and activities

// One immutable revision of a state machine.
struct Revision {
  RevisionId id;
  MachineId machine_id;
  std::string machine_name;
  std::string definition;  // as it was sent, to the byte
  std::string role_arn;
  // JSON texts as Describe gives them back; empty: AWS's default.
  std::string logging_configuration;
  std::string tracing_configuration;
  std::string encryption_configuration;
  absl::Time created_at;
  bool initial = true;  // made by CreateStateMachine, not by an update
};

struct Machine {
  MachineId id;
  std::string name;
  std::string type;  // "STANDARD" or "EXPRESS"
  bool deleting = false;
  absl::Time created_at;
  Revision current;
};

struct Activity {
  std::string name;
  absl::Time created_at;
};

// One page of a list; `next` is where the following one begins, empty at the end.
template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;
};

// ---------------------------------------------------------------- executions

// A task's wait for the end of an execution that it started, or joined.
struct ChildWait {
  ExecutionId child;
  ExecutionId parent;  // with the task
  BranchId branch;
  int64_t nonce = 0;    // of the task's attempt
  bool parsed = false;  // the task gets the child's input and output as JSON, not as text
  auto operator<=>(const ChildWait&) const = default;
};

// The same, with what finds the child.
struct WaitedFor {
  ChildWait wait;
  std::string machine_name;
  std::string name;
};

struct StartRequest {
  core::Execution execution;  // after Begin; its fence is the one to write
  core::Transition transition;
  absl::Time claimable_at;        // when another node may take it up
  std::optional<ChildWait> wait;  // for this execution's end; written with the start
};

struct StartResult {
  // kNameTaken: there is one of that name; `existing` says which. kMachineChanged: the machine was
  // updated or deleted since the caller read it; nothing was written. A fork may run any revision
  // of its machine.
  enum class Kind { kStarted, kNameTaken, kMachineChanged };
  Kind kind = Kind::kStarted;
  ExecutionId existing;
};

struct CommitRequest {
  const core::Execution& execution;  // after the step; its fence is the one to write
  const core::Transition& transition;
  Fence expected_fence;
  // When another node may take the execution up; absent: as it stands in the row, so that the row's
  // update stays heap-only.
  std::optional<absl::Time> claimable_at;
};

struct RedriveRequest {
  core::Execution execution;  // after Redrive; its fence is the one to write
  core::Transition transition;
  Fence expected_fence;      // of the closed execution
  absl::Time claimable_at;   // when a node may take it up
  std::string client_token;  // empty: none
};

// How long a client token of a redrive is remembered (reference/api.md 4.6).
inline constexpr absl::Duration kRedriveTokenLife = absl::Minutes(15);

// A task picked for a worker by HandOut.
struct HandedOut {
  core::Execution execution;  // after the step
  BranchId branch;
};

// What is known of an execution, open or closed.
struct ExecutionRecord {
  ExecutionId id;
  MachineId machine_id;
  RevisionId revision_id;
  std::string machine_name;
  std::string name;
  core::Status status = core::Status::kRunning;
  absl::Time started_at;
  absl::Time closed_at;  // of a closed one
  int64_t redrive_count = 0;
  absl::Time redriven_at;  // the last time; of one that has been redriven
  // From here on not in lists.
  Fence fence;  // of a closed one: what its last transition wrote
  Text input;
  Text output;
  std::optional<Text> error;
  std::optional<Text> cause;
  int64_t last_event_id = 0;
  core::Limits limits;
  std::shared_ptr<const core::ForkOrigin> fork;  // null: it was not forked
  bool machine_deleted = false;                  // or is being deleted
};

struct ExecutionQuery {
  std::string machine_name;
  std::optional<core::Status> status;
  int64_t limit = 100;
  std::string after;  // Page::next of the page before; empty: from the newest
};

struct HistoryQuery {
  ExecutionId execution;
  bool reverse = false;
  int64_t limit = 100;
  int64_t after =
      0;  // the last event id of the page before; 0: from the beginning (the end, in reverse)
};

// Tasks that no worker has yet.
struct Backlog {
  int64_t count = 0;
  std::optional<absl::Time> oldest_ready_at;  // absent: there is none
};

class Store {
 public:
  virtual ~Store() = default;

  // --- state machines. Lists are by name, ascending.
  // ALREADY_EXISTS: there is a machine of that name; compare and decide.
  virtual void CreateMachine(const Machine& machine, Callback<Machine> done) = 0;
  virtual void GetMachine(std::string_view name, Callback<Machine> done) = 0;
  virtual void GetRevision(RevisionId id, Callback<Revision> done) = 0;
  // Makes `revision` the current one. ABORTED when the current one is no longer `expected`;
  // NOT_FOUND.
  virtual void AddRevision(const Revision& revision, RevisionId expected, DoneCallback done) = 0;
  // Marks the machine and its open executions, so that each ends at its next step; one that has no
  // open executions is gone at once. NOT_FOUND.
  virtual void DeleteMachine(std::string_view name, DoneCallback done) = 0;
  virtual void ListMachines(std::string_view after, int64_t limit,
                            Callback<Page<Machine>> done) = 0;

  // --- activities. Lists are by name, ascending.
  // Gives the stored one back when there is one already.
  virtual void CreateActivity(const Activity& activity, Callback<Activity> done) = 0;
  virtual void GetActivity(std::string_view name, Callback<Activity> done) = 0;
  virtual void DeleteActivity(std::string_view name, DoneCallback done) = 0;
  virtual void ListActivities(std::string_view after, int64_t limit,
                              Callback<Page<Activity>> done) = 0;

  // --- executions
  virtual void StartExecution(const StartRequest& request, Callback<StartResult> done) = 0;
  // ABORTED, UNAVAILABLE, UNKNOWN as above.
  virtual void CommitTransition(const CommitRequest& request, DoneCallback done) = 0;
  // Opens a closed execution again, or closes it anew where the redrive's own step did. What waited
  // for its end, and has not been told, waits again; its own waits for others are orphaned. On disk when it returns. ABORTED: it does not
  // stand as it was read, or its machine is being deleted; nothing was written.
  virtual void RedriveExecution(const RedriveRequest& request, DoneCallback done) = 0;
  // When the execution was redriven with that client token, at `since` or later. NOT_FOUND.
  virtual void FindRedrive(ExecutionId id, std::string_view client_token, absl::Time since,
                           Callback<absl::Time> done) = 0;
  // The open execution as it stands. NOT_FOUND: closed or never there.
  virtual void LoadExecution(ExecutionId id, Callback<core::Execution> done) = 0;
  // Takes up to `limit` open executions whose claimable_at has come and that nobody else has
  // locked, oldest first, and sets claimable_at to `until`, so that other nodes leave them alone
  // until then.
  virtual void ClaimDue(absl::Time now, absl::Time until, int64_t limit,
                        Callback<std::vector<core::Execution>> done) = 0;
  // The earliest claimable_at after `now`; InfiniteFuture when there is none.
  virtual void NextClaimableAt(absl::Time now, Callback<absl::Time> done) = 0;

  // Locks up to `limit` executions that have a task ready for `activity`, oldest task first,
  // skipping those locked by others; calls `decide` with each and the branch whose task it is; and
  // writes what it returns, all in one transaction. `decide` gives the execution the fence to
  // write. An execution for which it returns an error is left as it is. It runs on a store thread.
  // An execution may have several such tasks: then `decide` is called for each, on the execution
  // as the call before left it, and one row of history takes all. `limit` counts tasks. The
  // execution becomes claimable when its next timer is due. `decide` may close it: then it is given
  // for each of its tasks, closed, and nobody got any of them.
  using Decide = std::function<absl::StatusOr<core::Transition>(core::Execution&, BranchId)>;
  virtual void HandOut(std::string_view activity, int64_t limit, Decide decide,
                       Callback<std::vector<HandedOut>> done) = 0;

  // --- tasks that wait for the end of an execution. What closes it leaves a message to them: the
  // wait has ended from then on, and stays until it is forgotten.
  // Adds a wait for an execution that runs or has ended; one that is there already stays as it is.
  // NOT_FOUND: there is no such execution.
  virtual void AwaitChild(const ChildWait& wait, DoneCallback done) = 0;
  // Waits that have ended, at most `limit`.
  virtual void EndedWaits(int64_t limit, Callback<std::vector<WaitedFor>> done) = 0;
  // Waits for children that run and that no open execution waits for any more; at most `limit`.
  virtual void OrphanedWaits(int64_t limit, Callback<std::vector<WaitedFor>> done) = 0;
  // The task has been told, or is over. OK also when there is no such wait.
  virtual void ForgetWait(const ChildWait& wait, DoneCallback done) = 0;

  // --- the flush barrier. What StartExecution, CommitTransition, HandOut, LoadExecution and
  // ClaimDue give has happened, but until it has reached the disk a crash of PostgreSQL may take it
  // back. Nothing that follows from it leaves the node before AwaitFlush says that it may. All
  // other methods give what is on disk.

  // To be read before a call is sent; what the call gives then belongs to this epoch. Cheap.
  virtual FlushEpoch Epoch() const = 0;
  // `done` gets OK once everything that was sent in `epoch` and has returned before this call is on
  // disk. UNAVAILABLE: the epoch has ended, and nobody knows what is on disk: what was read or
  // written in it is to be forgotten, positions included, and to be read again.
  virtual void AwaitFlush(FlushEpoch epoch, DoneCallback done) = 0;

  // --- reading, for the API
  virtual void FindExecution(std::string_view machine_name, std::string_view name,
                             Callback<ExecutionRecord> done) = 0;
  virtual void ListExecutions(const ExecutionQuery& query,
                              Callback<Page<ExecutionRecord>> done) = 0;
  // Events in order; at most `limit`. `Page::next` is not empty when there are more.
  virtual void GetHistory(const HistoryQuery& query, Callback<Page<core::HistoryEvent>> done) = 0;

  // --- for the metrics
  // Tasks of all activities that wait for a worker, counted up to `limit`.
  virtual void ReadyBacklog(int64_t limit, Callback<Backlog> done) = 0;

  // --- the cluster
  // The database's clock_timestamp().
  virtual void DatabaseTime(Callback<absl::Time> done) = 0;
  // The secret from which task tokens and page tokens are signed; the same for all nodes of a
  // database.
  virtual void ClusterSecret(Callback<std::string> done) = 0;

  // --- housekeeping, which every node does every few seconds (FinishDeletions) and every few hours
  // (MaintainPartitions); harmless when several nodes do so at once.
  // Goes on with what DeleteMachine began: marks open executions it has not reached, and lets go of
  // the machines that have none left.
  virtual void FinishDeletions(DoneCallback done) = 0;
  // Makes the partitions of the coming weeks and drops those in which all that began has been
  // closed for longer than `retention`, names included.
  virtual void MaintainPartitions(absl::Time now, absl::Duration retention, DoneCallback done) = 0;

  // --- wake-ups: hints, which may be lost
  // Tells all nodes, this one excepted, that tasks of `activities` are ready. Coalesce before
  // calling.
  virtual void NotifyReady(const std::vector<std::string>& activities, DoneCallback done) = 0;
  // Calls `on_ready` with the activity of each hint of another node, until the store is destroyed.
  // Once.
  virtual void ListenReady(std::function<void(const std::string& activity)> on_ready) = 0;
  // Whether the database answered the last time it was asked; never blocks.
  virtual bool Healthy() const = 0;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_STORE_H_
