#include "coordinator/query/jsonata/tail_calls.h"

namespace pawl::jsonata {

void MarkTailCalls(Node* node) {
  if (node == nullptr || !node->predicates.empty()) return;
  switch (node->type) {
    case NodeType::kCall:
      node->tail = true;
      node->group = nullptr;  // a call whose caller's result it is brings nothing of its own
      node->keep_array = false;
      return;
    case NodeType::kCondition:
      if (node->group != nullptr || node->keep_array) return;
      MarkTailCalls(node->b);
      MarkTailCalls(node->c);
      return;
    case NodeType::kDefault:
    case NodeType::kCoalesce:
      if (node->group != nullptr || node->keep_array) return;
      MarkTailCalls(node->b);
      return;
    case NodeType::kBlock:
      if (node->group != nullptr || node->keep_array || node->list.empty()) return;
      MarkTailCalls(node->list.back());
      return;
    default:
      return;
  }
}

}  // namespace pawl::jsonata
