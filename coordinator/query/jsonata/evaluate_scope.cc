// Variables, and what has variables of its own: blocks, and the bodies of lambdas.

#include <algorithm>

#include "coordinator/query/jsonata/evaluator.h"

namespace pawl::jsonata {
namespace {

// Frames of so many slots that nobody keeps lie on the stack.
constexpr size_t kSlotsOnStack = 4;

// The frame of a node that has variables of its own, none of them bound yet.
class OwnFrame {
 public:
  OwnFrame(const Node* node, const Frame* parent, JsonArena* arena) {
    if (node->captured || node->slots > kSlotsOnStack) {
      frame_ = new (arena->Allocate(sizeof(Frame))) Frame();
      frame_->slots = static_cast<Json*>(arena->Allocate(node->slots * sizeof(Json)));
    } else {
      frame_ = &on_stack_;
      frame_->slots = few_;
    }
    frame_->parent = parent;
    std::fill_n(frame_->slots, node->slots, Json().WithMark(kUnbound));
  }
  OwnFrame(const OwnFrame&) = delete;
  OwnFrame& operator=(const OwnFrame&) = delete;

  Frame* get() { return frame_; }

 private:
  Json few_[kSlotsOnStack];
  Frame on_stack_;
  Frame* frame_;
};

}  // namespace

Json Evaluator::EvalVariable(const Node* node, Json input, const Frame* frame) {
  if (!node->text.empty()) return LookUp(*node->reference, frame);
  const bool wrapped = input.is_array() && (input.mark() & kOuterWrapper) != 0;
  return wrapped ? input.items()[0] : input;
}

Json Evaluator::LookUp(const Reference& reference, const Frame* frame) {
  for (const Place& place : reference.places) {
    const Frame* at = frame;
    for (uint16_t hop = 0; hop < place.hops; ++hop) at = at->parent;
    if (!place.in_tuple) {
      if (!IsUnbound(at->slots[place.slot])) return at->slots[place.slot];
      continue;
    }
    for (const Binding* b = at->tuple; b != nullptr; b = b->next) {
      if (b->name == reference.name) return b->value;
    }
  }
  return reference.global < 0 ? Json() : globals_[static_cast<size_t>(reference.global)];
}

Json Evaluator::EvalBlock(const Node* node, Json input, const Frame* frame) {
  if (!node->frame) return EvalInTurn(node->list, input, frame);
  OwnFrame own(node, frame, arena_);
  return EvalInTurn(node->list, input, own.get());
}

Json Evaluator::EvalInTurn(const List<Node*>& items, Json input, const Frame* frame) {
  Json result;
  for (const Node* item : items) {
    result = Eval(item, input, frame);
    if (Failed(result)) return result;
  }
  return result;
}

Json Evaluator::EvalBind(const Node* node, Json input, const Frame* frame) {
  const Json value = Eval(node->b, input, frame);
  if (!Failed(value)) frame->slots[node->a->reference->places[0].slot] = value;
  return value;
}

Json Evaluator::RunLambda(const Function& lambda, std::span<const Json> arguments) {
  const Node* node = lambda.node;
  if (!node->frame) return Eval(node->a, lambda.input, lambda.frame);
  OwnFrame own(node, lambda.frame, arena_);
  for (size_t i = 0; i < node->list.size(); ++i) {
    const uint16_t slot = node->list[i]->reference->places[0].slot;
    own.get()->slots[slot] = i < arguments.size() ? arguments[i] : Json();
  }
  return Eval(node->a, lambda.input, own.get());
}

}  // namespace pawl::jsonata
