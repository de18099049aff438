// What the engine does while its steps may still be lost: nothing that others see comes before the
// flush, and what was in doubt when the epoch ended is forgotten and read again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/engine/engine.h"
#include "coordinator/store/memory_store.h"
#include "tests/support/faulty_store.h"
#include "tests/support/manual_scheduler.h"
#include "tests/unit/engine/one_task_machine.h"

namespace pawl::engine {
namespace {

class FlushTest : public testing::Test {
 protected:
  FlushTest() {
    MakeOneTaskMachine(&inner_, clock_.Now());
    node_.Run([](absl::Status status) { ASSERT_TRUE(status.ok()) << status; });
    scheduler_.RunReady();
  }

  void Start() {
    node_.StartExecution("m", "one", Text("{}"), [this](auto started) { started_ = started; });
    scheduler_.RunReady();
  }
  void Poll() {
    node_.PollActivity("work", Text("w"), clock_.Now() + absl::Seconds(60),
                       [this](auto task) { task_ = **task; });
    scheduler_.RunReady();
  }
  void Succeed() {
    node_.CompleteTask(task_->token, {.succeeded = true, .output = Text("1")},
                       [this](absl::Status status) { completed_ = status; });
    scheduler_.RunReady();
  }

  FakeClock clock_;
  testing_support::ManualScheduler scheduler_{&clock_};
  store::MemoryStore inner_{Account{}, [this](absl::AnyInvocable<void()> job) {
                              scheduler_.RunAfter(absl::ZeroDuration(), std::move(job));
                            }};
  testing_support::FaultyStore store_{&inner_};
  Engine node_{Options{}, &store_, &clock_, &scheduler_};
  std::optional<absl::StatusOr<Started>> started_;
  std::optional<ActivityTask> task_;
  std::optional<absl::Status> completed_;
};

TEST_F(FlushTest, AStartIsAnsweredOnceItIsOnDisk) {
  store_.HoldFlushes();
  Start();
  EXPECT_FALSE(started_);
  store_.FinishFlushes();
  ASSERT_TRUE(started_);
  EXPECT_TRUE(started_->ok());
}

TEST_F(FlushTest, AStartInDoubtIsUnavailable) {
  store_.HoldFlushes();
  Start();
  store_.EndEpoch();
  store_.FinishFlushes();
  ASSERT_TRUE(started_);
  EXPECT_TRUE(absl::IsUnavailable(started_->status()));
}

TEST_F(FlushTest, AWorkerGetsItsTaskOnceTheHandOutIsOnDisk) {
  Start();
  store_.HoldFlushes();
  Poll();
  EXPECT_FALSE(task_);
  store_.FinishFlushes();
  EXPECT_TRUE(task_);
}

TEST_F(FlushTest, ACompletionIsAnsweredOnceItIsOnDisk) {
  Start();
  Poll();
  store_.HoldFlushes();
  Succeed();
  EXPECT_FALSE(completed_);
  store_.FinishFlushes();
  EXPECT_EQ(completed_, absl::OkStatus());
}

TEST_F(FlushTest, ACompletionInDoubtIsUnavailable) {
  Start();
  Poll();
  store_.HoldFlushes();
  Succeed();
  store_.EndEpoch();
  store_.FinishFlushes();
  ASSERT_TRUE(completed_);
  EXPECT_TRUE(absl::IsUnavailable(*completed_));
}

TEST_F(FlushTest, APositionOfAnEarlierEpochIsReadAgain) {
  Start();
  Poll();
  store_.EndEpoch();
  const int64_t loads = store_.loads();
  Succeed();
  EXPECT_EQ(completed_, absl::OkStatus());
  EXPECT_EQ(store_.loads(), loads + 1);
}

}  // namespace
}  // namespace pawl::engine
