// An event tells at most 256 characters of an error's name and 32,768 of its cause
// (reference/history.md 3), and so does all that follows from it.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "tests/support/fake_world.h"

namespace pawl::core {
namespace {

std::string Repeated(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all.append(text);
  return all;
}

// How an execution ends whose Fail state takes its error and cause from the input.
Execution FailWith(const std::string& error, const std::string& cause) {
  const asl::CompileResult compiled = asl::CompileMachine(
      R"({"StartAt":"F","States":{"F":{"Type":"Fail","ErrorPath":"$.e","CausePath":"$.c"}}})");
  EXPECT_NE(compiled.machine, nullptr) << compiled.ErrorText();
  auto facts = std::make_shared<ExecutionFacts>();
  facts->input = Text(StrCat("{\"e\":\"", error, "\",\"c\":\"", cause, "\"}"));
  Execution execution;
  execution.facts = facts;
  const auto exists = [](std::string_view) { return true; };
  const FakeWorld world(exists);
  Begin(*compiled.machine, world, facts->started_at, 1, execution);
  const auto taken =
      Advance(*compiled.machine, world, {Proceed{BranchId(0)}, facts->started_at, 1}, execution);
  EXPECT_TRUE(taken.ok());
  EXPECT_EQ(taken->history.back().error, execution.error);
  EXPECT_EQ(taken->history.back().cause, execution.cause);
  return execution;
}

TEST(ErrorLength, WhatFitsIsKept) {
  const std::string error = Repeated("e", 256), cause = Repeated("c", 32'768);
  const Execution ended = FailWith(error, cause);
  EXPECT_EQ(ended.error->view(), error);
  EXPECT_EQ(ended.cause->view(), cause);
}

TEST(ErrorLength, WhatIsLongerIsCut) {
  const Execution ended = FailWith(Repeated("e", 257), Repeated("c", 40'000));
  EXPECT_EQ(ended.error->size(), 256u);
  EXPECT_EQ(ended.cause->size(), 32'768u);
}

TEST(ErrorLength, CountsCharactersAndCutsBetweenThem) {
  const Execution ended = FailWith(Repeated("\u20ac", 256), Repeated("\u00e9", 32'769));
  EXPECT_EQ(ended.error->view(), Repeated("\u20ac", 256));
  EXPECT_EQ(ended.cause->view(), Repeated("\u00e9", 32'768));
}

TEST(ErrorLength, HoldsForCausesThatShowAnInput) {
  const asl::CompileResult compiled = asl::CompileMachine(
      R"({"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"x.$":"$.no"},"End":true}}})");
  auto facts = std::make_shared<ExecutionFacts>();
  facts->input = Text(StrCat("{\"v\":\"", Repeated("v", 50'000), "\"}"));
  Execution execution;
  execution.facts = facts;
  const auto exists = [](std::string_view) { return true; };
  const FakeWorld world(exists);
  Begin(*compiled.machine, world, facts->started_at, 1, execution);
  EXPECT_TRUE(
      Advance(*compiled.machine, world, {Proceed{BranchId(0)}, facts->started_at, 1}, execution)
          .ok());
  EXPECT_EQ(execution.error->view(), "States.Runtime");
  EXPECT_EQ(execution.cause->size(), 32'768u);
  EXPECT_TRUE(execution.cause->view().starts_with("An error occurred while executing the state"));
}

}  // namespace
}  // namespace pawl::core
