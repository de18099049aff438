// From the text of an expression to its tree, by top down operator precedence (Pratt, as Crockford
// has it).

#ifndef PAWL_QUERY_JSONATA_PARSER_H_
#define PAWL_QUERY_JSONATA_PARSER_H_

#include <string>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/node.h"
#include "coordinator/query/jsonata/tokenizer.h"

namespace pawl::jsonata {

// How deep an expression may be nested. Parser and evaluator recurse this deep.
inline constexpr int kMaxNesting = 1000;

// Owns the regular expressions and signatures of a tree.
class NodeOwner {
 public:
  virtual ~NodeOwner() = default;
  // Null, and an error, when the pattern or signature is not valid.
  virtual const Regex* AddRegex(std::string_view pattern, std::string_view flags,
                                SyntaxError* error) = 0;
  virtual const Signature* AddSignature(std::string_view text, SyntaxError* error) = 0;
};

class Parser {
 public:
  // The tree refers to `source` and lies in `arena`.
  Parser(std::string_view source, bool defaults, NodeOwner* owner, JsonArena* arena)
      : source_(source), tokenizer_(source, defaults, arena), owner_(owner), arena_(arena) {}

  // Null when the text is no expression, see error().
  Node* Parse();
  const SyntaxError& error() const { return error_; }

 private:
  // Each returns null (or false) once error_ is set.
  Node* Expression(int power);
  Node* Prefix(const Token& token);
  Node* Infix(const Token& token, Node* left);
  bool Advance(bool operator_expected = false);
  bool Expect(Op op, bool operator_expected = false);
  Node* Fail(std::string_view code, uint32_t position, std::string_view token = {},
             std::string_view expected = {}, Json literal = {});

  Node* NewNode(NodeType type, const Token& token);
  // Makes `child` a child of `node`; null when that would nest too deep.
  Node* Adopt(Node* node, const Node* child);
  Node* Terminal(const Token& token);
  Node* Block(const Token& token);
  Node* Array(const Token& token);
  Node* Object(const Token& token, Node* left);
  Node* Transform(const Token& token);
  Node* Negate(const Token& token);
  Node* Binary(const Token& token, Node* left, int right_power);
  Node* Call(const Token& token, Node* left);
  bool Arguments(Node* call);
  Node* Lambda(Node* node);
  bool LambdaSignature(Node* node);
  Node* Predicate(const Token& token, Node* left);
  Node* Sort(const Token& token, Node* left);
  Node* Bind(const Token& token, Node* left);
  Node* FocusOrIndex(const Token& token, Node* left);
  Node* Condition(const Token& token, Node* left);
  Node* Default(const Token& token, Node* left);

  bool At(Op op) const { return token_.type == TokenType::kOperator && token_.op == op; }
  int Power() const { return token_.type == TokenType::kOperator ? InfoOf(token_.op).power : 0; }

  const std::string_view source_;
  Tokenizer tokenizer_;
  NodeOwner* const owner_;
  JsonArena* const arena_;
  Token token_;  // the next one
  int depth_ = 0;
  SyntaxError error_;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_PARSER_H_
