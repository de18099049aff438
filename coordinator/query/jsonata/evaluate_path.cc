// Paths: steps over sequences, predicates, wildcards.

#include <cmath>

#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/stringify.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

bool IsPlainName(const Node* step) {
  return step->type == NodeType::kName && step->stages.empty() && step->plain;
}

// Puts together what a step gave for each item: arrays are flattened, by one level. A single result
// is handed on as it is, without copying it.
class StepResults {
 public:
  StepResults(Evaluator* evaluator, bool last) : items_(evaluator), last_(last) {}

  void Add(Json result) {
    if (result.is_undefined()) return;
    if (++count_ == 1 && result.is_array()) {
      only_ = result;
      return;
    }
    if (count_ == 2 && only_.is_array()) AddFlat(only_);
    AddFlat(result);
  }

  Json Finish() {
    if (count_ == 1 && only_.is_array()) {
      if (last_ && !IsSequence(only_)) return only_;
      if (!IsConstructed(only_)) return only_.WithMark(kSequence);
      items_.Add(only_);
    }
    return items_.Finish(kSequence);
  }

 private:
  void AddFlat(Json result) {
    if (result.is_array() && !IsConstructed(result)) {
      items_.AddAll(result.items());
    } else {
      items_.Add(result);
    }
  }

  Evaluator::Builder items_;
  const bool last_;
  size_t count_ = 0;
  Json only_;
};

}  // namespace

Json Evaluator::EvalPath(const Node* node, Json input, const Frame* frame) {
  const List<Node*>& steps = node->list;
  const bool over_items = input.is_array() && steps[0]->type != NodeType::kVariable;
  if (node->step_frame) {
    if (!over_items) input = Json::Array({&input, 1}, arena_).WithMark(kSequence);
    return EvalTuplePath(node, input, frame);
  }
  size_t first = 0;
  if (!over_items) {
    // As long as each step has one result, no sequences need to be made.
    const bool bare = node->group == nullptr && !node->keep_singleton && !node->keep_array;
    if (bare && steps[0]->type == NodeType::kVariable && steps[0]->plain &&
        steps[0]->stages.empty() && steps.size() > 1) {
      input = EvalVariable(steps[0], input, frame);
      ++first;
      if (input.is_undefined()) return input;
    }
    while (bare && first < steps.size() && input.is_object() && IsPlainName(steps[first])) {
      input = input.Find(steps[first]->text);
      if (input.is_undefined()) return Json();
      ++first;
    }
    if (first == steps.size()) {
      return IsSequence(input) ? input.WithMark(kSequence) : input;
    }
    if (first == 0 || !input.is_array() || IsConstructed(input)) {
      input = Json::Array({&input, 1}, arena_).WithMark(kSequence);
    } else if (input.size() == 0) {
      return Json();
    } else {
      input = input.WithMark(kSequence);
    }
  }
  return EvalSteps(node, first, input, frame);
}

Json Evaluator::EvalSteps(const Node* node, size_t first, Json sequence, const Frame* frame) {
  const List<Node*>& steps = node->list;
  Json result = sequence;
  for (size_t i = first; i < steps.size(); ++i) {
    const Node* step = steps[i];
    const bool last = i + 1 == steps.size();
    const bool construct = i == 0 && step->construct;
    result = construct ? Eval(step, result, frame) : EvalStep(step, result, frame, last);
    if (failed_) return FailedValue();
    if (construct && !last && !result.is_array()) result = AsJavaScriptSteps(result);
    if (!result.is_array() || result.size() == 0) break;
  }
  return FinishPath(node, result, frame);
}

// What the reference takes for the items of a constructor that gives no array, because of a
// predicate or a grouping behind it: the units of a text, and nothing of all else.
Json Evaluator::AsJavaScriptSteps(Json value) {
  if (value.is_undefined() || (value.is_string() && value.size() == 0)) return value;
  Builder units(this);
  if (value.is_string()) {
    for (char16_t unit : ToUtf16(value.as_string())) units.Add(Text(FromUtf16({&unit, 1})));
  }
  return units.Finish(kSequence);
}

Json Evaluator::FinishPath(const Node* node, Json result, const Frame* frame) {
  if (node->keep_singleton && result.is_array()) {
    if (IsConstructed(result) && !IsSequence(result)) {
      result = Json::Array({&result, 1}, arena_).WithMark(kSequence);
    }
    result = result.WithMark(result.mark() | kKeepSingleton);
  }
  if (node->group == nullptr) return result;
  return EvalGroup(node, node->group->pairs, node->group->position, result, frame,
                   node->step_frame);
}

Json Evaluator::EvalStep(const Node* step, Json sequence, const Frame* frame, bool last) {
  if (step->type == NodeType::kSort) {
    Json sorted = EvalSort(step, sequence, frame);
    for (const Stage& stage : step->stages) {
      if (Failed(sorted)) break;
      sorted = Filter(stage.filter, sorted, frame, step, /*stream=*/false);
    }
    return sorted;
  }
  StepResults results(this, last);
  const bool name = IsPlainName(step);
  for (Json item : sequence.items()) {
    Json result;
    if (name && !item.is_array()) {
      result = item.Find(step->text);
      if (!Tick()) return FailedValue();
    } else {
      result = Eval(step, item, frame);
      for (const Stage& stage : step->stages) {
        if (Failed(result)) break;
        result = Filter(stage.filter, result, frame, step, /*stream=*/false);
      }
      if (failed_) return FailedValue();
    }
    results.Add(result);
  }
  return results.Finish();
}

// `stream`: predicates over a stream see the bindings of its tuples, in a frame of their own.
Json Evaluator::Filter(const Node* predicate, Json input, const Frame* frame, const Node* owner,
                       bool stream) {
  const uint8_t mark = kSequence | (IsStream(input) ? kStream : 0);
  const std::span<const Json> items =
      input.is_array() ? input.items() : std::span<const Json>(&input, 1);
  const auto size = static_cast<int64_t>(items.size());
  if (predicate->type == NodeType::kLiteral && predicate->value.is_number()) {
    double index = std::floor(predicate->value.as_double());
    if (index < 0) index += static_cast<double>(size);
    if (!(index >= 0 && index < static_cast<double>(size))) {
      return Json::ArrayView({}).WithMark(mark);
    }
    const Json item = items[static_cast<size_t>(index)];
    if (item.is_array()) return item;
    if (item.is_undefined()) return Json::ArrayView({}).WithMark(mark);
    return Json::Array({&item, 1}, arena_).WithMark(mark);
  }
  Builder results(this);
  for (int64_t i = 0; i < size; ++i) {
    const Json item = items[static_cast<size_t>(i)];
    Json context = item;
    const Frame* inner = frame;
    if (stream) {
      const Binding* bindings = nullptr;
      if (IsStream(input)) {
        context = TupleOf(item).at;
        bindings = TupleOf(item).bindings;
      }
      inner = TupleFrame(owner, bindings, frame);
    }
    const Json verdict = Eval(predicate, context, inner);
    if (Failed(verdict) || !Selects(verdict, i, size, &results, item)) return FailedValue();
  }
  return results.Finish(mark);
}

// Numbers name positions, everything else counts as true or false. False when it failed.
bool Evaluator::Selects(Json verdict, int64_t index, int64_t size, Builder* results, Json item) {
  if (verdict.is_bool()) {
    if (verdict.as_bool()) results->Add(item);
    return true;
  }
  std::span<const Json> numbers =
      verdict.is_array() ? verdict.items() : std::span<const Json>(&verdict, 1);
  bool all_numbers = true;
  for (Json number : numbers) {
    all_numbers = IsNumeric(number);
    if (failed_) return false;
    if (!all_numbers) break;
  }
  if (!all_numbers) {
    if (ToBoolean(verdict)) results->Add(item);
    return !failed_;
  }
  for (Json number : numbers) {
    double wanted = std::floor(number.as_double());
    if (wanted < 0) wanted += static_cast<double>(size);
    if (wanted == static_cast<double>(index)) results->Add(item);
  }
  return Tick(numbers.size());
}

Json Evaluator::Lookup(Json input, std::string_view key) {
  if (!input.is_array()) return input.Find(key);
  Builder results(this);
  if (!LookupInto(input, key, &results)) return FailedValue();
  return results.Finish(kSequence);
}

bool Evaluator::LookupInto(Json input, std::string_view key, Builder* results) {
  if (!Recurse() || !Tick(input.size())) return false;
  for (Json item : input.items()) {
    if (item.is_array()) {
      if (!LookupInto(item, key, results)) return false;
      continue;
    }
    const Json value = item.Find(key);
    if (value.is_array()) {
      results->AddAll(value.items());
    } else if (!value.is_undefined()) {
      results->Add(value);
    }
  }
  return true;
}

}  // namespace pawl::jsonata
