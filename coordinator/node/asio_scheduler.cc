#include "coordinator/node/asio_scheduler.h"

#include <memory>
#include <utility>

#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"

namespace pawl::node {

AsioScheduler::AsioScheduler(int threads) : work_(boost::asio::make_work_guard(context_)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { context_.run(); });
}

AsioScheduler::~AsioScheduler() { Stop(); }

void AsioScheduler::RunAfter(absl::Duration delay, absl::AnyInvocable<void()> function) {
  if (delay <= absl::ZeroDuration()) {
    boost::asio::post(context_, std::move(function));
    return;
  }
  auto timer =
      std::make_unique<boost::asio::steady_timer>(context_, absl::ToChronoNanoseconds(delay));
  boost::asio::steady_timer& waiting = *timer;
  // The handler owns its timer.
  waiting.async_wait([timer = std::move(timer), function = std::move(function)](
                         const boost::system::error_code& cancelled) mutable {
    if (!cancelled) function();
  });
}

void AsioScheduler::Stop() {
  context_.stop();
  threads_.clear();
}

}  // namespace pawl::node
