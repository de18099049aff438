// Constructors of arrays and objects, and the grouping of sequences.

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "coordinator/base/strings.h"
#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/stringify.h"

namespace pawl::jsonata {
namespace {

// Beyond so many groups their keys are looked up by hash.
constexpr size_t kMaxLinearGroups = 8;

struct GroupOf {
  std::string_view key;
  size_t pair = 0;
  Json data;  // what belongs to it: one item, or an array of several
};

}  // namespace

class Groups {
 public:
  // Null when there is none yet.
  GroupOf* Find(std::string_view key) {
    if (groups_.size() > kMaxLinearGroups) {
      const auto found = by_key_.find(ToAbsl(key));
      return found == by_key_.end() ? nullptr : &groups_[found->second];
    }
    for (GroupOf& group : groups_) {
      if (group.key == key) return &group;
    }
    return nullptr;
  }

  void Add(GroupOf group) {
    groups_.push_back(group);
    if (groups_.size() <= kMaxLinearGroups) return;
    for (size_t i = by_key_.size(); i < groups_.size(); ++i) {
      by_key_.emplace(ToAbsl(groups_[i].key), i);
    }
  }

  // In the order in which they are to be evaluated. Valid until the next call of Ordered.
  std::span<const JsonMember> Ordered(JsonArena* arena) {
    members_.clear();
    members_.reserve(groups_.size());
    for (const GroupOf& group : groups_) members_.push_back({group.key, group.data});
    return InOrder(members_, arena);
  }

 private:
  absl::InlinedVector<GroupOf, 4> groups_;
  std::vector<JsonMember> members_;
  absl::flat_hash_map<absl::string_view, size_t> by_key_;
};

Json Evaluator::EvalArray(const Node* node, Json input, const Frame* frame) {
  const uint8_t mark = node->construct ? kConstructed : 0;
  if (node->list.size() == 1) {
    const Node* item = node->list[0];
    const Json value = Eval(item, input, frame);
    if (Failed(value)) return value;
    if (item->type != NodeType::kArray && value.is_array()) return value.WithMark(mark);
    const std::span<const Json> items(&value, value.is_undefined() ? 0 : 1);
    return Json::Array(items, arena_).WithMark(mark);
  }
  Builder items(this);
  for (const Node* item : node->list) {
    const Json value = Eval(item, input, frame);
    if (Failed(value)) return value;
    if (value.is_undefined()) continue;
    if (value.is_array() && item->type != NodeType::kArray) {
      items.AddAll(value.items());
    } else {
      items.Add(value);
    }
  }
  return items.Finish(mark);
}

Json Evaluator::EvalObject(const Node* node, Json input, const Frame* frame) {
  if (input.is_array() && input.size() == 1) {
    input = input.items()[0];
  } else if (input.is_array() && input.size() == 0) {
    input = Json();
  } else if (input.is_array()) {
    return EvalGroup(node, node->pairs, node->position, input, frame, false);
  }
  if (!node->constant_keys) {
    return EvalGroup(node, node->pairs, node->position, Json::Array({&input, 1}, arena_), frame,
                     false);
  }
  absl::InlinedVector<JsonMember, 8> members;
  for (const Pair& pair : node->pairs) {
    const Json value = Eval(pair.value, input, frame);
    if (Failed(value)) return value;
    if (!value.is_undefined()) members.push_back({pair.key->value.as_string(), value});
  }
  return Json::Object({members.data(), members.size()}, arena_);
}

bool Evaluator::FailGroup(std::string_view code, Json key, uint32_t position) {
  Facts facts;
  facts.value = key;
  Fail(code, std::move(facts));
  if (position_ < 0) position_ = position;
  return false;
}

// Runs the keys over the input, one item at a time, and gathers the items under their keys.
bool Evaluator::GatherGroups(const Node* owner, const List<Pair>& pairs, uint32_t position,
                             Json input, const Frame* frame, bool stream_frames, Groups* groups) {
  const bool stream = IsStream(input);
  const std::span<const Json> items =
      input.is_array() ? input.items() : std::span<const Json>(&input, 1);
  for (Json item : items) {
    const Json context = stream ? TupleOf(item).at : item;
    const Frame* inner = frame;
    if (stream_frames) {
      inner = TupleFrame(owner, stream ? TupleOf(item).bindings : nullptr, frame);
    }
    for (size_t i = 0; i < pairs.size(); ++i) {
      const Json key = Eval(pairs[i].key, context, inner);
      if (Failed(key)) return false;
      if (key.is_undefined()) continue;
      if (!key.is_string()) return FailGroup("T1003", key, position);
      const std::string_view text = key.as_string();
      if (text == "_jsonata_lambda" || text == "_jsonata_function") {
        return FailGroup("D1013", key, position);
      }
      GroupOf* group = groups->Find(text);
      if (group == nullptr) {
        groups->Add({text, i, item});
      } else if (group->pair != i) {
        return FailGroup("D1009", key, position);
      } else {
        group->data = Append(group->data, item);
        if (failed_) return false;
      }
    }
  }
  return true;
}

// Gathers groups, then gives each of them to its value.
Json Evaluator::EvalGroup(const Node* owner, const List<Pair>& pairs, uint32_t position, Json input,
                          const Frame* frame, bool stream_frames) {
  const bool stream = IsStream(input);
  if (input.is_array() && input.size() == 0 && !stream) input = Json();
  Groups groups;
  if (!GatherGroups(owner, pairs, position, input, frame, stream_frames, &groups)) {
    return FailedValue();
  }
  const std::span<const JsonMember> ordered = groups.Ordered(arena_);
  std::vector<JsonMember> values;
  values.reserve(ordered.size());
  for (const JsonMember& member : ordered) {
    Json context = member.value;
    const Frame* inner = frame;
    if (stream) {
      const Tuple tuple = Reduce(context);
      context = tuple.at;
      inner = TupleFrame(owner, tuple.bindings, frame);
    } else if (stream_frames) {
      inner = TupleFrame(owner, nullptr, frame);
    }
    const size_t pair = groups.Find(member.key)->pair;
    const Json value = Eval(pairs[pair].value, context, inner);
    if (Failed(value)) return value;
    if (!value.is_undefined()) values.push_back({member.key, value});
  }
  if (!Reserve(values.size() * sizeof(JsonMember))) return FailedValue();
  return Json::Object(values, arena_);
}

}  // namespace pawl::jsonata
