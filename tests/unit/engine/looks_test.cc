// How often a node looks for tasks for the workers that wait: not for each that comes, and soon
// enough all the same.

#include <gtest/gtest.h>

#include "coordinator/engine/engine.h"
#include "coordinator/store/memory_store.h"
#include "tests/support/faulty_store.h"
#include "tests/support/manual_scheduler.h"
#include "tests/unit/engine/one_task_machine.h"

namespace pawl::engine {
namespace {

class LooksTest : public testing::Test {
 protected:
  LooksTest() {
    MakeOneTaskMachine(&inner_, clock_.Now());
    for (Engine* node : {&node_, &other_}) {
      node->Run([](absl::Status status) { ASSERT_TRUE(status.ok()) << status; });
    }
    scheduler_.RunReady();
  }

  void Poll() {
    node_.PollActivity("work", Text("w"), clock_.Now() + absl::Seconds(60), [this](auto task) {
      if (task.ok() && *task) ++tasks_;
    });
    scheduler_.RunReady();
  }
  void StartOn(Engine& node, const std::string& name) {
    node.StartExecution("m", name, Text("{}"), [](auto started) { ASSERT_TRUE(started.ok()); });
    scheduler_.RunReady();
  }

  FakeClock clock_;
  testing_support::ManualScheduler scheduler_{&clock_};
  store::MemoryStore inner_{Account{}, [this](absl::AnyInvocable<void()> job) {
                              scheduler_.RunAfter(absl::ZeroDuration(), std::move(job));
                            }};
  testing_support::FaultyStore store_{&inner_};
  Engine node_{Options{}, &store_, &clock_, &scheduler_};
  Engine other_{Options{}, &inner_, &clock_, &scheduler_};
  int tasks_ = 0;
};

TEST_F(LooksTest, WorkersThatComeAfterAnEmptyLookMakeOneTogether) {
  Poll();
  const int64_t calls = store_.calls();
  for (int i = 0; i < 10; ++i) Poll();
  EXPECT_EQ(store_.calls(), calls);
  scheduler_.Advance(absl::Milliseconds(25));
  EXPECT_EQ(store_.calls(), calls + 1);
}

TEST_F(LooksTest, ATaskOfThisNodeIsGivenByItsOwnStep) {
  Poll();
  Poll();
  StartOn(node_, "one");
  StartOn(node_, "two");
  EXPECT_EQ(tasks_, 2);
}

TEST_F(LooksTest, ATaskOfAnotherNodeIsFoundWhileLooksRest) {
  Poll();
  StartOn(other_, "one");
  Poll();  // makes no look of its own
  scheduler_.Advance(absl::Milliseconds(25));
  EXPECT_EQ(tasks_, 1);
}

TEST_F(LooksTest, AWorkerThatComesAfterTheTaskGetsItAtOnce) {
  Poll();  // the look that finds nothing
  StartOn(node_, "taken");
  StartOn(node_, "waits");
  EXPECT_EQ(tasks_, 1);
  Poll();
  EXPECT_EQ(tasks_, 2);
}

}  // namespace
}  // namespace pawl::engine
