// Transforms: `|pattern|update,delete|`, a function that gives a changed copy of its argument.
//
// Values do not change; a match is replaced where it stands in the copy. The copy is a tree, but an
// update may put an object of it at further places (`|**|{"b": a}|`): a match is replaced at all of
// them, as the one object that it is in JavaScript.

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/stringify.h"
#include "coordinator/query/jsonata/text/js_number.h"

namespace pawl::jsonata {

class Transformation {
 public:
  // `tracked`: objects of the copy can be found again, to be replaced.
  Transformation(Evaluator* evaluator, bool tracked) : evaluator_(*evaluator), tracked_(tracked) {}

  // As if through JSON text: numbers lose digits beyond 15, functions become empty strings.
  Json Clone(Json value) {
    if (value.is_array() && (value.mark() & kOuterWrapper) != 0) value = value.items()[0];
    root_ = Copy(value);
    Enter(&root_);
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
  // An object of the copy, and where its handle stands.
  struct Place {
    Json* at;
    Place* next;
  };
  struct Object {
    Json now;
    Place* places = nullptr;
  };

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
    for (const Json& item : copy.items()) Enter(const_cast<Json*>(&item));
    if (tracked_) entered_.insert({copy.items().data(), copy.size()});
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
    for (const JsonMember& member : copy.members()) Enter(const_cast<Json*>(&member.value));
    return copy;
  }

  // The only place of an object of the copy, so far.
  void Enter(Json* place) {
    if (!tracked_ || !place->is_object()) return;
    const auto [known, added] = ids_.emplace(place->members().data(), objects_.size());
    if (added) objects_.push_back({*place});
    AddPlace(&objects_[known->second], place);
  }

  void AddPlace(Object* object, Json* at) {
    *at = object->now;
    object->places = new (evaluator_.arena()->Allocate(sizeof(Place))) Place{at, object->places};
  }

  // Finds the objects of the copy in what an update has put there; `not_this`, which has been put
  // into itself, stays there as it was. False when the evaluation has failed.
  bool EnterAll(Json* place, const Object* not_this) {
    if (!place->is_array() && !place->is_object()) return true;
    Object* known = Find(*place);
    if (known != nullptr) {
      if (known != not_this) AddPlace(known, place);
      return true;
    }
    const void* where = place->is_array() ? static_cast<const void*>(place->items().data())
                                          : place->members().data();
    if (!entered_.insert({where, place->size()}).second) return true;
    if (!evaluator_.Recurse() || !evaluator_.Tick(place->size())) return false;
    for (const Json& item : place->is_array() ? place->items() : std::span<const Json>()) {
      if (!EnterAll(const_cast<Json*>(&item), not_this)) return false;
    }
    return !place->is_object() || EnterMembers(*place, not_this);
  }

  bool EnterMembers(Json object, const Object* not_this) {
    for (const JsonMember& member : object.members()) {
      if (!EnterAll(const_cast<Json*>(&member.value), not_this)) return false;
    }
    return true;
  }

  // The places within an object that is no more.
  bool LeaveMembers(Json gone) {
    for (const JsonMember& member : gone.members()) {
      Object* object = Find(member.value);
      if (object == nullptr) continue;
      Place** place = &object->places;
      while (*place != nullptr && (*place)->at != &member.value) {
        place = &(*place)->next;
        if (!evaluator_.Tick()) return false;
      }
      if (*place != nullptr) *place = (*place)->next;
    }
    return true;
  }

  // Null when the value is no object of the copy.
  Object* Find(Json value) {
    if (!value.is_object()) return nullptr;
    const auto known = ids_.find(value.members().data());
    return known == ids_.end() ? nullptr : &objects_[known->second];
  }

  Json Current(Json match) {
    const Object* object = Find(match);
    return object == nullptr ? match : object->now;
  }

  // False when the evaluation has failed. Does nothing when the object is none of the copy's.
  bool Replace(Json before, std::span<const JsonMember> members) {
    Object* object = Find(before);
    if (object == nullptr) return true;
    if (!LeaveMembers(before)) return false;
    object->now = Json::Object(members, evaluator_.arena());
    ids_[object->now.members().data()] = static_cast<size_t>(object - objects_.data());
    for (const Place* place = object->places; place != nullptr; place = place->next) {
      *place->at = object->now;
      if (!evaluator_.Tick()) return false;
    }
    return EnterMembers(object->now, object);
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
    return Replace(before, members);
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
    return members.size() == before.size() || Replace(before, members);
  }

  Evaluator& evaluator_;
  const bool tracked_;
  Json root_;
  std::vector<Object> objects_;                   // of the copy
  absl::flat_hash_map<const void*, size_t> ids_;  // which of them, by where its members lie or lay
  // What else has been searched for them. An array that was appended to lies where it lay before.
  absl::flat_hash_set<std::pair<const void*, size_t>> entered_;
};

Json Evaluator::Clone(Json value) { return Transformation(this, /*tracked=*/false).Clone(value); }

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
  Transformation transformation(this, /*tracked=*/true);
  if (Failed(transformation.Clone(input))) return FailedValue();
  return transformation.Run(function.node, function.frame);
}

}  // namespace pawl::jsonata
