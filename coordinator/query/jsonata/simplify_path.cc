// Chains of `.`, and what stands behind their steps.

#include "coordinator/query/jsonata/simplify.h"

namespace pawl::jsonata {

Node* Simplifier::NewPath(Node* first) {
  Node* path = new (arena_->Allocate(sizeof(Node))) Node();
  path->type = NodeType::kPath;
  path->position = first->position;
  path->list.Add(first, arena_);
  path->keep_singleton = first->type == NodeType::kName && first->keep_array;
  return path;
}

Node* Simplifier::Dot(Node* node) {
  Node* left = Simplify(node->a);
  if (left == nullptr) return nullptr;
  Node* path = left->type == NodeType::kPath ? left : NewPath(left);
  if (left->type == NodeType::kParent) {
    path->seeking.Clear();
    path->seeking.Add(left->slot, arena_);
  }
  Node* rest = Simplify(node->b);
  if (rest == nullptr) return nullptr;
  if (rest->type == NodeType::kPath) {
    for (Node* step : rest->list) path->list.Add(step, arena_);
  } else {
    if (!rest->predicates.empty()) {
      rest->stages = rest->predicates;
      rest->predicates = {};
    }
    path->list.Add(rest, arena_);
  }
  return FinishPath(path);
}

Node* Simplifier::FinishPath(Node* path) {
  for (Node* step : path->list) {
    if (step->type == NodeType::kLiteral) {
      return Fail("S0213", step->position, step->text, step->value);
    }
    if (step->type == NodeType::kString) step->type = NodeType::kName;
    if (step->keep_array) path->keep_singleton = true;
  }
  Node* first = path->list[0];
  if (first->type == NodeType::kArray) first->construct = true;
  Node* last = path->list.back();
  if (last->type == NodeType::kArray) last->construct = true;
  if (const Node* bad = ancestry_.ResolvePath(path)) {
    return Fail("S0217", bad->position, TypeName(bad));
  }
  return path;
}

Node* Simplifier::Predicate(Node* node) {
  Node* result = Simplify(node->a);
  if (result == nullptr) return nullptr;
  const bool path = result->type == NodeType::kPath;
  Node* step = path ? result->list.back() : result;
  if (step->group != nullptr) return Fail("S0209", node->position);
  Node* predicate = Simplify(node->b);
  if (predicate == nullptr) return nullptr;
  if (const Node* bad = ancestry_.ResolvePredicate(step, predicate)) {
    return Fail("S0217", bad->position, TypeName(bad));
  }
  Stage stage;
  stage.filter = predicate;
  (path ? step->stages : step->predicates).Add(stage, arena_);
  return result;
}

Node* Simplifier::GroupBy(Node* node) {
  Node* result = Simplify(node->a);
  if (result == nullptr) return nullptr;
  if (result->group != nullptr) return Fail("S0210", node->position);
  if (!SimplifyPairs(nullptr, &node->pairs)) return nullptr;
  result->group = new (arena_->Allocate(sizeof(Group))) Group();
  result->group->pairs = node->pairs;
  result->group->position = node->position;
  return result;
}

Node* Simplifier::OrderBy(Node* node) {
  Node* result = Simplify(node->a);
  if (result == nullptr) return nullptr;
  if (result->type != NodeType::kPath) result = NewPath(result);
  Node* sort = new (arena_->Allocate(sizeof(Node))) Node();
  sort->type = NodeType::kSort;
  sort->position = node->position;
  for (SortTerm term : node->terms) {
    term.expression = Simplify(term.expression);
    if (term.expression == nullptr) return nullptr;
    ancestry_.Push(sort, term.expression);
    sort->terms.Add(term, arena_);
  }
  result->list.Add(sort, arena_);
  if (const Node* bad = ancestry_.ResolvePath(result)) {
    return Fail("S0217", bad->position, TypeName(bad));
  }
  return result;
}

Node* Simplifier::Focus(Node* node) {
  Node* result = Simplify(node->a);
  if (result == nullptr) return nullptr;
  Node* step = result->type == NodeType::kPath ? result->list.back() : result;
  if (!step->stages.empty() || !step->predicates.empty()) return Fail("S0215", node->position);
  if (step->type == NodeType::kSort) return Fail("S0216", node->position);
  if (node->keep_array) step->keep_array = true;
  step->focus = node->b->text;
  step->tuple = true;
  return result;
}

Node* Simplifier::Index(Node* node) {
  Node* result = Simplify(node->a);
  if (result == nullptr) return nullptr;
  Node* step = result;
  if (result->type == NodeType::kPath) {
    step = result->list.back();
  } else {
    result = NewPath(step);
    if (!step->predicates.empty()) {
      step->stages = step->predicates;
      step->predicates = {};
    }
  }
  if (step->stages.empty()) {
    step->index = node->b->text;
  } else {
    Stage stage;
    stage.index = node->b->text;
    step->stages.Add(stage, arena_);
  }
  step->tuple = true;
  return result;
}

}  // namespace pawl::jsonata
