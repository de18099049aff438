// A state that is tested by itself (TestState, reference/api.md 7): run on its input by the same
// functions as in an execution, without one, and without a history. Pure, as decisions are.
//
//   Begin ──────────────► ended
//     │ a call is to be made       ▲
//     └──────► waits for it ───────┘ ReturnCall, FailCall
//
// What a Task, Map or Parallel would have done elsewhere may be given beforehand (Mock).

#ifndef PAWL_CORE_TRIAL_H_
#define PAWL_CORE_TRIAL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/observation.h"
#include "coordinator/core/step.h"

namespace pawl::core {

// The outcome of the work of a Task, Map or Parallel.
struct Mock {
  std::optional<Text> result;  // JSON text; absent: it fails
  std::optional<Text> error;
  std::optional<Text> cause;
};

struct TrialOptions {
  // Of an execution that there is not: its input is the state's.
  std::shared_ptr<const ExecutionFacts> facts;
  std::optional<Text> context;  // a JSON object; absent: it is made from the facts
  Text variables;               // a JSON object, or empty
  std::optional<Mock> mock;
  int64_t retries = 0;  // attempts that each retrier has granted before
  // Of a Map.
  int64_t failed_iterations = 0;
  std::optional<Text> read_items;  // JSON text: what its ItemReader reads
};

// Thread-compatible. `machine`, of which `state` is a part, and `world` outlive it.
class Trial {
 public:
  Trial(const asl::Machine* machine, const asl::State* state, const World* world,
        TrialOptions options);

  // Runs the state until it ends, or until its call is to be made.
  void Begin(absl::Time now, uint64_t seed);
  // The call that is to be made; null: there is none, or it has ended.
  const TaskAttempt* Call() const;
  void ReturnCall(const Text& output, absl::Time now, uint64_t seed);
  void FailCall(const std::optional<Text>& error, const std::optional<Text>& cause, absl::Time now,
                uint64_t seed);
  // Nobody waits for it any longer.
  void TimeOutCall(absl::Time now, uint64_t seed);

  // Why the state cannot be tested so, which only its run has shown, in AWS's words; empty: it can.
  const std::string& refusal() const { return refusal_; }

  enum class Status { kSucceeded, kFailed, kRetriable, kCaughtError };
  // These once it has ended.
  Status status() const;
  const Observation& seen() const { return seen_; }

 private:
  Branch& branch() { return execution_.branches[BranchId(0)]; }
  void Run(Step& step);
  void RunWait(Step& step);
  void RunMap(Step& step);
  void EndByMock(Step& step);

  // trial_map.cc. Each gives nothing when the Map has failed.
  std::optional<int64_t> CountIterations(Step& step);
  std::optional<std::vector<Json>> FindItems(Step& step, Json* effective);
  std::optional<std::vector<Json>> ReadGivenItems(Step& step, Json* effective);
  bool NoteNumbers(Step& step, Json effective);
  std::optional<std::vector<Json>> SelectItems(Step& step, Json effective, std::vector<Json> items);
  std::optional<std::vector<Json>> MakeBatches(Step& step, Json effective, std::vector<Json> items);
  bool ExceedsTolerance(int64_t iterations) const;

  const asl::Machine* const machine_;
  const asl::State* const state_;
  const World* const world_;
  const TrialOptions options_;
  JsonArena context_arena_;
  Execution execution_;
  Observation seen_;
  std::string refusal_;
};

}  // namespace pawl::core

#endif  // PAWL_CORE_TRIAL_H_
