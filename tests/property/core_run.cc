#include "tests/property/core_run.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "coordinator/base/strings.h"
#include "tests/property/worker_rule.h"
#include "tests/support/fake_world.h"

namespace pawl::property {
namespace {

using core::Branch;
using core::Phase;
using Kind = Choice::Kind;

bool Exists(std::string_view) { return true; }

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << "the core refuses what is due: " << status << "\n";
  std::abort();
}

bool IsSilent(const core::TaskAttempt& task) {
  return AnswerTo(task.queue, task.input.view()).silent;
}

// Of a task that nobody answers: which of its time-outs ends it is the machine's doing, for the
// other one is an hour off.
bool HeartbeatEnds(const core::TaskAttempt& task) { return task.heartbeat_seconds.has_value(); }

}  // namespace

CoreRun::CoreRun(const asl::Machine& machine, std::shared_ptr<const core::ExecutionFacts> facts,
                 Forget forget)
    : machine_(&machine), forget_(forget), started_at_(facts->started_at), now_(facts->started_at) {
  execution_.facts = std::move(facts);
}

std::vector<core::HistoryEvent> CoreRun::Begin() {
  core::Transition begun = core::Begin(*machine_, FakeWorld(Exists), now_, 1, execution_);
  ForgetSome();
  return std::move(begun.history);
}

std::vector<Choice> CoreRun::Choices() const {
  std::vector<Choice> choices;
  for (const auto& [id, branch] : execution_.branches) {
    if (branch.phase == Phase::kReady) choices.push_back({Kind::kProceed, id});
    if (branch.phase == Phase::kWaiting || branch.phase == Phase::kBackoff) {
      choices.push_back({Kind::kTimer, id});
    }
    if (branch.phase == Phase::kScheduled) choices.push_back({Kind::kHandOut, id});
    if (branch.phase != Phase::kStarted) continue;
    const bool silent = IsSilent(*branch.task);
    const Kind end = HeartbeatEnds(*branch.task) ? Kind::kHeartbeat : Kind::kTimer;
    choices.push_back({silent ? end : Kind::kAnswer, id});
  }
  if (execution_.timeout_at) choices.push_back({Kind::kExecutionTimer, BranchId(0)});
  return choices;
}

Choice CoreRun::Next() const {
  for (const Choice& choice : Choices()) {
    if (choice.kind <= Kind::kAnswer) return choice;
  }
  Choice first{Kind::kExecutionTimer, BranchId(0)};
  absl::Time due = execution_.timeout_at.value_or(absl::InfiniteFuture());
  for (const Choice& choice : Choices()) {
    if (choice.kind == Kind::kExecutionTimer) continue;
    const absl::Time its = core::NextDue(*execution_.Find(choice.branch));
    if (its < due) std::tie(first, due) = std::pair(choice, its);
  }
  return first;
}

// Lets a timer be the first that is due, and now.
void CoreRun::Let(absl::Time* due) {
  now_ = std::max(now_, *due);
  *due = absl::InfinitePast();
}

core::Event CoreRun::AnswerOf(const Branch& branch) const {
  const Answer answer = AnswerTo(branch.task->queue, branch.task->input.view());
  if (answer.succeeded) {
    return {core::TaskSucceeded{branch.id, branch.task->nonce, Text(answer.output)}, now_};
  }
  std::optional<Text> cause;
  if (answer.cause) cause = Text(*answer.cause);
  return {core::TaskFailed{branch.id, branch.task->nonce, Text(answer.error), cause}, now_};
}

core::Event CoreRun::EventOf(const Choice& choice) {
  Branch& branch = *execution_.Find(choice.branch);
  switch (choice.kind) {
    case Kind::kProceed:
      return {core::Proceed{branch.id}, now_};
    case Kind::kAnswer:
      return AnswerOf(branch);
    case Kind::kTimer:
      Let(&*branch.due_at);
      break;
    case Kind::kHeartbeat:
      Let(&*branch.heartbeat_due_at);
      break;
    default:
      Let(&*execution_.timeout_at);
  }
  return {core::TimerFired{}, now_};
}

std::vector<core::HistoryEvent> CoreRun::Take(const Choice& choice) {
  core::Transition taken;
  if (choice.kind == Kind::kHandOut) {
    auto given = core::StartTask(choice.branch, Text("w"), now_, execution_);
    Must(given.status());
    taken = *std::move(given);
    const int64_t nonce = execution_.Find(choice.branch)->task->nonce;
    Must(core::ConfirmTask(choice.branch, nonce, now_, execution_).status());
  } else {
    core::Event event = EventOf(choice);
    event.seed = static_cast<uint64_t>(execution_.version) + 1;
    auto advanced = core::Advance(*machine_, FakeWorld(Exists), event, execution_);
    Must(advanced.status());
    taken = *std::move(advanced);
  }
  ForgetSome();
  return std::move(taken.history);
}

void CoreRun::ForgetSome() {
  for (auto& [id, branch] : execution_.branches) {
    if (forget_ == Forget::kRetries) branch.retries.clear();
    if (forget_ == Forget::kVariables && branch.task) branch.variables = Text();
  }
}

}  // namespace pawl::property
