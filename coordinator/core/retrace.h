// Where an execution stood, read off its history and nothing else: which states it is in, with
// which input and variables, which branches and iterations have ended. That is what a redrive
// begins again from, and what a fork takes a state's input from. It asks no state machine to decide
// anything anew: whatever chance, the clock or the outside had a part in stands in the events.
//
// Failures and aborts change nothing here: a branch that ended otherwise than well is still in the
// state that it was in.

#ifndef PAWL_CORE_RETRACE_H_
#define PAWL_CORE_RETRACE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/data_flow.h"
#include "coordinator/core/history.h"

namespace pawl::core {

// One line of control: the execution's own, a branch of a Parallel, an iteration of a Map.
struct TracedPlace {
  TracedPlace* parent = nullptr;  // the container's; null: the execution's own
  int64_t index = 0;

  Text state;  // that it was in last; empty: none yet
  Text input;  // raw
  Assigned variables;
  int64_t entered_event_id = 0;
  int64_t entered_previous_id = 0;
  absl::Time entered_at;

  // That state was left, and no other one entered: the branch or iteration has ended well.
  bool left = false;
  int64_t exited_event_id = 0;
  int64_t ended_event_id = 0;  // what the container goes on from: MapIterationSucceeded of a Map's
  Text output;

  // In a Parallel or Map whose branches have been begun: those of the last attempt, by index.
  int64_t started_event_id = 0;  // 0: not begun
  absl::Time started_at;
  int64_t length = 0;
  std::optional<uint64_t> items_seed;
  std::map<int64_t, TracedPlace*> children;

  bool AllEnded() const;
};

// As a position has them: an object's text, empty when there are none.
Text VariablesText(const Assigned& variables);

class Retrace {
 public:
  // `machine` is what the execution runs; it outlives this.
  explicit Retrace(const asl::Machine& machine);
  Retrace(const Retrace&) = delete;
  Retrace& operator=(const Retrace&) = delete;

  // The events in their order, from the first on. DATA_LOSS: no event of this machine can come
  // here.
  absl::Status Add(const HistoryEvent& event);

  const TracedPlace& root() const { return places_.front(); }
  int64_t last_event_id() const { return static_cast<int64_t>(owners_.size()) - 1; }
  // Why the execution ended the last time, if it did by failing.
  const std::optional<Text>& last_error() const { return last_error_; }

 private:
  // Whose event it was.
  struct Owner {
    TracedPlace* place = nullptr;
    EventType type = EventType::kExecutionStarted;
  };

  TracedPlace* OwnerOf(const HistoryEvent& event);
  TracedPlace* Enter(const HistoryEvent& event);
  TracedPlace* Exit(const HistoryEvent& event);
  TracedPlace* BeginContainer(const HistoryEvent& event);
  TracedPlace* BeginIteration(const HistoryEvent& event);
  TracedPlace* PlaceInState(const HistoryEvent& event);
  TracedPlace* ContainerOf(const HistoryEvent& event) const;
  TracedPlace* Outwards(int64_t event_id, const Text& state) const;
  TracedPlace* AddChild(TracedPlace* container, int64_t index);
  void ForgetChildren(TracedPlace* container);
  bool IsContainer(const TracedPlace& place) const;

  const asl::Machine& machine_;
  std::deque<TracedPlace> places_;  // the first is the root; those that are over are emptied
  std::vector<Owner> owners_;       // by event id; the first is of none
  std::optional<Text> last_error_;
};

}  // namespace pawl::core

#endif  // PAWL_CORE_RETRACE_H_
