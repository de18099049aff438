// Explains one branch of an execution: a part of why_view.h.

#ifndef PAWL_CLI_WHY_BRANCH_H_
#define PAWL_CLI_WHY_BRANCH_H_

#include <string>

#include "absl/time/time.h"
#include "cli/why_view.h"

namespace pawl::cli {

// What holds for all branches of the execution.
struct WhyContext {
  const store::ExecutionCondition& condition;
  const asl::Machine* machine;
  const WhyOptions& options;

  // "12:03:10", with the day where it is another one than now's.
  std::string At(absl::Time time) const;
  // "12:03:10 (17 min 3 s ago)", "12:40:00 (in 19 min 47 s)".
  std::string AtAndAway(absl::Time time) const;
  // Whether a node has taken the execution up and keeps it from the others for now.
  bool InHand() const;
  // Who should do what is due, and why nobody seems to.
  std::string WhoMovesIt() const;
};

// The sentence on what `branch` waits for, and the fields of `out` that go with it.
void ExplainBranch(const WhyContext& context, const core::Branch& branch, WhyBranch* out);

}  // namespace pawl::cli

#endif  // PAWL_CLI_WHY_BRANCH_H_
