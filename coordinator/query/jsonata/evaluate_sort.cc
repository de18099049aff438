// The order-by operator: `orders^(>total, name)`.

#include <vector>

#include "coordinator/base/utf8.h"
#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/merge_sort.h"

namespace pawl::jsonata {
namespace {

struct Row {
  Json item;
  Json context;
  const Frame* frame;
  size_t known = 0;  // how many of the keys have been evaluated
  Json* keys;
};

bool IsSortable(Json value) { return value.is_number() || value.is_string(); }

}  // namespace

// Negative, zero or positive; undefined comes last, whatever the direction.
int Evaluator::CompareKeys(const Node* step, bool descending, Json a, Json b) {
  if (a.is_undefined()) return b.is_undefined() ? 0 : 1;
  if (b.is_undefined()) return -1;
  const auto fail = [&](std::string_view code, Facts facts) {
    Fail(code, std::move(facts));
    if (position_ < 0) position_ = step->position;
    return 0;
  };
  if (!IsSortable(a) || !IsSortable(b)) return fail("T2008", {.value = IsSortable(a) ? b : a});
  if (a.is_number() != b.is_number()) return fail("T2007", {.value = a, .value2 = b});
  int order = 0;
  if (a.is_number()) {
    // What is neither the same nor less counts as greater: not-a-number does.
    order = a.as_double() == b.as_double() ? 0 : a.as_double() < b.as_double() ? -1 : 1;
  } else {
    order = CompareUtf16(a.as_string(), b.as_string());
  }
  return descending ? -order : order;
}

Json Evaluator::EvalSort(const Node* step, Json input, const Frame* frame) {
  if (input.size() <= 1) return input;
  const bool stream = IsStream(input);
  const size_t terms = step->terms.size();
  const size_t count = input.size();
  if (!Reserve(count * (terms * sizeof(Json) + sizeof(Row)))) return FailedValue();
  Json* keys = static_cast<Json*>(arena_->Allocate(count * terms * sizeof(Json)));
  std::vector<Row> rows;
  rows.reserve(count);
  for (Json item : input.items()) {
    Row row{item, item, frame, 0, keys + rows.size() * terms};
    if (stream) row.context = TupleOf(item).at;
    if (step->step_frame) {
      row.frame = TupleFrame(step, stream ? TupleOf(item).bindings : nullptr, frame);
    }
    rows.push_back(row);
  }
  const auto key = [&](Row* row, size_t term) {
    for (; row->known <= term; ++row->known) {
      row->keys[row->known] = Eval(step->terms[row->known].expression, row->context, row->frame);
    }
    return row->keys[term];
  };
  const auto after = [&](Row& a, Row& b) {
    for (size_t term = 0; term < terms && !failed_; ++term) {
      const Json left = key(&a, term);
      const Json right = key(&b, term);
      if (failed_) return false;
      const int order = CompareKeys(step, step->terms[term].descending, left, right);
      if (order != 0) return order > 0;
    }
    return false;
  };
  std::vector<Row> spare;
  MergeSort(rows.data(), rows.size(), &spare, after, [this] { return Tick(); });
  if (failed_) return FailedValue();
  Builder sorted(this);
  for (const Row& row : rows) sorted.Add(row.item);
  return sorted.Finish(stream ? kStream : 0);
}

}  // namespace pawl::jsonata
