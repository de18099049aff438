// Calls, partial applications and lambdas.

#include "coordinator/base/strings.h"
#include "coordinator/query/jsonata/parser.h"

namespace pawl::jsonata {
namespace {

// As the reference puts the text of a signature together, whose errors say where they are in it.
std::string TextInSignature(const Token& token) {
  switch (token.type) {
    case TokenType::kEnd:
      return "(end)";
    case TokenType::kRegex:  // JavaScript's text of it, which is global
      return StrCat("/", token.text, "/g", token.flags);
    default:
      return std::string(token.text);
  }
}

}  // namespace

bool Parser::Arguments(Node* call) {
  bool more = !At(Op::kCloseParen);
  while (more) {
    Node* argument = nullptr;
    if (At(Op::kQuestion)) {
      call->type = NodeType::kPartial;
      argument = NewNode(NodeType::kPlaceholder, token_);
      if (!Advance()) return false;
    } else {
      argument = Expression(0);
    }
    if (Adopt(call, argument) == nullptr) return false;
    call->list.Add(argument, arena_);
    more = At(Op::kComma);
    if (more && !Advance()) return false;
  }
  return Expect(Op::kCloseParen, true);
}

Node* Parser::Call(const Token& token, Node* left) {
  Node* node = NewNode(NodeType::kCall, token);
  node->a = left;
  if (Adopt(node, left) == nullptr || !Arguments(node)) return nullptr;
  const bool lambda =
      left->type == NodeType::kName && (left->text == "function" || left->text == "\xCE\xBB");
  return lambda ? Lambda(node) : node;
}

Node* Parser::Lambda(Node* node) {
  for (uint32_t i = 0; i < node->list.size(); ++i) {
    const Node* parameter = node->list[i];
    if (parameter->type != NodeType::kVariable) {
      return Fail("S0208", parameter->position, parameter->text, std::to_string(i + 1),
                  parameter->value);
    }
  }
  node->type = NodeType::kLambda;
  if (At(Op::kLess) && !LambdaSignature(node)) return nullptr;
  if (!Expect(Op::kOpenBrace)) return nullptr;
  node->a = Expression(0);
  if (Adopt(node, node->a) == nullptr) return nullptr;
  return Expect(Op::kCloseBrace) ? node : nullptr;
}

bool Parser::LambdaSignature(Node* node) {
  const uint32_t position = token_.position;
  std::string text = "<";
  int depth = 1;
  while (depth > 0 && !At(Op::kOpenBrace) && token_.type != TokenType::kEnd) {
    if (!Advance()) return false;
    if (At(Op::kGreater)) --depth;
    if (At(Op::kLess)) ++depth;
    text.append(TextInSignature(token_));
  }
  if (!Expect(Op::kGreater)) return false;
  node->signature = owner_->AddSignature(text, &error_);
  if (node->signature == nullptr) error_.position += position;
  return node->signature != nullptr;
}

}  // namespace pawl::jsonata
