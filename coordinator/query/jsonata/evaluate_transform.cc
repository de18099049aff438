// Transforms: `|pattern|update,delete|`, a function that gives a changed copy of its argument.
//
// Values do not change; a match is replaced where it stands in the copy. The copy is a tree, so
// each of its objects has one place.

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/stringify.h"
#include "coordinator/query/jsonata/text/js_number.h"

namespace pawl::jsonata {

class Transformation {
 public:
  explicit Transformation(Evaluator* evaluator) : evaluator_(*evaluator) {}

  // As if through JSON text: numbers lose digits beyond 15, functions become empty strings.
  Json Clone(Json value) {
    root_ = Copy(value);
    Register(&root_);
    return root_;
  }

  Json Run(const Node* node, const Frame* frame) {
    const Json matches = evaluator_.Eval(node->a, root_, frame);
    if (matches.is_undefined()) return Failed(matches) ? matches : root_;
    const std::span<const Json> items =
        matches.is_array() ? matches.items() : std::span<const Json>(&matches, 1);
    for (Json match : items) {
      if (!Update(node, match, frame)) return FailedValue();
      if (node->c != nullptr && !Delete(node, match, frame)) return FailedValue();
    }
    return root_;
  }

 private:
  Json Copy(Json value) {
    if (value.is_opaque()) return Json::String({});
    if (value.type() == Json::Type::kDouble) {
      if (std::isnan(value.as_double())) return Json::Null();
      if (!evaluator_.IsNumeric(value)) return FailedValue();
      return Number(At15Digits(value.as_double()));
    }
    if (!value.is_array() && !value.is_object()) return value;
    if (!evaluator_.Recurse() || !evaluator_.Tick(1 + value.size())) return FailedValue();
    return value.is_array() ? CopyArray(value) : CopyObject(value);
  }

  Json CopyArray(Json value) {
    std::vector<Json> items;
    items.reserve(value.size());
    for (Json item : value.items()) {
      items.push_back(item.is_undefined() ? Json::Null() : Copy(item));
      if (evaluator_.failed()) return FailedValue();
    }
    const Json copy = Json::Array(items, evaluator_.arena());
    for (const Json& item : copy.items()) Register(const_cast<Json*>(&item));
    return copy;
  }

  Json CopyObject(Json value) {
    std::vector<JsonMember> members;
    members.reserve(value.size());
    for (const JsonMember& member : InOrder(value.members(), evaluator_.arena())) {
      members.push_back({member.key, Copy(member.value)});
      if (evaluator_.failed()) return FailedValue();
    }
    const Json copy = Json::Object(members, evaluator_.arena());
    RegisterMembers(copy);
    return copy;
  }

  void Register(Json* place) {
    if (!place->is_object()) return;
    const auto [known, added] = ids_.emplace(place->members().data(), places_.size());
    if (added) {
      places_.push_back(place);
    } else {
      places_[known->second] = place;
    }
  }

  void RegisterMembers(Json object) {
    for (const JsonMember& member : object.members()) {
      Register(const_cast<Json*>(&member.value));
    }
  }

  // The place of the object that was matched, or null when it is none of the copy's.
  Json* PlaceOf(Json match) {
    if (!match.is_object()) return nullptr;
    const auto known = ids_.find(match.members().data());
    return known == ids_.end() ? nullptr : places_[known->second];
  }

  Json Current(Json match) {
    const Json* place = PlaceOf(match);
    return place == nullptr ? match : *place;
  }

  void Replace(Json match, std::span<const JsonMember> members) {
    Json* place = PlaceOf(match);
    if (place == nullptr) return;
    const size_t id = ids_[match.members().data()];
    *place = Json::Object(members, evaluator_.arena());
    ids_[place->members().data()] = id;
    RegisterMembers(*place);
    places_[id] = place;  // also when the object was put into itself
  }

  bool Update(const Node* node, Json match, const Frame* frame) {
    const Json before = Current(match);
    const Json update = evaluator_.Eval(node->b, before, frame);
    if (update.is_undefined()) return !Failed(update);
    if (!update.is_object()) {
      evaluator_.Fail("T2011", {.value = update});
      evaluator_.position_ = node->b->position;
      return false;
    }
    if (!before.is_object()) return true;
    std::vector<JsonMember> members(before.members().begin(), before.members().end());
    members.insert(members.end(), update.members().begin(), update.members().end());
    if (!evaluator_.Reserve(members.size() * sizeof(JsonMember))) return false;
    Replace(match, members);
    return true;
  }

  bool Delete(const Node* node, Json match, const Frame* frame) {
    const Json before = Current(match);
    const Json deletions = evaluator_.Eval(node->c, before, frame);
    if (deletions.is_undefined()) return !Failed(deletions);
    const std::span<const Json> keys =
        deletions.is_array() ? deletions.items() : std::span<const Json>(&deletions, 1);
    for (Json key : keys) {
      if (key.is_string()) continue;
      evaluator_.Fail("T2012", {.value = deletions});
      evaluator_.position_ = node->c->position;
      return false;
    }
    if (!before.is_object()) return true;
    std::vector<JsonMember> members;
    for (const JsonMember& member : before.members()) {
      const bool deleted = std::any_of(keys.begin(), keys.end(),
                                       [&](Json key) { return key.as_string() == member.key; });
      if (!deleted) members.push_back(member);
    }
    if (!evaluator_.Tick(before.size() * keys.size())) return false;
    if (members.size() != before.size()) Replace(match, members);
    return true;
  }

  Evaluator& evaluator_;
  Json root_;
  absl::flat_hash_map<const void*, size_t> ids_;  // of objects, by where their members lie
  std::vector<Json*> places_;                     // by the id
};

Json Evaluator::Clone(Json value) { return Transformation(this).Clone(value); }

Json Evaluator::CallTransform(const Function& function, Json input) {
  if (input.is_undefined()) return input;
  const Json clone = LookUp(*function.node->reference, function.frame);
  if (!clone.is_opaque()) {
    Fail("T2013");
    position_ = function.node->position;
    return FailedValue();
  }
  if (FunctionOf(clone)->kind != Function::Kind::kBuiltin) {
    input = Call(clone, {&input, 1}, Json::Null());
    if (Failed(input)) return input;
  }
  Transformation transformation(this);
  if (Failed(transformation.Clone(input))) return FailedValue();
  return transformation.Run(function.node, function.frame);
}

}  // namespace pawl::jsonata
