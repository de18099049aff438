// What a worker knows of its tasks, and what it has to say to a coordinator because of it. Decides
// only: no thread, no socket, no clock.
//
//   task given ──► running ──handler returned──► to be told ──sent──► on its way ──acknowledged──►
//   gone
//                     │                               ▲                    │
//                     └── over, says a heartbeat:     └─ stream lost, ─────┘
//                         cancelled, gone when the       not taken for now
//                         handler returns
//
// A slot is used up by a task that comes, and granted again as soon as its handler has returned,
// just before its result: so the coordinator can answer with the execution's next task.

#ifndef PAWL_WORKER_TASKS_IN_HAND_H_
#define PAWL_WORKER_TASKS_IN_HAND_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/base/backoff.h"
#include "pawl/v1/worker.pb.h"
#include "worker/task.h"
#include "worker/worker.h"

namespace pawl::worker {

// Tells activities and functions of equal names apart.
std::string ActivityKey(const std::string& name);
std::string FunctionKey(const std::string& name);

// Not thread-safe.
class TasksInHand {
 public:
  TasksInHand(std::string worker_name, bool create_activities)
      : worker_name_(std::move(worker_name)), create_activities_(create_activities) {}

  // Before anything else. `name_or_arn` is what the coordinator is asked by.
  void AddActivity(const std::string& name_or_arn, const ActivityOptions& options);
  // A Lambda function, by its bare name. A heartbeat keeps its tasks leased to this worker.
  void AddFunction(const std::string& name, const ActivityOptions& options);

  // A stream has begun: everything is to be said on it. / It has ended.
  void StreamOpened(absl::Time now);
  void StreamLost();

  // All that is to be said now, in this order; empty without a stream. What is given out counts as
  // said until the stream is lost.
  std::deque<v1::WorkItem> TakeItems(absl::Time now);
  // When TakeItems may have something although nothing else happened.
  absl::Time NextDue() const;

  // The task, to be run; null when it is in hand already, or of an activity that is not served.
  std::shared_ptr<TaskContext> Given(const v1::Task& task, absl::Time now);
  // Its handler has returned; `result` is what ResultRequest made of what it gave.
  void Finished(const std::string& token, v1::WorkItem result);
  // The task that turned out to be over, to be cancelled, or null.
  std::shared_ptr<TaskContext> Acknowledged(const v1::Acknowledgement& acknowledgement,
                                            absl::Time now);

  // No more slots are granted, those that are out are taken back.
  void BeginDrain() { draining_ = true; }
  // After BeginDrain: nothing is in hand, to be told or to come.
  bool quiet() const;
  size_t running() const { return running_.size(); }
  std::vector<std::shared_ptr<TaskContext>> Running() const;
  // Gives up what is not told. How many results that were.
  int64_t DropUntold();

  // What waiting does not heal: an activity that is missing or has a wrong name.
  const absl::Status& fatal() const { return fatal_; }
  // Without streams.
  const Counts& counts() const { return counts_; }

 private:
  struct Activity {
    std::string name_or_arn;
    bool is_function = false;
    ActivityOptions options;
    int running = 0;
    int slots = 0;  // granted on this stream and not used
    Backoff backoff = Backoff();
    absl::Time grant_at = absl::InfinitePast();
  };
  struct InHand {
    std::shared_ptr<TaskContext> context;
    Activity* activity;
    absl::Time next_beat;
    bool beating = false;  // a heartbeat is on its way
    bool over = false;
  };
  struct Untold {
    v1::WorkItem result;
    bool waiting = true;  // in to_tell_
    Backoff backoff;
  };
  enum class Kind { kGrant, kTakeBack, kHeartbeat, kResult };
  struct Sent {
    Kind kind;
    std::string token;
    Activity* activity = nullptr;
    int slots = 0;
  };

  void AddQueue(std::string key, Activity queue);
  v1::WorkItem* Add(std::deque<v1::WorkItem>* items, Sent sent);
  void SayHello(std::deque<v1::WorkItem>* items);
  void TakeBackSlots(std::deque<v1::WorkItem>* items);
  void Confirm(absl::Time now, std::deque<v1::WorkItem>* items);
  void ToConfirm(const std::string& token, absl::Time at);
  void Heartbeat(absl::Time now, std::deque<v1::WorkItem>* items);
  void GrantSlots(absl::Time now, std::deque<v1::WorkItem>* items);
  void TellResults(absl::Time now, std::deque<v1::WorkItem>* items);

  void GrantAnswered(const Sent& sent, const v1::Acknowledgement& answer, absl::Time now);
  std::shared_ptr<TaskContext> BeatAnswered(const std::string& token,
                                            const v1::Acknowledgement& answer, absl::Time now);
  void ResultAnswered(const std::string& token, const v1::Acknowledgement& answer, absl::Time now);
  int slots() const;

  const std::string worker_name_;
  const bool create_activities_;
  // By ActivityKey or FunctionKey; nodes do not move.
  std::map<std::string, Activity> activities_;
  absl::flat_hash_map<std::string, InHand> running_;
  absl::flat_hash_map<std::string, Untold> untold_;
  std::deque<std::string> to_tell_;
  std::multimap<absl::Time, std::string> to_tell_later_;
  absl::Time next_beats_ = absl::InfiniteFuture();
  absl::Duration shortest_heartbeat_ = absl::InfiniteDuration();
  bool draining_ = false;
  absl::Status fatal_;
  Counts counts_;

  // Of the stream.
  bool open_ = false;
  bool said_hello_ = false;
  bool taking_back_ = false;
  int64_t next_request_id_ = 1;
  absl::flat_hash_map<int64_t, Sent> sent_;  // not acknowledged
  absl::flat_hash_set<std::string> to_confirm_;
  absl::Time confirm_at_;  // the first of them
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_TASKS_IN_HAND_H_
