#include "coordinator/node/asio_scheduler.h"

#include <atomic>
#include <memory>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace pawl::node {
namespace {

TEST(AsioScheduler, ShorterDelaysRunFirst) {
  AsioScheduler scheduler(1);
  absl::BlockingCounter left(3);
  std::vector<int> ran;  // touched by the one thread only, until all have run
  const auto note = [&](int number) {
    return [&ran, &left, number] {
      ran.push_back(number);
      left.DecrementCount();
    };
  };
  scheduler.RunAfter(absl::Milliseconds(40), note(3));
  scheduler.RunAfter(absl::Milliseconds(10), note(2));
  scheduler.Run(note(1));
  left.Wait();
  EXPECT_EQ(ran, (std::vector<int>{1, 2, 3}));
}

TEST(AsioScheduler, NothingRunsWithinTheCallThatSchedulesIt) {
  AsioScheduler scheduler(1);
  absl::Notification done;
  bool within = false;  // touched by the one thread only
  scheduler.Run([&] {
    within = true;
    scheduler.Run([&] {
      EXPECT_FALSE(within);
      done.Notify();
    });
    within = false;
  });
  done.WaitForNotification();
}

TEST(AsioScheduler, WhatHasNotRunAtTheStopNeverDoes) {
  std::atomic<bool> ran = false;
  auto held = std::make_shared<int>(0);
  std::weak_ptr<int> watched = held;
  {
    AsioScheduler scheduler(2);
    scheduler.RunAfter(absl::Hours(1), [&ran, held = std::move(held)] { ran = true; });
    scheduler.Stop();
    scheduler.Run([&ran] { ran = true; });
  }
  EXPECT_FALSE(ran);
  EXPECT_TRUE(watched.expired()) << "what a function holds goes with it";
}

}  // namespace
}  // namespace pawl::node
