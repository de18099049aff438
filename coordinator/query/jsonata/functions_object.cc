// Objects: $keys, $lookup, $merge, $spread, ...; $type, $error and $assert.

#include <cmath>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "coordinator/base/strings.h"
#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/stringify.h"

namespace pawl::jsonata {
namespace {

// The names of an object, or of all objects of an array, each once.
bool KeysInto(Evaluator& evaluator, Json value, std::vector<JsonMember>* keys,
              absl::flat_hash_set<absl::string_view>* seen) {
  if (!evaluator.Tick(1 + value.size())) return false;
  if (value.is_array()) {
    if (!evaluator.Recurse()) return false;
    for (Json item : value.items()) {
      if (!KeysInto(evaluator, item, keys, seen)) return false;
    }
  } else if (value.is_object()) {
    for (const JsonMember& member : InOrder(value.members(), evaluator.arena())) {
      if (seen->insert(ToAbsl(member.key)).second) keys->push_back(member);
    }
  }
  return true;
}

Json CallKeys(Evaluator& evaluator, const CallArguments& arguments) {
  Evaluator::Builder names(&evaluator);
  if (arguments[0].is_object()) {
    for (const JsonMember& member : InOrder(arguments[0].members(), evaluator.arena())) {
      names.Add(Json::String(member.key));
    }
    return names.Finish(kSequence);
  }
  std::vector<JsonMember> keys;
  absl::flat_hash_set<absl::string_view> seen;
  if (!KeysInto(evaluator, arguments[0], &keys, &seen)) return FailedValue();
  for (const JsonMember& member : InOrder(keys, evaluator.arena())) {
    names.Add(Json::String(member.key));
  }
  return names.Finish(kSequence);
}

Json CallLookup(Evaluator& evaluator, const CallArguments& arguments) {
  const std::string_view key =
      arguments[1].is_string() ? arguments.text(1) : std::string_view("undefined");
  return evaluator.Lookup(arguments[0], key);
}

Json Spread(Evaluator& evaluator, Json value) {
  if (!evaluator.Recurse()) return FailedValue();
  Evaluator::Builder spread(&evaluator);
  if (value.is_object()) {
    for (const JsonMember& member : InOrder(value.members(), evaluator.arena())) {
      spread.Add(Json::Object({&member, 1}, evaluator.arena()));
    }
    if (!evaluator.Tick(1 + value.size())) return FailedValue();
    return spread.Finish(kSequence);
  }
  if (!value.is_array()) return value;
  for (Json item : value.items()) {
    const Json parts = Spread(evaluator, item);
    if (Failed(parts)) return parts;
    if (parts.is_array()) {
      spread.AddAll(parts.items());
    } else if (!parts.is_undefined()) {
      spread.Add(parts);
    }
  }
  return spread.Finish(value.size() == 0 ? kSequence : 0);
}

Json CallSpread(Evaluator& evaluator, const CallArguments& arguments) {
  return Spread(evaluator, arguments[0]);
}

Json CallMerge(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  std::vector<JsonMember> members;
  for (Json object : arguments[0].items()) {
    const std::span<const JsonMember> more = object.members();
    members.insert(members.end(), more.begin(), more.end());
    if (!evaluator.Tick(1 + more.size())) return FailedValue();
  }
  if (!evaluator.Reserve(members.size() * 2 * sizeof(JsonMember))) return FailedValue();
  return Json::Object(members, evaluator.arena());
}

std::string_view TypeOf(Json value) {
  switch (value.type()) {
    case Json::Type::kNull:
      return "null";
    case Json::Type::kBool:
      return "boolean";
    case Json::Type::kInt:
    case Json::Type::kDouble:
      return "number";
    case Json::Type::kString:
      return "string";
    case Json::Type::kArray:
      return "array";
    case Json::Type::kOpaque:
      return "function";
    default:
      return "object";
  }
}

Json CallType(Evaluator& evaluator, const CallArguments& arguments) {
  const Json value = arguments[0];
  if (value.is_undefined()) return value;
  if (value.is_number() && std::isinf(value.as_double())) {
    return evaluator.Fail("D1001", {.value = value});
  }
  if (value.is_number() && std::isnan(value.as_double())) return Json::String("object");
  return Json::String(TypeOf(value));
}

Json FailWith(Evaluator& evaluator, std::string_view code, Json message,
              std::string_view otherwise) {
  Facts facts;
  facts.message = message.size() > 0 ? message.as_string() : otherwise;
  return evaluator.Fail(code, std::move(facts));
}

Json CallError(Evaluator& evaluator, const CallArguments& arguments) {
  return FailWith(evaluator, "D3137", arguments[0], "$error() function evaluated");
}

Json CallAssert(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_bool() && arguments[0].as_bool()) return Json();
  return FailWith(evaluator, "D3141", arguments[1], "$assert() statement failed");
}

Json CallClone(Evaluator& evaluator, const CallArguments& arguments) {
  if (arguments[0].is_undefined()) return Json();
  return evaluator.Clone(arguments[0]);
}

constexpr Builtin kFunctions[] = {
    {"keys", CallKeys, "<x-:a<s>>", 1},     {"lookup", CallLookup, "<x-s:x>", 2},
    {"spread", CallSpread, "<x-:a<o>>", 1}, {"merge", CallMerge, "<a<o>:o>", 1},
    {"type", CallType, "<x:s>", 1},         {"error", CallError, "<s?:x>", 1},
    {"assert", CallAssert, "<bs?:x>", 2},   {"clone", CallClone, "<(oa)-:o>", 1},
};

}  // namespace

std::span<const Builtin> ObjectFunctions() { return kFunctions; }

}  // namespace pawl::jsonata
