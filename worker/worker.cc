#include "worker/worker.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/base/account.h"
#include "coordinator/base/backoff.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "worker/cluster.h"
#include "worker/handler_pool.h"
#include "worker/result_request.h"
#include "worker/tasks_in_hand.h"
#include "worker/work_session.h"

namespace pawl::worker {
namespace {

constexpr size_t kMaxNameCharacters = 80;  // AWS quota of workerName
// A coordinator that has acknowledged everything ends the stream; it need not be waited for long.
constexpr absl::Duration kFarewell = absl::Seconds(2);

// All times here. A machine's clock may be set, by hours; heartbeats go on as before.
absl::Time SteadyTime() { return absl::UnixEpoch() + DatabaseClock::SteadyNow(); }

// An absl::Mutex as the standard library wants one: absl's own waits end by the clock that may be
// set.
struct Lockable {
  absl::Mutex* mu;
  void lock() { mu->Lock(); }
  void unlock() { mu->Unlock(); }
};

std::string KeyOf(const TaskContext& task) {
  return task.invocation() != nullptr ? FunctionKey(task.activity()) : ActivityKey(task.activity());
}

std::string NameOf(const Options& options) {
  std::string name = ReplaceInvalidUtf8(options.name);
  if (name.empty()) {
    char host[256] = "";
    gethostname(host, sizeof(host) - 1);
    name = StrCat(std::string(host).substr(0, 60), "-", getpid());
  }
  size_t end = 0;
  for (size_t i = 0; i < kMaxNameCharacters && end < name.size(); ++i) end += Utf8Length(name[end]);
  return name.substr(0, end);
}

}  // namespace

// Run's thread opens streams and keeps the times; gRPC's threads and the handlers' tell the tasks
// and results. All of them pass on at once, in Pump, what there is to be said.
class Worker::Impl : public WorkSession::Owner {
 public:
  explicit Impl(Options options)
      : options_(std::move(options)),
        backoff_(options_.reconnect_delay_min, options_.reconnect_delay_max),
        tasks_(NameOf(options_), options_.create_activities) {}

  void Register(const std::string& activity, const ActivityOptions& options, Handler handler) {
    absl::MutexLock lock(&mu_);
    tasks_.AddActivity(activity, options);
    const absl::StatusOr<Arn> arn = Arn::Parse(activity);
    pools_[ActivityKey(arn.ok() ? arn->name : activity)] = Pool(options, std::move(handler));
  }

  void RegisterFunction(const std::string& name, const ActivityOptions& options, Handler handler) {
    absl::MutexLock lock(&mu_);
    tasks_.AddFunction(name, options);
    pools_[FunctionKey(name)] = Pool(options, std::move(handler));
  }

  absl::Status Run(StopSignal* stop) {
    absl::StatusOr<std::vector<Address>> addresses = ParseAddresses(options_.coordinators);
    if (!addresses.ok()) {
      stop->Raise();
      return addresses.status();
    }
    cluster_.emplace(*std::move(addresses));
    const std::jthread stopper([this, stop] {
      stop->Wait();
      BeginDrain();
    });
    Serve();
    stop->Raise();
    absl::MutexLock lock(&mu_);
    return tasks_.fatal();
  }

  Counts counts() const {
    absl::MutexLock lock(&mu_);
    Counts counts = tasks_.counts();
    counts.streams = streams_;
    return counts;
  }

  void Received(const v1::WorkResponse& response) override;
  void Written() override {
    absl::MutexLock lock(&mu_);
    Pump();
  }
  void Ended(const grpc::Status& status) override;

 private:
  std::unique_ptr<HandlerPool> Pool(const ActivityOptions& options, Handler handler) {
    return std::make_unique<HandlerPool>(
        std::max(options.concurrency, 1), std::move(handler),
        [this](TaskContext& task, TaskResult result) { Finished(task, result); });
  }
  void Serve();
  void BeginDrain();
  void Finished(TaskContext& task, const TaskResult& result);

  bool Done() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return drain_began_ && tasks_.quiet() && !session_;
  }
  bool WantsStream() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return !session_ && !(drain_began_ && tasks_.quiet());
  }
  // Says what there is to be said, if the stream is ready for it.
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Wake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { wake_.notify_one(); }
  // For Wake, or until waiting_until_.
  void Wait() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Connect() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void KeepDrainTimes(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Time NextDue(absl::Time now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  std::optional<Cluster> cluster_;

  mutable absl::Mutex mu_;
  std::condition_variable_any wake_;  // Run's thread waits for it
  absl::Time waiting_until_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();  // Run's thread
  Backoff backoff_ ABSL_GUARDED_BY(mu_);
  absl::Time connect_at_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
  TasksInHand tasks_ ABSL_GUARDED_BY(mu_);
  Coordinator coordinator_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<WorkSession> session_ ABSL_GUARDED_BY(mu_);  // null: no stream
  bool answered_ ABSL_GUARDED_BY(mu_) = false;                 // something came on the stream
  int64_t streams_ ABSL_GUARDED_BY(mu_) = 0;

  std::optional<absl::Time> drain_began_ ABSL_GUARDED_BY(mu_);
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;  // the drain timeout has passed
  // Since when no handler runs, of a drain.
  absl::Time idle_since_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();
  bool gave_up_ ABSL_GUARDED_BY(mu_) = false;  // on results that are not told
  // When a stream whose writes are closed is cancelled.
  absl::Time farewell_at_ ABSL_GUARDED_BY(mu_) = absl::InfiniteFuture();

  // By ActivityKey or FunctionKey. Last: handlers that run use what stands above.
  std::map<std::string, std::unique_ptr<HandlerPool>> pools_;
};

void Worker::Impl::Serve() {
  absl::MutexLock lock(&mu_);
  while (true) {
    const absl::Time now = SteadyTime();
    if (!tasks_.fatal().ok() && !drain_began_) {
      log::Error("worker_failed", {{"reason", tasks_.fatal()}});
      drain_began_ = now;
      tasks_.BeginDrain();
    }
    if (drain_began_) KeepDrainTimes(now);
    if (Done()) return;
    if (WantsStream() && now >= connect_at_) {
      Connect();
      continue;
    }
    Pump();
    waiting_until_ = NextDue(now);
    Wait();
    waiting_until_ = absl::InfinitePast();
  }
}

void Worker::Impl::Wait() {
  Lockable lock{&mu_};
  if (waiting_until_ == absl::InfiniteFuture()) return wake_.wait(lock);
  wake_.wait_until(lock, std::chrono::steady_clock::time_point(
                             absl::ToChronoNanoseconds(waiting_until_ - absl::UnixEpoch())));
}

// Lets go of the lock while names are looked up.
void Worker::Impl::Connect() {
  mu_.Unlock();
  absl::StatusOr<Coordinator> coordinator = cluster_->Current();
  mu_.Lock();
  if (!coordinator.ok()) {
    log::Warn("no_coordinator", {{"reason", coordinator.status()}});
    connect_at_ = SteadyTime() + backoff_.Next();
    return;
  }
  coordinator_ = *std::move(coordinator);
  ++streams_;
  answered_ = false;
  session_ = WorkSession::Make(coordinator_.channel, this);
  session_->Start();
  tasks_.StreamOpened(SteadyTime());
  Pump();
}

void Worker::Impl::Pump() {
  if (!session_ || !session_->ready()) return;
  const absl::Time now = SteadyTime();
  session_->Write(tasks_.TakeItems(now));
  if (drain_began_ && tasks_.quiet() && session_->ready()) {
    session_->CloseWrites();
    farewell_at_ = now + kFarewell;
    Wake();
  }
  if (drain_began_ || tasks_.NextDue() < waiting_until_) Wake();
}

absl::Time Worker::Impl::NextDue(absl::Time now) const {
  absl::Time due = tasks_.NextDue();
  // What is due while something is being written follows it, without this thread.
  if (session_ && !session_->ready()) due = std::max(due, now + absl::Seconds(1));
  if (WantsStream()) due = std::min(due, connect_at_);
  if (!drain_began_) return due;
  if (tasks_.running() > 0) {
    if (!cancelled_) due = std::min(due, *drain_began_ + options_.drain_timeout);
  } else if (!tasks_.quiet() && !gave_up_) {
    due = std::min(due, idle_since_ + options_.last_words);
  } else {
    due = std::min(due, farewell_at_);
  }
  return due;
}

void Worker::Impl::KeepDrainTimes(absl::Time now) {
  if (tasks_.running() > 0) {
    idle_since_ = absl::InfiniteFuture();
    if (cancelled_ || now < *drain_began_ + options_.drain_timeout) return;
    cancelled_ = true;
    const std::vector<std::shared_ptr<TaskContext>> running = tasks_.Running();
    log::Warn("drain_timeout", {{"running", running.size()}});
    mu_.Unlock();
    for (const auto& task : running) task->Cancel();
    mu_.Lock();
    return;
  }
  idle_since_ = std::min(idle_since_, now);
  if (!gave_up_ && !tasks_.quiet() && now >= idle_since_ + options_.last_words) {
    gave_up_ = true;
    const int64_t lost = tasks_.DropUntold();
    if (lost > 0) log::Error("results_not_told", {{"results", lost}});
    farewell_at_ = now;
  }
  if (now >= farewell_at_ && session_) {
    farewell_at_ = absl::InfiniteFuture();
    session_->Cancel();
  }
}

void Worker::Impl::BeginDrain() {
  absl::MutexLock lock(&mu_);
  if (drain_began_) return;
  drain_began_ = SteadyTime();
  tasks_.BeginDrain();
  log::Info("worker_draining", {{"running", tasks_.running()}});
  Pump();
  Wake();
}

void Worker::Impl::Received(const v1::WorkResponse& response) {
  std::vector<std::shared_ptr<TaskContext>> unwanted;
  std::map<HandlerPool*, std::vector<std::shared_ptr<TaskContext>>> given;
  {
    absl::MutexLock lock(&mu_);
    if (!std::exchange(answered_, true)) {
      log::Info("worker_connected", {{"coordinator", coordinator_.address}});
      backoff_.Reset();
    }
    const absl::Time now = SteadyTime();
    for (const v1::Task& given_task : response.tasks()) {
      std::shared_ptr<TaskContext> task = tasks_.Given(given_task, now);
      if (task && cancelled_) unwanted.push_back(task);
      if (task) given[pools_.at(KeyOf(*task)).get()].push_back(std::move(task));
    }
    for (const v1::Acknowledgement& acknowledgement : response.acknowledgements()) {
      auto over = tasks_.Acknowledged(acknowledgement, now);
      if (over) unwanted.push_back(std::move(over));
    }
    if (!tasks_.fatal().ok()) Wake();
    Pump();
  }
  for (auto& [pool, tasks] : given) pool->Run(std::move(tasks));
  for (const auto& task : unwanted) task->Cancel();
}

void Worker::Impl::Ended(const grpc::Status& status) {
  absl::MutexLock lock(&mu_);
  session_ = nullptr;
  tasks_.StreamLost();
  cluster_->Failed(coordinator_);
  connect_at_ = SteadyTime() + backoff_.Next();
  if (WantsStream()) {
    log::Warn("stream_ended", {{"coordinator", coordinator_.address},
                               {"reason", status.error_message()},
                               {"code", static_cast<int>(status.error_code())}});
  }
  Wake();
}

void Worker::Impl::Finished(TaskContext& task, const TaskResult& result) {
  v1::WorkItem request = ResultRequest(task.token(), result);
  absl::MutexLock lock(&mu_);
  tasks_.Finished(task.token(), std::move(request));
  Pump();
  if (drain_began_) Wake();
}

Worker::Worker(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Worker::~Worker() = default;
void Worker::Register(std::string activity, ActivityOptions options, Handler handler) {
  impl_->Register(activity, options, std::move(handler));
}
void Worker::RegisterFunction(std::string name, ActivityOptions options, Handler handler) {
  impl_->RegisterFunction(name, options, std::move(handler));
}
absl::Status Worker::Run(StopSignal* stop) { return impl_->Run(stop); }
Counts Worker::counts() const { return impl_->counts(); }

}  // namespace pawl::worker
