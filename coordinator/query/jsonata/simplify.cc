#include "coordinator/query/jsonata/simplify.h"

#include "coordinator/query/jsonata/tail_calls.h"

namespace pawl::jsonata {
Node* Simplifier::Fail(std::string_view code, uint32_t position, std::string_view token,
                       Json literal) {
  if (error_.code.empty()) {
    error_.code = code;
    error_.position = position;
    error_.SetToken(token, literal);
  }
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
