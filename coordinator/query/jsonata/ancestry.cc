#include "coordinator/query/jsonata/ancestry.h"

namespace pawl::jsonata {

void Ancestry::AddParent(Node* parent) {
  auto* slot = new (arena_->Allocate(sizeof(ParentSlot))) ParentSlot();
  slot->label = --labels_;
  parent->slot = slot;
}

const Node* Ancestry::Seek(Node* node, ParentSlot* slot) {
  switch (node->type) {
    case NodeType::kName:
    case NodeType::kWildcard:
      if (--slot->level > 0) return nullptr;
      if (node->ancestor != nullptr) slot->label = node->ancestor->label;  // one label for both
      node->ancestor = slot;
      node->tuple = true;
      return nullptr;
    case NodeType::kParent:
      ++slot->level;
      return nullptr;
    case NodeType::kBlock:
      if (node->list.empty()) return nullptr;
      node->tuple = true;
      return Seek(node->list.back(), slot);
    case NodeType::kPath: {
      node->tuple = true;
      for (size_t index = node->list.size(); index-- > 0;) {
        if (const Node* bad = Seek(node->list[index], slot)) return bad;
        if (slot->level <= 0) break;
      }
      return nullptr;
    }
    default:
      return node;
  }
}

void Ancestry::Push(Node* result, Node* value) {
  if (value == nullptr) return;
  for (ParentSlot* slot : value->seeking) result->seeking.Add(slot, arena_);
  if (value->type == NodeType::kParent) result->seeking.Add(value->slot, arena_);
}

const Node* Ancestry::ResolvePath(Node* path) {
  List<Node*>& steps = path->list;
  Node* last = steps.back();
  if (last->type == NodeType::kParent) last->seeking.Add(last->slot, arena_);
  for (ParentSlot* slot : last->seeking) {
    int index = static_cast<int>(steps.size()) - 2;
    while (slot->level > 0) {
      if (index < 0) {
        path->seeking.Add(slot, arena_);
        break;
      }
      Node* step = steps[index--];
      // Of several steps that bind the focus one after the other, all have the input of the first.
      while (index >= 0 && !step->focus.empty() && !steps[index]->focus.empty()) {
        step = steps[index--];
      }
      if (const Node* bad = Seek(step, slot)) return bad;
    }
  }
  return nullptr;
}

const Node* Ancestry::ResolvePredicate(Node* step, Node* predicate) {
  for (ParentSlot* slot : predicate->seeking) {
    if (slot->level == 1) {
      if (const Node* bad = Seek(step, slot)) return bad;
    } else {
      --slot->level;
    }
  }
  if (!predicate->seeking.empty()) Push(step, predicate);
  return nullptr;
}

}  // namespace pawl::jsonata
