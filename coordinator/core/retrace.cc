#include "coordinator/core/retrace.h"

#include <algorithm>

#include "coordinator/base/strings.h"

namespace pawl::core {
namespace {

bool IsEntered(EventType type) {
  switch (type) {
    case EventType::kPassStateEntered:
    case EventType::kTaskStateEntered:
    case EventType::kChoiceStateEntered:
    case EventType::kWaitStateEntered:
    case EventType::kSucceedStateEntered:
    case EventType::kFailStateEntered:
    case EventType::kParallelStateEntered:
    case EventType::kMapStateEntered:
      return true;
    default:
      return false;
  }
}

bool IsExited(EventType type) {
  switch (type) {
    case EventType::kPassStateExited:
    case EventType::kTaskStateExited:
    case EventType::kChoiceStateExited:
    case EventType::kWaitStateExited:
    case EventType::kSucceedStateExited:
    case EventType::kParallelStateExited:
    case EventType::kMapStateExited:
      return true;
    default:
      return false;
  }
}

bool BeginsContainer(EventType type) {
  return type == EventType::kParallelStateStarted || type == EventType::kMapStateStarted;
}

bool FailsContainer(EventType type) {
  return type == EventType::kParallelStateFailed || type == EventType::kMapStateFailed;
}

// The place of the branch of `container` that begins with the state of that name; -1: none does.
int64_t BranchBeginningWith(const asl::State& container, std::string_view name) {
  const auto& branches = container.as<asl::ParallelDetail>().branches;
  const auto found = std::find_if(branches.begin(), branches.end(), [&](const asl::Scope& scope) {
    return scope.start->name == name;
  });
  return found == branches.end() ? -1 : found - branches.begin();
}

void Assign(const Assigned& assigned, Assigned* variables) {
  for (const auto& [name, value] : assigned) {
    const auto known = std::find_if(variables->begin(), variables->end(),
                                    [&](const auto& one) { return one.first == name; });
    if (known == variables->end()) {
      variables->emplace_back(name, value);
    } else {
      known->second = value;
    }
  }
}

// What VariablesText has made of them.
Assigned ReadVariables(const Text& text) {
  Assigned variables;
  JsonArena arena;
  const absl::StatusOr<Json> object = ParseJson(text.view(), &arena);
  if (!object.ok() || !object->is_object()) return variables;
  for (const JsonMember& member : object->members()) {
    variables.emplace_back(std::string(member.key), Text(WriteJson(member.value)));
  }
  return variables;
}

}  // namespace

Text VariablesText(const Assigned& variables) {
  if (variables.empty()) return Text();
  std::string text = "{";
  for (const auto& [name, value] : variables) {
    if (text.size() > 1) text.push_back(',');
    AppendJsonString(name, &text);
    StrAppend(&text, ":", value.view());
  }
  text.push_back('}');
  return Text(std::move(text));
}

bool TracedPlace::AllEnded() const {
  return static_cast<int64_t>(children.size()) == length &&
         std::all_of(children.begin(), children.end(),
                     [](const auto& child) { return child.second->left; });
}

Retrace::Retrace(const asl::Machine& machine) : machine_(machine) {
  places_.emplace_back();
  owners_.emplace_back();
}

absl::Status Retrace::Add(const HistoryEvent& event) {
  const bool follows =
      event.id == last_event_id() + 1 && event.previous_id >= 0 && event.previous_id < event.id;
  TracedPlace* owner = follows ? OwnerOf(event) : nullptr;
  if (owner == nullptr) {
    return absl::DataLossError(StrCat("event ", event.id, " (", EventTypeName(event.type),
                                      ") does not follow from the events before it"));
  }
  owners_.push_back({owner, event.type});
  return absl::OkStatus();
}

TracedPlace* Retrace::OwnerOf(const HistoryEvent& event) {
  if (IsEntered(event.type)) return Enter(event);
  if (IsExited(event.type)) return Exit(event);
  if (BeginsContainer(event.type)) return BeginContainer(event);
  if (FailsContainer(event.type)) return ContainerOf(event);
  switch (event.type) {
    case EventType::kExecutionStarted:
      if (event.fork != nullptr) places_.front().variables = ReadVariables(event.fork->variables);
      return &places_.front();
    case EventType::kMapIterationStarted:
      return BeginIteration(event);
    case EventType::kMapIterationSucceeded:
      if (event.previous_id == 0) return nullptr;
      owners_[event.previous_id].place->ended_event_id = event.id;
      return owners_[event.previous_id].place;
    case EventType::kEvaluationFailed:
      return PlaceInState(event);
    case EventType::kExecutionFailed:
    case EventType::kExecutionAborted:
    case EventType::kExecutionTimedOut:
      last_error_ = event.error;
      return &places_.front();
    default:
      return event.previous_id == 0 ? &places_.front() : owners_[event.previous_id].place;
  }
}

TracedPlace* Retrace::Enter(const HistoryEvent& event) {
  TracedPlace* place = event.previous_id == 0 ? &places_.front() : owners_[event.previous_id].place;
  if (owners_[event.previous_id].type == EventType::kParallelStateStarted) {
    const asl::State* container = machine_.Find(place->state.view());
    const int64_t index = BranchBeginningWith(*container, event.name.view());
    if (index < 0) return nullptr;
    place = AddChild(place, index);
  }
  if (machine_.Find(event.name.view()) == nullptr) return nullptr;
  place->state = event.name;
  place->input = event.payload;
  place->entered_event_id = event.id;
  place->entered_previous_id = event.previous_id;
  place->entered_at = event.timestamp;
  place->left = false;
  place->output = Text();
  return place;
}

TracedPlace* Retrace::Exit(const HistoryEvent& event) {
  TracedPlace* place = Outwards(event.previous_id, event.name);
  if (place == nullptr) return nullptr;
  Assign(event.assigned, &place->variables);
  place->left = true;
  place->output = event.payload;
  place->exited_event_id = place->ended_event_id = event.id;
  ForgetChildren(place);
  return place;
}

// The innermost place around that event which is in the state of that name: each level has names
// of its own.
TracedPlace* Retrace::Outwards(int64_t event_id, const Text& state) const {
  TracedPlace* place = owners_[event_id].place;
  while (place != nullptr && place->state != state) place = place->parent;
  return place;
}

TracedPlace* Retrace::BeginContainer(const HistoryEvent& event) {
  TracedPlace* container = ContainerOf(event);
  if (container == nullptr) return nullptr;
  const asl::State& state = *machine_.Find(container->state.view());
  const bool map = event.type == EventType::kMapStateStarted;
  if (map != (state.type == asl::StateType::kMap)) return nullptr;
  ForgetChildren(container);
  container->started_event_id = event.id;
  container->started_at = event.timestamp;
  container->items_seed = event.items_seed;
  container->length = map ? event.length.value_or(0)
                          : static_cast<int64_t>(state.as<asl::ParallelDetail>().branches.size());
  return container;
}

TracedPlace* Retrace::BeginIteration(const HistoryEvent& event) {
  TracedPlace* container = Outwards(event.previous_id, event.name);
  if (container == nullptr || !event.index) return nullptr;
  return AddChild(container, *event.index);
}

// EvaluationFailed does not follow from its state's own last event.
TracedPlace* Retrace::PlaceInState(const HistoryEvent& event) {
  for (auto place = places_.rbegin(); place != places_.rend(); ++place) {
    const bool follows = place->entered_event_id == event.previous_id ||
                         place->entered_previous_id == event.previous_id;
    if (follows && !place->left && place->state == event.name) return &*place;
  }
  return nullptr;
}

// The Parallel or Map that begins its branches, or fails, with `event`. What that follows from is
// an event of its own, or the one that a branch or iteration of it has failed with, or the last one
// has ended with: a failure goes outwards one level at a time.
TracedPlace* Retrace::ContainerOf(const HistoryEvent& event) const {
  const Owner& cause = owners_[event.previous_id];
  if (cause.place == nullptr) return nullptr;
  const bool own =
      IsContainer(*cause.place) && (IsEntered(cause.type) || BeginsContainer(cause.type) ||
                                    cause.type == EventType::kEvaluationFailed);
  TracedPlace* container = own ? cause.place : cause.place->parent;
  return container != nullptr && IsContainer(*container) ? container : nullptr;
}

bool Retrace::IsContainer(const TracedPlace& place) const {
  const asl::State* state = machine_.Find(place.state.view());
  return state != nullptr &&
         (state->type == asl::StateType::kParallel || state->type == asl::StateType::kMap);
}

TracedPlace* Retrace::AddChild(TracedPlace* container, int64_t index) {
  TracedPlace& child = places_.emplace_back();
  child.parent = container;
  child.index = index;
  child.variables = container->variables;
  container->children[index] = &child;
  return &child;
}

void Retrace::ForgetChildren(TracedPlace* container) {
  for (const auto& [index, child] : container->children) {
    ForgetChildren(child);
    child->left = true;
    child->input = child->output = Text();
    child->variables.clear();
  }
  container->children.clear();
  container->started_event_id = 0;
}

}  // namespace pawl::core
