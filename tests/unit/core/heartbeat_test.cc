#include <gtest/gtest.h>

#include "coordinator/core/advance.h"

namespace pawl::core {
namespace {

constexpr absl::Time kGiven = absl::FromUnixSeconds(1'700'000'000);

// An execution whose task was given to a worker, who has not confirmed it yet.
Execution WithTask() {
  Execution execution;
  execution.facts = std::make_shared<ExecutionFacts>();
  execution.last_event_at = kGiven;
  Branch& branch = execution.branches[BranchId(0)];
  branch.phase = Phase::kStarted;
  branch.task = TaskAttempt{.nonce = 7, .heartbeat_seconds = 4, .given = true};
  branch.confirm_by = kGiven + kConfirmWithin;
  branch.heartbeat_due_at = kGiven + absl::Seconds(4) + UnwrittenHeartbeats(4);
  return execution;
}

TEST(Heartbeat, NeverMakesTheDeadlineEarlier) {
  Execution execution = WithTask();
  const Branch& branch = execution.branches[BranchId(0)];
  const std::optional<absl::Time> due = branch.heartbeat_due_at;
  // The first beat is written, for it confirms. The clock of the node it comes to is slow.
  ASSERT_TRUE(Heartbeat(BranchId(0), 7, kGiven - absl::Seconds(3), execution).ok());
  EXPECT_FALSE(branch.confirm_by.has_value());
  EXPECT_EQ(branch.heartbeat_due_at, due);
}

TEST(Heartbeat, OfATaskTakenBackCountsFromItsStartWhereTheNodesClockIsBehind) {
  Execution execution = WithTask();
  ASSERT_TRUE(ReturnTask(BranchId(0), 7, kGiven, execution).ok());
  const Branch& branch = execution.branches[BranchId(0)];
  ASSERT_FALSE(branch.heartbeat_due_at.has_value());
  ASSERT_TRUE(Heartbeat(BranchId(0), 7, kGiven - absl::Seconds(3), execution).ok());
  EXPECT_EQ(branch.phase, Phase::kStarted);
  EXPECT_EQ(branch.heartbeat_due_at, kGiven + absl::Seconds(4) + UnwrittenHeartbeats(4));
}

}  // namespace
}  // namespace pawl::core
