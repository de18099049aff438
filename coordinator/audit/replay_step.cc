#include "coordinator/audit/replay_step.h"

#include <algorithm>
#include <utility>

#include "coordinator/audit/texts.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/redrive.h"

namespace pawl::audit {
namespace {

using core::Branch;
using core::Execution;
using core::Phase;

// Any: what follows from it is not compared (replay.h).
constexpr uint64_t kSeed = 1;

// Just before the first moment at which it can have been due: nothing that is due at that moment
// too must have come before it.
absl::Time JustBefore(absl::Time time) { return time - absl::Nanoseconds(1); }

bool HasJitter(const asl::Machine& machine, const Branch& branch) {
  const asl::State* state = machine.Find(branch.state.view());
  if (state == nullptr) return false;
  return std::any_of(state->retry.begin(), state->retry.end(),
                     [](const asl::Retrier& retrier) { return retrier.full_jitter; });
}

// The branch whose timer the core fires first, and when that is due; absent: the execution's own.
std::pair<std::optional<BranchId>, absl::Time> FirstDue(const Execution& execution) {
  std::pair<std::optional<BranchId>, absl::Time> first{
      std::nullopt, execution.timeout_at.value_or(absl::InfiniteFuture())};
  for (const auto& [id, branch] : execution.branches) {
    if (core::NextDue(branch) < first.second) first = {id, core::NextDue(branch)};
  }
  return first;
}

}  // namespace

absl::Time FloorToMillis(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return time;
  return absl::FromUnixMillis(absl::ToUnixMillis(time));
}

void ReplaySteps::Begin(absl::Time now) {
  produced_ = core::Begin(machine_, world_, now, kSeed, place_.execution);
  TakeOutBackoffs({}, /*silent=*/false, now, now);
}

absl::Status ReplaySteps::Redrive(const core::Retrace& stood, absl::Time now) {
  absl::StatusOr<core::Transition> redriven =
      core::Redrive(machine_, world_, now, kSeed, stood, place_.execution);
  if (!redriven.ok()) return redriven.status();
  place_.earliest = {};
  TakeOutBackoffs({}, /*silent=*/false, now, now);
  core::Append(*std::move(redriven), &produced_);
  return absl::OkStatus();
}

std::vector<BranchId> ReplaySteps::PathOf(std::optional<BranchId> actor) const {
  std::vector<BranchId> path;
  while (actor) {
    path.push_back(*actor);
    const Branch* branch = place_.execution.Find(*actor);
    if (branch == nullptr || actor->value() == 0) break;
    actor = branch->parent;
  }
  return path;
}

absl::Status ReplaySteps::Take(core::Event event, std::optional<BranchId> actor) {
  const std::vector<BranchId> path = PathOf(actor);
  const absl::Time earliest = FloorToMillis(std::exchange(earliest_, absl::InfinitePast()));
  event.seed = kSeed;
  absl::StatusOr<core::Transition> taken = core::Advance(machine_, world_, event, place_.execution);
  if (!taken.ok()) return taken.status();
  const bool silent = taken->history.empty();
  TakeOutBackoffs(path, silent, earliest, FloorToMillis(event.now));
  core::Append(*std::move(taken), &produced_);
  return absl::OkStatus();
}

void ReplaySteps::TakeOutBackoffs(const std::vector<BranchId>& path, bool silent,
                                  absl::Time earliest, absl::Time now) {
  const auto take_out = [&](Branch& branch, absl::Time from) {
    place_.earliest.backoff[branch.id] = from;
    branch.due_at.reset();
  };
  // A jitter takes off any part of the delay.
  for (auto& [id, branch] : place_.execution.branches) {
    if (branch.phase != Phase::kBackoff || !branch.due_at || !HasJitter(machine_, branch)) continue;
    take_out(branch, silent ? earliest : now);
  }
  if (!silent) return;
  // When it was taken nobody knows.
  for (const BranchId id : path) {
    Branch* branch = place_.execution.Find(id);
    if (branch == nullptr || branch->phase != Phase::kBackoff || !branch->due_at) continue;
    take_out(*branch, *branch->due_at - (now - earliest));
  }
}

absl::Status ReplaySteps::Proceed(BranchId branch, absl::Time now) {
  // It could go on from the moment it entered its state.
  if (const Branch* ready = place_.execution.Find(branch)) earliest_ = ready->entered_at;
  return Take({core::Proceed{branch}, now}, branch);
}

absl::Time ReplaySteps::NotEarly(std::string_view what, absl::Time due, absl::Time now) {
  if (FloorToMillis(due) <= now) return due;
  place_.findings.push_back(
      {rule::kTimerNotEarly, StrCat(what, " fired at ", Shown(now), ", due at ", Shown(due))});
  return now;
}

absl::Status ReplaySteps::FireBackoffOrWait(BranchId id, absl::Time now) {
  Branch& branch = *place_.execution.Find(id);
  const std::string what = StrCat("the timer of state '", branch.state.view(),
                                  "' (entered at event ", branch.entered_event_id, ")");
  if (const auto from = place_.earliest.backoff.find(id); from != place_.earliest.backoff.end()) {
    branch.due_at = JustBefore(NotEarly(what, from->second, now));
    place_.earliest.backoff.erase(from);
  } else if (branch.due_at) {
    branch.due_at = NotEarly(what, *branch.due_at, now);
  } else {
    return absl::FailedPreconditionError(StrCat(what, " does not exist"));
  }
  return FireUntil(id, now);
}

absl::Status ReplaySteps::FireTask(BranchId id, bool heartbeat, absl::Time now) {
  Branch& branch = *place_.execution.Find(id);
  const std::string what =
      StrCat(heartbeat ? "the heartbeat time-out" : "the time-out", " of the task in state '",
             branch.state.view(), "' (entered at event ", branch.entered_event_id, ")");
  const auto from = place_.earliest.heartbeat.find(id);
  if (heartbeat && from != place_.earliest.heartbeat.end()) {
    branch.heartbeat_due_at = JustBefore(NotEarly(what, from->second, now));
  } else if (branch.due_at) {
    branch.due_at = NotEarly(what, *branch.due_at, now);
  } else {
    return absl::FailedPreconditionError(StrCat(what, " does not exist"));
  }
  return FireUntil(id, now);
}

// When the worker confirmed, and beat, history does not tell.
void ReplaySteps::AskForHeartbeats(Branch& branch) {
  branch.heartbeat_due_at.reset();
  if (branch.task->heartbeat_seconds) {
    place_.earliest.heartbeat[branch.id] =
        place_.execution.last_event_at + absl::Seconds(*branch.task->heartbeat_seconds);
  } else {
    place_.earliest.heartbeat.erase(branch.id);
  }
}

absl::Status ReplaySteps::Submit(BranchId id, const Text& output, absl::Time now) {
  const int64_t nonce = place_.execution.Find(id)->task->nonce;
  const absl::Status taken = Take({core::CallReturned{id, nonce, output}, now}, id);
  Branch* branch = place_.execution.Find(id);
  if (!taken.ok() || branch == nullptr || branch->phase != Phase::kSubmitted) return taken;
  AskForHeartbeats(*branch);
  return taken;
}

absl::Status ReplaySteps::FireExecutionTimeout(absl::Time now) {
  std::optional<absl::Time>& timeout_at = place_.execution.timeout_at;
  if (!timeout_at) return absl::FailedPreconditionError("the execution has no time-out");
  timeout_at = NotEarly("the time-out of the execution", *timeout_at, now);
  return FireUntil(std::nullopt, now);
}

absl::Status ReplaySteps::FireUntil(std::optional<BranchId> target, absl::Time now) {
  while (true) {
    const auto [first, due] = FirstDue(place_.execution);
    const size_t before = produced_.history.size();
    earliest_ = due;
    const absl::Status taken = Take({core::TimerFired(), std::max(now, due)}, first);
    if (!taken.ok() || first == target || produced_.history.size() > before) return taken;
  }
}

absl::Status ReplaySteps::EndFullHistory(absl::Time now) {
  absl::StatusOr<core::Transition> ended = core::EndFullHistory(now, place_.execution);
  if (!ended.ok()) return ended.status();
  core::Append(*std::move(ended), &produced_);
  return absl::OkStatus();
}

absl::Status ReplaySteps::Give(BranchId id, const Text& worker_name, absl::Time now) {
  absl::StatusOr<core::Transition> given = core::StartTask(id, worker_name, now, place_.execution);
  if (!given.ok()) return given.status();
  Branch& branch = *place_.execution.Find(id);
  branch.confirm_by.reset();
  if (branch.task->is_call()) {
    place_.earliest.heartbeat.erase(id);
  } else {
    AskForHeartbeats(branch);
  }
  core::Append(*std::move(given), &produced_);
  return absl::OkStatus();
}

}  // namespace pawl::audit
