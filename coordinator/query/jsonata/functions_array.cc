// Arrays, and what is asked of any value: $count, $append, $distinct, $boolean, ...

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "absl/hash/hash.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/merge_sort.h"

namespace pawl::jsonata {
namespace {

Json CallCount(Evaluator&, const CallArguments& arguments) {
  return Json::Int(static_cast<int64_t>(arguments[0].is_array() ? arguments[0].size() : 0));
}

Json CallAppend(Evaluator& evaluator, const CallArguments& arguments) {
  return evaluator.Append(arguments[0], arguments[1]);
}

Json CallExists(Evaluator&, const CallArguments& arguments) {
  return Json::Bool(!arguments[0].is_undefined());
}

Json CallBoolean(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  return Json::Bool(evaluator.ToBoolean(arguments[0]));
}

Json CallNot(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  return Json::Bool(!evaluator.ToBoolean(arguments[0]));
}

Json CallReverse(Evaluator& evaluator, const CallArguments& arguments) {
  const Json array = arguments[0];
  if (array.size() <= 1) return array;
  if (!evaluator.Tick(1 + array.size() / 16)) return FailedValue();
  Evaluator::Builder reversed(&evaluator);
  for (size_t i = array.size(); i-- > 0;) reversed.Add(array.items()[i]);
  return reversed.Finish(0);
}

uint64_t RandomBits(Evaluator& evaluator) {
  return evaluator.inputs().random ? evaluator.inputs().random() : 0;
}

Json CallShuffle(Evaluator& evaluator, const CallArguments& arguments) {
  const Json array = arguments[0];
  if (array.size() <= 1) return array;
  if (!evaluator.Tick(1 + array.size())) return FailedValue();
  Evaluator::Builder shuffled(&evaluator);
  for (size_t i = 0; i < array.size(); ++i) {
    const size_t other = RandomBits(evaluator) % (i + 1);
    shuffled.Add(array.items()[i]);
    std::swap(shuffled[i], shuffled[other]);
  }
  return shuffled.Finish(0);
}

// Sums up what each value and its place contribute, so that the order of members does not matter.
bool HashInto(Evaluator& evaluator, Json value, size_t place, size_t* sum) {
  if (value.is_number()) {
    *sum += absl::HashOf(place, 'n', value.as_double());
  } else if (value.is_string()) {
    *sum += absl::HashOf(place, 's', ToAbsl(value.as_string()));
  } else {
    *sum += absl::HashOf(place, static_cast<int>(value.type()), value.size(),
                         value.is_bool() && value.as_bool());
  }
  if (!value.is_array() && !value.is_object()) return true;
  if (!evaluator.Recurse() || !evaluator.Tick(value.size())) return false;
  for (size_t i = 0; value.is_array() && i < value.size(); ++i) {
    if (!HashInto(evaluator, value.items()[i], absl::HashOf(place, i), sum)) return false;
  }
  for (size_t i = 0; value.is_object() && i < value.size(); ++i) {
    const JsonMember& member = value.members()[i];
    const size_t inner = absl::HashOf(place, ToAbsl(member.key));
    if (!HashInto(evaluator, member.value, inner, sum)) return false;
  }
  return true;
}

Json CallDistinct(Evaluator& evaluator, const CallArguments& arguments) {
  const Json array = arguments[0];
  if (!array.is_array() || array.size() <= 1) return array;
  Evaluator::Builder results(&evaluator);
  std::unordered_multimap<size_t, Json> seen;
  for (Json item : array.items()) {
    size_t hash = 0;
    if (!HashInto(evaluator, item, 0, &hash)) return FailedValue();
    const auto [first, last] = seen.equal_range(hash);
    const bool known = std::any_of(
        first, last, [&](const auto& entry) { return evaluator.Equal(item, entry.second); });
    if (!evaluator.Tick(4)) return FailedValue();
    if (known) continue;
    seen.emplace(hash, item);
    results.Add(item);
  }
  return results.Finish(IsSequence(array) ? kSequence : 0);
}

Json Row(Evaluator& evaluator, const CallArguments& arguments, size_t at) {
  Evaluator::Builder row(&evaluator);
  for (Json argument : arguments.values) row.Add(argument.items()[at]);
  return row.Finish(0);
}

Json CallZip(Evaluator& evaluator, const CallArguments& arguments) {
  size_t shortest = arguments.size() == 0 ? 0 : SIZE_MAX;
  for (Json argument : arguments.values) {
    shortest = std::min(shortest, argument.is_array() ? argument.size() : 0);
  }
  Evaluator::Builder zipped(&evaluator);
  for (size_t i = 0; i < shortest; ++i) {
    const Json row = Row(evaluator, arguments, i);
    if (Failed(row) || !evaluator.Tick()) return FailedValue();
    zipped.Add(row);
  }
  return zipped.Finish(0);
}

bool AreNumbers(Json array) {
  return std::all_of(array.items().begin(), array.items().end(),
                     [](Json item) { return item.is_number(); });
}

bool AreTexts(Json array) {
  return std::all_of(array.items().begin(), array.items().end(),
                     [](Json item) { return item.is_string(); });
}

bool IsTruthy(Json value) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_number()) return value.as_double() != 0 && value.as_double() == value.as_double();
  if (value.is_string()) return value.size() > 0;
  return value.is_array() || value.is_object() || value.is_opaque();
}

Json CallSort(Evaluator& evaluator, const CallArguments& arguments) {
  const Json array = arguments[0];
  const Json comparator = arguments[1];
  if (array.size() <= 1) return array;
  if (comparator.is_undefined() && !AreNumbers(array) && !AreTexts(array)) {
    return evaluator.Fail("D3070", {.index = 1});
  }
  if (!evaluator.Reserve(array.size() * 2 * sizeof(Json))) return FailedValue();
  std::vector<Json> items(array.items().begin(), array.items().end());
  std::vector<Json> spare;
  const auto go_on = [&] { return evaluator.Tick(); };
  if (!comparator.is_undefined()) {
    const auto after = [&](Json a, Json b) {
      const Json pair[] = {a, b};
      return IsTruthy(evaluator.CallBack(comparator, pair));
    };
    MergeSort(items.data(), items.size(), &spare, after, go_on);
  } else if (items[0].is_number()) {
    const auto after = [](Json a, Json b) { return a.as_double() > b.as_double(); };
    MergeSort(items.data(), items.size(), &spare, after, go_on);
  } else {
    const auto after = [](Json a, Json b) {
      return CompareUtf16(a.as_string(), b.as_string()) > 0;
    };
    MergeSort(items.data(), items.size(), &spare, after, go_on);
  }
  return evaluator.failed() ? FailedValue() : Json::Array(items, evaluator.arena());
}

constexpr Builtin kFunctions[] = {
    {"count", CallCount, "<a:n>", 1},     {"append", CallAppend, "<xx:a>", 2},
    {"exists", CallExists, "<x:b>", 1},   {"boolean", CallBoolean, "<x-:b>", 1},
    {"not", CallNot, "<x-:b>", 1},        {"reverse", CallReverse, "<a:a>", 1},
    {"shuffle", CallShuffle, "<a:a>", 1}, {"distinct", CallDistinct, "<x:x>", 1},
    {"zip", CallZip, "<a+>", 0},          {"sort", CallSort, "<af?:a>", 2},
};

}  // namespace

std::span<const Builtin> ArrayFunctions() { return kFunctions; }

}  // namespace pawl::jsonata
