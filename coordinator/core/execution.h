// Where an execution stands: all that is needed to decide its next step.

#ifndef PAWL_CORE_EXECUTION_H_
#define PAWL_CORE_EXECUTION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/asl/task_resource.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/json.h"
#include "coordinator/base/text.h"
#include "coordinator/core/fork_origin.h"
#include "coordinator/core/limits.h"
#include "coordinator/core/origin.h"

namespace pawl::core {

// Stored by number: never renumber, only append.
enum class Status : uint8_t {
  kRunning = 1,
  kSucceeded = 2,
  kFailed = 3,
  kTimedOut = 4,
  kAborted = 5
};

// "RUNNING".
std::string_view StatusName(Status status);

// What was fixed when the execution began.
struct ExecutionFacts {
  ExecutionId id;
  MachineId machine_id;
  RevisionId revision_id;
  std::string execution_arn;
  std::string name;
  std::string state_machine_arn;
  std::string machine_name;
  std::string role_arn;
  absl::Time started_at;
  Text input;  // as it was sent, to the byte
  Limits limits;
  std::shared_ptr<const ForkOrigin> fork;  // null: it begins where its machine does
  std::shared_ptr<const Origin> origin;    // null: nothing but the machine's name
};

// What a branch does now. Stored by number: never renumber, only append.
enum class Phase : uint8_t {
  kReady = 1,      // has entered its state and can take the next step at once
  kWaiting = 2,    // in a Wait, until due_at
  kScheduled = 3,  // in a Task that no worker has yet
  kStarted = 4,    // in a Task that a worker has; due_at and heartbeat_due_at end it
  kBackoff = 5,    // before another attempt, until due_at
  kJoining = 6,    // in a Parallel or Map whose branches run
  kEnded = 7,      // a branch or iteration that succeeded; `data` is its output, kept for the join
  kSubmitted = 8,  // in a Task whose call has been made, until its token comes back, or until the
                   // job that the call has submitted ends; timers as above
};

// What ended a task by its token before the call that hands the token out had returned.
struct EarlyEnd {
  bool succeeded = false;
  Text output;
  std::optional<Text> error;  // of a failure
  std::optional<Text> cause;

  friend bool operator==(const EarlyEnd&, const EarlyEnd&) = default;
};

// The task a branch is in (phases kScheduled, kStarted and kSubmitted). A worker takes it, or,
// where it is a call, a coordinator that makes the call.
struct TaskAttempt {
  asl::ResourceKind kind = asl::ResourceKind::kActivity;
  // Where those who take such tasks wait for them (core/queues.h): of an activity its name.
  std::string queue;
  std::string resource;  // its ARN as the definition has it
  std::string role_arn;  // of Credentials; empty: none given
  // Unguessable, new for each attempt; the task token carries it.
  int64_t nonce = 0;
  Text input;  // what the worker gets
  absl::Time scheduled_at;
  std::optional<absl::Time> started_at;  // of a call: when it was given for the first time
  std::optional<int64_t> timeout_seconds;
  std::optional<int64_t> heartbeat_seconds;
  // A worker was given it: ActivityStarted is in the history. True in phase kScheduled: no worker
  // has confirmed it, and it is given again, with the same token.
  bool given = false;
  // In phase kStarted, of a call that hands out a token.
  std::optional<EarlyEnd> early;
  // In phase kSubmitted, of a call that has submitted a job (asl::RunsJob): what it was answered,
  // JSON text. A coordinator looks after the job under a lease.
  Text job;

  bool is_call() const { return kind != asl::ResourceKind::kActivity; }
  bool has_token() const {
    return is_call() && asl::PatternOf(resource) != asl::Pattern::kRequestResponse;
  }
  bool has_job() const { return !job.empty(); }
};

// How far a Parallel or Map in phase kJoining is.
struct Join {
  int64_t length = 0;           // branches or items in all
  int64_t next_index = 0;       // the first that has not begun
  int64_t ended = 0;            // how many have succeeded
  int64_t max_concurrency = 0;  // 0: no limit
  // Of a Map whose Items are an expression: with which random bits, and when, it was evaluated. It
  // is evaluated again, to the same items, by who goes on with the Map without having them at hand.
  uint64_t items_seed = 0;
  absl::Time items_at;
};

// A document that has been read. Immutable.
struct ParsedText {
  JsonArena arena;
  Json json;
};

// What the iterations of a Map that are still to begin are made from, read once for all of them.
// Immutable.
struct MapItems {
  std::shared_ptr<const JsonArena> arena;        // has what follows
  std::shared_ptr<const ParsedText> input_memo;  // the same; may be null
  Json effective;                                // after InputPath: what ItemSelector sees as `$`
  std::span<const Json> items;
  // Chance had a part in what they are.
  bool random = false;
  std::shared_ptr<const void> written;  // has those that are written in the definition; may be null
};

// One line of control: the execution's own (id 0), a branch of a Parallel, or an iteration of a
// Map.
struct Branch {
  BranchId id;
  BranchId parent;    // meaningless for id 0
  int64_t index = 0;  // place among its siblings
  Text item;          // of an iteration: `$$.Map.Item.Value`, JSON text

  Phase phase = Phase::kReady;
  Text state;      // name of the state it is in
  Text data;       // that state's raw input, JSON text
  Text variables;  // object, JSON text; empty: none
  int64_t entered_event_id = 0;
  // What that event follows from; absent in positions that were written by older coordinators.
  std::optional<int64_t> entered_previous_id;
  absl::Time entered_at;
  int64_t last_event_id = 0;     // the event that the next one follows from
  std::vector<int32_t> retries;  // for each retrier of the state, attempts it has granted
  std::optional<absl::Time> due_at;
  std::optional<absl::Time> heartbeat_due_at;
  // In phase kStarted: when the task is given again unless its worker has confirmed by then that it
  // has it. Absent: confirmed. Of a call it is a lease, which whoever makes the call renews, and
  // never absent. In phase kSubmitted: the lease of who looks after the job; absent: nobody does.
  std::optional<absl::Time> confirm_by;
  std::optional<TaskAttempt> task;
  std::optional<Join> join;
  // A memo, no part of the position: never stored, null at any time. Of a Map that has items left.
  std::shared_ptr<const MapItems> map_items;
};

// Which branches have not ended: a Map of thousands of items has few of them at any time, and each
// step looks through them. A memo, no part of the position: a copy starts without it, and it is
// made again when the number of branches shows that it is out of date.
class OpenBranches {
 public:
  OpenBranches() = default;
  OpenBranches(const OpenBranches&) {}
  OpenBranches& operator=(const OpenBranches&) {
    Forget();
    return *this;
  }

  // In order of their ids.
  const std::vector<BranchId>& Ids(const std::map<BranchId, Branch>& branches);
  // Of a new branch, whose id is the greatest, that is in `branches` already.
  void Add(BranchId id, const std::map<BranchId, Branch>& branches);
  // To be called when branches were removed.
  void Forget() { counted_ = 0; }

 private:
  std::vector<BranchId> ids_;
  size_t counted_ = 0;  // of how many branches it knows; 0: of none
};

struct Execution {
  std::shared_ptr<const ExecutionFacts> facts;
  Status status = Status::kRunning;
  Fence fence;
  int64_t version = 0;  // counts transitions, the start included
  int64_t last_event_id = 0;
  absl::Time last_event_at;
  int64_t next_branch_id = 1;
  std::optional<absl::Time> timeout_at;  // TimeoutSeconds of the machine
  int64_t redrive_count = 0;
  absl::Time redriven_at;        // the last time; of one that was
  bool machine_deleted = false;  // the next step ends it
  // By id. Branch 0 is there while the execution is open; a closed one has none.
  std::map<BranchId, Branch> branches;

  // Of a closed execution.
  absl::Time closed_at;
  Text output;
  std::optional<Text> error;
  std::optional<Text> cause;

  // Memos (see OpenBranches). Functions that only read an execution fill them: not for several
  // threads at once.
  mutable OpenBranches open;
  std::shared_ptr<const ParsedText>
      parsed_input;  // of `facts->input`, once an iteration asks for it

  bool closed() const { return status != Status::kRunning; }
  Branch* Find(BranchId id) {
    auto it = branches.find(id);
    return it == branches.end() ? nullptr : &it->second;
  }
  const Branch* Find(BranchId id) const {
    auto it = branches.find(id);
    return it == branches.end() ? nullptr : &it->second;
  }
};

// The branches that have not ended, in order of their ids.
const std::vector<BranchId>& OpenBranchIds(const Execution& execution);

// The first branch, in the order in which they became ready, that can take a step at once; null if
// none.
const Branch* NextReady(const Execution& execution);

// Whether its task waits for somebody who takes it.
bool WaitsForTaker(const Branch& branch);
// Whether its task's job is what is waited for, whoever looks after it.
bool AwaitsJob(const Branch& branch);

// When the first of its timers is due; InfiniteFuture when it has none. Heartbeats of a task are
// not asked for before its worker has confirmed that it has it: without a worker none can come.
absl::Time NextDue(const Branch& branch);
absl::Time NextDue(const Execution& execution);

}  // namespace pawl::core

#endif  // PAWL_CORE_EXECUTION_H_
