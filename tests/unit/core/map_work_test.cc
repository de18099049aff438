// What a Map costs grows with the number of its items, no faster: counted in bytes that are
// allocated and in branches that are looked at, so that the machine's speed plays no part.

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "tests/support/fake_world.h"

namespace {

size_t allocated_bytes = 0;

[[maybe_unused]] void* Allocate(size_t bytes) {
  allocated_bytes += bytes;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// The sanitizers have their own, and watch that none is mixed with them.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void* operator new(size_t bytes) { return Allocate(bytes); }
void* operator new[](size_t bytes) { return Allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
#endif

namespace pawl::core {
namespace {

struct Work {
  size_t allocated_bytes = 0;
  size_t open_branches_max = 0;
  std::string output;
};

// Runs `definition` to its end, its input an array of `items` numbers.
Work RunMap(const std::string& definition, int items) {
  const asl::CompileResult compiled = asl::CompileMachine(definition, asl::MachineType::kStandard);
  EXPECT_NE(compiled.machine, nullptr) << compiled.ErrorText();
  std::string input = "[0";
  for (int i = 1; i < items; ++i) input += StrCat(",", i);
  auto facts = std::make_shared<ExecutionFacts>();
  facts->input = Text(input + "]");
  facts->started_at = absl::FromUnixSeconds(0);
  Execution execution;
  execution.facts = facts;
  const auto exists = [](std::string_view) { return true; };

  const size_t before = allocated_bytes;
  Work work;
  Begin(*compiled.machine, FakeWorld(exists), facts->started_at, 1, execution);
  while (const Branch* ready = NextReady(execution)) {
    work.open_branches_max = std::max(work.open_branches_max, OpenBranchIds(execution).size());
    const Event event{Proceed{ready->id}, facts->started_at, 1};
    EXPECT_TRUE(Advance(*compiled.machine, FakeWorld(exists), event, execution).ok());
  }
  work.allocated_bytes = allocated_bytes - before;
  EXPECT_EQ(execution.status, Status::kSucceeded);
  work.output = execution.output.str();
  return work;
}

struct MapCase {
  const char* name;
  std::string map_fields;
};

class MapWorkTest : public testing::TestWithParam<MapCase> {};

TEST_P(MapWorkTest, GrowsWithTheNumberOfItems) {
  const std::string definition =
      StrCat(R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,)", GetParam().map_fields,
             R"("ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}})");
  const Work few = RunMap(definition, 1'000);
  const Work many = RunMap(definition, 8'000);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(many.allocated_bytes, 8 * few.allocated_bytes * 3 / 2);
#endif
  EXPECT_LE(many.open_branches_max, 41u);  // 40 iterations at once, and the Map itself
  EXPECT_TRUE(many.output.starts_with("[")) << many.output.substr(0, 100);
}

INSTANTIATE_TEST_SUITE_P(Maps, MapWorkTest,
                         testing::ValuesIn(std::vector<MapCase>{
                             {"OfTheWholeInput", ""},
                             {"OneItemAtATime", R"("MaxConcurrency":1,)"},
                             {"WithItemsFoundByAPath",
                              R"("InputPath":"$[*]","ItemsPath":"$$.Execution.Input",)"},
                             {"WithASelectorThatSeesTheInput",
                              R"("ItemSelector":{"first.$":"$[0]","item.$":"$$.Map.Item.Value"},)"},
                         }),
                         [](const auto& info) { return info.param.name; });

TEST(Map, OfTenThousandItemsKeepsTheirOrder) {
  const Work work = RunMap(R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,
      "ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}})",
                           10'000);
  EXPECT_TRUE(work.output.starts_with("[0,1,2,3,"));
  EXPECT_TRUE(work.output.ends_with(",9998,9999]"));
}

}  // namespace
}  // namespace pawl::core
