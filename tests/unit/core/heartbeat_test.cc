#include <gtest/gtest.h>

#include "coordinator/core/advance.h"

namespace pawl::core {
namespace {

TEST(Heartbeat, NeverMakesTheDeadlineEarlier) {
  const absl::Time given = absl::FromUnixSeconds(1'700'000'000);
  Execution execution;
  execution.facts = std::make_shared<ExecutionFacts>();
  Branch& branch = execution.branches[BranchId(0)];
  branch.phase = Phase::kStarted;
  branch.task = TaskAttempt{.nonce = 7, .heartbeat_seconds = 4, .given = true};
  branch.confirm_by = given + kConfirmWithin;
  branch.heartbeat_due_at = given + absl::Seconds(4) + UnwrittenHeartbeats(4);
  const std::optional<absl::Time> due = branch.heartbeat_due_at;
  // The first beat is written, for it confirms. The clock of the node it comes to is slow.
  ASSERT_TRUE(Heartbeat(BranchId(0), 7, given - absl::Seconds(3), execution).ok());
  EXPECT_FALSE(branch.confirm_by.has_value());
  EXPECT_EQ(branch.heartbeat_due_at, due);
}

}  // namespace
}  // namespace pawl::core
