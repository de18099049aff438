#include "coordinator/store/hand_out_plan.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace pawl::store {
namespace {

struct Candidate {
  absl::Time scheduled_at;
  HandOutEntry* entry;
  BranchId branch;
};

std::vector<Candidate> OldestTasks(std::string_view activity, int64_t limit,
                                   std::vector<HandOutEntry>* entries) {
  std::vector<Candidate> tasks;
  for (HandOutEntry& entry : *entries) {
    for (const auto& [id, branch] : entry.execution.branches) {
      const core::TaskAttempt* task = ReadyTask(branch);
      if (task != nullptr && task->queue == activity) {
        tasks.push_back({task->scheduled_at, &entry, id});
      }
    }
  }
  std::sort(tasks.begin(), tasks.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.scheduled_at, a.entry, a.branch) <
           std::tie(b.scheduled_at, b.entry, b.branch);
  });
  if (tasks.size() > static_cast<size_t>(limit)) tasks.resize(limit);
  return tasks;
}

}  // namespace

const core::TaskAttempt* ReadyTask(const core::Branch& branch) {
  return core::WaitsForTaker(branch) ? &*branch.task : nullptr;
}

bool HasReadyTask(const core::Execution& execution, std::string_view activity) {
  return std::any_of(execution.branches.begin(), execution.branches.end(), [&](const auto& entry) {
    const core::TaskAttempt* task = ReadyTask(entry.second);
    return task != nullptr && task->queue == activity;
  });
}

void DecideHandOut(std::string_view activity, int64_t limit, const Store::Decide& decide,
                   std::vector<HandOutEntry>* entries) {
  for (const Candidate& task : OldestTasks(activity, limit, entries)) {
    HandOutEntry& entry = *task.entry;
    absl::StatusOr<core::Transition> step = decide(entry.execution, task.branch);
    if (!step.ok()) continue;
    if (entry.transition) {
      core::Append(*std::move(step), &*entry.transition);
    } else {
      entry.transition = *std::move(step);
    }
    entry.branches.push_back(task.branch);
  }
}

absl::Time ClaimableAfterHandOut(const HandOutEntry& entry) {
  const absl::Time due = core::NextDue(entry.execution);
  return core::NextReady(entry.execution) == nullptr ? due : std::min(due, entry.claimable_at);
}

}  // namespace pawl::store
