#include "coordinator/core/fork.h"

namespace pawl::core {

const asl::State* ForkState(const asl::Machine& machine, std::string_view name) {
  const asl::State* state = machine.Find(name);
  return state != nullptr && state->scope == &machine.root ? state : nullptr;
}

absl::Status ForkSearch::Add(const HistoryEvent& event) {
  if (absl::Status added = stood_.Add(event); !added.ok()) return added;
  const TracedPlace& root = stood_.root();
  if (root.entered_event_id == event.id && root.state == state_) {
    found_ = {.event_id = event.id,
              .state = state_,
              .input = root.input,
              .variables = VariablesText(root.variables)};
  }
  return absl::OkStatus();
}

ForkOrigin ForkSearch::Found() const {
  return found_.value_or(
      ForkOrigin{.state = state_, .variables = VariablesText(stood_.root().variables)});
}

}  // namespace pawl::core
