// One worker's Work stream: its slots are polls of the engine, so that a worker never has more
// tasks than it granted slots for.
//
//   open ── worker closes its side, node drains, poll fails ──► ending ── quiet ──► finished
//     └──────────────────────────── client gone ──────────────────────────────────────┘
//
// Quiet: no poll waits, all requests are acknowledged, all responses written. A slot that is taken
// back while a hand-out is under way stays until the engine has answered.
//
// A task is the stream's until the worker has confirmed that it has it; those that are not
// confirmed when the stream ends go back to the engine, which gives them again.

#ifndef PAWL_RPC_WORK_STREAM_H_
#define PAWL_RPC_WORK_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/rpc/tasks.h"
#include "pawl/v1/worker.pb.h"

namespace pawl::rpc {

// Thread-safe. Lives until gRPC and all polls are done with it.
class WorkStream : public grpc::ServerBidiReactor<v1::WorkRequest, v1::WorkResponse>,
                   public std::enable_shared_from_this<WorkStream> {
 public:
  // Unused slots of a stream.
  static constexpr int64_t kMaxSlots = 1000;

  explicit WorkStream(Services* services) : services_(services) {}
  void Start();

  // No more tasks; finishes with `status` once quiet. The first status counts.
  void End(grpc::Status status);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // What the engine holds of a slot; its end is the slot's.
  struct Slot;

  void Handle(const v1::WorkItem& item);
  void GrantSlots(int64_t request_id, const v1::GrantSlots& grant);
  void Granted(int64_t request_id, int32_t slots, const absl::StatusOr<std::string>& activity);
  void Poll(const std::string& activity);
  void Polled(const std::string& activity,
              absl::StatusOr<std::optional<engine::ActivityTask>> polled);
  void SlotGone(int64_t slot);
  void Confirm(const v1::ConfirmTasks& confirmed);
  // The worker has answered for that task.
  void Received(const std::string& token);
  void ReturnTasks();
  void TakeBack(int64_t request_id);
  void CancelPolls();
  void Acknowledge(int64_t request_id, const grpc::Status& status, bool task_open = false);

  // The message for what comes next, `bytes` long.
  v1::WorkResponse& Gather(size_t bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Writes what has been gathered: now, or at the end of this thread's batch.
  void Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WriteNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Settle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Services* const services_;
  std::shared_ptr<WorkStream> self_;
  v1::WorkRequest request_;  // gRPC's while a read is under way

  absl::Mutex mu_;
  Text worker_name_ ABSL_GUARDED_BY(mu_);
  std::optional<grpc::Status> ending_ ABSL_GUARDED_BY(mu_);
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  bool taking_back_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<int64_t> take_backs_ ABSL_GUARDED_BY(mu_);  // not acknowledged
  int64_t unanswered_ ABSL_GUARDED_BY(mu_) = 0;           // requests under way
  int64_t granting_ ABSL_GUARDED_BY(mu_) = 0;             // slots whose activity is looked up
  int64_t next_slot_ ABSL_GUARDED_BY(mu_) = 1;
  // 0: the engine has not said yet under which number it waits.
  absl::flat_hash_map<int64_t, engine::Engine::PollId> polls_ ABSL_GUARDED_BY(mu_);
  // Tokens of tasks that were sent, or are about to be.
  absl::flat_hash_set<std::string> unconfirmed_ ABSL_GUARDED_BY(mu_);
  // What is to be written, as few messages as it takes; the first one is gRPC's while `writing_`.
  std::deque<v1::WorkResponse> writes_ ABSL_GUARDED_BY(mu_);
  size_t gathered_bytes_ ABSL_GUARDED_BY(mu_) = 0;  // of the last one
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool write_promised_ ABSL_GUARDED_BY(mu_) = false;  // at the end of some thread's batch
};

}  // namespace pawl::rpc

#endif  // PAWL_RPC_WORK_STREAM_H_
