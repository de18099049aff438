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
  more_.SignalAll();
  threads.swap(threads_);
}

void HandlerPool::Run(std::shared_ptr<TaskContext> task) {
  absl::MutexLock lock(&mu_);
  tasks_.push_back(std::move(task));
  if (idle_ >= tasks_.size()) return more_.Signal();
  if (threads_.size() < concurrency_) threads_.emplace_back([this] { Work(); });
}

void HandlerPool::Work() {
  absl::MutexLock lock(&mu_);
  while (true) {
    while (tasks_.empty()) {
      if (stopping_) return;
      ++idle_;
      more_.Wait(&mu_);
      --idle_;
    }
    const std::shared_ptr<TaskContext> task = std::move(tasks_.front());
    tasks_.pop_front();
    mu_.Unlock();
    done_(*task, RunHandler(handler_, *task));
    mu_.Lock();
  }
}

}  // namespace pawl::worker
