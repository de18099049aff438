#include "coordinator/engine/child_ends.h"

#include <algorithm>
#include <utility>

#include "coordinator/base/log.h"
#include "coordinator/engine/child_result.h"

namespace pawl::engine {
namespace {

Work ResultWork(const store::ChildWait& wait, TaskResult result, store::DoneCallback done) {
  if (result.succeeded) {
    return {core::TaskSucceeded{wait.branch, wait.nonce, std::move(result.output)},
            std::move(done)};
  }
  return {
      core::TaskFailed{wait.branch, wait.nonce, std::move(result.error), std::move(result.cause)},
      std::move(done)};
}

bool StillWaits(const core::Execution& parent, const store::ChildWait& wait) {
  if (parent.closed()) return false;
  const core::Branch* branch = parent.Find(wait.branch);
  return branch != nullptr && branch->task && branch->task->nonce == wait.nonce;
}

}  // namespace

void ChildEnds::Run() { Tick(); }

void ChildEnds::Stop() {
  absl::MutexLock lock(&mu_);
  stopped_ = true;
}

void ChildEnds::Tick() {
  bool orphans = false;
  {
    absl::MutexLock lock(&mu_);
    if (stopped_) return;
    orphans = ++ticks_ % kOrphansEvery == 0;
  }
  LookForEnds();
  if (orphans) LookForOrphans();
  parts_.scheduler->RunAfter(kLookEvery, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->Tick();
  });
}

void ChildEnds::Await(store::WaitedFor wait) {
  absl::MutexLock lock(&mu_);
  if (children_.size() >= kMostKnown) {
    children_.clear();
    by_parent_.clear();
  }
  ++children_[wait.wait.child];
  by_parent_[wait.wait.parent].push_back(std::move(wait));
  knows_some_ = true;
}

void ChildEnds::Moved(const core::Execution& execution) {
  if (!knows_some_) return;
  bool ended = false;
  std::vector<store::WaitedFor> given_up;
  {
    absl::MutexLock lock(&mu_);
    ended = execution.closed() && children_.erase(execution.facts->id) > 0;
    given_up = TakeGivenUp(execution);
    knows_some_ = !children_.empty() || !by_parent_.empty();
  }
  if (ended) LookForEnds();
  for (store::WaitedFor& waited : given_up) StopIfGivenUp(std::move(waited));
}

// This node may learn of a step of its own late, when the wait is one for a later attempt, and a
// step that is not on disk may be taken back. So the parent is asked as it stands.
void ChildEnds::StopIfGivenUp(store::WaitedFor waited) {
  const FlushEpoch epoch = parts_.store->Epoch();
  const ExecutionId parent = waited.wait.parent;
  parts_.store->LoadExecution(parent, [self = shared_from_this(), waited = std::move(waited),
                                       epoch](const absl::StatusOr<core::Execution>& now) {
    const bool given_up =
        now.ok() ? !StillWaits(*now, waited.wait) : absl::IsNotFound(now.status());
    if (!given_up) return self->Await(waited);
    self->parts_.store->AwaitFlush(epoch, [self, waited](const absl::Status& flushed) {
      if (!flushed.ok()) return self->Await(waited);
      self->parts_.stop(waited.machine_name, waited.name);
    });
  });
}

std::vector<store::WaitedFor> ChildEnds::TakeGivenUp(const core::Execution& parent) {
  std::vector<store::WaitedFor> given_up;
  const auto waits = by_parent_.find(parent.facts->id);
  if (waits == by_parent_.end()) return given_up;
  std::erase_if(waits->second, [&](store::WaitedFor& waited) {
    if (StillWaits(parent, waited.wait)) return false;
    // One that has ended needs no stop: its end is what the task has got.
    const auto child = children_.find(waited.wait.child);
    if (child == children_.end() || --child->second > 0) return true;
    children_.erase(child);
    given_up.push_back(std::move(waited));
    return true;
  });
  if (waits->second.empty()) by_parent_.erase(waits);
  return given_up;
}

void ChildEnds::LookForEnds() {
  {
    absl::MutexLock lock(&mu_);
    if (stopped_) return;
    again_ = looking_;
    if (std::exchange(looking_, true)) return;
  }
  parts_.store->EndedWaits(
      kBatch, [self = shared_from_this()](absl::StatusOr<std::vector<store::WaitedFor>> waits) {
        self->Ended(std::move(waits));
      });
}

void ChildEnds::Ended(absl::StatusOr<std::vector<store::WaitedFor>> waits) {
  bool again = false;
  std::vector<store::WaitedFor> to_tell;
  {
    absl::MutexLock lock(&mu_);
    looking_ = false;
    again = std::exchange(again_, false);
    if (waits.ok()) {
      for (store::WaitedFor& waited : *waits) {
        if (telling_.insert(waited.wait).second) to_tell.push_back(std::move(waited));
      }
      // A full batch that nothing is new in is told already; else there may be more.
      again = again || (!to_tell.empty() && waits->size() == static_cast<size_t>(kBatch));
    }
  }
  if (!waits.ok()) log::Warn("ended_waits_not_read", {{"status", waits.status()}});
  for (const store::WaitedFor& waited : to_tell) Tell(waited);
  if (again) LookForEnds();
}

void ChildEnds::Tell(const store::WaitedFor& waited) {
  parts_.store->FindExecution(
      waited.machine_name, waited.name,
      [self = shared_from_this(),
       wait = waited.wait](const absl::StatusOr<store::ExecutionRecord>& child) {
        if (!child.ok()) return self->Told(wait, child.status());
        if (child->id != wait.child) return self->Told(wait, absl::NotFoundError("it is gone"));
        // Redriven since it ended: its next end is told.
        if (child->status == core::Status::kRunning) {
          return self->Told(wait, absl::UnavailableError("it runs again"));
        }
        self->parts_.post(
            wait.parent,
            ResultWork(wait, ChildResult(*child, self->parts_.account, wait.parsed),
                       [self, wait](const absl::Status& status) { self->Told(wait, status); }));
      });
}

void ChildEnds::Told(const store::ChildWait& wait, const absl::Status& status) {
  const bool over = status.ok() || absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
  const auto end = [self = shared_from_this(), wait](const absl::Status&) {
    absl::MutexLock lock(&self->mu_);
    self->telling_.erase(wait);
  };
  if (over) return parts_.store->ForgetWait(wait, end);
  log::Warn("child_end_not_told",
            {{"execution", wait.parent.value().ToString()}, {"status", status}});
  end(status);  // the next look finds it again
}

void ChildEnds::LookForOrphans() {
  parts_.store->OrphanedWaits(
      kBatch, [self = shared_from_this()](absl::StatusOr<std::vector<store::WaitedFor>> waits) {
        if (!waits.ok()) {
          return log::Warn("orphaned_waits_not_read", {{"status", waits.status()}});
        }
        for (store::WaitedFor& waited : *waits) {
          self->parts_.stop(std::move(waited.machine_name), std::move(waited.name));
        }
      });
}

}  // namespace pawl::engine
