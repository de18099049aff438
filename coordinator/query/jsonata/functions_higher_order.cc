// Functions that take functions: $map, $filter, $single, $reduce, $each, $sift.

#include <vector>

#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/stringify.h"

namespace pawl::jsonata {
namespace {

Json CallAt(Evaluator& evaluator, Json function, Json array, size_t at) {
  const Json arguments[] = {array.items()[at], Json::Int(static_cast<int64_t>(at)), array};
  return evaluator.CallWith(function, arguments);
}

Json CallMap(Evaluator& evaluator, const CallArguments& arguments) {
  const Json array = arguments[0];
  if (array.is_undefined()) return array;
  Evaluator::Builder results(&evaluator);
  for (size_t i = 0; i < array.size(); ++i) {
    const Json result = CallAt(evaluator, arguments[1], array, i);
    if (Failed(result)) return result;
    if (!result.is_undefined()) results.Add(result);
  }
  return results.Finish(kSequence);
}

Json CallFilter(Evaluator& evaluator, const CallArguments& arguments) {
  const Json array = arguments[0];
  if (array.is_undefined()) return array;
  Evaluator::Builder results(&evaluator);
  for (size_t i = 0; i < array.size(); ++i) {
    const Json verdict = CallAt(evaluator, arguments[1], array, i);
    if (evaluator.ToBoolean(verdict)) results.Add(array.items()[i]);
    if (evaluator.failed()) return FailedValue();
  }
  return results.Finish(kSequence);
}

Json CallSingle(Evaluator& evaluator, const CallArguments& arguments) {
  const Json array = arguments[0];
  if (array.is_undefined()) return array;
  bool found = false;
  Json result;
  for (size_t i = 0; i < array.size(); ++i) {
    if (!arguments[1].is_undefined()) {
      const bool chosen = evaluator.ToBoolean(CallAt(evaluator, arguments[1], array, i));
      if (evaluator.failed()) return FailedValue();
      if (!chosen) continue;
    }
    if (found) return evaluator.Fail("D3138", {.index = i});
    found = true;
    result = array.items()[i];
  }
  return found ? result : evaluator.Fail("D3139");
}

Json CallReduce(Evaluator& evaluator, const CallArguments& arguments) {
  const Json array = arguments[0];
  if (array.is_undefined()) return array;
  const int arity = FunctionOf(arguments[1])->arity;
  if (arity < 2) return evaluator.Fail("D3050", {.index = 1});
  const bool from_first = arguments[2].is_undefined() && array.size() > 0;
  Json result = from_first ? array.items()[0] : arguments[2];
  for (size_t i = from_first ? 1 : 0; i < array.size(); ++i) {
    const Json call[] = {result, array.items()[i], Json::Int(static_cast<int64_t>(i)), array};
    result = evaluator.CallWith(arguments[1], call);
    if (Failed(result)) return result;
  }
  return result;
}

Json CallEach(Evaluator& evaluator, const CallArguments& arguments) {
  const Json object = arguments[0];
  Evaluator::Builder results(&evaluator);
  if (!object.is_object()) return results.Finish(kSequence);
  for (const JsonMember& member : InOrder(object.members(), evaluator.arena())) {
    const Json call[] = {member.value, Json::String(member.key), object};
    const Json result = evaluator.CallWith(arguments[1], call);
    if (Failed(result)) return result;
    if (!result.is_undefined()) results.Add(result);
  }
  return results.Finish(kSequence);
}

Json CallSift(Evaluator& evaluator, const CallArguments& arguments) {
  const Json object = arguments[0];
  if (!object.is_object()) return Json();
  std::vector<JsonMember> kept;
  for (const JsonMember& member : InOrder(object.members(), evaluator.arena())) {
    const Json call[] = {member.value, Json::String(member.key), object};
    if (evaluator.ToBoolean(evaluator.CallWith(arguments[1], call))) kept.push_back(member);
    if (evaluator.failed()) return FailedValue();
  }
  return kept.empty() ? Json() : Json::Object(kept, evaluator.arena());
}

constexpr Builtin kFunctions[] = {
    {"map", CallMap, "<af>", 2},        {"filter", CallFilter, "<af>", 2},
    {"single", CallSingle, "<af?>", 2}, {"reduce", CallReduce, "<afj?:j>", 3},
    {"each", CallEach, "<o-f:a>", 2},   {"sift", CallSift, "<o-f?:o>", 2},
};

}  // namespace

std::span<const Builtin> HigherOrderFunctions() { return kFunctions; }

}  // namespace pawl::jsonata
