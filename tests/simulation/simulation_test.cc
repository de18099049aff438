#include "tests/simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"

namespace pawl::simulation {
namespace {

using ::testing::IsEmpty;

class SimulationTest : public ::testing::Test {
 protected:
  // Injected faults make the nodes warn all the time.
  static void SetUpTestSuite() { log::Configure(log::Level::kError, log::Format::kLogfmt); }
};

TEST_F(SimulationTest, NothingIsLostWhateverGoesWrong) {
  constexpr uint64_t kSeeds = 2000;
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

// The checks notice each rule that is broken, within some seeds.
class BrokenRuleTest : public SimulationTest, public ::testing::WithParamInterface<Breakage> {};

TEST_P(BrokenRuleTest, IsNoticed) {
  constexpr uint64_t kSeeds = 300;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    if (!Simulate({.seed = seed, .breakage = GetParam()}).problems.empty()) return;
  }
  FAIL() << kSeeds << " seeds with a broken rule, and nothing was found";
}

INSTANTIATE_TEST_SUITE_P(Each, BrokenRuleTest,
                         ::testing::Values(Breakage::kFenceDropped, Breakage::kFenceReused,
                                           Breakage::kDoubleDispatch, Breakage::kLostTimer,
                                           Breakage::kEarlyRelease, Breakage::kRepeatedAfterLoss,
                                           Breakage::kUnheldReads, Breakage::kLostCompletion),
                         [](const auto& instance) {
                           std::string name(BreakageName(instance.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace pawl::simulation
