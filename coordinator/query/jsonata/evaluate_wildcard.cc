// `*` and `**`.

#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/stringify.h"

namespace pawl::jsonata {

Json Evaluator::EvalWildcard(Json input) {
  if (input.is_array() && (input.mark() & kOuterWrapper) != 0) input = input.items()[0];
  Builder results(this);
  uint8_t mark = kSequence;  // until an array is appended: what comes of that is a plain array
  const auto add = [&](Json value) {
    if (!value.is_array()) {
      results.Add(value);
      return true;
    }
    mark = 0;
    return FlattenInto(value, &results);
  };
  if (input.is_array()) {
    for (Json item : input.items()) {
      if (!add(item)) return FailedValue();
    }
  } else if (input.is_object()) {
    for (const JsonMember& member : InOrder(input.members(), arena_)) {
      if (!add(member.value)) return FailedValue();
    }
  }
  return results.Finish(mark);
}

bool Evaluator::FlattenInto(Json value, Builder* results) {
  if (!value.is_array()) {
    results->Add(value);
    return Tick();
  }
  if (!Recurse()) return false;
  for (Json item : value.items()) {
    if (!FlattenInto(item, results)) return false;
  }
  return true;
}

Json Evaluator::EvalDescendants(Json input) {
  if (input.is_undefined()) return input;
  Builder results(this);
  if (!DescendantsInto(input, &results)) return FailedValue();
  return results.size() == 1 ? results[0] : results.Finish(kSequence);
}

bool Evaluator::DescendantsInto(Json value, Builder* results) {
  if (!Tick()) return false;
  if (!value.is_array()) results->Add(value);
  if (!value.is_array() && !value.is_object()) return true;
  if (!Recurse()) return false;
  if (value.is_array()) {
    for (Json item : value.items()) {
      if (!DescendantsInto(item, results)) return false;
    }
    return true;
  }
  for (const JsonMember& member : InOrder(value.members(), arena_)) {
    if (!DescendantsInto(member.value, results)) return false;
  }
  return true;
}

}  // namespace pawl::jsonata
