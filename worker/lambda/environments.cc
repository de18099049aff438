#include "worker/lambda/environments.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <utility>

namespace pawl::worker {

struct Environments::Loop {
  Loop() : work(boost::asio::make_work_guard(io)), thread([this] { io.run(); }) {}
  ~Loop() {
    io.stop();
    thread.join();
  }

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work;
  std::thread thread;
};

Environments::Environments(const FunctionOptions& function, int count)
    : loop_(std::make_unique<Loop>()) {
  for (int i = 0; i < count; ++i) {
    free_.push_back(std::make_unique<Environment>(function, &loop_->io));
  }
}

Environments::~Environments() = default;

TaskResult Environments::operator()(TaskContext& task) {
  std::unique_ptr<Environment> environment;
  {
    absl::MutexLock lock(&mu_);
    environment = std::move(free_.back());
    free_.pop_back();
  }
  TaskResult result = environment->Invoke(task);
  absl::MutexLock lock(&mu_);
  free_.push_back(std::move(environment));
  return result;
}

}  // namespace pawl::worker
