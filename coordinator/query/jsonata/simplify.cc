#include "coordinator/query/jsonata/simplify.h"

namespace pawl::jsonata {
namespace {

// The names that the reference gives its kinds of nodes, for the tokens of errors.
std::string_view TypeName(const Node* node) {
  switch (node->type) {
    case NodeType::kLiteral:
      return node->value.is_number() ? "number" : "value";
    case NodeType::kVariable:
      return "variable";
    case NodeType::kDescendant:
      return "descendant";
    case NodeType::kParent:
      return "parent";
    case NodeType::kRegex:
      return "regex";
    case NodeType::kPath:
      return "path";
    case NodeType::kBinary:
      return "binary";
    case NodeType::kNegate:
    case NodeType::kArray:
    case NodeType::kObject:
      return "unary";
    case NodeType::kBlock:
      return "block";
    case NodeType::kBind:
      return "bind";
    case NodeType::kCondition:
    case NodeType::kDefault:
    case NodeType::kCoalesce:
      return "condition";
    case NodeType::kCall:
      return "function";
    case NodeType::kPartial:
      return "partial";
    case NodeType::kLambda:
      return "lambda";
    case NodeType::kApply:
      return "apply";
    case NodeType::kTransform:
      return "transform";
    case NodeType::kSort:
      return "sort";
    default:
      return "";
  }
}

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

}  // namespace

Node* Simplifier::Fail(std::string_view code, uint32_t position, std::string_view token) {
  if (error_.code.empty()) error_ = {code, position, std::string(token), {}};
  return nullptr;
}

Node* Simplifier::Run(Node* root) {
  root = Simplify(root);
  if (root == nullptr) return nullptr;
  if (root->type == NodeType::kParent || !root->seeking.empty()) {
    return Fail("S0217", root->position, TypeName(root));
  }
  return root;
}

Node* Simplifier::Simplify(Node* node) {
  const bool keep_array = node->keep_array;
  Node* result = Dispatch(node);
  if (result != nullptr && keep_array) result->keep_array = true;
  return result;
}

Node* Simplifier::SimplifyOne(Node* node, Node** child) {
  if (*child == nullptr) return node;
  *child = Simplify(*child);
  if (*child == nullptr) return nullptr;
  ancestry_.Push(node, *child);
  return node;
}

bool Simplifier::SimplifyAll(Node* node, List<Node*>* nodes) {
  for (Node*& child : *nodes) {
    if (SimplifyOne(node, &child) == nullptr) return false;
  }
  return true;
}

bool Simplifier::SimplifyPairs(Node* parent, List<Pair>* pairs) {
  for (Pair& pair : *pairs) {
    pair.key = Simplify(pair.key);
    if (pair.key == nullptr) return false;
    pair.value = Simplify(pair.value);
    if (pair.value == nullptr) return false;
    if (parent == nullptr) continue;
    ancestry_.Push(parent, pair.key);
    ancestry_.Push(parent, pair.value);
  }
  return true;
}

Node* Simplifier::Dispatch(Node* node) {
  switch (node->type) {
    case NodeType::kBinary:
      return Binary(node);
    case NodeType::kNegate:
      return Negate(node);
    case NodeType::kArray:
      return SimplifyAll(node, &node->list) ? node : nullptr;
    case NodeType::kObject:
      return SimplifyPairs(node, &node->pairs) ? node : nullptr;
    case NodeType::kCall:
    case NodeType::kPartial:
      return Call(node);
    case NodeType::kLambda:
      return Lambda(node);
    case NodeType::kBind:
      node->a = Simplify(node->a);
      return SimplifyOne(node, &node->b);
    case NodeType::kCondition:
    case NodeType::kDefault:
    case NodeType::kCoalesce:
      if (SimplifyOne(node, &node->a) == nullptr) return nullptr;
      if (SimplifyOne(node, &node->b) == nullptr) return nullptr;
      return SimplifyOne(node, &node->c);
    case NodeType::kTransform:
      return Transform(node);
    case NodeType::kBlock:
      return Block(node);
    case NodeType::kOperator:
      node->type = NodeType::kName;
      return NewPath(node);
    case NodeType::kName:
      return NewPath(node);
    case NodeType::kParent:
      ancestry_.AddParent(node);
      return node;
    case NodeType::kEnd:
      return Fail("S0207", node->position, "(end)");
    default:
      return node;
  }
}

Node* Simplifier::NewPath(Node* first) {
  Node* path = new (arena_->Allocate(sizeof(Node))) Node();
  path->type = NodeType::kPath;
  path->position = first->position;
  path->list.Add(first, arena_);
  path->keep_singleton = first->type == NodeType::kName && first->keep_array;
  return path;
}

Node* Simplifier::Binary(Node* node) {
  switch (node->op) {
    case Op::kDot:
      return Dot(node);
    case Op::kOpenBracket:
      return Predicate(node);
    case Op::kOpenBrace:
      return GroupBy(node);
    case Op::kCaret:
      return OrderBy(node);
    case Op::kAt:
      return Focus(node);
    case Op::kHash:
      return Index(node);
    case Op::kChain:
      return Apply(node);
    default:
      if (SimplifyOne(node, &node->a) == nullptr) return nullptr;
      return SimplifyOne(node, &node->b);
  }
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
    if (step->type == NodeType::kLiteral) return Fail("S0213", step->position, step->text);
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

Node* Simplifier::Apply(Node* node) {
  node->type = NodeType::kApply;
  node->a = Simplify(node->a);
  if (node->a == nullptr) return nullptr;
  node->b = Simplify(node->b);
  if (node->b == nullptr) return nullptr;
  node->keep_array = node->a->keep_array || node->b->keep_array;
  return node;
}

Node* Simplifier::Negate(Node* node) {
  Node* operand = Simplify(node->a);
  if (operand == nullptr) return nullptr;
  if (operand->type == NodeType::kLiteral && operand->value.is_number()) {
    const double number = -operand->value.as_double();
    operand->value = number != 0 && operand->value.is_int() ? Json::Int(-operand->value.as_int())
                                                            : Json::Double(number);
    return operand;
  }
  node->a = operand;
  ancestry_.Push(node, operand);
  return node;
}

Node* Simplifier::Call(Node* node) {
  if (!SimplifyAll(node, &node->list)) return nullptr;
  node->a = Simplify(node->a);
  return node->a == nullptr ? nullptr : node;
}

Node* Simplifier::Lambda(Node* node) {
  node->a = Simplify(node->a);
  if (node->a == nullptr) return nullptr;
  MarkTailCalls(node->a);
  return node;
}

Node* Simplifier::Transform(Node* node) {
  for (Node** part : {&node->a, &node->b, &node->c}) {
    if (*part == nullptr) continue;
    *part = Simplify(*part);
    if (*part == nullptr) return nullptr;
  }
  return node;
}

Node* Simplifier::Block(Node* node) {
  if (!SimplifyAll(node, &node->list)) return nullptr;
  for (const Node* part : node->list) {
    if (part->construct || (part->type == NodeType::kPath && part->list[0]->construct)) {
      node->construct = true;
    }
  }
  return node;
}

}  // namespace pawl::jsonata
