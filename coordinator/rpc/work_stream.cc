#include "coordinator/rpc/work_stream.h"

#include <utility>

#include "coordinator/base/batch.h"
#include "coordinator/base/strings.h"
#include "coordinator/rpc/status.h"

namespace pawl::rpc {
namespace {

// What is longer goes alone: a worker that takes a task's input takes its message.
constexpr size_t kFullMessageBytes = 256 * 1024;

}  // namespace

struct WorkStream::Slot {
  Slot(std::shared_ptr<WorkStream> stream_in, int64_t number_in)
      : stream(std::move(stream_in)), number(number_in) {}
  ~Slot() { stream->SlotGone(number); }

  const std::shared_ptr<WorkStream> stream;
  const int64_t number;
};

void WorkStream::Start() {
  self_ = shared_from_this();
  StartRead(&request_);
}

void WorkStream::End(grpc::Status status) {
  {
    absl::MutexLock lock(&mu_);
    if (!ending_) ending_ = std::move(status);
  }
  CancelPolls();
  absl::MutexLock lock(&mu_);
  Settle();
}

void WorkStream::OnReadDone(bool ok) {
  if (!ok) return End(grpc::Status::OK);
  {
    const Batch batch;
    for (const v1::WorkItem& item : request_.items()) Handle(item);
  }
  absl::MutexLock lock(&mu_);
  if (!finished_) StartRead(&request_);
}

void WorkStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mu_);
  if (finished_) return;
  writes_.pop_front();
  writing_ = false;
  // A failed write is followed by OnCancel; nothing more can be written.
  if (!ok) return;
  WriteNow();
  Settle();
}

void WorkStream::OnCancel() {
  {
    absl::MutexLock lock(&mu_);
    if (!finished_) {
      finished_ = true;
      Finish({grpc::StatusCode::CANCELLED, "the worker has gone"});
    }
  }
  CancelPolls();
  ReturnTasks();
}

void WorkStream::OnDone() {
  const std::shared_ptr<WorkStream> self = std::move(self_);
  ReturnTasks();
}

void WorkStream::Handle(const v1::WorkItem& item) {
  const int64_t id = item.request_id();
  if (item.has_hello()) {
    if (absl::Status name = CheckWorkerName(item.hello().worker_name()); !name.ok()) {
      return End(ToGrpc(name));
    }
    absl::MutexLock lock(&mu_);
    worker_name_ = Text(item.hello().worker_name());
    return;
  }
  if (item.has_confirm_tasks()) return Confirm(item.confirm_tasks());
  {
    absl::MutexLock lock(&mu_);
    ++unanswered_;
  }
  auto self = shared_from_this();
  const auto acknowledge = [self, id](const grpc::Status& status) {
    self->Acknowledge(id, status);
  };
  switch (item.kind_case()) {
    case v1::WorkItem::kGrantSlots:
      return GrantSlots(id, item.grant_slots());
    case v1::WorkItem::kTakeBackSlots:
      return TakeBack(id);
    case v1::WorkItem::kCompleteTask:
      Received(item.complete_task().task_token());
      return CompleteTask(*services_, item.complete_task(), acknowledge);
    case v1::WorkItem::kFailTask:
      Received(item.fail_task().task_token());
      return FailTask(*services_, item.fail_task(), acknowledge);
    case v1::WorkItem::kHeartbeatTask:
      Received(item.heartbeat_task().task_token());
      return HeartbeatTask(*services_, item.heartbeat_task(),
                           [self, id](const grpc::Status& status, bool open) {
                             self->Acknowledge(id, status, open);
                           });
    default:
      return acknowledge({grpc::StatusCode::INVALID_ARGUMENT, "an item of no known kind"});
  }
}

void WorkStream::GrantSlots(int64_t request_id, const v1::GrantSlots& grant) {
  const int32_t slots = grant.slots();
  bool fits = slots >= 1 && slots <= kMaxSlots;
  if (fits) {
    absl::MutexLock lock(&mu_);
    fits = static_cast<int64_t>(polls_.size()) + granting_ + slots <= kMaxSlots;
    if (fits) {
      granting_ += slots;
      taking_back_ = false;
    }
  }
  if (!fits) {
    return Acknowledge(request_id, {grpc::StatusCode::INVALID_ARGUMENT,
                                    StrCat("a stream has from 1 to ", kMaxSlots, " unused slots")});
  }
  if (!grant.function().empty()) {
    return Granted(request_id, slots, QueueOfFunction(grant.function()));
  }
  const auto find = grant.create_activity() ? FindOrCreateActivity : FindActivity;
  find(*services_, grant.activity(),
       [self = shared_from_this(), request_id, slots](const absl::StatusOr<std::string>& activity) {
         self->Granted(request_id, slots, activity);
       });
}

void WorkStream::Granted(int64_t request_id, int32_t slots,
                         const absl::StatusOr<std::string>& activity) {
  {
    absl::MutexLock lock(&mu_);
    granting_ -= slots;
  }
  if (activity.ok()) {
    for (int32_t i = 0; i < slots; ++i) Poll(*activity);
  }
  Acknowledge(request_id, ToGrpc(activity.status()));
}

void WorkStream::Poll(const std::string& activity) {
  int64_t number = 0;
  Text worker_name;
  {
    absl::MutexLock lock(&mu_);
    if (ending_ || finished_ || taking_back_) return;
    number = next_slot_++;
    polls_[number] = 0;
    worker_name = worker_name_;
  }
  auto slot = std::make_shared<Slot>(shared_from_this(), number);
  const auto poll = services_->engine->PollActivity(
      activity, worker_name, absl::InfiniteFuture(),
      [slot = std::move(slot),
       activity](absl::StatusOr<std::optional<engine::ActivityTask>> polled) {
        slot->stream->Polled(activity, std::move(polled));
      });
  bool cancel = false;
  {
    absl::MutexLock lock(&mu_);
    const auto at = polls_.find(number);
    if (at == polls_.end()) return;
    at->second = poll;
    cancel = ending_ || finished_ || taking_back_;
  }
  if (cancel) services_->engine->CancelPoll(poll);
}

void WorkStream::Polled(const std::string& activity,
                        absl::StatusOr<std::optional<engine::ActivityTask>> polled) {
  if (!polled.ok()) return End(ToGrpc(polled.status()));
  // Slots wait without end: nothing comes from a node that winds down only.
  if (!polled->has_value()) {
    return End({grpc::StatusCode::UNAVAILABLE, "the coordinator is going down"});
  }
  {
    absl::MutexLock lock(&mu_);
    if (!finished_) {
      unconfirmed_.insert((*polled)->token);
      FillTask(activity, **polled, Gather((*polled)->input.str().size()).add_tasks());
      return Write();
    }
  }
  // The worker went while the hand-out was under way.
  services_->engine->ReturnTask((*polled)->token);
}

void WorkStream::Confirm(const v1::ConfirmTasks& confirmed) {
  for (const std::string& token : confirmed.task_tokens()) {
    Received(token);
    // What a confirmation of a task that is over comes to, the worker learns with its end.
    services_->engine->ConfirmTask(token, [](const absl::Status&) {});
  }
}

void WorkStream::Received(const std::string& token) {
  absl::MutexLock lock(&mu_);
  unconfirmed_.erase(token);
}

void WorkStream::ReturnTasks() {
  absl::flat_hash_set<std::string> unconfirmed;
  {
    absl::MutexLock lock(&mu_);
    unconfirmed.swap(unconfirmed_);
  }
  for (const std::string& token : unconfirmed) services_->engine->ReturnTask(token);
}

void WorkStream::SlotGone(int64_t slot) {
  absl::MutexLock lock(&mu_);
  polls_.erase(slot);
  Settle();
}

void WorkStream::TakeBack(int64_t request_id) {
  {
    absl::MutexLock lock(&mu_);
    taking_back_ = true;
    take_backs_.push_back(request_id);
  }
  CancelPolls();
  absl::MutexLock lock(&mu_);
  Settle();
}

// Not with the lock held: the slots of cancelled polls end within.
void WorkStream::CancelPolls() {
  std::vector<engine::Engine::PollId> polls;
  {
    absl::MutexLock lock(&mu_);
    for (const auto& [slot, poll] : polls_) polls.push_back(poll);
  }
  for (const auto poll : polls) services_->engine->CancelPoll(poll);
}

void WorkStream::Acknowledge(int64_t request_id, const grpc::Status& status, bool task_open) {
  absl::MutexLock lock(&mu_);
  --unanswered_;
  if (finished_) return;
  v1::Acknowledgement* acknowledgement =
      Gather(status.error_message().size()).add_acknowledgements();
  acknowledgement->set_request_id(request_id);
  acknowledgement->set_code(status.error_code());
  acknowledgement->set_message(status.error_message());
  acknowledgement->set_task_open(task_open);
  Write();
  Settle();
}

v1::WorkResponse& WorkStream::Gather(size_t bytes) {
  const bool last_is_on_its_way = writing_ && writes_.size() == 1;
  if (writes_.empty() || last_is_on_its_way || gathered_bytes_ + bytes > kFullMessageBytes) {
    writes_.emplace_back();
    gathered_bytes_ = 0;
  }
  gathered_bytes_ += bytes;
  return writes_.back();
}

// One flush of the database lets many answers go at once: they leave in one message.
void WorkStream::Write() {
  if (!Batch::open()) return WriteNow();
  if (std::exchange(write_promised_, true)) return;
  Batch::AtEnd([self = shared_from_this()] {
    absl::MutexLock lock(&self->mu_);
    self->write_promised_ = false;
    self->WriteNow();
  });
}

void WorkStream::WriteNow() {
  if (finished_ || writing_ || writes_.empty()) return;
  writing_ = true;
  StartWrite(&writes_.front());
}

void WorkStream::Settle() {
  if (finished_) return;
  if (polls_.empty() && granting_ == 0) {
    std::vector<int64_t> ids;
    ids.swap(take_backs_);
    for (const int64_t id : ids) {
      --unanswered_;
      Gather(0).add_acknowledgements()->set_request_id(id);
      Write();
    }
  }
  if (!ending_ || !polls_.empty() || unanswered_ > 0 || !writes_.empty()) return;
  finished_ = true;
  Finish(*ending_);
}

}  // namespace pawl::rpc
