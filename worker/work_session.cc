#include "worker/work_session.h"

#include <utility>

namespace pawl::worker {
namespace {

// What is longer goes alone: a coordinator takes one output of the largest size, and little beside.
constexpr size_t kFullMessageBytes = 256 * 1024;

std::deque<v1::WorkRequest> Pack(std::deque<v1::WorkItem> items) {
  std::deque<v1::WorkRequest> requests;
  size_t bytes = 0;
  for (v1::WorkItem& item : items) {
    const size_t size = item.ByteSizeLong();
    if (requests.empty() || bytes + size > kFullMessageBytes) {
      requests.emplace_back();
      bytes = 0;
    }
    bytes += size;
    requests.back().mutable_items()->Add(std::move(item));
  }
  return requests;
}

}  // namespace

std::shared_ptr<WorkSession> WorkSession::Make(const std::shared_ptr<grpc::Channel>& channel,
                                               Owner* owner) {
  return std::shared_ptr<WorkSession>(new WorkSession(channel, owner));
}

void WorkSession::Start() {
  self_ = shared_from_this();
  stub_->async()->Work(&context_, this);
  // Writes begin outside of reactions; the stream must not be done before the last of them.
  AddHold();
  StartRead(&response_);
  StartCall();
}

bool WorkSession::ready() const {
  absl::MutexLock lock(&mu_);
  return !closed_ && writes_.empty();
}

void WorkSession::Write(std::deque<v1::WorkItem> items) {
  absl::MutexLock lock(&mu_);
  if (closed_ || items.empty()) return;
  writes_ = Pack(std::move(items));
  WriteNext();
}

void WorkSession::CloseWrites() {
  absl::MutexLock lock(&mu_);
  if (std::exchange(closed_, true)) return;
  StartWritesDone();
}

void WorkSession::WriteNext() {
  grpc::WriteOptions options;
  // All but the last one wait for those behind them.
  if (writes_.size() > 1) options.set_buffer_hint();
  StartWrite(&writes_.front(), options);
}

void WorkSession::OnReadDone(bool ok) {
  if (ok) {
    owner_->Received(response_);
    StartRead(&response_);
    return;
  }
  {
    absl::MutexLock lock(&mu_);
    closed_ = true;
  }
  RemoveHold();
}

void WorkSession::OnWriteDone(bool ok) {
  {
    absl::MutexLock lock(&mu_);
    writes_.pop_front();
    // After a failed write the reads end too, and then the stream.
    if (!ok) closed_ = true;
    if (closed_) return;
    if (!writes_.empty()) return WriteNext();
  }
  owner_->Written();
}

void WorkSession::OnDone(const grpc::Status& status) {
  Owner* const owner = owner_;
  // The owner's reference is the last one: once it has let go, nothing of the session is left.
  self_.reset();
  owner->Ended(status);
}

}  // namespace pawl::worker
