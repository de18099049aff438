// Explains where an execution stands and what it waits for (`pawl why`). Pure: facts come from
// store/inspect_execution.h, times are those of the database.

#ifndef PAWL_CLI_WHY_VIEW_H_
#define PAWL_CLI_WHY_VIEW_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/asl/machine.h"
#include "coordinator/store/inspect_execution.h"

namespace pawl::cli {

// What a branch of the execution waits for.
struct WhyBranch {
  int depth = 0;
  int64_t branch = 0;
  std::string path;       // "Batch[17] > Charge"
  std::string waits_for;  // "node", "worker", "task", "timer", "backoff", "branches"
  std::string text;       // a sentence
  absl::Time since;       // when it entered the state, or its task was scheduled or given
  std::optional<absl::Time> until;
  std::string activity;  // of a task
  std::string worker;    // of a task at a worker
};

struct Explanation {
  std::string execution;  // "order/4711"
  std::string id;
  std::string status;               // "RUNNING"
  std::string headline;             // a sentence on the execution as a whole
  std::vector<std::string> notes;   // on what is not as it should be, and what to do
  std::vector<WhyBranch> branches;  // depth first; those that have ended are left out
  int64_t left_out = 0;             // branches beyond the limit
};

// What the coordinators that answered say of their workers.
struct PollerFacts {
  int64_t coordinators = 0;  // that answered; 0: nothing is known
  // Workers that wait at these, by activity; absent: none.
  std::map<std::string, int64_t> by_activity;
};

struct WhyOptions {
  PollerFacts pollers;
  size_t limit = 50;  // branches to show
  absl::TimeZone time_zone = absl::LocalTimeZone();
};

// `machine` is that of the execution's revision; null where it does not compile.
Explanation Explain(const store::ExecutionCondition& condition, const asl::Machine* machine,
                    const WhyOptions& options);

std::string WhyText(const Explanation& explanation);
// On one line.
std::string WhyJson(const Explanation& explanation);

}  // namespace pawl::cli

#endif  // PAWL_CLI_WHY_VIEW_H_
