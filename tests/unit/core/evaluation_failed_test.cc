// EvaluationFailed is written once, where it happened, and follows from what the Entered event of
// that state follows from; the containers around it fail from there, and can take the error up
// (reference/history.md 4 and 6.15).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "tests/support/fake_world.h"

namespace pawl::core {
namespace {

using testing::ElementsAre;

// The events after the first of an execution whose variables get more than they hold. `container`
// is the state S, with an inner state A that assigns its input twice.
std::vector<std::string> Events(const std::string& container) {
  const asl::CompileResult compiled =
      asl::CompileMachine(StrCat(R"({"StartAt":"S","States":{"S":{"End":true,)", container,
                                 R"(},"Caught":{"Type":"Succeed"}}})"));
  EXPECT_NE(compiled.machine, nullptr) << compiled.ErrorText();
  if (compiled.machine == nullptr) return {};
  auto facts = std::make_shared<ExecutionFacts>();
  facts->input = Text(StrCat("[\"", std::string(140'000, 'x'), "\"]"));
  Execution execution;
  execution.facts = facts;
  const auto exists = [](std::string_view) { return true; };
  const FakeWorld world(exists);
  std::vector<HistoryEvent> history =
      Begin(*compiled.machine, world, facts->started_at, 1, execution).history;
  while (const Branch* ready = NextReady(execution)) {
    auto taken =
        Advance(*compiled.machine, world, {Proceed{ready->id}, facts->started_at, 1}, execution);
    std::move(taken->history.begin(), taken->history.end(), std::back_inserter(history));
  }
  std::vector<std::string> events;
  for (const HistoryEvent& event : history) {
    if (event.id == 1) continue;
    events.push_back(StrCat(event.id, " <", event.previous_id, "> ", EventTypeName(event.type)));
  }
  return events;
}

const std::string kCatch =
    R"("Catch":[{"ErrorEquals":["States.DataLimitExceeded"],"Next":"Caught"}],)";
const std::string kAssigns =
    R"({"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"v.$":"$","w.$":"$"},"End":true}}})";

TEST(EvaluationFailed, InAnIterationFailsTheMapFromThere) {
  EXPECT_THAT(
      Events(StrCat(kCatch, R"("Type":"Map","ItemProcessor":)", kAssigns)),
      ElementsAre("2 <0> MapStateEntered", "3 <2> MapStateStarted", "4 <3> MapIterationStarted",
                  "5 <4> PassStateEntered", "6 <4> EvaluationFailed", "7 <6> MapIterationFailed",
                  "8 <6> MapStateFailed", "9 <8> MapStateExited", "10 <9> SucceedStateEntered",
                  "11 <10> SucceedStateExited", "12 <11> ExecutionSucceeded"));
}

TEST(EvaluationFailed, InABranchFailsTheParallelFromThere) {
  EXPECT_THAT(
      Events(StrCat(kCatch, R"("Type":"Parallel","Branches":[)", kAssigns, "]")),
      ElementsAre("2 <0> ParallelStateEntered", "3 <2> ParallelStateStarted",
                  "4 <3> PassStateEntered", "5 <3> EvaluationFailed", "6 <5> ParallelStateFailed",
                  "7 <6> ParallelStateExited", "8 <7> SucceedStateEntered",
                  "9 <8> SucceedStateExited", "10 <9> ExecutionSucceeded"));
}

TEST(EvaluationFailed, ThatNobodyTakesEndsTheExecution) {
  const std::string retried_by_others = R"("Retry":[{"ErrorEquals":["Other"]}],)";
  const std::string caught_by_others = R"("Catch":[{"ErrorEquals":["Other"],"Next":"Caught"}],)";
  EXPECT_THAT(Events(StrCat(retried_by_others, caught_by_others,
                            R"("Type":"Parallel","Branches":[)", kAssigns, "]")),
              ElementsAre("2 <0> ParallelStateEntered", "3 <2> ParallelStateStarted",
                          "4 <3> PassStateEntered", "5 <3> EvaluationFailed",
                          "6 <5> ParallelStateFailed", "7 <6> ExecutionFailed"));
}

}  // namespace
}  // namespace pawl::core
