#include "worker/handler_pool.h"

#include <exception>
#include <utility>

namespace pawl::worker {

TaskResult RunHandler(const Handler& handler, TaskContext& task) {
  try {
    return handler(task);
  } catch (const TaskError& failure) {
    return failure;
  } catch (const std::exception& e) {
    return TaskError{kHandlerException, e.what()};
  } catch (...) {
    return TaskError{kHandlerException, "an exception of a type that is no std::exception"};
  }
}

HandlerPool::HandlerPool(int concurrency, Handler handler, Done done)
    : concurrency_(static_cast<size_t>(concurrency)),
      handler_(std::move(handler)),
      done_(std::move(done)) {}

HandlerPool::~HandlerPool() {
  std::vector<std::jthread> threads;  // destroyed after the lock, joined without it
  absl::MutexLock lock(&mu_);
  stopping_ = true;
  for (Idle* idle : idle_) idle->wake.Signal();
  threads.swap(threads_);
}

void HandlerPool::Run(std::vector<std::shared_ptr<TaskContext>> tasks) {
  absl::MutexLock lock(&mu_);
  std::move(tasks.begin(), tasks.end(), std::back_inserter(tasks_));
  WakeOne();
}

void HandlerPool::WakeOne() {
  if (waking_ || tasks_.empty()) return;
  if (!idle_.empty()) {
    Idle* const idle = idle_.back();
    idle_.pop_back();
    idle->woken = true;
    idle->wake.Signal();
  } else if (threads_.size() < concurrency_) {
    threads_.emplace_back([this] { Work(); });
  } else {
    return;  // all are busy, and come by themselves
  }
  waking_ = true;
}

void HandlerPool::Wait() {
  Idle idle;
  idle_.push_back(&idle);
  while (!idle.woken && !stopping_) idle.wake.Wait(&mu_);
  if (idle.woken) {
    waking_ = false;
  } else {
    std::erase(idle_, &idle);
  }
}

void HandlerPool::Work() {
  absl::MutexLock lock(&mu_);
  waking_ = false;
  while (true) {
    while (tasks_.empty()) {
      if (stopping_) return;
      Wait();
    }
    const std::shared_ptr<TaskContext> task = std::move(tasks_.front());
    tasks_.pop_front();
    WakeOne();
    mu_.Unlock();
    done_(*task, RunHandler(handler_, *task));
    mu_.Lock();
  }
}

}  // namespace pawl::worker
