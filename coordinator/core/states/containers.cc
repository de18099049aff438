// Parallel and Map: the states that run other states.

#include "coordinator/core/states/containers.h"

#include <algorithm>

#include "coordinator/base/strings.h"
#include "coordinator/core/jsonata.h"
#include "coordinator/core/number_fields.h"
#include "coordinator/core/states/states.h"

namespace pawl::core {
namespace {

// AWS quota: an inline Map runs at most 40 iterations at once, whatever MaxConcurrency says.
constexpr int64_t kMaxInlineConcurrency = 40;

int64_t EffectiveConcurrency(std::optional<int64_t> wanted) {
  const bool limited = wanted.value_or(0) > 0;
  return limited ? std::min(*wanted, kMaxInlineConcurrency) : kMaxInlineConcurrency;
}

// What a Map in JSONata iterates over.
asl::Result<Json> FindItems(Step& step, const Branch& branch, const asl::MapDetail& detail,
                            const Payload& input, const Circumstances& circumstances) {
  if (detail.items) {
    return EvaluateJsonata(step, branch, *detail.items, input, "array", circumstances);
  }
  const Json items = input.json(step.arena());
  if (items.is_array()) return items;
  return asl::QueryEvaluationError(
      StrCat("Map state input must be an array but was: ", ShownJson(items)), "");
}

// The same in JSONPath.
asl::Result<Json> FindItems(Step& step, const Branch& branch, const asl::MapDetail& detail,
                            const Payload& input) {
  Json items = input.json(step.arena());
  if (detail.items_path) {
    asl::Result<Json> found = EvaluatePath(step, branch, *detail.items_path, input);
    if (!found.ok()) return found.error();
    items = *found;
  }
  if (items.is_array()) return items;
  const std::string path = detail.items_path ? detail.items_path->text() : "$";
  return asl::RuntimeError(StrCat("Reference path \"", path, "\" must point to array."),
                           /*needs_prefix=*/false);
}

// Whether `container` still runs the branches it began with event `started_id`; a child that failed
// as it was entered may have ended it.
bool StillJoining(Step& step, BranchId container, int64_t started_id) {
  if (step.execution().closed()) return false;
  const Branch* branch = step.execution().Find(container);
  return branch != nullptr && branch->phase == Phase::kJoining && branch->join &&
         branch->last_event_id == started_id;
}

// Begins the next iteration of the Map that `branch` is in, as a consequence of event
// `previous_id`.
void StartIteration(Step& step, Branch& branch, const asl::State& state, const MapItems& input,
                    int64_t previous_id) {
  const auto& detail = state.as<asl::MapDetail>();
  if (input.random) step.NoteRandom();
  const int64_t index = branch.join->next_index;
  const Json item = input.items[static_cast<size_t>(index)];
  const Payload item_payload(item);
  Payload child_input = item_payload;
  if (detail.item_selector) {
    asl::Result<Payload> selected =
        SelectItem(step, branch, state, input.effective, MapItem{index, item});
    if (!selected.ok()) return FailRunning(step, branch, selected.error());
    child_input = *selected;
  }
  branch.join->next_index++;
  step.Touch(branch);

  HistoryEvent& event = step.Emit(EventType::kMapIterationStarted, previous_id);
  event.name = branch.state;
  event.index = index;
  const int64_t started_id = event.id;
  Branch& child = step.AddBranch(branch, index);
  child.item = item_payload.text();
  EnterState(step, child, *detail.processor.start,
             detail.item_selector ? child_input.text() : child.item, started_id);
}

// "[a,b,c]" of the outputs of the branches under `container`, in their order, each as it is.
Text JoinOutputs(Step& step, const Branch& container) {
  std::vector<const Branch*> children;
  const std::map<BranchId, Branch>& branches = step.execution().branches;
  for (auto it = branches.upper_bound(container.id); it != branches.end(); ++it) {
    if (it->second.parent == container.id) children.push_back(&it->second);
  }
  std::sort(children.begin(), children.end(),
            [](const Branch* a, const Branch* b) { return a->index < b->index; });
  std::string joined = "[";
  for (const Branch* child : children) {
    if (joined.size() > 1) joined.push_back(',');
    joined.append(child->data.view());
  }
  joined.push_back(']');
  return Text(std::move(joined));
}

// All branches of the container have ended, the last one with event `last_id`.
void FinishJoin(Step& step, Branch& branch, const asl::State& state, int64_t last_id) {
  const Text outputs = JoinOutputs(step, branch);
  step.RemoveBranchesUnder(branch.id);
  branch.join.reset();
  branch.map_items.reset();
  branch.last_event_id = last_id;
  if (auto exceeded = CheckJoined(step, state, outputs)) return FailState(step, branch, *exceeded);
  const bool map = state.type == asl::StateType::kMap;
  if (map && branch.id.value() == 0) step.execution().parsed_input.reset();
  step.Emit(map ? EventType::kMapStateSucceeded : EventType::kParallelStateSucceeded, last_id);
  FinishState(step, branch, state, Payload(outputs), last_id);
}

}  // namespace

asl::Result<std::shared_ptr<const MapItems>> ReadMapItems(Step& step, const Branch& branch,
                                                          const asl::State& state,
                                                          const Circumstances& circumstances) {
  const auto& detail = state.as<asl::MapDetail>();
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return input.error();
  const asl::Result<Json> found = state.language == asl::QueryLanguage::kJsonata
                                      ? FindItems(step, branch, detail, *input, circumstances)
                                      : FindItems(step, branch, detail, *input);
  if (!found.ok()) return found.error();
  const Json items = *found;
  return std::make_shared<const MapItems>(MapItems{
      step.shared_arena(), step.execution().parsed_input, input->json(step.arena()), items.items(),
      detail.items && step.is_random(), detail.items ? detail.items->memory() : nullptr});
}

asl::Result<int64_t> EvaluateConcurrency(Step& step, const Branch& branch,
                                         const asl::MapDetail& detail, const Payload& input) {
  auto concurrency = EvaluateCount(step, branch, detail.max_concurrency, "MaxConcurrency", input);
  if (!concurrency.ok()) return concurrency.error();
  return concurrency->value_or(0);
}

asl::Result<Tolerance> EvaluateTolerance(Step& step, const Branch& branch,
                                         const asl::MapDetail& detail, const Payload& input) {
  auto count =
      EvaluateCount(step, branch, detail.tolerated_failure_count, "ToleratedFailureCount", input);
  if (!count.ok()) return count.error();
  auto percentage = EvaluatePercentage(step, branch, detail.tolerated_failure_percentage,
                                       "ToleratedFailurePercentage", input);
  if (!percentage.ok()) return percentage.error();
  return Tolerance{*count, *percentage};
}

asl::Result<Payload> SelectItem(Step& step, const Branch& branch, const asl::State& state,
                                Json effective, const MapItem& item) {
  asl::Result<Payload> selected = ApplyTemplate(
      step, branch, state.as<asl::MapDetail>().item_selector, Payload(effective), item);
  if (!selected.ok()) return selected;
  if (auto exceeded = CheckSize(step, state, *selected)) return *exceeded;
  return selected;
}

asl::Result<Payload> ReadBranchInput(Step& step, const Branch& branch, const asl::State& state) {
  asl::Result<Payload> input = ApplyInputPath(step, branch, state);
  if (!input.ok()) return input;
  asl::Result<Payload> parameters = ApplyParameters(step, branch, state, *input);
  if (!parameters.ok()) return parameters;
  if (auto exceeded = CheckSize(step, state, *parameters)) return *exceeded;
  return parameters;
}

void BeginParallel(Step& step, Branch& branch, const asl::State& state) {
  const auto& detail = state.as<asl::ParallelDetail>();
  branch.due_at.reset();
  asl::Result<Payload> input = ReadBranchInput(step, branch, state);
  if (!input.ok()) return FailState(step, branch, input.error());

  const int64_t length = static_cast<int64_t>(detail.branches.size());
  branch.phase = Phase::kJoining;
  branch.join = Join{.length = length, .next_index = length};
  const int64_t started_id = step.EmitNext(EventType::kParallelStateStarted, branch).id;
  const BranchId id = branch.id;
  const Text child_input = input->text();
  for (int64_t i = 0; i < length && StillJoining(step, id, started_id); ++i) {
    Branch& child = step.AddBranch(branch, i);
    EnterState(step, child, *detail.branches[static_cast<size_t>(i)].start, child_input,
               started_id);
  }
}

void BeginMap(Step& step, Branch& branch, const asl::State& state) {
  const auto& detail = state.as<asl::MapDetail>();
  branch.due_at.reset();
  // Drawn only where it can matter: it is a part of the position.
  const Circumstances circumstances{step.now(), detail.items ? step.Random() : 0};
  auto items = ReadMapItems(step, branch, state, circumstances);
  if (!items.ok()) return FailState(step, branch, items.error());
  const std::shared_ptr<const MapItems> input = *items;
  auto concurrency = EvaluateConcurrency(step, branch, detail, Payload(input->effective));
  if (!concurrency.ok()) return FailState(step, branch, concurrency.error());

  const int64_t length = static_cast<int64_t>(input->items.size());
  const int64_t limit = EffectiveConcurrency(*concurrency);
  branch.phase = length == 0 ? Phase::kReady : Phase::kJoining;
  branch.join = Join{.length = length, .max_concurrency = limit};
  if (detail.items) {
    branch.join->items_seed = circumstances.seed;
    branch.join->items_at = circumstances.now;
  }
  HistoryEvent& event = step.EmitNext(EventType::kMapStateStarted, branch);
  event.length = length;
  if (input->random) event.items_seed = circumstances.seed;
  const int64_t started_id = event.id;

  // An inline Map tolerates no failure, whatever these fields say; their paths must lead to numbers
  // that they could have all the same.
  auto tolerance = EvaluateTolerance(step, branch, detail, Payload(input->effective));
  if (!tolerance.ok()) return FailState(step, branch, tolerance.error());

  const BranchId id = branch.id;
  const int64_t first = std::min(length, limit);
  if (first < length) branch.map_items = input;
  for (int64_t i = 0; i < first && StillJoining(step, id, started_id); ++i) {
    StartIteration(step, branch, state, *input, started_id);
  }
}

void FinishEmptyMap(Step& step, Branch& branch, const asl::State& state) {
  FinishJoin(step, branch, state, branch.last_event_id);
}

bool GoOnJoining(Step& step, Branch& branch, const asl::State& state, const TracedPlace& place) {
  Join join{.length = place.length, .next_index = place.length};
  if (state.type == asl::StateType::kMap) {
    const auto& detail = state.as<asl::MapDetail>();
    const Circumstances circumstances{place.started_at, place.items_seed.value_or(0)};
    auto items = ReadMapItems(step, branch, state, circumstances);
    if (!items.ok()) return false;
    const bool same = static_cast<int64_t>((*items)->items.size()) == place.length &&
                      (place.items_seed || !(*items)->random);
    auto concurrency = EvaluateCount(step, branch, detail.max_concurrency, "MaxConcurrency",
                                     Payload((*items)->effective));
    if (!same || !concurrency.ok()) return false;
    join.next_index = static_cast<int64_t>(place.children.size());
    join.max_concurrency = EffectiveConcurrency(*concurrency);
    if (detail.items) {
      join.items_seed = circumstances.seed;
      join.items_at = circumstances.now;
    }
    branch.map_items = *items;
  }
  for (const auto& [index, child] : place.children) join.ended += child->left ? 1 : 0;
  branch.phase = Phase::kJoining;
  branch.join = join;
  branch.last_event_id = place.started_event_id;
  return true;
}

Text ItemText(const MapItems& items, int64_t index) {
  return Payload(items.items[static_cast<size_t>(index)]).text();
}

void FillIterations(Step& step, Branch& branch, const asl::State& state) {
  const BranchId id = branch.id;
  const int64_t started_id = branch.last_event_id;
  const std::shared_ptr<const MapItems> items = branch.map_items;
  while (StillJoining(step, id, started_id) && branch.join->next_index < branch.join->length &&
         branch.join->next_index - branch.join->ended < branch.join->max_concurrency) {
    StartIteration(step, branch, state, *items, started_id);
  }
}

void FinishJoinAgain(Step& step, Branch& branch, const asl::State& state, int64_t last_id) {
  FinishJoin(step, branch, state, last_id);
}

void EndChild(Step& step, Branch& child, const Text& output) {
  Branch& container = *step.execution().Find(child.parent);
  const asl::State& state = step.StateOf(container);
  const int64_t last_id = child.last_event_id;
  const bool map = state.type == asl::StateType::kMap;
  int64_t succeeded_id = last_id;
  if (map) {
    HistoryEvent& event = step.Emit(EventType::kMapIterationSucceeded, last_id);
    event.name = container.state;
    event.index = child.index;
    succeeded_id = event.id;
  }
  child.phase = Phase::kEnded;
  child.data = output;
  child.item = child.state = child.variables = Text();
  child.retries.clear();
  step.Touch(child);

  Join& join = *container.join;
  step.Touch(container);
  if (++join.ended == join.length) {
    return FinishJoin(step, container, state, succeeded_id);
  }
  if (map && join.next_index < join.length) {
    if (container.map_items == nullptr) {
      auto items = ReadMapItems(step, container, state, {join.items_at, join.items_seed});
      if (!items.ok()) return FailRunning(step, container, items.error());
      container.map_items = *items;
    }
    const std::shared_ptr<const MapItems> items = container.map_items;
    if (join.next_index + 1 == join.length) container.map_items.reset();
    StartIteration(step, container, state, *items, last_id);
  }
}

}  // namespace pawl::core
