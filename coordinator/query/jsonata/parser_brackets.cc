// What stands in brackets: blocks, constructors, transforms, predicates, orders.

#include "coordinator/query/jsonata/parser.h"

namespace pawl::jsonata {

Node* Parser::Block(const Token& token) {
  Node* node = NewNode(NodeType::kBlock, token);
  while (!At(Op::kCloseParen)) {
    Node* item = Expression(0);
    if (Adopt(node, item) == nullptr) return nullptr;
    node->list.Add(item, arena_);
    if (!At(Op::kSemicolon)) break;
    if (!Advance()) return nullptr;
  }
  return Expect(Op::kCloseParen, true) ? node : nullptr;
}

Node* Parser::Array(const Token& token) {
  Node* node = NewNode(NodeType::kArray, token);
  while (!At(Op::kCloseBracket)) {
    Node* item = Expression(0);
    if (item != nullptr && At(Op::kRange)) {
      const Token range = token_;
      if (!Advance()) return nullptr;
      item = Binary(range, item, 0);
    }
    if (Adopt(node, item) == nullptr) return nullptr;
    node->list.Add(item, arena_);
    if (!At(Op::kComma)) break;
    if (!Advance()) return nullptr;
    if (At(Op::kCloseBracket)) return Expression(0);  // a comma asks for another item: S0211
  }
  return Expect(Op::kCloseBracket, true) ? node : nullptr;
}

Node* Parser::Object(const Token& token, Node* left) {
  Node* node = NewNode(left == nullptr ? NodeType::kObject : NodeType::kBinary, token);
  node->a = left;
  if (left != nullptr && Adopt(node, left) == nullptr) return nullptr;
  bool more = !At(Op::kCloseBrace);
  while (more) {
    Pair pair;
    pair.key = Expression(0);
    if (Adopt(node, pair.key) == nullptr || !Expect(Op::kColon)) return nullptr;
    pair.value = Expression(0);
    if (Adopt(node, pair.value) == nullptr) return nullptr;
    node->pairs.Add(pair, arena_);
    more = At(Op::kComma);
    if (more && !Advance()) return nullptr;
  }
  return Expect(Op::kCloseBrace, true) ? node : nullptr;
}

Node* Parser::Transform(const Token& token) {
  Node* node = NewNode(NodeType::kTransform, token);
  node->a = Expression(0);
  if (Adopt(node, node->a) == nullptr || !Expect(Op::kBar)) return nullptr;
  node->b = Expression(0);
  if (Adopt(node, node->b) == nullptr) return nullptr;
  if (At(Op::kComma)) {
    if (!Advance()) return nullptr;
    node->c = Expression(0);
    if (Adopt(node, node->c) == nullptr) return nullptr;
  }
  return Expect(Op::kBar) ? node : nullptr;
}

Node* Parser::Predicate(const Token& token, Node* left) {
  if (At(Op::kCloseBracket)) {
    Node* step = left;
    while (step->type == NodeType::kBinary && step->op == Op::kOpenBracket) step = step->a;
    step->keep_array = true;
    return Advance() ? left : nullptr;
  }
  Node* node = NewNode(NodeType::kBinary, token);
  node->a = left;
  node->b = Expression(0);
  if (Adopt(Adopt(node, left), node->b) == nullptr) return nullptr;
  return Expect(Op::kCloseBracket, true) ? node : nullptr;
}

Node* Parser::Sort(const Token& token, Node* left) {
  if (!Expect(Op::kOpenParen)) return nullptr;
  Node* node = NewNode(NodeType::kBinary, token);
  node->a = left;
  if (Adopt(node, left) == nullptr) return nullptr;
  bool more = true;
  while (more) {
    SortTerm term;
    term.descending = At(Op::kGreater);
    if ((term.descending || At(Op::kLess)) && !Advance()) return nullptr;
    term.expression = Expression(0);
    if (Adopt(node, term.expression) == nullptr) return nullptr;
    node->terms.Add(term, arena_);
    more = At(Op::kComma);
    if (more && !Advance()) return nullptr;
  }
  return Expect(Op::kCloseParen) ? node : nullptr;
}

}  // namespace pawl::jsonata
