#include "coordinator/store/invariants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::store {
namespace {

using core::EventType;
using core::HistoryEvent;
using testing::HasSubstr;
using testing::IsEmpty;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

HistoryEvent Event(int64_t id, int64_t previous, EventType type) {
  HistoryEvent event;
  event.id = id;
  event.previous_id = previous;
  event.type = type;
  event.timestamp = kStart + absl::Milliseconds(id);
  return event;
}

// A task that is started, ends well, and ends the execution.
std::vector<HistoryEvent> GoodHistory() {
  return {Event(1, 0, EventType::kExecutionStarted),  Event(2, 0, EventType::kTaskStateEntered),
          Event(3, 2, EventType::kActivityScheduled), Event(4, 3, EventType::kActivityStarted),
          Event(5, 4, EventType::kActivitySucceeded), Event(6, 5, EventType::kTaskStateExited),
          Event(7, 6, EventType::kExecutionSucceeded)};
}

std::vector<std::string> Check(const std::vector<HistoryEvent>& history) {
  std::vector<std::string> violations;
  CheckHistory(history, &violations);
  return violations;
}

TEST(Invariants, AGoodHistoryHasNoViolations) {
  EXPECT_THAT(Check(GoodHistory()), IsEmpty());
  std::vector<std::string> violations;
  CheckClosed(core::Status::kSucceeded, 7, GoodHistory(), &violations);
  EXPECT_THAT(violations, IsEmpty());
}

TEST(Invariants, AGapIsFound) {
  auto history = GoodHistory();
  history.erase(history.begin() + 3);
  EXPECT_THAT(Check(history), testing::Contains(HasSubstr("expected event id 4, found 5")));
}

TEST(Invariants, ASecondResultOfATaskIsFound) {
  auto history = GoodHistory();
  history.back() = Event(7, 4, EventType::kActivityFailed);
  EXPECT_THAT(Check(history), testing::Contains(HasSubstr("events 5 and 7 both follow")));
}

TEST(Invariants, ASecondHandOutOfATaskIsFound) {
  auto history = GoodHistory();
  history.back() = Event(7, 3, EventType::kActivityStarted);
  EXPECT_THAT(Check(history), testing::Contains(HasSubstr("events 4 and 7 both follow")));
}

TEST(Invariants, TimeThatGoesBackIsFound) {
  auto history = GoodHistory();
  history[4].timestamp = kStart;
  EXPECT_THAT(Check(history), testing::Contains(HasSubstr("event 5 is earlier")));
}

TEST(Invariants, AnEventAfterTheEndIsFound) {
  auto history = GoodHistory();
  history.push_back(Event(8, 7, EventType::kPassStateEntered));
  EXPECT_THAT(Check(history), testing::Contains(HasSubstr("event 7 ends the execution")));
}

TEST(Invariants, AStatusThatTheHistoryDoesNotSayIsFound) {
  std::vector<std::string> violations;
  CheckClosed(core::Status::kFailed, 7, GoodHistory(), &violations);
  EXPECT_THAT(violations, testing::Contains(HasSubstr("is FAILED but")));
}

core::Execution OpenExecution(core::Phase phase) {
  core::Execution execution;
  execution.last_event_id = 6;
  core::Branch& root = execution.branches[BranchId(0)];
  root.phase = phase;
  return execution;
}

std::vector<std::string> CheckOpenAt(const core::Execution& execution, absl::Time claimable_at) {
  auto history = GoodHistory();
  history.pop_back();
  std::vector<std::string> violations;
  CheckOpen(execution, claimable_at, history, &violations);
  return violations;
}

TEST(Invariants, AnExecutionThatNothingMovesIsFound) {
  EXPECT_THAT(CheckOpenAt(OpenExecution(core::Phase::kBackoff), absl::InfiniteFuture()),
              testing::Contains(HasSubstr("nothing will ever move it")));
}

TEST(Invariants, AStepThatNobodyWillTakeIsFound) {
  EXPECT_THAT(CheckOpenAt(OpenExecution(core::Phase::kReady), absl::InfiniteFuture()),
              testing::Contains(HasSubstr("will never be claimed")));
  EXPECT_THAT(CheckOpenAt(OpenExecution(core::Phase::kReady), kStart), IsEmpty());
}

TEST(Invariants, ATimerThatWouldBeMissedIsFound) {
  core::Execution execution = OpenExecution(core::Phase::kWaiting);
  execution.branches[BranchId(0)].due_at = kStart;
  EXPECT_THAT(CheckOpenAt(execution, kStart + absl::Seconds(1)),
              testing::Contains(HasSubstr("its timer is due")));
  EXPECT_THAT(CheckOpenAt(execution, kStart), IsEmpty());
}

}  // namespace
}  // namespace pawl::store
