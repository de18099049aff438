// The intrinsic functions on arrays and objects.

#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "coordinator/asl/intrinsic_call.h"

namespace pawl::asl {
namespace {

constexpr size_t kMaxRange = 1000;  // AWS: elements that States.ArrayRange may make
constexpr size_t kAny = std::numeric_limits<size_t>::max();

std::optional<Json> Array(Arguments arguments, const FunctionContext& context) {
  return Json::Array(arguments, context.arena);
}

std::optional<Json> ArrayPartition(Arguments arguments, const FunctionContext& context) {
  const std::optional<int64_t> size = RoundedInteger(arguments[1]);
  if (!arguments[0].is_array() || !size || *size < 1) return std::nullopt;
  std::span<const Json> left = arguments[0].items();
  std::vector<Json> chunks;
  while (!left.empty()) {
    const size_t taken = std::min<size_t>(left.size(), *size);
    chunks.push_back(Json::Array(left.first(taken), context.arena));
    left = left.subspan(taken);
  }
  return Json::Array(chunks, context.arena);
}

std::optional<Json> ArrayContains(Arguments arguments, const FunctionContext&) {
  if (!arguments[0].is_array()) return std::nullopt;
  const std::span<const Json> items = arguments[0].items();
  return Json::Bool(std::any_of(items.begin(), items.end(),
                                [&](Json item) { return JsonEquals(item, arguments[1]); }));
}

std::optional<Json> ArrayRange(Arguments arguments, const FunctionContext& context) {
  const std::optional<int64_t> start = RoundedInteger(arguments[0]);
  const std::optional<int64_t> end = RoundedInteger(arguments[1]);
  const std::optional<int64_t> step = RoundedInteger(arguments[2]);
  if (!start || !end || !step || *step == 0) return std::nullopt;
  std::vector<Json> items;
  for (int64_t i = *start; *step > 0 ? i <= *end : i >= *end; i += *step) {
    if (items.size() == kMaxRange) return std::nullopt;
    items.push_back(Json::Int(i));
  }
  return Json::Array(items, context.arena);
}

std::optional<Json> ArrayGetItem(Arguments arguments, const FunctionContext&) {
  const std::optional<int64_t> index = RoundedInteger(arguments[1]);
  if (!arguments[0].is_array() || !index) return std::nullopt;
  const auto size = static_cast<int64_t>(arguments[0].size());
  if (*index < 0 || *index >= size) return std::nullopt;
  return arguments[0].items()[*index];
}

std::optional<Json> ArrayLength(Arguments arguments, const FunctionContext&) {
  if (!arguments[0].is_array()) return std::nullopt;
  return Json::Int(static_cast<int64_t>(arguments[0].size()));
}

std::optional<Json> ArrayUnique(Arguments arguments, const FunctionContext& context) {
  if (!arguments[0].is_array()) return std::nullopt;
  std::vector<Json> unique;
  absl::flat_hash_map<size_t, std::vector<Json>> seen;  // by hash
  for (Json item : arguments[0].items()) {
    std::vector<Json>& alike = seen[JsonHash(item)];
    const bool known = std::any_of(alike.begin(), alike.end(),
                                   [&](Json other) { return JsonEquals(item, other); });
    if (known) continue;
    alike.push_back(item);
    unique.push_back(item);
  }
  return Json::Array(unique, context.arena);
}

std::optional<Json> JsonMerge(Arguments arguments, const FunctionContext& context) {
  // Only shallow merging exists; the third argument is there to say so.
  const bool shallow = arguments[2].is_bool() && !arguments[2].as_bool();
  if (!arguments[0].is_object() || !arguments[1].is_object() || !shallow) return std::nullopt;
  std::vector<JsonMember> members(arguments[0].members().begin(), arguments[0].members().end());
  members.insert(members.end(), arguments[1].members().begin(), arguments[1].members().end());
  return Json::Object(members, context.arena);
}

constexpr IntrinsicFunction kFunctions[] = {
    {"Array", 0, kAny, Array},
    {"ArrayPartition", 2, 2, ArrayPartition},
    {"ArrayContains", 2, 2, ArrayContains},
    {"ArrayRange", 3, 3, ArrayRange},
    {"ArrayGetItem", 2, 2, ArrayGetItem},
    {"ArrayLength", 1, 1, ArrayLength},
    {"ArrayUnique", 1, 1, ArrayUnique},
    {"JsonMerge", 3, 3, JsonMerge},
};

}  // namespace

std::span<const IntrinsicFunction> ArrayFunctions() { return kFunctions; }

}  // namespace pawl::asl
