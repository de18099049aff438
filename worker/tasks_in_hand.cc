#include "worker/tasks_in_hand.h"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "coordinator/base/account.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "worker/result_request.h"

namespace pawl::worker {
namespace {

constexpr int kMaxSlots = 1000;  // of a stream (worker.proto)
// A coordinator that gives tasks but does not take results gets no more slots beyond this.
constexpr size_t kMaxUntold = 4000;
// A short task's result, which says as much, goes out before its confirmation would. The
// coordinator waits 2.5 seconds for it (core::kConfirmWithin).
constexpr absl::Duration kConfirmAfter = absl::Milliseconds(20);

std::optional<FunctionInvocation> InvocationOf(const v1::Task& task) {
  if (!task.has_invocation()) return std::nullopt;
  const v1::FunctionInvocation& given = task.invocation();
  FunctionInvocation invocation{.function = given.function(),
                                .function_arn = given.function_arn(),
                                .request_id = given.request_id(),
                                .client_context = given.client_context(),
                                .wants_log = given.wants_log()};
  if (given.has_deadline()) {
    invocation.deadline = absl::FromUnixSeconds(given.deadline().seconds()) +
                          absl::Nanoseconds(given.deadline().nanos());
  }
  return invocation;
}

std::string Words(const v1::Acknowledgement& answer) {
  return StrCat(answer.message(), " (code ", answer.code(), ")");
}

}  // namespace

std::string ActivityKey(const std::string& name) { return name; }
// No activity's name holds a colon.
std::string FunctionKey(const std::string& name) { return StrCat("lambda:", name); }

void TasksInHand::AddActivity(const std::string& name_or_arn, const ActivityOptions& options) {
  const absl::StatusOr<Arn> arn = Arn::Parse(name_or_arn);
  AddQueue(ActivityKey(arn.ok() ? arn->name : name_or_arn),
           {.name_or_arn = name_or_arn, .options = options});
}

void TasksInHand::AddFunction(const std::string& name, const ActivityOptions& options) {
  AddQueue(FunctionKey(name), {.name_or_arn = name, .is_function = true, .options = options});
}

void TasksInHand::AddQueue(std::string key, Activity queue) {
  queue.options.concurrency = std::max(queue.options.concurrency, 1);
  if (queue.options.heartbeat > absl::ZeroDuration()) {
    shortest_heartbeat_ = std::min(shortest_heartbeat_, queue.options.heartbeat);
  }
  activities_.try_emplace(std::move(key), std::move(queue));
}

void TasksInHand::StreamOpened(absl::Time now) {
  StreamLost();
  open_ = true;
  to_confirm_.clear();
  for (auto& [token, running] : running_) {
    to_confirm_.insert(token);
    running.next_beat = now;
  }
  confirm_at_ = now;
  next_beats_ = now;
}

void TasksInHand::StreamLost() {
  open_ = said_hello_ = taking_back_ = false;
  sent_.clear();
  for (auto& [name, activity] : activities_) {
    activity.slots = 0;
    activity.grant_at = absl::InfinitePast();
  }
  for (auto& [token, running] : running_) running.beating = false;
  // Another coordinator may take at once what this one did not.
  to_tell_later_.clear();
  for (auto& [token, untold] : untold_) {
    if (!std::exchange(untold.waiting, true)) to_tell_.push_back(token);
  }
}

std::deque<v1::WorkItem> TasksInHand::TakeItems(absl::Time now) {
  std::deque<v1::WorkItem> items;
  if (!open_) return items;
  SayHello(&items);
  TakeBackSlots(&items);
  Confirm(now, &items);
  Heartbeat(now, &items);
  GrantSlots(now, &items);
  TellResults(now, &items);
  return items;
}

absl::Time TasksInHand::NextDue() const {
  if (!open_) return absl::InfiniteFuture();
  absl::Time due = running_.empty() ? absl::InfiniteFuture() : next_beats_;
  if (!to_confirm_.empty()) due = std::min(due, confirm_at_);
  if (!to_tell_later_.empty()) due = std::min(due, to_tell_later_.begin()->first);
  if (draining_) return due;
  for (const auto& [name, activity] : activities_) {
    if (activity.grant_at != absl::InfinitePast()) due = std::min(due, activity.grant_at);
  }
  return due;
}

v1::WorkItem* TasksInHand::Add(std::deque<v1::WorkItem>* items, Sent sent) {
  v1::WorkItem& item = items->emplace_back();
  item.set_request_id(next_request_id_);
  sent_.emplace(next_request_id_++, std::move(sent));
  return &item;
}

void TasksInHand::SayHello(std::deque<v1::WorkItem>* items) {
  if (std::exchange(said_hello_, true)) return;
  items->emplace_back().mutable_hello()->set_worker_name(worker_name_);
}

void TasksInHand::TakeBackSlots(std::deque<v1::WorkItem>* items) {
  if (!draining_ || taking_back_ || slots() == 0) return;
  taking_back_ = true;
  Add(items, {Kind::kTakeBack})->mutable_take_back_slots();
}

void TasksInHand::Confirm(absl::Time now, std::deque<v1::WorkItem>* items) {
  if (to_confirm_.empty() || now < confirm_at_) return;
  v1::ConfirmTasks confirm;
  for (const std::string& token : to_confirm_) {
    const auto untold = untold_.find(token);
    const bool told_now = untold != untold_.end() && untold->second.waiting;
    if (!told_now) confirm.add_task_tokens(token);
  }
  to_confirm_.clear();
  if (confirm.task_tokens_size() > 0) {
    *items->emplace_back().mutable_confirm_tasks() = std::move(confirm);
  }
}

void TasksInHand::ToConfirm(const std::string& token, absl::Time at) {
  confirm_at_ = to_confirm_.empty() ? at : std::min(confirm_at_, at);
  to_confirm_.insert(token);
}

void TasksInHand::Heartbeat(absl::Time now, std::deque<v1::WorkItem>* items) {
  if (now < next_beats_) return;
  // Tasks that come meanwhile beat no sooner than this.
  next_beats_ = now + shortest_heartbeat_;
  for (auto& [token, running] : running_) {
    const absl::Duration interval = running.activity->options.heartbeat;
    if (interval <= absl::ZeroDuration() || running.over || running.beating) continue;
    if (running.next_beat <= now) {
      Add(items, {Kind::kHeartbeat, token})->mutable_heartbeat_task()->set_task_token(token);
      running.beating = true;
      running.next_beat = now + interval;
    }
    next_beats_ = std::min(next_beats_, running.next_beat);
  }
}

void TasksInHand::GrantSlots(absl::Time now, std::deque<v1::WorkItem>* items) {
  if (draining_ || untold_.size() >= kMaxUntold) return;
  int room = kMaxSlots - slots();
  for (auto& [name, activity] : activities_) {
    const int missing =
        std::min(activity.options.concurrency - activity.running - activity.slots, room);
    if (missing <= 0 || now < activity.grant_at) continue;
    activity.grant_at = absl::InfinitePast();
    Sent sent{.kind = Kind::kGrant, .activity = &activity, .slots = missing};
    v1::GrantSlots* grant = Add(items, std::move(sent))->mutable_grant_slots();
    grant->set_slots(missing);
    if (activity.is_function) {
      grant->set_function(activity.name_or_arn);
    } else {
      grant->set_activity(activity.name_or_arn);
      grant->set_create_activity(create_activities_);
    }
    activity.slots += missing;
    room -= missing;
  }
}

void TasksInHand::TellResults(absl::Time now, std::deque<v1::WorkItem>* items) {
  while (!to_tell_later_.empty() && to_tell_later_.begin()->first <= now) {
    const auto due = to_tell_later_.extract(to_tell_later_.begin());
    untold_.at(due.mapped()).waiting = true;
    to_tell_.push_back(due.mapped());
  }
  for (const std::string& token : to_tell_) {
    Untold& untold = untold_.at(token);
    untold.waiting = false;
    v1::WorkItem* item = Add(items, {Kind::kResult, token});
    const int64_t id = item->request_id();
    *item = untold.result;
    item->set_request_id(id);
    to_confirm_.erase(token);  // the result says as much
  }
  to_tell_.clear();
}

std::shared_ptr<TaskContext> TasksInHand::Given(const v1::Task& task, absl::Time now) {
  const std::string key = task.has_invocation() ? FunctionKey(task.invocation().function())
                                                : ActivityKey(task.activity());
  const auto found = activities_.find(key);
  if (found == activities_.end()) {
    log::Error("task_of_unknown_activity", {{"activity", key}});
    return nullptr;
  }
  Activity& activity = found->second;
  activity.slots = std::max(activity.slots - 1, 0);
  const std::string& token = task.task_token();
  if (running_.contains(token) || untold_.contains(token)) {
    ToConfirm(token, now);
    ++counts_.tasks_given_again;
    return nullptr;
  }
  ToConfirm(token, now + kConfirmAfter);
  ++counts_.tasks_received;
  ++activity.running;
  const std::string& name = task.has_invocation() ? task.invocation().function() : task.activity();
  auto context = std::make_shared<TaskContext>(token, name, task.input(), InvocationOf(task));
  running_[token] = {context, &activity, now + activity.options.heartbeat};
  return context;
}

void TasksInHand::Finished(const std::string& token, v1::WorkItem result) {
  const auto found = running_.find(token);
  const bool over = found->second.over;
  --found->second.activity->running;
  running_.erase(found);
  if (over) {
    ++counts_.results_refused;
    return;
  }
  untold_[token].result = std::move(result);
  to_tell_.push_back(token);
}

std::shared_ptr<TaskContext> TasksInHand::Acknowledged(const v1::Acknowledgement& answer,
                                                       absl::Time now) {
  const auto found = sent_.find(answer.request_id());
  if (found == sent_.end()) {
    log::Error("unknown_acknowledgement", {{"request_id", answer.request_id()}});
    return nullptr;
  }
  const Sent sent = std::move(found->second);
  sent_.erase(found);
  switch (sent.kind) {
    case Kind::kGrant:
      GrantAnswered(sent, answer, now);
      return nullptr;
    case Kind::kTakeBack:
      for (auto& [name, activity] : activities_) activity.slots = 0;
      return nullptr;
    case Kind::kHeartbeat:
      return BeatAnswered(sent.token, answer, now);
    case Kind::kResult:
      ResultAnswered(sent.token, answer, now);
      return nullptr;
  }
  return nullptr;
}

void TasksInHand::GrantAnswered(const Sent& sent, const v1::Acknowledgement& answer,
                                absl::Time now) {
  if (answer.code() == grpc::StatusCode::OK) {
    sent.activity->backoff.Reset();
    return;
  }
  sent.activity->slots = std::max(sent.activity->slots - sent.slots, 0);
  log::Warn("slots_refused", {{"activity", sent.activity->name_or_arn}, {"reason", Words(answer)}});
  if (answer.code() == grpc::StatusCode::NOT_FOUND) fatal_ = absl::NotFoundError(answer.message());
  if (answer.code() == grpc::StatusCode::INVALID_ARGUMENT) {
    fatal_ = absl::InvalidArgumentError(answer.message());
  }
  sent.activity->grant_at = now + sent.activity->backoff.Next();
}

std::shared_ptr<TaskContext> TasksInHand::BeatAnswered(const std::string& token,
                                                       const v1::Acknowledgement& answer,
                                                       absl::Time now) {
  const auto found = running_.find(token);
  if (found == running_.end()) return nullptr;
  InHand& running = found->second;
  running.beating = false;
  next_beats_ = std::min(next_beats_, running.next_beat);
  const bool over = (answer.code() == grpc::StatusCode::OK && !answer.task_open()) ||
                    answer.code() == grpc::StatusCode::FAILED_PRECONDITION;
  if (over) {
    log::Info("task_is_over", {{"activity", running.context->activity()}});
    running.over = true;
    return running.context;
  }
  if (answer.code() != grpc::StatusCode::OK) {
    log::Warn("heartbeat_failed",
              {{"activity", running.context->activity()}, {"reason", Words(answer)}});
    // Sooner than the next one would be: the interval that the state allows may be running out.
    running.next_beat = std::min(running.next_beat, now + running.activity->options.heartbeat / 4);
    next_beats_ = std::min(next_beats_, running.next_beat);
  }
  return nullptr;
}

void TasksInHand::ResultAnswered(const std::string& token, const v1::Acknowledgement& answer,
                                 absl::Time now) {
  const auto found = untold_.find(token);
  if (found == untold_.end()) return;
  Untold& untold = found->second;
  switch (answer.code()) {
    case grpc::StatusCode::OK:
      ++counts_.results_recorded;
      untold_.erase(found);
      return;
    case grpc::StatusCode::FAILED_PRECONDITION:
      // Over meanwhile; or it was recorded, and the acknowledgement went with another stream.
      log::Info("result_too_late", {{"reason", answer.message()}});
      ++counts_.results_refused;
      untold_.erase(found);
      return;
    case grpc::StatusCode::INVALID_ARGUMENT:
      if (untold.result.has_complete_task()) {
        // The coordinator is stricter than the checks here: the execution learns of it.
        log::Warn("output_refused", {{"reason", answer.message()}});
        untold.result = ResultRequest(token, TaskError{kInvalidOutput, answer.message()});
        untold.waiting = true;
        to_tell_.push_back(token);
        return;
      }
      [[fallthrough]];
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::UNIMPLEMENTED:
      log::Error("result_refused", {{"reason", Words(answer)}});
      ++counts_.results_refused;
      untold_.erase(found);
      return;
    default:
      log::Warn("result_not_taken", {{"reason", Words(answer)}});
      to_tell_later_.emplace(now + untold.backoff.Next(), token);
  }
}

bool TasksInHand::quiet() const { return running_.empty() && untold_.empty() && slots() == 0; }

std::vector<std::shared_ptr<TaskContext>> TasksInHand::Running() const {
  std::vector<std::shared_ptr<TaskContext>> contexts;
  for (const auto& [token, running] : running_) contexts.push_back(running.context);
  return contexts;
}

int64_t TasksInHand::DropUntold() {
  const auto lost = static_cast<int64_t>(untold_.size());
  counts_.results_lost += lost;
  untold_.clear();
  to_tell_.clear();
  to_tell_later_.clear();
  return lost;
}

int TasksInHand::slots() const {
  int sum = 0;
  for (const auto& [name, activity] : activities_) sum += activity.slots;
  return sum;
}

}  // namespace pawl::worker
