#include "tests/simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "coordinator/base/log.h"

namespace pawl::simulation {
namespace {

using ::testing::IsEmpty;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr uint64_t kSeeds = 150;
#else
constexpr uint64_t kSeeds = 4000;
#endif

class SimulationTest : public ::testing::Test {
 protected:
  // Injected faults make the nodes warn all the time.
  static void SetUpTestSuite() { log::Configure(log::Level::kError, log::Format::kLogfmt); }
};

TEST_F(SimulationTest, NothingIsLostWhateverGoesWrong) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    EXPECT_THAT(Simulate({.seed = seed}).problems, IsEmpty())
        << "simulate --seeds " << seed << " --trace";
  }
}

TEST_F(SimulationTest, ASeedRepeatsARunExactly) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_EQ(Simulate({.seed = seed}).fingerprint, Simulate({.seed = seed}).fingerprint) << seed;
  }
}

class BrokenRuleTest : public SimulationTest, public ::testing::WithParamInterface<Breakage> {
 protected:
  // Whether some seed shows a problem. In a process of its own, for an engine whose ground is taken
  // away may fall, which is noticed, too.
  static bool Noticed(Breakage breakage, uint64_t seeds) {
    const pid_t child = fork();
    if (child == 0) {
      for (uint64_t seed = 1; seed <= seeds; ++seed) {
        if (!Simulate({.seed = seed, .breakage = breakage}).problems.empty()) _exit(1);
      }
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
};

TEST_P(BrokenRuleTest, IsNoticed) { EXPECT_TRUE(Noticed(GetParam(), 500)); }

INSTANTIATE_TEST_SUITE_P(Each, BrokenRuleTest,
                         ::testing::Values(Breakage::kFenceDropped, Breakage::kFenceReused,
                                           Breakage::kDoubleDispatch, Breakage::kLostTimer,
                                           Breakage::kEarlyRelease, Breakage::kRepeatedAfterLoss,
                                           Breakage::kUnheldReads, Breakage::kLostCompletion,
                                           Breakage::kLostWait, Breakage::kUntoldEnd,
                                           Breakage::kUnstoppedChild),
                         [](const auto& instance) {
                           std::string name(BreakageName(instance.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace pawl::simulation
