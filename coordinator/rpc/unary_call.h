// A unary call of the callback API: answered once, by the operation or because its client has gone,
// whichever comes first.

#ifndef PAWL_RPC_UNARY_CALL_H_
#define PAWL_RPC_UNARY_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace pawl::rpc {

// Thread-safe. Lives until gRPC and all who hold it are done with it.
class UnaryCall : public grpc::ServerUnaryReactor {
 public:
  static std::shared_ptr<UnaryCall> New() {
    std::shared_ptr<UnaryCall> call(new UnaryCall);
    call->self_ = call;
    return call;
  }

  // The first answer counts. `fill` writes the response, which is gRPC's and gone after the answer:
  // it runs only if this is the answer that counts. `ended` then learns, once the call is over,
  // whether the client still wanted the answer when it went out.
  void Succeed(const std::function<void()>& fill, std::function<void(bool)> ended = nullptr) {
    absl::MutexLock lock(&mu_);
    if (answered_) return;
    answered_ = true;
    fill();
    ended_ = std::move(ended);
    Finish(grpc::Status::OK);
  }
  void Fail(grpc::Status status) {
    absl::MutexLock lock(&mu_);
    if (answered_) return;
    answered_ = true;
    Finish(std::move(status));
  }

  // What to do when the client goes before its answer; at once if it has gone.
  void OnGone(std::function<void()> gone) {
    {
      absl::MutexLock lock(&mu_);
      if (!gone_) {
        on_gone_ = std::move(gone);
        return;
      }
    }
    gone();
  }

  void OnCancel() override {
    std::function<void()> gone;
    {
      absl::MutexLock lock(&mu_);
      gone_ = true;
      gone = std::move(on_gone_);
    }
    if (gone) gone();
    Fail({grpc::StatusCode::CANCELLED, "the call was cancelled"});
  }
  void OnDone() override {
    // Destroyed last, after the lock is let go of.
    const std::shared_ptr<UnaryCall> self = std::move(self_);
    std::function<void()> gone;  // it may hold this call
    std::function<void(bool)> ended;
    bool delivered = false;
    {
      absl::MutexLock lock(&mu_);
      gone.swap(on_gone_);
      ended.swap(ended_);
      delivered = !gone_;
    }
    if (ended) ended(delivered);
  }

 private:
  UnaryCall() = default;

  absl::Mutex mu_;
  bool answered_ ABSL_GUARDED_BY(mu_) = false;
  bool gone_ ABSL_GUARDED_BY(mu_) = false;
  std::function<void()> on_gone_ ABSL_GUARDED_BY(mu_);
  std::function<void(bool)> ended_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<UnaryCall> self_;
};

}  // namespace pawl::rpc

#endif  // PAWL_RPC_UNARY_CALL_H_
