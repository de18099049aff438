// One Work stream at one coordinator, as gRPC's callbacks see it.

#ifndef PAWL_WORKER_WORK_SESSION_H_
#define PAWL_WORKER_WORK_SESSION_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "pawl/v1/worker.grpc.pb.h"

namespace pawl::worker {

// Thread-safe. To be held until Ended, and let go of there.
class WorkSession : public grpc::ClientBidiReactor<v1::WorkRequest, v1::WorkResponse>,
                    public std::enable_shared_from_this<WorkSession> {
 public:
  // Told in threads of gRPC, one call of each kind at a time; never from within a method of the
  // session. Outlives it.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void Received(const v1::WorkResponse& response) = 0;
    // What Write took is on its way.
    virtual void Written() = 0;
    // Last.
    virtual void Ended(const grpc::Status& status) = 0;
  };

  static std::shared_ptr<WorkSession> Make(const std::shared_ptr<grpc::Channel>& channel,
                                           Owner* owner);
  // Once.
  void Start();

  // Whether Write may be called: nothing is being written, nothing closed.
  bool ready() const;
  // Sends all of `items`, in as few messages as it takes. Only when ready.
  void Write(std::deque<v1::WorkItem> items);
  // No more is written; the coordinator ends the stream when all is acknowledged. When ready.
  void CloseWrites();
  // Ends at once.
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  WorkSession(const std::shared_ptr<grpc::Channel>& channel, Owner* owner)
      : stub_(v1::WorkerService::NewStub(channel)), owner_(owner) {}
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::unique_ptr<v1::WorkerService::Stub> stub_;
  Owner* const owner_;
  grpc::ClientContext context_;
  std::shared_ptr<WorkSession> self_;  // until gRPC is done with it
  v1::WorkResponse response_;          // gRPC's while a read is under way

  mutable absl::Mutex mu_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<v1::WorkRequest> writes_ ABSL_GUARDED_BY(mu_);  // the first one is gRPC's
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_WORK_SESSION_H_
