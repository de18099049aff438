// Paths whose values travel with bindings: `@`, `#`, and the ancestors that `%` asks for.

#include <algorithm>
#include <vector>

#include "coordinator/query/jsonata/evaluator.h"

namespace pawl::jsonata {

Json Evaluator::NewTuple(Json at, const Binding* bindings) {
  auto* tuple = new (arena_->Allocate(sizeof(Tuple))) Tuple();
  tuple->at = at;
  tuple->bindings = bindings;
  return Json::Opaque(tuple);
}

const Binding* Evaluator::Bind(int name, Json value, const Binding* next) {
  return new (arena_->Allocate(sizeof(Binding))) Binding{name, value, next};
}

// `added` hide those of `onto` that have the same names.
const Binding* Evaluator::Merge(const Binding* added, const Binding* onto) {
  std::vector<const Binding*> newest_first;
  for (const Binding* b = added; b != nullptr; b = b->next) newest_first.push_back(b);
  for (size_t i = newest_first.size(); i-- > 0;) {
    onto = Bind(newest_first[i]->name, newest_first[i]->value, onto);
  }
  return onto;
}

const Frame* Evaluator::TupleFrame(const Node* owner, const Binding* bindings, const Frame* frame) {
  auto* inner = new (arena_->Allocate(sizeof(Frame))) Frame();
  inner->parent = frame;
  inner->tuple = bindings;
  if (owner->step_slots > 0) {
    inner->slots = static_cast<Json*>(arena_->Allocate(owner->step_slots * sizeof(Json)));
    std::fill_n(inner->slots, owner->step_slots, Json().WithMark(kUnbound));
  }
  return inner;
}

Json Evaluator::EvalTuplePath(const Node* node, Json sequence, const Frame* frame) {
  const List<Node*>& steps = node->list;
  Json result = sequence;
  Json tuples;  // undefined until the first step that binds
  for (size_t i = 0; i < steps.size(); ++i) {
    const Node* step = steps[i];
    const bool last = i + 1 == steps.size();
    if (i == 0 && step->construct) {
      // Behind `@` the reference goes on with what the path began with, whatever this one gives.
      const Json constructed = Eval(step, result, frame);
      if (!step->focus.empty() && !failed_) continue;
      result = constructed.is_array() || last ? constructed : AsJavaScriptSteps(constructed);
    } else if (step->step_frame) {
      tuples = EvalTupleStep(step, result, tuples, frame);
    } else {
      result = EvalStep(step, result, frame, last);
    }
    if (failed_) return FailedValue();
    if (!step->step_frame && (!result.is_array() || result.size() == 0)) {
      return FinishPath(node, result, frame);
    }
  }
  if (tuples.is_undefined()) return FinishPath(node, result, frame);
  if (node->group != nullptr || node->tuple) {
    const bool keep = node->keep_singleton && node->tuple;
    result = tuples.WithMark(tuples.mark() | kStream | (keep ? kKeepSingleton : 0));
    if (node->group == nullptr) return result;
    return EvalGroup(node, node->group->pairs, node->group->position, result, frame, true);
  }
  Builder values(this);
  for (Json tuple : tuples.items()) values.Add(TupleOf(tuple).at);
  return FinishPath(node, values.Finish(kSequence), frame);
}

Json Evaluator::EvalTupleStep(const Node* step, Json input, Json tuples, const Frame* frame) {
  if (step->type == NodeType::kSort) {
    if (tuples.is_undefined()) {
      const Json sorted = EvalSort(step, input, frame);
      if (Failed(sorted)) return sorted;
      Builder numbered(this);
      for (size_t i = 0; i < sorted.size(); ++i) {
        const Json position = Json::Int(static_cast<int64_t>(i));
        const Binding* bindings =
            step->index_name != 0 ? Bind(step->index_name, position, nullptr) : nullptr;
        numbered.Add(NewTuple(sorted.items()[i], bindings));
      }
      tuples = numbered.Finish(kSequence | kStream);
    } else {
      tuples = EvalSort(step, tuples, frame);
    }
    return Failed(tuples) ? tuples : ApplyTupleStages(step, tuples, frame);
  }
  Builder results(this);
  const bool first = tuples.is_undefined();
  const std::span<const Json> items = first ? input.items() : tuples.items();
  for (Json item : items) {
    const Tuple from = first ? Tuple{item, nullptr} : TupleOf(item);
    const Json result = Eval(step, from.at, TupleFrame(step, from.bindings, frame));
    if (Failed(result)) return result;
    if (!AddTuples(step, from, result, &results)) return FailedValue();
  }
  const Json joined = results.Finish(kSequence | kStream);
  return Failed(joined) ? joined : ApplyTupleStages(step, joined, frame);
}

bool Evaluator::AddTuples(const Node* step, const Tuple& from, Json result, Builder* results) {
  if (result.is_undefined()) return true;
  const std::span<const Json> items =
      result.is_array() ? result.items() : std::span<const Json>(&result, 1);
  if (!Tick(items.size())) return false;
  for (size_t i = 0; i < items.size(); ++i) {
    const Json item = items[i];
    if (IsStream(result)) {
      results->Add(NewTuple(TupleOf(item).at, Merge(TupleOf(item).bindings, from.bindings)));
      continue;
    }
    const Binding* bindings = from.bindings;
    if (step->focus_name != 0) bindings = Bind(step->focus_name, item, bindings);
    if (step->index_name != 0) {
      bindings = Bind(step->index_name, Json::Int(static_cast<int64_t>(i)), bindings);
    }
    if (step->ancestor != nullptr) bindings = Bind(step->ancestor->label, from.at, bindings);
    results->Add(NewTuple(step->focus_name != 0 ? from.at : item, bindings));
  }
  return true;
}

Json Evaluator::ApplyTupleStages(const Node* step, Json tuples, const Frame* frame) {
  for (const Stage& stage : step->stages) {
    if (stage.filter != nullptr) {
      tuples = Filter(stage.filter, tuples, frame, step, /*stream=*/true);
      if (Failed(tuples)) return tuples;
      continue;
    }
    Builder numbered(this);
    for (size_t i = 0; i < tuples.size(); ++i) {
      const Tuple& tuple = TupleOf(tuples.items()[i]);
      const Json position = Json::Int(static_cast<int64_t>(i));
      numbered.Add(NewTuple(tuple.at, Bind(stage.name, position, tuple.bindings)));
    }
    tuples = numbered.Finish(tuples.mark());
    if (Failed(tuples)) return tuples;
  }
  return tuples;
}

// One tuple of many: each binding has the values of all.
Tuple Evaluator::Reduce(Json tuples) {
  if (!tuples.is_array()) return TupleOf(tuples);
  struct Gathered {
    int name;
    Json value;
  };
  std::vector<Gathered> gathered;
  Json at;
  for (size_t i = 0; i < tuples.size(); ++i) {
    const Tuple& tuple = TupleOf(tuples.items()[i]);
    at = i == 0 ? tuple.at : Append(at, tuple.at);
    std::vector<int> seen;
    for (const Binding* b = tuple.bindings; b != nullptr; b = b->next) {
      if (std::find(seen.begin(), seen.end(), b->name) != seen.end()) continue;
      seen.push_back(b->name);
      const auto same = std::find_if(gathered.begin(), gathered.end(),
                                     [b](const Gathered& g) { return g.name == b->name; });
      if (same == gathered.end()) {
        gathered.push_back({b->name, b->value});
      } else {
        same->value = i == 0 ? b->value : Append(same->value, b->value);
      }
    }
  }
  const Binding* bindings = nullptr;
  for (const Gathered& one : gathered) bindings = Bind(one.name, one.value, bindings);
  return {at, bindings};
}

Json Evaluator::EvalParent(const Node* node, const Frame* frame) {
  for (; frame != nullptr; frame = frame->parent) {
    for (const Binding* b = frame->tuple; b != nullptr; b = b->next) {
      if (b->name == node->slot->label) return b->value;
    }
  }
  return Json();
}

}  // namespace pawl::jsonata
