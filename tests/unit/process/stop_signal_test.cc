#include "coordinator/process/stop_signal.h"

#include <signal.h>

#include "gtest/gtest.h"

namespace pawl {
namespace {

TEST(StopSignal, NothingCameAtFirst) {
  const StopSignal stop;
  EXPECT_FALSE(stop.came());
  EXPECT_FALSE(stop.WaitFor(absl::Milliseconds(1)));
}

TEST(StopSignal, EverybodyLearnsOfTheFirstSignal) {
  const StopSignal stop;
  raise(SIGTERM);
  stop.Wait();
  stop.Wait();
  EXPECT_TRUE(stop.came());
}

TEST(StopSignal, RaiseCountsAsASignal) {
  StopSignal stop;
  stop.Raise();
  EXPECT_TRUE(stop.came());
}

TEST(StopSignalDeathTest, SecondSignalEndsTheProcess) {
  EXPECT_EXIT(
      {
        const StopSignal stop;
        raise(SIGINT);
        raise(SIGTERM);
      },
      testing::ExitedWithCode(128 + SIGTERM), "");
}

TEST(StopSignal, WriteToAGoneReaderIsNoEnd) {
  const StopSignal stop;
  raise(SIGPIPE);
  EXPECT_FALSE(stop.came());
}

}  // namespace
}  // namespace pawl
