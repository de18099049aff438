// One execution, run by the pure core alone: no engine, no store, no clock. Workers answer by
// worker_rule.h, time is made up. What may come next is a list of choices: whoever runs it says
// which of the branches moves on, the core says what follows.

#ifndef PAWL_TESTS_PROPERTY_CORE_RUN_H_
#define PAWL_TESTS_PROPERTY_CORE_RUN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/advance.h"

namespace pawl::property {

// A choice: what happens next to one branch.
struct Choice {
  enum class Kind {
    kProceed,    // it leaves its state
    kHandOut,    // a worker gets its task
    kAnswer,     // the worker answers
    kTimer,      // a wait, a backoff or a time-out is over
    kHeartbeat,  // heartbeats have not come for too long
    kExecutionTimer,
  };
  Kind kind = Kind::kProceed;
  BranchId branch;
};

// What the position does not keep from one step to the next, as if it were not stored: a breakage
// that a comparison has to notice. Variables are lost while the branch is in a task.
enum class Forget { kNothing, kRetries, kVariables };

class CoreRun {
 public:
  // `machine` must outlive the run and its copies.
  CoreRun(const asl::Machine& machine, std::shared_ptr<const core::ExecutionFacts> facts,
          Forget forget = Forget::kNothing);

  // The events of the first step.
  std::vector<core::HistoryEvent> Begin();
  std::vector<Choice> Choices() const;
  // Those of another one; dies when the core refuses what Choices allow.
  std::vector<core::HistoryEvent> Take(const Choice& choice);
  // The choice of an undisturbed engine: first what needs no time, then the timer that is due.
  // There is none when the execution has closed.
  Choice Next() const;

  const core::Execution& execution() const { return execution_; }
  // Since the beginning, when only Next is taken.
  absl::Duration elapsed() const { return now_ - started_at_; }

 private:
  core::Event EventOf(const Choice& choice);
  core::Event AnswerOf(const core::Branch& branch) const;
  void Let(absl::Time* due);
  void ForgetSome();

  const asl::Machine* machine_;
  core::Execution execution_;
  Forget forget_;
  absl::Time started_at_;
  absl::Time now_;
};

}  // namespace pawl::property

#endif  // PAWL_TESTS_PROPERTY_CORE_RUN_H_
