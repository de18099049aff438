// Adds meaning to the parser's tree: chains of `.` become paths with steps, `[` becomes a predicate
// of its step, `{` its grouping, `^`, `@` and `#` what they do to the step; every `%` finds the
// step whose input it stands for; calls in tail position are marked.

#ifndef PAWL_QUERY_JSONATA_SIMPLIFY_H_
#define PAWL_QUERY_JSONATA_SIMPLIFY_H_

#include <string_view>

#include "coordinator/query/jsonata/ancestry.h"
#include "coordinator/query/jsonata/node.h"
#include "coordinator/query/jsonata/tokenizer.h"

namespace pawl::jsonata {

class Simplifier {
 public:
  explicit Simplifier(JsonArena* arena) : arena_(arena), ancestry_(arena) {}

  // Changes the tree in place and returns its new root; null when it makes no sense, see error().
  Node* Run(Node* root);
  const SyntaxError& error() const { return error_; }

 private:
  Node* Simplify(Node* node);
  Node* Dispatch(Node* node);
  Node* Fail(std::string_view code, uint32_t position, std::string_view token = {},
             Json literal = {});
  Node* NewPath(Node* first);
  bool SimplifyAll(Node* node, List<Node*>* nodes);
  bool SimplifyPairs(Node* parent, List<Pair>* pairs);
  Node* SimplifyOne(Node* node, Node** child);

  Node* Binary(Node* node);
  Node* Dot(Node* node);
  Node* FinishPath(Node* path);
  Node* Predicate(Node* node);
  Node* GroupBy(Node* node);
  Node* OrderBy(Node* node);
  Node* Focus(Node* node);
  Node* Index(Node* node);
  Node* Apply(Node* node);
  Node* Negate(Node* node);
  Node* Call(Node* node);
  Node* Lambda(Node* node);
  Node* Transform(Node* node);
  Node* Block(Node* node);

  JsonArena* const arena_;
  Ancestry ancestry_;
  SyntaxError error_;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_SIMPLIFY_H_
