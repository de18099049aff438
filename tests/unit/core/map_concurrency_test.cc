// How many iterations of an inline Map run at once (reference/asl.md 13.1).

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "tests/support/fake_world.h"

namespace pawl::core {
namespace {

struct ConcurrencyCase {
  std::string name;
  std::string field;
  int items;
  int running;
};

class MapConcurrency : public testing::TestWithParam<ConcurrencyCase> {};

TEST_P(MapConcurrency, BoundsTheIterationsThatRun) {
  const asl::CompileResult compiled = asl::CompileMachine(StrCat(
      R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,)", GetParam().field,
      R"("ItemProcessor":{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"End":true}}}}}})"));
  ASSERT_NE(compiled.machine, nullptr) << compiled.ErrorText();
  auto facts = std::make_shared<ExecutionFacts>();
  std::string items = "[7";
  for (int i = 1; i < GetParam().items; ++i) items += ",7";
  facts->input = Text(items + "]");
  Execution execution;
  execution.facts = facts;
  const auto exists = [](std::string_view) { return true; };
  const FakeWorld world(exists);
  Begin(*compiled.machine, world, facts->started_at, 1, execution);
  int left = GetParam().items;
  absl::Time now = facts->started_at + absl::Seconds(1);
  while (!execution.closed()) {
    // One that ends makes room for one.
    EXPECT_EQ(OpenBranchIds(execution).size(), 1u + std::min(left, GetParam().running));
    ASSERT_TRUE(Advance(*compiled.machine, world, {TimerFired{}, now, 1}, execution).ok());
    --left;
    now += absl::Seconds(1);
  }
  EXPECT_EQ(left, 0);
  EXPECT_EQ(execution.status, Status::kSucceeded);
}

INSTANTIATE_TEST_SUITE_P(StatesLanguage, MapConcurrency,
                         testing::ValuesIn(std::vector<ConcurrencyCase>{
                             {"WithoutALimitFortyRun", "", 45, 40},
                             {"ZeroIsNoLimit", R"("MaxConcurrency":0,)", 45, 40},
                             {"AboveFortyFortyRun", R"("MaxConcurrency":1000,)", 45, 40},
                             {"ALimitHolds", R"("MaxConcurrency":3,)", 10, 3},
                             {"OneRunsAfterTheOther", R"("MaxConcurrency":1,)", 4, 1},
                             {"ByPath", R"("MaxConcurrencyPath":"$[0]",)", 10, 7},
                             {"FewerItemsThanTheLimit", R"("MaxConcurrency":9,)", 2, 9},
                         }),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace pawl::core
