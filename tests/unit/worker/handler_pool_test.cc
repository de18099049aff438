#include "worker/handler_pool.h"

#include <atomic>
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace pawl::worker {
namespace {

std::vector<std::shared_ptr<TaskContext>> Tasks(int count) {
  std::vector<std::shared_ptr<TaskContext>> tasks;
  for (int i = 0; i < count; ++i) {
    tasks.push_back(std::make_shared<TaskContext>("t", "a", "{}"));
  }
  return tasks;
}

TEST(HandlerPool, RunsAsManyAtOnceAsItMay) {
  constexpr int kConcurrency = 5;
  std::latch all_run(kConcurrency), done(3 * kConcurrency);
  std::atomic<int> running{0}, most{0}, begun{0};
  HandlerPool pool(
      kConcurrency,
      [&](TaskContext&) {
        const int now = ++running;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        // Each of the first ones waits for the others: they go on only if all run at once.
        if (begun++ < kConcurrency) all_run.arrive_and_wait();
        --running;
        return TaskResult("{}");
      },
      [&](TaskContext&, const TaskResult&) { done.count_down(); });
  pool.Run(Tasks(3 * kConcurrency));
  done.wait();
  EXPECT_EQ(most, kConcurrency);
}

TEST(HandlerPool, RunsWhatComesLaterAndWhatIsLeftAtItsEnd) {
  std::atomic<int> done{0};
  {
    HandlerPool pool(
        3, [](TaskContext&) { return TaskResult("{}"); },
        [&](TaskContext&, const TaskResult&) { ++done; });
    for (int i = 0; i < 1000; ++i) pool.Run(Tasks(i % 4));
  }
  EXPECT_EQ(done, 1500);
}

}  // namespace
}  // namespace pawl::worker
