// The engine's scheduler in a running node: a few threads and timers of Asio.

#ifndef PAWL_NODE_ASIO_SCHEDULER_H_
#define PAWL_NODE_ASIO_SCHEDULER_H_

#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "boost/asio/executor_work_guard.hpp"
#include "boost/asio/io_context.hpp"
#include "coordinator/engine/scheduler.h"

namespace pawl::node {

// Thread-safe. Delays are of the steady clock.
class AsioScheduler : public engine::Scheduler {
 public:
  explicit AsioScheduler(int threads);
  // Stops.
  ~AsioScheduler() override;

  void RunAfter(absl::Duration delay, absl::AnyInvocable<void()> function) override;
  // Lets the functions that are running end and runs no more, those scheduled later included.
  // Blocks; not from one of its functions.
  void Stop();

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<std::jthread> threads_;
};

}  // namespace pawl::node

#endif  // PAWL_NODE_ASIO_SCHEDULER_H_
