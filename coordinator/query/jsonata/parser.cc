#include "coordinator/query/jsonata/parser.h"

#include <algorithm>

namespace pawl::jsonata {

Node* Parser::Fail(std::string_view code, uint32_t position, std::string_view token,
                   std::string_view expected, Json literal) {
  if (error_.code.empty()) {
    error_.code = code;
    error_.position = position;
    error_.expected = std::string(expected);
    error_.SetToken(token, literal);
  }
  return nullptr;
}

bool Parser::Advance(bool operator_expected) {
  if (!tokenizer_.Next(operator_expected, &token_)) {
    if (error_.code.empty()) error_ = tokenizer_.error();
    return false;
  }
  if (At(Op::kBang) || At(Op::kTilde)) {
    return Fail("S0204", token_.position, token_.text) != nullptr;
  }
  return true;
}

bool Parser::Expect(Op op, bool operator_expected) {
  if (!At(op)) {
    const bool end = token_.type == TokenType::kEnd;
    Fail(end ? "S0203" : "S0202", token_.position, end ? "(end)" : token_.text, InfoOf(op).text,
         token_.value);
    return false;
  }
  return Advance(operator_expected);
}

Node* Parser::Parse() {
  if (!Advance()) return nullptr;
  Node* root = Expression(0);
  if (root == nullptr) return nullptr;
  if (token_.type != TokenType::kEnd) {
    return Fail("S0201", token_.position, token_.text, {}, token_.value);
  }
  return root;
}

Node* Parser::Expression(int power) {
  if (++depth_ > kMaxNesting) return Fail("S0201", token_.position, token_.text);
  Token token = token_;
  if (!Advance(true)) return nullptr;
  Node* left = Prefix(token);
  while (left != nullptr && power < Power()) {
    token = token_;
    if (!Advance()) return nullptr;
    left = Infix(token, left);
  }
  --depth_;
  return left;
}

Node* Parser::NewNode(NodeType type, const Token& token) {
  Node* node = new (arena_->Allocate(sizeof(Node))) Node();
  node->type = type;
  node->op = token.op;
  node->position = token.position;
  node->text = token.text;
  return node;
}

Node* Parser::Adopt(Node* node, const Node* child) {
  if (child == nullptr || node == nullptr) return nullptr;
  if (child->height >= kMaxNesting) return Fail("S0201", node->position, node->text);
  node->height = std::max<uint16_t>(node->height, child->height + 1);
  return node;
}

Node* Parser::Prefix(const Token& token) {
  if (token.type != TokenType::kOperator) return Terminal(token);
  switch (token.op) {
    case Op::kAnd:
    case Op::kOr:
    case Op::kIn:
      return NewNode(NodeType::kOperator, token);
    case Op::kMinus:
      return Negate(token);
    case Op::kStar:
      return NewNode(NodeType::kWildcard, token);
    case Op::kStarStar:
      return NewNode(NodeType::kDescendant, token);
    case Op::kPercent:
      return NewNode(NodeType::kParent, token);
    case Op::kOpenParen:
      return Block(token);
    case Op::kOpenBracket:
      return Array(token);
    case Op::kOpenBrace:
      return Object(token, nullptr);
    case Op::kBar:
      return Transform(token);
    default:
      return Fail("S0211", token.position, token.text);
  }
}

Node* Parser::Terminal(const Token& token) {
  switch (token.type) {
    case TokenType::kName:
      return NewNode(NodeType::kName, token);
    case TokenType::kVariable:
      return NewNode(NodeType::kVariable, token);
    case TokenType::kString: {
      Node* node = NewNode(NodeType::kString, token);
      node->value = Json::String(token.text);
      return node;
    }
    case TokenType::kNumber:
    case TokenType::kValue: {
      Node* node = NewNode(NodeType::kLiteral, token);
      node->value = token.value;
      return node;
    }
    case TokenType::kRegex: {
      Node* node = NewNode(NodeType::kRegex, token);
      node->regex = owner_->AddRegex(token.text, token.flags, &error_);
      if (node->regex != nullptr) return node;
      error_.position = token.position;
      return nullptr;
    }
    default:
      return NewNode(NodeType::kEnd, token);
  }
}

Node* Parser::Negate(const Token& token) {
  Node* node = NewNode(NodeType::kNegate, token);
  node->a = Expression(70);
  return Adopt(node, node->a);
}

Node* Parser::Infix(const Token& token, Node* left) {
  switch (token.op) {
    case Op::kOpenParen:
      return Call(token, left);
    case Op::kOpenBracket:
      return Predicate(token, left);
    case Op::kOpenBrace:
      return Object(token, left);
    case Op::kCaret:
      return Sort(token, left);
    case Op::kBind:
      return Bind(token, left);
    case Op::kAt:
    case Op::kHash:
      return FocusOrIndex(token, left);
    case Op::kQuestion:
      return Condition(token, left);
    case Op::kElvis:
    case Op::kCoalesce:
      return Default(token, left);
    default:
      return Binary(token, left, InfoOf(token.op).power);
  }
}

Node* Parser::Binary(const Token& token, Node* left, int right_power) {
  Node* node = NewNode(NodeType::kBinary, token);
  node->a = left;
  node->b = Expression(right_power);
  return Adopt(Adopt(node, left), node->b);
}

Node* Parser::Bind(const Token& token, Node* left) {
  if (left->type != NodeType::kVariable) {
    return Fail("S0212", left->position, left->text, {}, left->value);
  }
  Node* node = NewNode(NodeType::kBind, token);
  node->a = left;
  node->b = Expression(InfoOf(Op::kBind).power - 1);
  return Adopt(Adopt(node, left), node->b);
}

Node* Parser::FocusOrIndex(const Token& token, Node* left) {
  Node* node = Binary(token, left, InfoOf(token.op).power);
  if (node == nullptr) return nullptr;
  if (node->b->type != NodeType::kVariable) return Fail("S0214", node->b->position, token.text);
  return node;
}

Node* Parser::Condition(const Token& token, Node* left) {
  Node* node = NewNode(NodeType::kCondition, token);
  node->a = left;
  node->b = Expression(0);
  if (Adopt(Adopt(node, left), node->b) == nullptr) return nullptr;
  if (!At(Op::kColon)) return node;
  if (!Advance()) return nullptr;
  node->c = Expression(0);
  return Adopt(node, node->c);
}

Node* Parser::Default(const Token& token, Node* left) {
  const bool elvis = token.op == Op::kElvis;
  Node* node = NewNode(elvis ? NodeType::kDefault : NodeType::kCoalesce, token);
  node->a = left;
  node->b = Expression(0);
  return Adopt(Adopt(node, left), node->b);
}

}  // namespace pawl::jsonata
