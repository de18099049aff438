#include "coordinator/audit/replay.h"

#include <string>
#include <utility>

#include "coordinator/audit/position_difference.h"
#include "coordinator/audit/replay_place.h"

namespace pawl::audit {
namespace {

// Plays rows until one does not come out, or all have.
class Replay {
 public:
  explicit Replay(const AuditedExecution& audited) : audited_(audited), machine_(*audited.machine) {
    place_.execution.facts = audited.execution.facts;
  }

  ReplayResult Run() {
    PlayAll();
    ReplayResult result;
    result.transitions = static_cast<int64_t>(next_row_);
    result.findings = std::move(place_.findings);
    if (!problem_.what.empty()) result.findings.push_back(std::move(problem_));
    result.stopped_at_event = stopped_at_event_;
    result.attempts = std::move(place_.attempts);
    return result;
  }

 private:
  // Another way in which the history can be read, to be followed when this one does not come out.
  struct Way {
    ReplayPlace place;
    size_t row;
  };

  // The problem is the one that was found on the first way.
  void PlayAll() {
    while (true) {
      Finding problem = PlayRows();
      if (problem.what.empty()) {
        problem_ = {};
        return;
      }
      if (problem_.what.empty()) problem_ = std::move(problem);
      if (ways_.empty()) return;
      place_ = std::move(ways_.back().place);
      next_row_ = ways_.back().row;
      ways_.pop_back();
    }
  }

  // What went wrong; nothing when the end was reached.
  Finding PlayRows() {
    for (; next_row_ < audited_.history.size(); ++next_row_) {
      const AuditedRow& row = audited_.history[next_row_];
      if (!place_.heartbeat_times_out && CanBeEitherTimeOut(machine_, row, place_)) {
        ways_.push_back({place_, next_row_});
        ways_.back().place.heartbeat_times_out = true;
      }
      PlayedRow played =
          PlayRow(machine_, absl::MakeSpan(audited_.history).subspan(0, next_row_ + 1), &place_);
      if (played.problem.empty()) continue;
      if (!played.random) return {rule::kReplayEvents, std::move(played.problem)};
      stopped_at_event_ = row.events.front().id;
      return {};
    }
    const core::Execution& stored = audited_.execution;
    return {rule::kReplayPosition, stored.closed() ? OutcomeDifference(place_.execution, stored)
                                                   : DifferenceAtEnd(machine_, place_, stored)};
  }

  const AuditedExecution& audited_;
  const asl::Machine& machine_;
  ReplayPlace place_;
  size_t next_row_ = 0;
  std::vector<Way> ways_;
  Finding problem_;
  std::optional<int64_t> stopped_at_event_;
};

}  // namespace

ReplayResult ReplayHistory(const AuditedExecution& audited) { return Replay(audited).Run(); }

}  // namespace pawl::audit
