// Forks: executions that begin at a state within their machine, with what another execution had
// there.

#ifndef PAWL_CORE_FORK_H_
#define PAWL_CORE_FORK_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "coordinator/asl/machine.h"
#include "coordinator/base/text.h"
#include "coordinator/core/fork_origin.h"
#include "coordinator/core/retrace.h"

namespace pawl::core {

// A state that a fork can begin with; null when the machine has none of that name on its top level.
const asl::State* ForkState(const asl::Machine& machine, std::string_view state);

// Looks through a history for what a state of the top level was entered with the last time.
class ForkSearch {
 public:
  // `machine` is what the execution ran; it outlives this.
  ForkSearch(const asl::Machine& machine, Text state) : stood_(machine), state_(std::move(state)) {}

  // As Retrace::Add.
  absl::Status Add(const HistoryEvent& event);
  int64_t last_event_id() const { return stood_.last_event_id(); }

  // Without the execution's ARN. `event_id` is 0, and `input` empty, when the state was never
  // entered; the variables are then those of the end.
  ForkOrigin Found() const;

 private:
  Retrace stood_;
  const Text state_;
  std::optional<ForkOrigin> found_;
};

}  // namespace pawl::core

#endif  // PAWL_CORE_FORK_H_
